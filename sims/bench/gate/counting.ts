/** The first part of the gate: work counted on both sides, and counted again where something grew. */
import { ContestantFailed, Link } from '../harness/link.ts'
import {
  agree,
  compareCounts,
  EXACT_FLAGS,
  idleness,
  repeats,
  unmatched,
  type CounterChange,
  type Counts,
} from './counts.ts'
import { SideFailed } from './duel.ts'
import { Patience, Silence } from './patience.ts'
import { Refused, TimeUp } from './refused.ts'
import type { Subject } from './subjects.ts'
import type { CountReply, CountRequest, ListRequest } from './talk.ts'
import type { GateControl } from './document.ts'
import type { TaskFile, Work } from './work.ts'

const COUNTER = new URL('./counter.ts', import.meta.url)

/** How long counting may go on. */
export interface CountLimits {
  readonly signal: AbortSignal
  /** Seconds that are left of the gate's budget. */
  readonly left: () => number
  /** Nothing else waits for what is left. */
  readonly alone?: boolean
  /** More work is let through: it is waited for as long as there is time, however soon base has done its own. */
  readonly mayGrow?: boolean
}

export interface Counted {
  readonly counters: readonly CounterChange[]
  readonly grown: boolean
  /** What a reader should know: a sim's result is another, a counter did not repeat. */
  readonly notes: readonly string[]
  /** That head's result is another than base's, where it must not be; null where it is the same. */
  readonly wrong: string | null
  /** Why this is no work to measure; null when it is. */
  readonly idle: string | null
}

/** What does not answer is given half the time that is left: the rest is the others', if there are any. */
const patienceOf = ({ left, alone = false, mayGrow = false }: CountLimits): Patience =>
  new Patience(alone ? left : () => left() / 2, { hurries: !mayGrow, asksAgain: alone })

async function ask(
  name: string,
  request: CountRequest,
  limits: CountLimits,
  patience = patienceOf(limits),
): Promise<Counts> {
  const reply = await put(name, request, limits.signal, patience)
  if ('counts' in reply) return reply.counts
  throw new Error('answered something else')
}

/**
 * The tasks that a file offers at head, and those that only base's offers (none where base's offers nothing); those of base
 * where head's does not answer and base's does, so that it is told what hangs. Throws SideFailed where head's offers none,
 * TimeUp where there is no time for its answer.
 */
export async function listTasks(
  { base, head }: { readonly base: TaskFile; readonly head: TaskFile },
  limits: CountLimits,
): Promise<{ readonly names: readonly string[]; readonly gone: readonly string[] }> {
  const patience = patienceOf(limits)
  const list = async (name: string, from: TaskFile): Promise<readonly string[]> => {
    const reply = await put(name, { list: from }, limits.signal, patience)
    if ('tasks' in reply) return reply.tasks
    throw new Error('answered something else')
  }
  const [atBase, atHead] = await Promise.allSettled([list('base', base), list('head', head)])
  const known = atBase.status === 'fulfilled' ? atBase.value : []
  if (atHead.status === 'fulfilled') {
    const names = atHead.value
    return { names, gone: known.filter((name) => !names.includes(name)) }
  }
  const error: unknown = atHead.reason
  if (error instanceof SideFailed && error.hangs && known.length > 0) return { names: known, gone: [] }
  throw error
}

async function put(
  name: string,
  request: CountRequest | ListRequest,
  signal: AbortSignal,
  patience: Patience,
): Promise<CountReply & { ok: true }> {
  signal.throwIfAborted()
  const link = new Link<CountRequest | ListRequest, CountReply & { ok: true }>(COUNTER, {
    execArgv: EXACT_FLAGS,
  })
  const kill = (): void => link.kill()
  signal.addEventListener('abort', kill)
  try {
    return await patience.wait((late) => link.ask(request, late))
  } catch (error) {
    signal.throwIfAborted()
    // What was given no time to answer has not failed.
    if (error instanceof Silence && error.cut && !error.hangs)
      throw new TimeUp(`time was up: ${name}: ${error.message}`, { cause: error })
    throw error instanceof ContestantFailed || error instanceof Silence ? new SideFailed(name, error) : error
  } finally {
    signal.removeEventListener('abort', kill)
    await link.close()
  }
}

const once = { runs: 1, as: 1 } as const

/** One run's work. Throws SideFailed where it cannot be done, TimeUp where not in time. */
export function countOnce(name: string, work: Work, folder: string, limits: CountLimits): Promise<Counts> {
  return ask(name, { work, folder, ...once }, limits)
}

/** Throws SideFailed where a side cannot do its work, TimeUp where there is no time for it. */
export async function countBoth(
  { base, head, folders }: Subject,
  limits: CountLimits,
  /** How much any counter may grow, if not what is usual. */
  share?: number,
): Promise<Counted> {
  const both = (): Promise<[Counts, Counts]> => {
    const patience = patienceOf(limits)
    return allOf([
      ask('base', { work: base, folder: folders.base, ...once }, limits, patience),
      ask('head', { work: head, folder: folders.head, ...once }, limits, patience),
    ])
  }
  const [baseCounts, headCounts] = await confirmed(both)
  const counters = compareCounts(baseCounts, headCounts, share)
  const notes = unmatched(baseCounts, headCounts)
  const idle = idleness(baseCounts, headCounts)
  const isOther = baseCounts.result !== headCounts.result
  const isGrown = counters.some(({ grown }) => grown)
  // A row says itself what it must return, and a sim's model may be changed on purpose.
  const isTask = head.kind === 'task'
  if (!(isOther && isTask) && !isGrown) {
    if (isOther) notes.push(resultSaid(baseCounts, headCounts))
    return { counters, grown: false, notes, wrong: null, idle }
  }
  // What cannot be counted twice alike is no exact counter, and fails nobody; nor does a result that is never the same.
  const [baseAgain, headAgain] = await confirmed(both)
  const isFixed = baseCounts.result === baseAgain.result && headCounts.result === headAgain.result
  const wrong = isOther && isTask && isFixed ? resultSaid(baseCounts, headCounts) : null
  if (isOther && wrong === null)
    notes.push(`${resultSaid(baseCounts, headCounts)}${isFixed ? '' : ', and another in each process'}`)
  const again = compareCounts(baseAgain, headAgain, share)
  const isExact = ({ name }: CounterChange): boolean =>
    repeats(name, baseCounts, baseAgain) && repeats(name, headCounts, headAgain)
  const inexact = counters.filter((one) => one.grown && !isExact(one)).map(({ name }) => name)
  if (inexact.length > 0) notes.push(`not judged, as it does not repeat exactly: ${inexact.join(', ')}`)
  const held = counters.map((one) => ({
    ...one,
    grown: one.grown && isExact(one) && again.some(({ name, grown }) => name === one.name && grown),
  }))
  return { counters: held, grown: held.some(({ grown }) => grown), notes, wrong, idle }
}

function resultSaid(base: Counts, head: Counts): string {
  const said = ({ result }: Counts): string => result ?? 'nothing'
  return `its result is ${said(head)}, at base ${said(base)}`
}

/** A head that hangs is asked once more: SideFailed where it hangs again, Refused where it does not. */
export async function confirmed<T>(play: () => Promise<T>): Promise<T> {
  try {
    return await play()
  } catch (error) {
    if (!(error instanceof SideFailed && error.hangs && error.side === 'head')) throw error
    await play()
    throw new Refused(`head: ${error.message}; asked again, it answered`)
  }
}

/** Both or the first failure, but not before both have ended; that there was no time says less than any other. */
async function allOf<A, B>([a, b]: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  const isLate = (one: PromiseSettledResult<unknown>): boolean =>
    one.status === 'rejected' && one.reason instanceof TimeUp
  const [one, other] = await Promise.allSettled([a, b])
  if (isLate(one) && !isLate(other)) await b
  return [await a, await b]
}

/**
 * Base counted twice, and once with more work, a tenth or, of a long run, a whole one: the first must agree, the second
 * must be found.
 */
export async function countControls(
  { id, base, folders }: Subject,
  limits: CountLimits,
  { runs = 11 }: { readonly runs?: number } = {},
): Promise<GateControl[]> {
  const count = (times: number): Promise<Counts> =>
    ask('base', { work: base, folder: folders.base, runs: times, as: 10 }, limits)
  const [first, again] = await allOf([count(10), count(10)])
  const more = await count(runs)
  const found = more.blocks > first.blocks && !agree(first, more)
  const shown = ({ blocks }: Counts): number => Math.round(10 * blocks) / 10
  const said = (then: Counts): string => `${shown(first)} blocks, then ${shown(then)}`
  return [
    { of: 'counts', benchmark: id, ok: agree(first, again), said: `base against itself: ${said(again)}` },
    {
      of: 'counts',
      benchmark: id,
      ok: found,
      said: `a copy with more work: ${said(more)}${found ? ', found' : ', not found'}`,
    },
  ]
}
