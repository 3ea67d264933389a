/**
 * Who is next among the jobs of one tier: running jobs that could begin another request, in the order in which they began;
 * then those that wait, in order of arrival.
 */
import { Ring } from '../lab/kernel/ring.ts'
import { PENDING, type Job } from './job.ts'

export class Line {
  /** No longer than there are slots, so a sorted array is quick. */
  private readonly ready: Job[] = []
  private readonly waiting = new Ring()
  private readonly jobs: readonly Job[]

  constructor(jobs: readonly Job[]) {
    this.jobs = jobs
  }

  join(job: Job): void {
    this.waiting.push(job.id, 0)
  }

  /** The job whose request is next; undefined when there is none. It stays where it is until `began` is told. */
  next(): Job | undefined {
    if (this.ready.length > 0) return this.ready[0]
    // Whoever expired or was cancelled has left a place behind.
    while (this.waiting.size > 0 && this.jobs[this.waiting.firstId]!.state !== PENDING) this.waiting.shift()
    return this.waiting.size > 0 ? this.jobs[this.waiting.firstId] : undefined
  }

  /** A request of the job that `next` named has begun. */
  began(job: Job): void {
    if (!job.isReady) {
      this.waiting.shift()
      if (job.canBegin) this.wait(job)
    } else if (!job.canBegin) this.leave(job)
  }

  /** A running job has a place for another request. */
  wait(job: Job): void {
    if (job.isReady || !job.canBegin) return
    const { ready } = this
    let at = ready.length
    while (at > 0 && isBefore(job, ready[at - 1]!)) at--
    ready.splice(at, 0, job)
    job.isReady = true
  }

  leave(job: Job): void {
    if (!job.isReady) return
    this.ready.splice(this.ready.indexOf(job), 1)
    job.isReady = false
  }
}

const isBefore = (a: Job, b: Job): boolean =>
  a.started < b.started || (a.started === b.started && a.id < b.id)
