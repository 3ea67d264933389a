/**
 * How long a message takes to its receiver while messages are accepted at an even pace; and whether one receiver that
 * never answers makes the others wait.
 *
 * A 99th percentile swings with whatever stops a process for longer than a hundredth of the time. Here that is V8's
 * collector of young garbage, 10 to 15 ms every thousand messages, and on a virtual machine the core itself, which its
 * host wakes some milliseconds late: in half of all stretches of an eighth of a second, with or without a dead receiver.
 * So where the two are compared a sample is many such stretches, the young garbage is collected between them, and the
 * figure is the third least of their 99th percentiles: stalls only add, and who waits for a dead receiver does so all the
 * time. (The median of as many swung by 2 from round to round, this by 1.2.)
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Burst, Contestant, Row } from '../../harness/row.ts'
import { DATA, VERSION } from './accept.ts'
import { openWorld, pause, type World } from './world.ts'

/** Accepts at an even pace. */
interface Pace {
  readonly perSecond: number
  /** Messages in a stretch, and stretches. */
  readonly count: number
  readonly stretches: number
  /** Where a delay begins: when the accept is called, or when it is answered. */
  readonly from: 'call' | 'answer'
}

/** This share of the stretches may be calmer than the one that is told. */
const CALM = 0.15

const wallClock = (): number => performance.timeOrigin + performance.now()

let collectYoung: () => void = () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void
  collectYoung = () => collect({ type: 'minor' })
  collectYoung()
}

/**
 * Accepts for all `others` in turn, from the `from`-th message on, and one for `extra` with every tenth; the delays of
 * all but `extra`'s until they are at their receivers, ms, ascending.
 */
async function stretch(
  { service, receiver }: World,
  others: readonly number[],
  extra: number | null,
  { perSecond, count, from }: Pace,
  first: number,
): Promise<number[]> {
  const since = new Map<string, number>()
  const waits: Promise<void>[] = []
  const accept = async (endpoint: number): Promise<void> => {
    const called = wallClock()
    const { seq } = await service.accept({ endpoint, type: 'a', data: DATA })
    since.set(service.publicId(seq), from === 'call' ? called : wallClock())
  }
  const begin = performance.now()
  for (let n = 0; n < count;) {
    const due = Math.min(count, ((performance.now() - begin) / 1000) * perSecond)
    for (; n < due; n++) {
      if (extra !== null && n % 10 === 0) void service.accept({ endpoint: extra, type: 'a', data: DATA })
      waits.push(accept(others[(first + n) % others.length]!))
    }
    await pause()
  }
  await Promise.all(waits)
  const arrivals = new Map<string, number>()
  while ([...since.keys()].some((id) => !arrivals.has(id))) {
    const response = await fetch(`http://127.0.0.1:${receiver.port}/`)
    for (const [id, at] of (await response.json()) as [string, number][]) arrivals.set(id, at)
    await pause()
  }
  return [...since].map(([id, at]) => Math.max(0, arrivals.get(id)! - at)).sort((a, b) => a - b)
}

/** Seconds, of the calmer stretches' 99th percentiles; `check` counts the messages that arrived. */
async function p99(
  world: World,
  extra: number | null,
  pace: Pace,
): Promise<{ check: number; seconds: number }> {
  const others = world.endpoints.filter((id) => id !== extra)
  const percentiles: number[] = []
  let check = 0
  for (let i = 0; i < pace.stretches; i++) {
    if (pace.stretches > 1) collectYoung()
    const delays = await stretch(world, others, extra, pace, i * pace.count)
    check += delays.length
    percentiles.push(delays[Math.floor(0.99 * delays.length)]!)
  }
  percentiles.sort((a, b) => a - b)
  return { check, seconds: percentiles[Math.floor(CALM * pace.stretches)]! / 1000 }
}

function paced(
  id: string,
  pace: Pace,
  open: () => Promise<{ readonly world: World; readonly extra: number | null }>,
): Contestant {
  return {
    id,
    version: VERSION,
    missing: () => null,
    async prepare(): Promise<Burst> {
      const { world, extra } = await open()
      return {
        work: 1,
        expected: pace.stretches * pace.count,
        run: () => -1,
        // A delay is not a duration: it is the same in any number of repeats, by which the harness divides.
        async timed(repeats) {
          const { check, seconds } = await p99(world, extra, pace)
          return { check, seconds: seconds * repeats }
        },
        close: world.close,
      }
    },
  }
}

const ONE: Pace = { perSecond: 500, count: 1000, stretches: 1, from: 'answer' }

const toOne = paced('flowbench', ONE, async () => ({
  world: await openWorld({ paths: ['/'], concurrency: 16, synchronous: 'FULL' }),
  extra: null,
}))

const MANY: Pace = { perSecond: 2000, count: 250, stretches: 18, from: 'call' }

/**
 * A thousand endpoints, of which one gets as much as a hundred of the others. Without syncs, for the question is who
 * waits for whom, not for the disk; under a policy without a breaker, so that it holds its sixteen sockets all the time.
 */
const toMany = (id: string, path: '/' | '/slow'): Contestant =>
  paced(id, MANY, async () => {
    const paths = Array.from({ length: 1000 }, (_, i) => (i === 0 ? path : '/'))
    const world = await openWorld({
      paths,
      concurrency: 16,
      synchronous: 'OFF',
      policy: 'standard-webhooks',
    })
    return { world, extra: world.endpoints[0]! }
  })

export const pacedRows: readonly Row[] = [
  {
    id: 'webhook/first-attempt-p99',
    unit: 's',
    better: 'lower',
    summary:
      'from the accept to its arrival at the receiver, 99th percentile at 500 a second; every arrival counted',
    ours: toOne,
    peers: [],
    atMost: { rounds: 6, samples: 1 },
  },
  {
    id: 'webhook/one-dead-among-1000',
    unit: 's',
    better: 'lower',
    summary:
      'from the call to the arrival at 999 receivers, 99th percentile at 2,000 a second, without syncs and between collections of garbage, while the thousandth gets 200 more and never answers, beside the same while it does',
    ours: toMany('flowbench', '/slow'),
    peers: [toMany('all-well', '/')],
    atMost: { rounds: 60, samples: 1 },
  },
]
