/**
 * Attacks on a backtracking matcher, worst first: words that the automaton reads in many ways, with what may stand before
 * and after, each run on the step-counting matcher at growing lengths. What grows there need not grow on an engine that
 * is cleverer; so these are proposals.
 */
import { BEGIN, buildAutomaton, type Automaton } from './automaton.ts'
import { Backtracker } from './backtrack.ts'
import { PatternTooLarge } from './charset.ts'
import { hasFewChoices, hasFewWays } from './choices.ts'
import { Endings } from './endings.ts'
import { findLoops, shortestFirst, type Loop, type Loops } from './loops.ts'
import type { Pattern } from './syntax.ts'

export interface Proposal {
  readonly prefix: string
  readonly pump: string
  readonly suffix: string
  /** Slope of steps against length on log-log where the row ended. */
  readonly exponent: number
  /** Characters at which it would take `FAR` steps. */
  readonly length: number
}

export interface Proposals {
  /**
   * Of searches for one match. Last those whose suffix holds all that a match would: an engine that looks for that before
   * it begins is not stopped by it.
   */
  readonly search: readonly Proposal[]
  /** Where nothing grows: what the matcher is busiest with, so that something of the pattern is measured; null for none. */
  readonly busiest: Proposal | null
  /** Of finding all matches, where each search is quick and all together are not. */
  readonly findAll: readonly Proposal[]
  /**
   * Whether all of the pattern was looked into. Else it was too large for that, or too intricate: that `search` has
   * nothing, or nothing worse, then says nothing.
   */
  readonly complete: boolean
}

export interface ProposeOptions {
  /** Steps of the matcher in all; default 6 million, some tenths of a second, and up to 24 for large patterns. */
  readonly steps?: number
  /** How many of each; default 4. Of searches as many again that hold all that a match would, where others do not. */
  readonly most?: number
}

/** About what V8 does in a second. */
const FAR = 2e8
const STEPS = 6_000_000
const STEPS_PER_INSTRUCTION = 2_000
const MOST_STEPS_IN_ALL = 24_000_000
/** A row of lengths ends at so many steps, or characters. */
const ROW_STEPS = 60_000
const ROW_LENGTH = 400
/** Or pumps, of a long one. */
const ROW_PUMPS = 16
/** Instructions from which on what a pattern takes on any text hides how it grows on short ones: rows go on for longer. */
const LARGE = 1_000
const LARGE_ROW_LENGTH = 2_000
const MOST_STEPS = 4 * ROW_STEPS
/** Of what is far beyond that after three lengths. */
const STEEP = 20
const GROWS = 1.6
/** Powers are below, where a row ends. */
const EXPONENTIAL = 4.5
const MOST_PUMPS = 60
/** Classes of characters that are pumps where there is no loop. */
const MOST_CLASSES = 8

/** An automaton, and what was found in it. */
interface Looked {
  readonly automaton: Automaton
  readonly loops: Loops
  readonly endings: Endings
  /** Whether what is not in loops has few ways: choices one behind the other double them as well, if not without end. */
  readonly isBounded: boolean
  /** Whether it shows that there is no attack, whatever the matcher sees. */
  readonly isProven: boolean
}

interface Candidate {
  readonly prefix: string
  readonly pump: string
  readonly suffix: string
  /** A suffix that holds all that a match would: looked for where it is wanted, which is for few. */
  readonly completed: () => string
}

export function proposeAttacks(pattern: Pattern, { steps: asked, most = 4 }: ProposeOptions = {}): Proposals {
  let matcher: Backtracker
  const found: Looked[] = []
  let candidates: readonly Candidate[]
  try {
    matcher = new Backtracker(pattern)
    for (const inCounts of [false, true]) {
      const automaton = buildAutomaton(pattern, inCounts)
      if (automaton !== null) found.push(lookInto(automaton, pattern, found[0]?.isProven ?? false))
    }
    candidates = unique(found.flatMap(candidatesOf))
  } catch (error) {
    if (error instanceof PatternTooLarge) return { search: [], busiest: null, findAll: [], complete: false }
    throw error
  }
  const steps = asked ?? Math.min(STEPS + matcher.size * STEPS_PER_INSTRUCTION, MOST_STEPS_IN_ALL)
  const left: Left = { steps, busiest: null }
  const one = (text: Uint32Array, budget: number) => matcher.search(text, budget)
  const search = rank(candidates, one, matcher, left)
  const worst = best(search, most)
  const completed = rank(worst.flatMap(completion), one, matcher, { steps: steps / 3, busiest: null })
  const all: Left = { steps: steps / 3, busiest: null }
  const bare = unique(
    candidates.flatMap(({ prefix, pump, suffix }) => [
      { prefix: '', pump, suffix: '', completed: nothing },
      { prefix, pump, suffix, completed: nothing },
    ]),
  )
  const quick = (text: Uint32Array, budget: number) => matcher.findAll(text, budget)
  const findAll = rank(bare, quick, matcher, all)
  return {
    search: [...worst, ...best(completed, most)].map(asProposal),
    busiest: worst.length > 0 ? null : left.busiest && asProposal(left.busiest),
    findAll: best(findAll, most).map(asProposal),
    // Each of the two automata, if complete, does what the pattern does, and more.
    complete: found.some(
      (one) => one.isProven || (left.steps > 0 && one.isBounded && isSeen(one.loops, search)),
    ),
  }
}

const asProposal = ({ prefix, pump, suffix, exponent, length }: Proposal): Proposal => ({
  prefix,
  pump,
  suffix,
  exponent,
  length,
})

const nothing = (): string => ''

/** The same with all that a match would hold, unless it is there already. */
function completion({ prefix, pump, suffix, completed }: Candidate): Candidate[] {
  const whole = completed()
  const here = new Set(pump + suffix)
  const missing = Array.from(whole).some((char) => !here.has(char))
  return missing ? [{ prefix, pump, suffix: whole, completed: nothing }] : []
}

/** `isProven`: it is known that there is no attack, and the loops are wanted for a text to be busy with. */
function lookInto(automaton: Automaton, pattern: Pattern, isProven: boolean): Looked {
  const endings = new Endings(automaton)
  const loops = findLoops(automaton, isProven)
  const isBounded = hasFewChoices(automaton) || (!automaton.widened && hasFewWays(pattern.root))
  // Where the automaton does more than the pattern, its ends do not say what the pattern does there.
  const isExact = !automaton.loose && !automaton.widened
  const isUnambiguous =
    !isProven &&
    (hasOneWay(loops) ||
      (isExact && isBounded && loops.complete && hasOneWay(findLoops(endings.whereItFails()))))
  return { automaton, loops, endings, isBounded, isProven: isBounded && isUnambiguous }
}

const hasOneWay = ({ exponential, polynomial, complete }: Loops): boolean =>
  complete && exponential.length === 0 && polynomial.length === 0

/** Whether the matcher has seen the worst that there is: that it saw nothing of words that look bad says nothing of others. */
function isSeen({ exponential, polynomial, complete }: Loops, search: readonly Proposal[]): boolean {
  if (!complete) return false
  if (exponential.length > 0) return search.some(({ exponent }) => exponent > EXPONENTIAL)
  return polynomial.length > 0 && search.length > 0
}

/**
 * The steepest first, of those as steep the shortest: a power that is soon felt must not hide a doubling that needs a
 * longer text. One of each steepness is kept, as an engine may be clever about the one and not about the other; and no
 * two with one pump unless there is room.
 */
function best<T extends Proposal>(proposals: readonly T[], most: number): T[] {
  const sorted = worstFirst(proposals)
  const chosen = [...firstOfEach(sorted, steepness), ...firstOfEach(sorted, ({ pump }) => pump), ...sorted]
  return worstFirst([...new Set(chosen)].slice(0, most))
}

function worstFirst<T extends Proposal>(proposals: readonly T[]): T[] {
  // Infinity less itself is no number.
  return proposals.toSorted(
    (a, b) => (steepness(a) === steepness(b) ? 0 : steepness(b) - steepness(a)) || a.length - b.length,
  )
}

function firstOfEach<T extends Proposal>(proposals: readonly T[], what: (one: T) => unknown): T[] {
  const seen = new Set<unknown>()
  return proposals.filter((one) => !seen.has(what(one)) && seen.add(what(one)))
}

/** A degree; of exponentials, whose exponents only say where their row ended, none. */
const steepness = ({ exponent }: Proposal): number =>
  exponent > EXPONENTIAL ? Infinity : Math.round(exponent)

function unique(candidates: readonly Candidate[]): Candidate[] {
  return [...new Map(candidates.map((one) => [`${one.prefix}\0${one.pump}\0${one.suffix}`, one])).values()]
}

function candidatesOf({ automaton, loops, endings }: Looked): Candidate[] {
  const { exponential, polynomial, plain } = loops
  const text = (word: readonly number[]): string =>
    word.map((id) => String.fromCodePoint(automaton.alphabet.representative(id))).join('')
  const out: Candidate[] = []
  const foreign = endings.foreign.slice(0, 1)
  const add = (loop: Loop): void => {
    const { prefix, pump } = loop
    // What stands before a search that starts anywhere may keep it from being over at once.
    const prefixes = prefix.length > 0 ? [prefix] : [[], foreign]
    const completed = (): string => endings.completed(loop)
    for (const suffix of endings.behind(loop)) {
      for (const before of prefixes) out.push({ prefix: text(before), pump: text(pump), suffix, completed })
    }
  }
  for (const loop of exponential) add(loop)
  const worst = [...exponential, ...shortestFirst(polynomial)].slice(0, MOST_PUMPS)
  for (const loop of worst.slice(exponential.length)) add(loop)
  // Loops one behind the other, all over one word: a power more for each.
  const words = [...new Map(shortestFirst(polynomial).map((loop) => [text(loop.pump), loop])).values()].slice(
    0,
    7,
  )
  for (const one of words) {
    for (const other of words)
      if (one !== other) add({ ...other, pump: [...one.pump, ...other.pump], prefix: [] })
  }
  for (const loop of shortestFirst(plain).slice(0, 12)) add(loop)
  // Every single character, from every loop's place: what all of several loops take.
  const places = [...new Map(plain.map((loop) => [text(loop.prefix), loop])).values()].slice(0, 4)
  for (const loop of places) {
    for (const id of automaton.takes[loop.state]!) add({ ...loop, pump: [id] })
  }
  // Where nothing goes round there may be choices enough, one behind the other.
  if (plain.length === 0 && !hasFewChoices(automaton)) {
    const classes = automaton.kindOf.keys().take(MOST_CLASSES)
    for (const id of classes) add({ prefix: [], pump: [id], state: BEGIN })
  }
  return out
}

type Run = (text: Uint32Array, budget: number) => { readonly steps: number; readonly outOfBudget: boolean }

interface Left {
  steps: number
  /** Of what does not grow, that with the most steps a character. */
  busiest: (Candidate & Proposal & { readonly each: number }) | null
}

/** Runs the candidates while steps are left; those that grow. */
function rank(
  candidates: readonly Candidate[],
  run: Run,
  matcher: Backtracker,
  left: Left,
): (Candidate & Proposal)[] {
  const out: (Candidate & Proposal)[] = []
  for (const candidate of candidates) {
    if (left.steps <= 0) break
    const proposal = row(candidate, run, matcher, left)
    if (proposal !== null) out.push(proposal)
  }
  return out
}

function row(
  candidate: Candidate,
  run: Run,
  matcher: Backtracker,
  left: Left,
): (Candidate & Proposal) | null {
  const { prefix, pump, suffix } = candidate
  const seen: { length: number; steps: number; pumped: number }[] = []
  const isLarge = matcher.size > LARGE
  const longest = Math.max(isLarge ? LARGE_ROW_LENGTH : ROW_LENGTH, ROW_PUMPS * pump.length)
  for (let pumps = 1; ; pumps = nextPumps(seen, pumps, pump.length)) {
    const text = prefix + pump.repeat(pumps) + suffix
    if (pumps * pump.length > longest) break
    // To try every instruction at every place once is not growth yet: a large pattern takes that many on any text.
    const floor = matcher.size * text.length
    const { steps, outOfBudget } = run(matcher.characters(text), MOST_STEPS + 4 * floor)
    left.steps -= steps
    if (outOfBudget && seen.length >= 3) break
    if (outOfBudget) return { ...candidate, exponent: STEEP, length: text.length }
    seen.push({ length: text.length, steps, pumped: pumps * pump.length })
    if (steps > ROW_STEPS + floor) break
    // A row that is linear up to here shows its growth in few lengths.
    const isSettled = isLarge ? seen.length >= 6 : seen.length === 6
    if (isSettled && slopeOf(seen) < 1.15 && text.length > Math.max(60, matcher.size / 20)) break
  }
  const last = seen.at(-1)
  if (last === undefined || seen.length < 2) return null
  const exponent = slopeOf(seen)
  if (exponent < GROWS) {
    const each = (last.steps - seen[0]!.steps) / (last.length - seen[0]!.length)
    if (each > (left.busiest?.each ?? 0)) left.busiest = { ...candidate, exponent, length: FAR / each, each }
    return null
  }
  const before = seen.at(-2)!
  const length =
    exponent > EXPONENTIAL
      ? last.length +
        (Math.log(FAR / last.steps) * (last.pumped - before.pumped)) / Math.log(last.steps / before.steps)
      : last.length * Math.max(1, FAR / last.steps) ** (1 / exponent)
  return { ...candidate, exponent, length }
}

/** A little further: by what it grew last, at most four times the steps. */
function nextPumps(
  seen: readonly { readonly steps: number; readonly pumped: number }[],
  pumps: number,
  unit: number,
): number {
  const [before, last] = [seen.at(-2), seen.at(-1)]
  const further = Math.max(1, Math.floor(pumps * 0.4))
  if (before === undefined || last === undefined || last.steps <= before.steps) return pumps + further
  const each = (Math.log(last.steps / before.steps) / (last.pumped - before.pumped)) * unit
  return pumps + Math.max(1, Math.min(further, Math.floor(Math.log(4) / each)))
}

/** Over the last third of the steps' orders of magnitude. */
function slopeOf(seen: readonly { readonly steps: number; readonly pumped: number }[]): number {
  const last = seen.at(-1)!
  const before = seen[Math.max(0, seen.length - 3)]!
  return Math.log(last.steps / before.steps) / Math.log(last.pumped / before.pumped)
}
