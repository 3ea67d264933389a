/** The engine's public interface; see README.md. */
export { Backtracker, type Tally } from './backtrack.ts'
export { PatternTooLarge } from './charset.ts'
export { proposeAttacks, type Proposal, type Proposals } from './propose.ts'
export { parsePattern, UnreadablePattern, type Pattern } from './syntax.ts'
