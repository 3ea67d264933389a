/**
 * One contestant in a process of its own: its JIT, heap and caches see no other contestant's code.
 *
 * The parent (`interleave.ts`) says when. A sample is as many bursts as last a few milliseconds, timed by tinybench;
 * every burst's check value is compared before the sample counts.
 */
import { Bench } from 'tinybench'
import type { Burst } from './row.ts'
import { refusalOf, verify } from './errors.ts'
import { loadRows } from './load.ts'
import { PartSet, timeRuns } from './parts.ts'
import type { ChildTask, Reply, Request } from './protocol.ts'

/** Long enough for V8 to reach its optimising compiler in every loop that matters. */
const WARM_UP_SECONDS = 0.4
const WARM_UP_BURSTS = 3
/** One burst of this length has done all the warming up that there is to do. */
const LONG_BURST_SECONDS = 0.5

let burst: Burst | undefined
let parts: PartSet | undefined
let repeats = 1
/** Seconds that a sample was seen to take. */
let sampleLength = 0
let isAsync = false

async function prepare(task: ChildTask, sampleSeconds: number): Promise<Reply> {
  const row = (await loadRows(task)).find(({ id }) => id === task.row)
  if (row === undefined) throw new Error('there is no such row')
  const { unit, better } = row
  const contestant = task.contestant === null ? row.ours : row.peers.find(({ id }) => id === task.contestant)
  if (contestant === undefined) throw new Error(`there is no ${task.contestant} in this row`)
  const work = await contestant.prepare()
  if ('parts' in work) {
    parts = new PartSet(work)
    return { ok: true, prepared: { unit, better, parts: await parts.prepare(sampleSeconds) } }
  }
  burst = work
  let least = Infinity
  const begin = performance.now()
  for (let i = 0; i < WARM_UP_BURSTS || performance.now() - begin < 1000 * WARM_UP_SECONDS; i++) {
    const { check: got, seconds } = await warmUpOnce(burst)
    verify(burst, got)
    least = Math.min(least, seconds)
    if (least > LONG_BURST_SECONDS) break
  }
  repeats = Math.max(1, Math.round(sampleSeconds / least))
  sampleLength = repeats * least
  return { ok: true, prepared: { unit, better, expected: burst.expected, work: burst.work } }
}

async function warmUpOnce(work: Burst): Promise<{ check: number; seconds: number }> {
  if (work.timed !== undefined) return await work.timed(1)
  const before = performance.now()
  const answer = work.run()
  isAsync = answer instanceof Promise
  return { check: await answer, seconds: (performance.now() - before) / 1000 }
}

async function measure(samples: number): Promise<Reply> {
  if (parts !== undefined) return { ok: true, measured: { least: await parts.measure(samples) } }
  const work = burst
  if (work === undefined) throw new Error('asked to measure before anything was prepared')
  if (work.timed !== undefined) return await measureSelfTimed(work, samples)
  // Time and warm-up are off: the parent decides how often, and the burst is warm.
  const bench = new Bench({ time: 0, iterations: samples, warmup: false, throws: true })
  const task = isAsync
    ? async () => {
        for (let i = 0; i < repeats; i++) verify(work, await work.run())
      }
    : () => {
        for (let i = 0; i < repeats; i++) verify(work, work.run() as number)
      }
  bench.add('burst', task, { async: isAsync })
  // While others had their turn this process slept and its core did their work: the first burst after that pays for
  // cold caches and a slow clock (half the speed was seen), so it does not count. The same for every contestant.
  if (sampleLength < LONG_BURST_SECONDS) await Promise.resolve(task())
  await bench.run()
  const result = bench.tasks[0]?.result
  if (result?.state !== 'completed') throw new Error(`tinybench ended ${result?.state ?? 'without a task'}`)
  return { ok: true, measured: { least: [result.latency.min / 1000 / repeats / work.work] } }
}

/** A burst in a further process: tinybench would time the asking too. */
async function measureSelfTimed(work: Burst, samples: number): Promise<Reply> {
  let least = Infinity
  for (let sample = 0; sample < samples; sample++) {
    const { check: got, seconds } = await timeRuns(work, repeats)
    verify(work, got)
    least = Math.min(least, seconds / repeats / work.work)
  }
  return { ok: true, measured: { least: [least] } }
}

async function answer(request: Request): Promise<Reply> {
  try {
    return request.do === 'prepare'
      ? await prepare(request.task, request.sampleSeconds)
      : await measure(request.samples)
  } catch (error) {
    return refusalOf(error)
  }
}

process.on('message', (request: Request) => {
  void answer(request).then((reply) => process.send?.(reply))
})
// An interrupt from the keyboard goes to every process; when it is over, the parent says so.
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {})
// The parent has gone, or is done with this contestant.
process.on('disconnect', () => {
  void Promise.resolve((burst ?? parts)?.close?.()).finally(() => process.exit(0))
})
