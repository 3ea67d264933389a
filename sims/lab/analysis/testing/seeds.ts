/** Small queues for the tests of this folder: truth is known in closed form, so methods can be measured against it. */
import { exponential } from '../../kernel/random/exponential.ts'
import { openStream } from '../../kernel/random/stream.ts'

/**
 * Waits of successive M/M/1 customers by Lindley's recursion W' = max(0, W + S - A), service mean 1. With `stationary`
 * the first customer's wait is drawn from the steady state (0 with probability 1 - rho, else exponential).
 */
export function mm1Waits(
  seed: number,
  replication: number,
  load: number,
  customers: number,
  stationary = true,
): Float64Array {
  const arrivals = openStream(seed, replication, 'arrivals')
  const services = openStream(seed, replication, 'services')
  const start = openStream(seed, replication, 'start')
  let wait = stationary && start.uniform() < load ? exponential(start, 1 / (1 - load)) : 0
  const waits = new Float64Array(customers)
  for (let i = 0; i < customers; i++) {
    waits[i] = wait
    wait = Math.max(0, wait + exponential(services, 1) - exponential(arrivals, 1 / load))
  }
  return waits
}

/**
 * Number in an M/M/c system (mean service 1) at `samples` + 1 equally spaced times, over `arrivals` expected arrivals,
 * empty at first: the jump chain itself, with exponential holding times.
 */
export function mmcNumberInSystem(
  seed: number,
  replication: number,
  {
    load,
    servers = 1,
    arrivals,
    samples = 200,
  }: { load: number; servers?: number; arrivals: number; samples?: number },
): { inSystem: Float64Array; offeredLoad: number } {
  const stream = openStream(seed, replication, 'chain')
  const arrivalRate = load * servers
  const span = arrivals / arrivalRate
  const inSystem = new Float64Array(samples + 1)
  let number = 0
  let clock = 0
  let next = 0
  let arrived = 0
  let busyTime = 0
  let served = 0
  while (next <= samples) {
    const busy = Math.min(number, servers)
    const rate = arrivalRate + busy
    const jump = clock + exponential(stream, 1 / rate)
    while (next <= samples && (next * span) / samples < jump) inSystem[next++] = number
    busyTime += busy * (Math.min(jump, span) - clock)
    clock = jump
    if (stream.uniform() * rate < arrivalRate) {
      number++
      arrived++
    } else {
      number--
      served++
    }
  }
  const meanService = served === 0 ? 1 : busyTime / served
  return { inSystem, offeredLoad: ((arrived / span) * meanService) / servers }
}
