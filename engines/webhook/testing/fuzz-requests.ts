/**
 * Requests near to right ones: bytes changed, members taken out, doubled or of another kind, bodies cut short, methods
 * and paths mixed. Every one must be answered, none with 500, and nothing may be stored that was not answered 202.
 */
import { Pool } from 'undici'
import { seeded } from './random.ts'

export interface RequestFuzz {
  readonly requests: number
  readonly statuses: Readonly<Record<number, number>>
}

const VALUES = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  'x',
  '\u0000',
  '\u2028',
  '../../x',
  '__proto__',
  [],
  {},
  [[[]]],
  'a'.repeat(300),
]
const PATHS = [
  '/messages', '/endpoints', '/replay', '/keys/rotate', '/endpoints/ep_1/pause', '/endpoints/ep_1/rotate', '/endpoints/ep_99/ping',
  '/messages/msg_1/replay', '/messages?limit=0', '/messages?after=%00', '/%', '//', '/messages/', '/endpoints/ep_1/..', '/*',
] // prettier-ignore

export async function fuzzRequests(
  url: string,
  endpoint: string,
  count: number,
  seed: number,
): Promise<RequestFuzz> {
  const random = seeded(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const pool = new Pool(url, { connections: 16 })
  const statuses: Record<number, number> = {}
  let left = count
  const one = async (): Promise<void> => {
    const message: Record<string, unknown> = {
      endpoint,
      type: 'batch.succeeded',
      data: { id: 1 },
      idempotencyKey: 'k',
    }
    for (let changes = Math.floor(random() * 3); changes >= 0; changes--) {
      const name = pick([
        ...Object.keys(message),
        'url',
        'from',
        'to',
        'revoke',
        'rateLimit',
        'mode',
        'extra',
      ])
      if (random() < 0.3) delete message[name]
      else message[name] = pick(VALUES)
    }
    let body = Buffer.from(JSON.stringify(message))
    if (random() < 0.4) {
      for (let bytes = 1 + Math.floor(random() * 3); bytes > 0; bytes--) {
        body[Math.floor(random() * body.length)] = Math.floor(random() * 256)
      }
    }
    if (random() < 0.1) body = body.subarray(0, Math.floor(random() * body.length))
    const method = pick(['POST', 'POST', 'POST', 'GET', 'DELETE', 'PUT', 'HEAD'] as const)
    const { statusCode, body: answer } = await pool.request({
      path: random() < 0.6 ? '/messages' : pick(PATHS),
      method,
      headers: {
        'content-type': pick([
          'application/json',
          'application/json',
          'application/json',
          'text/plain',
          'application/json; charset=x',
        ]),
        ...(random() < 0.05 && { origin: 'null' }),
        ...(random() < 0.05 && { authorization: pick(['Bearer', 'Basic x', 'Bearer \u00e9']) }),
      },
      ...(method === 'POST' || method === 'PUT' ? { body } : {}),
    })
    await answer.dump()
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1
  }
  const worker = async (): Promise<void> => {
    while (left-- > 0) await one()
  }
  await Promise.all(Array.from({ length: 16 }, worker))
  await pool.close()
  return { requests: count, statuses }
}

if (import.meta.main) {
  const { openLive } = await import('./live.ts')
  const server = await openLive()
  const endpoint = await server.endpoint('http://127.0.0.1:9/')
  await server.call('POST', `/endpoints/${endpoint}/pause`)
  await fuzzRequests(server.url, endpoint, 5000, 1)
  const before = process.memoryUsage().rss
  const report = await fuzzRequests(server.url, endpoint, Number(process.argv[2] ?? 100_000), 2)
  const grownMiB = Math.round((process.memoryUsage().rss - before) / 2 ** 20)
  console.log(JSON.stringify({ ...report, grownMiB }))
  await server.close()
  process.exitCode = report.statuses[500] === undefined && grownMiB < 150 ? 0 : 1
}
