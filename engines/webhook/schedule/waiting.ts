/**
 * The jobs of an endpoint that wait for their time: a list through the jobs themselves, so that a million of them cost
 * two pointers each and a removal searches nothing. Not promised: any order.
 */
import type { Job } from './job.ts'

export class Waiting implements Iterable<Job> {
  private first: Job | null = null

  /** Takes in a job that is in no list. */
  add(job: Job): void {
    job.after = this.first
    if (this.first !== null) this.first.before = job
    this.first = job
  }

  /** Takes a job out; one that is not in the list is left alone. */
  delete(job: Job): void {
    if (job.before !== null) job.before.after = job.after
    else if (this.first === job) this.first = job.after
    else return
    if (job.after !== null) job.after.before = job.before
    job.before = job.after = null
  }

  /** Every job; the one in hand may be deleted meanwhile. */
  *[Symbol.iterator](): Iterator<Job> {
    for (let job = this.first; job !== null;) {
      const { after } = job
      yield job
      job = after
    }
  }
}
