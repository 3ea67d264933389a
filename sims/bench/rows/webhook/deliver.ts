/**
 * The whole way on this machine: accepted, signed, delivered to a receiver in another process, outcome durable.
 *
 * Beside it `undici`, a bare loop of POSTs to the same kind of receiver with as many connections: no store, no signature,
 * no schedule.
 */
import { Pool } from 'undici'
import type { WebhookService } from '../../../../engines/webhook/index.ts'
import type { Burst, Contestant, Row } from '../../harness/row.ts'
import { startChild } from '../../peers/webhook/child.ts'
import { DATA, VERSION } from './accept.ts'
import { openWorld, pause } from './world.ts'

const DELIVERIES = 4096
const CONNECTIONS = 64
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
    const { service, endpoints, close } = await openWorld({
      paths: ['/'],
      concurrency: CONNECTIONS,
      synchronous: 'FULL',
    })
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
]
