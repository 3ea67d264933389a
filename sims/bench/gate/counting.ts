/** The first part of the gate: work counted on both sides, and counted again where something grew. */
import { ContestantFailed, Link } from '../harness/link.ts'
import { agree, compareCounts, EXACT_FLAGS, idleness, type CounterChange, type Counts } from './counts.ts'
import { SideFailed } from './duel.ts'
import type { Subject } from './subjects.ts'
import type { CountReply, CountRequest } from './talk.ts'
import type { GateControl } from './document.ts'

const COUNTER = new URL('./counter.ts', import.meta.url)
const TIMEOUT_MS = 120_000

export interface Counted {
  readonly counters: readonly CounterChange[]
  readonly grown: boolean
  /** The result differs, a counter did not repeat. */
  readonly notes: readonly string[]
  /** Why this is no work to measure; null when it is. */
  readonly idle: string | null
}

export async function ask(name: string, request: CountRequest, signal: AbortSignal): Promise<Counts> {
  signal.throwIfAborted()
  const link = new Link<CountRequest, CountReply & { ok: true }>(COUNTER, {
    timeoutMs: TIMEOUT_MS,
    execArgv: EXACT_FLAGS,
  })
  const kill = (): void => link.kill()
  signal.addEventListener('abort', kill)
  try {
    return (await link.ask(request)).counts
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof ContestantFailed ? new SideFailed(name, error) : error
  } finally {
    signal.removeEventListener('abort', kill)
    await link.close()
  }
}

const once = { runs: 1, as: 1 } as const

/** Throws SideFailed where a side cannot do its work. */
export async function countBoth({ base, head, folders }: Subject, signal: AbortSignal): Promise<Counted> {
  const both = (): Promise<[Counts, Counts]> =>
    allOf([
      ask('base', { work: base, folder: folders.base, ...once }, signal),
      ask('head', { work: head, folder: folders.head, ...once }, signal),
    ])
  const [baseCounts, headCounts] = await both()
  const counters = compareCounts(baseCounts, headCounts)
  const notes: string[] = []
  if (baseCounts.result !== headCounts.result) {
    notes.push(`its result is ${headCounts.result}, at base ${baseCounts.result}`)
  }
  const idle = idleness(headCounts)
  if (!counters.some(({ grown }) => grown)) return { counters, grown: false, notes, idle }
  // What cannot be counted twice alike is no exact counter, and fails nobody.
  const [baseAgain, headAgain] = await both()
  const again = compareCounts(baseAgain, headAgain)
  if (!agree(baseCounts, baseAgain) || !agree(headCounts, headAgain)) {
    notes.push('its counters do not repeat exactly, and were not judged')
    return { counters: counters.map((one) => ({ ...one, grown: false })), grown: false, notes, idle }
  }
  const held = counters.map((one) => ({
    ...one,
    grown: one.grown && again.some(({ name, grown }) => name === one.name && grown),
  }))
  return { counters: held, grown: held.some(({ grown }) => grown), notes, idle }
}

/** Both or the first failure, but not before both have ended. */
async function allOf<A, B>([a, b]: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled([a, b])
  return [await a, await b]
}

/** A copy that does eleven runs where ten are counted is found at this tolerance; base against itself is not. */
const CONTROL_TOLERANCE = 0.05

/** Base counted twice, and once with a tenth more work: the first must agree, the second must be found. */
export async function countControls(
  { id, base, folders }: Subject,
  signal: AbortSignal,
  { runs = 11 }: { readonly runs?: number } = {},
): Promise<GateControl[]> {
  const count = (times: number): Promise<Counts> =>
    ask('base', { work: base, folder: folders.base, runs: times, as: 10 }, signal)
  const [first, again] = await allOf([count(10), count(10)])
  const more = await count(runs)
  const grew = (other: Counts): string[] =>
    compareCounts(first, other, CONTROL_TOLERANCE).flatMap(({ name, grown }) => (grown ? [name] : []))
  const found = compareCounts(first, more, CONTROL_TOLERANCE).find(({ name }) => name === 'blocks')!
  const alike = grew(again)
  return [
    {
      of: 'counts',
      benchmark: id,
      ok: alike.length === 0 && agree(first, again),
      said: `base against itself: ${again.blocks} blocks, then ${first.blocks}`,
    },
    {
      of: 'counts',
      benchmark: id,
      ok: found.grown,
      said: `a copy with a tenth more work: ${found.base} blocks, then ${found.head}${found.grown ? ', found' : ', not found'}`,
    },
  ]
}
