/**
 * Waits in a first-come first-served queue, customer by customer, without an event list: one server by Lindley's recursion,
 * several by the times at which each falls free (Kiefer and Wolfowitz). Nothing here knows the kernel or the sims, so that
 * what is measured is the analysis alone.
 */
import { exponential } from '../../../kernel/random/exponential.ts'
import { hyperexponential, hyperexponentialFrom } from '../../../kernel/random/hyperexponential.ts'
import { openStream } from '../../../kernel/random/stream.ts'
import { distributionOf, type Distribution } from '../../distribution.ts'
import { LogHistogram } from '../../histogram.ts'
import { mg1, mh21WaitTail, mmc } from '../../theory/queues.ts'
import { steadyQueue, type QueueShape, type SteadyKnowledge } from '../../theory/run-length.ts'

/** One replication from an empty start: customers who arrive in [warmUp, warmUp + span). */
export function waits(
  shape: QueueShape,
  seed: number,
  replication: number,
  { warmUp, span }: { warmUp: number; span: number },
): Distribution {
  const { arrivalRate, meanService, servers, serviceScv = 1 } = shape
  const arrivals = openStream(seed, replication, 'arrivals')
  const services = openStream(seed, replication, 'services')
  const mixture = serviceScv > 1 ? hyperexponentialFrom({ mean: meanService, scv: serviceScv }) : null
  const histogram = new LogHistogram()
  const free = new Float64Array(servers)
  const gap = 1 / arrivalRate
  const end = warmUp + span
  for (let now = exponential(arrivals, gap); now < end; now += exponential(arrivals, gap)) {
    const start = Math.max(now, free[0]!)
    if (now >= warmUp) histogram.add(start - now)
    replaceFirst(
      free,
      start + (mixture === null ? exponential(services, meanService) : hyperexponential(services, mixture)),
    )
  }
  return distributionOf(histogram.toData())
}

/** Sinks a new value from the top of a binary heap whose least is first. */
function replaceFirst(heap: Float64Array, value: number): void {
  const size = heap.length
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= size) break
    if (child + 1 < size && heap[child + 1]! < heap[child]!) child++
    if (heap[child]! >= value) break
    heap[i] = heap[child]!
    i = child
  }
  heap[i] = value
}

export interface Truth {
  readonly meanWait: number
  waitTail(t: number): number
  waitQuantile(p: number): number
  readonly steady: SteadyKnowledge
}

/** Exact figures of a queue that has a steady state. */
export function truthOf(shape: QueueShape): Truth {
  const { arrivalRate, meanService, servers, serviceScv = 1 } = shape
  const steady = steadyQueue(shape)
  if (steady === null) throw new RangeError('no steady state')
  if (serviceScv === 1) return { ...mmc(arrivalRate, meanService, servers)!, steady }
  const waitTail = mh21WaitTail(arrivalRate, meanService, serviceScv)!
  return {
    meanWait: mg1(arrivalRate, meanService, serviceScv)!.meanWait,
    waitTail,
    waitQuantile: (p) => {
      let [low, high] = [0, meanService]
      while (waitTail(high) > 1 - p) high *= 2
      for (let i = 0; i < 60; i++) {
        const middle = (low + high) / 2
        if (waitTail(middle) > 1 - p) low = middle
        else high = middle
      }
      return high
    },
    steady,
  }
}
