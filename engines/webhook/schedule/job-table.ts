/**
 * The messages that are in memory, and how much room is left for more: each endpoint has a lane of `lane` fresh ones and
 * one of as many older ones, and when there are more than `most` in all, each keeps only a few.
 */
import type { Endpoint } from './endpoint.ts'
import type { Job, StoredMessage } from './job.ts'
import { MESSAGE, move } from './transitions.ts'

/** Jobs that every endpoint may have in memory, however many others there are. */
const LEAST_JOBS = 8

export class JobTable {
  private readonly bySeq = new Map<number, Job>()
  private readonly slots: (Job | null)[] = []
  private readonly freeSlots: number[] = []
  private readonly lane: number
  private readonly most: number

  constructor(lane: number, most: number) {
    this.lane = lane
    this.most = most
  }

  get size(): number {
    return this.bySeq.size
  }

  has(seq: number): boolean {
    return this.bySeq.has(seq)
  }

  get(seq: number): Job {
    return this.bySeq.get(seq)!
  }

  inSlot(slot: number): Job {
    return this.slots[slot]!
  }

  /** Whether a message that was just accepted finds room. What comes while its receiver is away is backlog. */
  takesNew(endpoint: Endpoint): boolean {
    const inLane = endpoint.isAway ? endpoint.backlogJobs : endpoint.freshJobs
    return inLane < this.lane && this.hasRoom(endpoint)
  }

  /** Whether one that is here, and waits again, may stay. */
  keeps(endpoint: Endpoint): boolean {
    return endpoint.backlogJobs <= this.lane && this.hasRoom(endpoint)
  }

  /** How many of the store's messages may be read back for an endpoint. */
  roomOf(endpoint: Endpoint): number {
    const own = this.lane - endpoint.backlogJobs
    return this.bySeq.size < this.most ? own : Math.min(own, LEAST_JOBS - endpoint.jobs)
  }

  /** Less room than this is not worth a page. */
  get leastRoom(): number {
    return this.bySeq.size < this.most ? this.lane / 4 : LEAST_JOBS / 2
  }

  add(endpoint: Endpoint, row: StoredMessage, fresh: boolean): Job {
    const slot = this.freeSlots.pop() ?? this.slots.length
    const { seq, since, tries, attempts, due } = row
    const state = move(MESSAGE, 'stored', 'load')
    const job: Job = {
      seq,
      endpoint: endpoint.id,
      since,
      fresh,
      state,
      tries,
      attempts,
      due,
      probe: false,
      sentAt: 0,
      slot,
      timer: -1,
      before: null,
      after: null,
    }
    this.slots[slot] = job
    this.bySeq.set(seq, job)
    if (fresh) endpoint.freshJobs++
    else endpoint.backlogJobs++
    return job
  }

  delete(endpoint: Endpoint, job: Job): void {
    this.bySeq.delete(job.seq)
    this.slots[job.slot] = null
    this.freeSlots.push(job.slot)
    if (job.fresh) endpoint.freshJobs--
    else endpoint.backlogJobs--
  }

  private hasRoom(endpoint: Endpoint): boolean {
    return this.bySeq.size <= this.most || endpoint.jobs <= LEAST_JOBS
  }
}
