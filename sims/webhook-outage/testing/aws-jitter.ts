/**
 * The contention experiment behind "Exponential Backoff And Jitter" (M. Brooker, AWS Architecture Blog, 2015), from its
 * rules: N clients update one row under optimistic concurrency control. Each reads the version and writes if it is still
 * the same; who loses backs off and begins anew. Every message takes |N(10, 2)| ms; delays begin at 5 ms, doubled before
 * the first retry, capped at 2 s. What is measured: writes tried in all, and when the last client is through.
 *
 * The laws of jitter are the engine's. Decorrelated jitter needs the delay before, which no webhook policy has, so its law
 * stands here.
 */
import { nextDelay, POLICIES, type Policy } from '../../../engines/webhook/core.ts'
import { codeOf, event, indexOf, Kernel, NONE } from '../../lab/kernel/kernel.ts'
import { normal } from '../../lab/kernel/random/normal.ts'
import type { Stream } from '../../lab/kernel/random/stream.ts'

export const LAWS = ['None', 'Exponential', 'EqualJitter', 'FullJitter', 'Decorr'] as const
export type Law = (typeof LAWS)[number]

/** Mean of 100 runs each, of the published simulator, re-run. */
export const PUBLISHED: readonly (readonly [clients: number, law: Law, ms: number, calls: number])[] = [
  [10, 'Exponential', 3589.6, 51.2],
  [10, 'Decorr', 435.8, 37.5],
  [10, 'EqualJitter', 741.1, 42.9],
  [10, 'FullJitter', 461.6, 38.9],
  [10, 'None', 377.9, 50.7],
  [50, 'Exponential', 35_708.2, 621.8],
  [50, 'Decorr', 2158.7, 373.0],
  [50, 'EqualJitter', 4276.3, 347.1],
  [50, 'FullJitter', 2924.1, 332.5],
  [50, 'None', 1138.2, 689.4],
  [100, 'Exponential', 63_512.2, 1854.3],
  [100, 'Decorr', 4582.9, 1003.6],
  [100, 'EqualJitter', 6573.6, 812.4],
  [100, 'FullJitter', 4797.4, 795.6],
  [100, 'None', 2035.2, 2429.2],
  [190, 'Exponential', 100_906.6, 5171.9],
  [190, 'Decorr', 8019.5, 2437.6],
  [190, 'EqualJitter', 9324.6, 1759.8],
  [190, 'FullJitter', 7569.1, 1771.1],
  [190, 'None', 3539.0, 8014.9],
]

const BASE = 5
const CAP = 2000
const NETWORK = [10, 2] as const
const FAILED = { status: 500, error: null, retryAfter: null }

const [READ, READ_RESULT, WRITE, WRITE_RESULT] = [1, 2, 3, 4] as const

const kinds = { None: 'none', Exponential: 'none', EqualJitter: 'equal', FullJitter: 'full' } as const

/** Delay before retry `attempt` of a client whose last one was `before`, ms. */
function backoff(law: Law): (attempt: number, before: number, draw: number) => number {
  if (law === 'None') return () => 0
  if (law === 'Decorr') return (_, before, draw) => Math.min(CAP, BASE + draw * (3 * before - BASE))
  const delays = Array.from({ length: 9 }, (_, i) => Math.min(CAP, BASE * 2 ** (i + 1)))
  const policy: Policy = {
    ...POLICIES.get('outpost')!,
    delays,
    retries: Infinity,
    jitter: { kind: kinds[law] },
  }
  return (attempt, _, draw) => nextDelay(policy, attempt, FAILED, 0, draw)!
}

/** One run: `calls` writes were tried, the last client was through after `ms`. */
export function contend(
  clients: number,
  law: Law,
  stream: Stream,
): { readonly ms: number; readonly calls: number } {
  const kernel = new Kernel({ tick: 100 })
  const hop = (): number => Math.abs(normal(stream, ...NETWORK))
  const delayOf = backoff(law)
  const seen = new Int32Array(clients)
  const won = new Uint8Array(clients)
  const attempts = new Int32Array(clients)
  const slept = new Float64Array(clients).fill(BASE)
  let version = 0
  let calls = 0
  for (let client = 0; client < clients; client++) kernel.after(hop(), event(READ, client))
  for (let e = kernel.next(Infinity); e !== NONE; e = kernel.next(Infinity)) {
    const client = indexOf(e)
    const send = (code: number, after = 0): void => kernel.after(after + hop(), event(code, client))
    switch (codeOf(e)) {
      case READ:
        seen[client] = version
        send(READ_RESULT)
        break
      case READ_RESULT:
        send(WRITE)
        break
      case WRITE:
        calls++
        if (seen[client] === version) {
          version++
          won[client] = 1
        }
        send(WRITE_RESULT)
        break
      default:
        if (won[client] === 1) break
        slept[client] = delayOf(++attempts[client]!, slept[client]!, stream.uniform())
        send(READ, slept[client])
    }
  }
  return { ms: kernel.now, calls }
}
