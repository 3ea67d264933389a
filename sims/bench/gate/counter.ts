/** Counts the work of one benchmark, in a process of its own under `EXACT_FLAGS`. */
import { Session, type Profiler } from 'node:inspector/promises'
import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import { refusalOf } from '../harness/errors.ts'
import type { Counts } from './counts.ts'
import type { CountReply, CountRequest, ListRequest } from './talk.ts'
import { countNativeCalls } from './native-calls.ts'
import { tasksOf } from './tasks.ts'
import { makeReady } from './ready.ts'

/**
 * A run of more blocks than this is counted once: its first run is not told from later ones. What is asked for beyond that
 * (of the copy that must be found one run in ten more) is counted as so many whole runs.
 */
const MANY_BLOCKS = 20_000_000

interface Span {
  readonly functions: ReadonlyMap<string, number>
  readonly allocated: number
  readonly retained: number
  readonly own: Readonly<Record<string, number>>
  readonly noNumbers: readonly string[]
}

function plus(
  a: Iterable<readonly [string, number]>,
  b: Iterable<readonly [string, number]>,
): Map<string, number> {
  const sums = new Map(a)
  for (const [name, n] of b) sums.set(name, (sums.get(name) ?? 0) + n)
  return sums
}

function together(a: Span, b: Span): Span {
  return {
    functions: plus(a.functions, b.functions),
    allocated: a.allocated + b.allocated,
    retained: a.retained + b.retained,
    own: Object.fromEntries(plus(Object.entries(a.own), Object.entries(b.own))),
    noNumbers: b.noNumbers,
  }
}

const nativeCalls = countNativeCalls()

/** What was counted meanwhile, but for what is no number: a benchmark may ask an engine for what an older one lacks. */
function difference(
  after: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): Record<string, number> {
  const counted = Object.entries(after).filter(([, n]) => Number.isFinite(n))
  return Object.fromEntries(counted.map(([name, n]) => [name, n - (before[name] ?? 0)]))
}

const noNumbers = (counters: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(counters).filter((name) => !Number.isFinite(counters[name]))

async function count({ work, runs, as, folder }: CountRequest): Promise<Counts> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  // Before anything is loaded: code that was compiled earlier has no counters in its blocks.
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const take = async (): Promise<ReadonlyMap<string, number>> => {
    const { result } = await session.post('Profiler.takePreciseCoverage')
    return blocksByFunction(result, folder)
  }
  const ready = await makeReady(work, true)
  let result: string | null = null
  const span = async (times: number): Promise<Span> => {
    await take()
    const own = { ...(await ready.counters?.()) }
    const native = nativeCalls()
    const held = heldBytes()
    const allocated = allocation()
    await ready.run(times)
    const allocatedBytes = allocated()
    const functions = await take()
    const nativeAfter = nativeCalls()
    const ownAfter = { ...(await ready.counters?.()) }
    // Here what that costs is nobody's work, and the result is no longer held when what is left behind is weighed.
    result = ready.result(folder)
    return {
      functions,
      allocated: allocatedBytes,
      retained: Math.max(0, heldBytes() - held),
      own: { ...difference(nativeAfter, native), ...difference(ownAfter, own) },
      noNumbers: noNumbers(ownAfter),
    }
  }
  const { around } = ready
  const counted = async (times: number): Promise<Span> => {
    if (around === undefined) return await span(times)
    const one = async (): Promise<Span> => {
      await around.before()
      const taken = await span(1)
      await around.after()
      return taken
    }
    let all = await one()
    for (let run = 1; run < times; run++) all = together(all, await one())
    return all
  }
  const first = await counted(1)
  const firstBlocks = sum(first.functions)
  const isLong = firstBlocks > MANY_BLOCKS
  const inLong = async (): Promise<Span> => (runs > as ? together(first, await counted(runs - as)) : first)
  const total = isLong ? await inLong() : await counted(runs)
  const share = isLong ? 1 : 1 / as
  const scaled = (counts: Iterable<[string, number]>): Record<string, number> =>
    Object.fromEntries([...counts].map(([name, n]) => [name, n * share]))
  await ready.close()
  return {
    blocks: sum(total.functions) * share,
    firstBlocks,
    allocated: total.allocated * share,
    retained: total.retained * share,
    own: scaled(Object.entries(total.own)),
    noNumbers: total.noNumbers,
    functions: scaled(total.functions),
    result,
  }
}

/** Executed blocks of every function that lies in `folder`, libraries not counted, by path and name. */
function blocksByFunction(
  scripts: readonly Profiler.ScriptCoverage[],
  folder: string,
): ReadonlyMap<string, number> {
  const blocks = new Map<string, number>()
  for (const { url, functions } of scripts) {
    if (!url.startsWith('file:')) continue
    const path = relative(folder, fileURLToPath(url))
    if (path.startsWith('..') || path.split(sep).includes('node_modules')) continue
    for (const { functionName, ranges } of functions) {
      const executed = ranges.reduce((total, range) => total + range.count, 0)
      if (executed === 0) continue
      const name = `${path}#${functionName || '(anonymous)'}`
      blocks.set(name, (blocks.get(name) ?? 0) + executed)
    }
  }
  return blocks
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0
  for (const n of counts.values()) total += n
  return total
}

/** More than this lies between the two figures only where garbage was collected meanwhile. */
const MOST_BETWEEN = 1 << 20

/**
 * Bytes allocated from now until the returned function is called. V8's own total counts whole stretches of memory, of up to
 * a quarter of a megabyte, when the first object is put into one, so two processes of the same code may differ by that. What
 * is in use is exact as long as nothing is collected, which the size of the young generation (`EXACT_FLAGS`) puts off until
 * such a stretch is next to nothing.
 */
function allocation(): () => number {
  const used = usedBytes()
  const { total_allocated_bytes: total } = getHeapStatistics()
  return () => {
    const counted = getHeapStatistics().total_allocated_bytes - total
    const exact = usedBytes() - used
    return counted - exact > MOST_BETWEEN ? counted : exact
  }
}

function usedBytes(): number {
  return getHeapSpaceStatistics().reduce((sum, { space_used_size: size }) => sum + size, 0)
}

/** What is held after a collection of garbage, buffers outside V8's heap included. */
function heldBytes(): number {
  gc!()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function answer(request: CountRequest | ListRequest): Promise<CountReply> {
  try {
    if ('list' in request) return { ok: true, tasks: [...(await tasksOf(request.list)).keys()] }
    return { ok: true, counts: await count(request) }
  } catch (error) {
    return refusalOf(error)
  }
}

process.on('message', (request: CountRequest | ListRequest) => {
  void answer(request).then((reply) => process.send?.(reply))
})
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {})
process.on('disconnect', () => process.exit(0))
