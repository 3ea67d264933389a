/** Placeholder until literals land. */
import type { Program } from './program.ts'
import type { Skip } from './walk.ts'

export function buildSkip(_program: Program): Skip | null {
  return null
}
