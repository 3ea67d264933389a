/** From the end of a job to its result in hand: who learns of it when, and what the fetch takes. */
import { POLICIES } from '../../engines/webhook/core.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import { openStream, type Stream } from '../lab/kernel/random/stream.ts'
import { seen, seenDoubling } from './looks.ts'
import type { BatchParams } from './params.ts'
import { deliver, Receiver } from './receiver.ts'
import { WAYS, type WayName } from './ways.ts'

/** Replicate sends output at most once in so many seconds. */
const OUTPUT_EVERY = 0.5

export interface FinishedJob {
  /** Virtual time, s; `started` NaN when it never began. */
  readonly submitted: number
  readonly started: number
  readonly ended: number
  /** Requests whose answers can be had; 0 where there is no result. */
  readonly answers: number
}

export interface Heard {
  /** After the end of the job, s; Infinity when nobody ever heard of it. */
  readonly after: number
  /** Requests made by either side to bring the news. */
  readonly requests: number
}

export interface Fetched {
  /** After the news, s; Infinity when the result was gone before it could be had. */
  readonly after: number
  readonly requests: number
}

/** One way, over all jobs of a replication in order. The draws of another way never move these. */
export class Notices {
  private readonly params: BatchParams
  private readonly way: WayName
  private readonly draws: Stream
  private readonly luck: Stream
  private readonly receiver: Receiver

  /** `seed` belongs to the replication: every way meets the same outages, and the same results that cannot be fetched. */
  constructor(params: BatchParams, way: WayName, seed: number) {
    this.params = params
    this.way = way
    this.draws = openStream(seed, 0, `notice/${way}`)
    this.luck = openStream(seed, 0, 'fetch')
    this.receiver = new Receiver(params, openStream(seed, 0, 'receiver'))
  }

  heard({ submitted, started, ended }: FinishedJob): Heard {
    const { params, draws, receiver } = this
    const { learning } = WAYS[this.way]
    if (learning.kind === 'looks') {
      const { at, looks } = seen(learning.pauses, params, ended - submitted)
      return { after: Math.max(0, at - (ended - submitted)), requests: looks }
    }
    if (learning.kind === 'wait') {
      const hops = Math.max(1, Math.ceil((ended - submitted) / learning.hop))
      return hops <= learning.requests
        ? { after: 0, requests: hops }
        : { after: Infinity, requests: learning.requests }
    }
    const first = ended + exponential(draws, params.dispatch)
    const { at, attempts } = deliver(POLICIES.get(learning.policy)!, first, receiver, draws)
    const progress =
      learning.events === 'progress' && started < ended ? 1 + Math.floor((ended - started) / OUTPUT_EVERY) : 0
    return { after: at - ended, requests: attempts + progress }
  }

  /** Ask for each job in order, whether or not the news of it came. */
  fetched({ ended, answers }: FinishedJob, heard: Heard): Fetched {
    const { params, luck } = this
    // Drawn for every job and every way alike.
    const isWithheld = luck.uniform() < params.unfetchable
    const outage = exponential(luck, params.fetchOutage)
    if (heard.after === Infinity || answers === 0) return { after: Infinity, requests: 0 }
    const { result } = WAYS[this.way]
    if (result === 'inside') return { after: 0, requests: 0 }
    const transfer = (answers * params.resultSize) / params.fetchRate
    const news = ended + heard.after
    const opens = result === 'api' && isWithheld ? Math.max(0, ended + outage - news) : 0
    // A client that gets 503 tries again, with pauses that are doubled up to the cap.
    const { at, looks } = seenDoubling(params.pollFirst, params.pollCap, opens)
    if (heard.after + at > params.retention) return { after: Infinity, requests: looks }
    return { after: at + transfer, requests: looks }
  }
}
