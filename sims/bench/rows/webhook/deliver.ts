/**
 * The whole way on this machine: accepted, signed, delivered to a receiver in another process, outcome durable.
 *
 * Beside it `undici`, a bare loop of POSTs to the same kind of receiver with as many connections: no store, no signature,
 * no schedule.
 */
import { rmSync } from 'node:fs'
import { Pool } from 'undici'
import { WebhookService, parseCidr } from '../../../../engines/webhook/index.ts'
import type { Burst, Contestant, Row } from '../../harness/row.ts'
import { startChild, type Child } from '../../peers/webhook/child.ts'
import { DATA, folder, VERSION } from './accept.ts'

const DELIVERIES = 4096
const CONNECTIONS = 64
/** The endpoint that gets a tenth more, where one does. */
const THOUSANDTH = 500

/** Accepts at an even pace. */
interface Pace {
  readonly endpoints: number
  readonly perSecond: number
  readonly count: number
  /** Where a delay begins: when the accept is called, or when it is answered. */
  readonly from: 'call' | 'answer'
  readonly synchronous: 'FULL' | 'OFF'
}
const PACE: Pace = { endpoints: 1, perSecond: 500, count: 1000, from: 'answer', synchronous: 'FULL' }
/**
 * A 99th percentile is as steady as the number of messages above it: here there are 30. From the call on, so that all
 * that one may do to another is in it, and without syncs, whose swings would drown it.
 */
const BRISK_PACE: Pace = { endpoints: 1000, perSecond: 2000, count: 3000, from: 'call', synchronous: 'OFF' }

interface World {
  readonly service: WebhookService
  readonly receiver: Child
  readonly endpoints: readonly number[]
  readonly close: () => Promise<void>
}

async function openWorld(
  endpoints: number,
  path: (i: number) => string,
  concurrency: number,
  synchronous: 'FULL' | 'OFF',
): Promise<World> {
  const dir = folder()
  const receiver = await startChild('receiver.ts')
  const service = await WebhookService.open({
    dir,
    concurrency,
    allow: [parseCidr('127.0.0.0/8')],
    store: { synchronous },
  })
  const made = await Promise.all(
    Array.from({ length: endpoints }, (_, i) =>
      service.addEndpoint({ url: `http://127.0.0.1:${receiver.port}${path(i)}` }),
    ),
  )
  const close = async (): Promise<void> => {
    await service.close(0)
    receiver.close()
    rmSync(dir, { recursive: true, force: true })
  }
  return { service, receiver, endpoints: made.map(({ id }) => id), close }
}

const pause = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 1)
  })

/** Waits until so many are delivered and recorded. */
async function settled(service: WebhookService, delivered: number): Promise<void> {
  for (;;) {
    const { delivered: now, unsaved, in_flight: flying } = service.metrics()
    if (now! >= delivered && unsaved === 0 && flying === 0) return
    await pause()
  }
}

const whole: Contestant = {
  id: 'flowbench',
  version: VERSION,
  missing: () => null,
  async prepare(): Promise<Burst> {
    const { service, endpoints, close } = await openWorld(1, () => '/', CONNECTIONS, 'FULL')
    return {
      work: DELIVERIES,
      expected: DELIVERIES,
      async run() {
        const before = service.metrics()['delivered']!
        let left = DELIVERIES
        const sender = async (): Promise<void> => {
          while (left-- > 0)
            await service.accept({ endpoint: endpoints[0]!, type: 'batch.succeeded', data: DATA })
        }
        await Promise.all(Array.from({ length: 256 }, sender))
        await settled(service, before + DELIVERIES)
        return service.metrics()['delivered']! - before
      },
      close,
    }
  },
}

const bareLoop: Contestant = {
  id: 'undici',
  version: '8.13.1',
  missing: () => null,
  async prepare(): Promise<Burst> {
    const receiver = await startChild('receiver.ts')
    const pool = new Pool(`http://127.0.0.1:${receiver.port}`, { connections: CONNECTIONS })
    const post = (): Promise<number> =>
      new Promise((resolve, reject) => {
        let status = 0
        pool.dispatch(
          { path: '/', method: 'POST', body: DATA, headers: ['content-type', 'application/json'] },
          {
            onRequestStart() {},
            onResponseStart: (_, code) => void (status = code),
            onResponseData() {},
            onResponseEnd: () => resolve(status),
            onResponseError: (_, error) => reject(error),
          },
        )
      })
    return {
      work: DELIVERIES,
      expected: DELIVERIES,
      async run() {
        let left = DELIVERIES
        let ok = 0
        const sender = async (): Promise<void> => {
          while (left-- > 0) if ((await post()) === 200) ok++
        }
        await Promise.all(Array.from({ length: CONNECTIONS }, sender))
        return ok
      },
      async close() {
        await pool.destroy()
        receiver.close()
      },
    }
  },
}

const wallClock = (): number => performance.timeOrigin + performance.now()

/**
 * Accepts at an even rate, in turn to all endpoints but the thousandth, which gets one more for each ten; seconds until a
 * message is at its receiver, 99th percentile. Those of the thousandth do not count.
 */
async function pacedDelay(
  { service, receiver, endpoints }: World,
  { perSecond, count, from }: Pace,
): Promise<{ check: number; seconds: number }> {
  const extra = endpoints[THOUSANDTH]
  const others = endpoints.filter((id) => id !== extra)
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
      if (extra !== undefined && n % 10 === 0) {
        void service.accept({ endpoint: extra, type: 'a', data: DATA })
      }
      waits.push(accept(others[n % others.length]!))
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
  const delays = [...since].map(([id, at]) => Math.max(0, arrivals.get(id)! - at)).sort((a, b) => a - b)
  return { check: delays.length, seconds: delays[Math.floor(0.99 * delays.length)]! / 1000 }
}

/** `dead`: the thousandth never answers. */
function paced(id: string, pace: Pace, dead: boolean): Contestant {
  return {
    id,
    version: VERSION,
    missing: () => null,
    async prepare(): Promise<Burst> {
      const path = (i: number): string => (dead && i === THOUSANDTH ? '/slow' : '/')
      const world = await openWorld(pace.endpoints, path, 16, pace.synchronous)
      return {
        work: 1,
        expected: pace.count,
        run: () => -1,
        // A delay is not a duration: it is the same in any number of repeats, by which the harness divides.
        async timed(repeats) {
          const { check, seconds } = await pacedDelay(world, pace)
          return { check, seconds: seconds * repeats }
        },
        close: world.close,
      }
    },
  }
}

export const deliverRows: readonly Row[] = [
  {
    id: 'webhook/deliver',
    unit: 'deliveries/s',
    better: 'higher',
    summary: 'accepted durably, signed, delivered, outcome durable; deliveries recorded are counted',
    ours: whole,
    peers: [bareLoop],
    atMost: { rounds: 12, samples: 1 },
  },
  {
    id: 'webhook/first-attempt-p99',
    unit: 's',
    better: 'lower',
    summary:
      'from the accept to its arrival at the receiver, 99th percentile at 500 a second; every arrival counted',
    ours: paced('flowbench', PACE, false),
    peers: [],
    atMost: { rounds: 6, samples: 1 },
  },
  {
    id: 'webhook/one-dead-among-1000',
    unit: 's',
    better: 'lower',
    summary:
      'from the call to the arrival at 999 receivers, 2,000 a second, while the thousandth gets a tenth more and never answers, beside the same while it does',
    ours: paced('flowbench', BRISK_PACE, true),
    peers: [paced('all-well', BRISK_PACE, false)],
    // More than usual, for who asks: its interval is wide.
    atMost: { rounds: 60, samples: 1 },
  },
]
