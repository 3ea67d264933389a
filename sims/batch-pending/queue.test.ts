/** Jobs of many requests, against a slow model that looks at all of them whenever anything happens. */
import { expect, it, test } from 'vitest'
import type { ReplicationContext } from '../lab/contract/sim.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { Submissions } from './draws.ts'
import type { BatchParams } from './params.ts'
import { BatchQueue } from './queue.ts'
import { meanRequests } from './sizes.ts'
import { paramsOf } from './testing/context.ts'

const context = (): ReplicationContext => ({
  replication: 0,
  horizon: 'span',
  part: 0,
  stream: (name) => openStream(7, 0, name),
  judged: () => [],
  progress: () => {},
})

interface SlowJob {
  readonly submitted: number
  readonly tier: number
  readonly size: number
  readonly expires: number
  started: number
  ended: number
  /** When each request that was begun is done. */
  readonly done: number[]
  fate: 'waits' | 'runs' | 'done' | 'expired'
}

/**
 * The rules: requests of one length, nobody else on the slots. A free slot goes to the higher tier; in a tier to the job
 * that began first and may have another request at once; else to the job that came first. A job that has not begun when
 * it expires is gone; one that has run for `runExpiry` is ended, and its slots are free.
 */
function slowly(params: BatchParams, jobs: SlowJob[]): void {
  const { slots, requestTime, atOnce, upperAtOnce, runExpiry = Infinity } = params
  const running = (job: SlowJob, now: number): number => job.done.filter((at) => at > now).length
  const times = (now: number): number[] =>
    jobs
      .flatMap((job) => {
        if (job.fate === 'waits') return [job.submitted, job.submitted + job.expires]
        return job.fate === 'runs' ? [...job.done, job.started + runExpiry] : []
      })
      .filter((at) => at > now && at < Infinity)
  for (let now = 0; now < Infinity; now = Math.min(...times(now))) {
    for (const job of jobs) {
      if (job.fate === 'runs' && job.done.length === job.size && running(job, now) === 0) job.fate = 'done'
      else if (job.fate === 'runs' && now >= job.started + runExpiry) job.fate = 'expired'
      else if (job.fate === 'waits' && now >= job.submitted + job.expires) job.fate = 'expired'
      else continue
      job.ended = now
    }
    for (;;) {
      const busy = jobs.reduce((sum, job) => sum + (job.fate === 'runs' ? running(job, now) : 0), 0)
      if (busy >= slots) break
      const may = jobs.filter((job) => {
        const most = job.tier === 1 ? upperAtOnce : atOnce
        if (job.fate === 'runs') return job.done.length < job.size && running(job, now) < most
        return job.fate === 'waits' && job.submitted <= now
      })
      const rank = (job: SlowJob): number[] => [
        -job.tier,
        job.fate === 'runs' ? 0 : 1,
        job.fate === 'runs' ? job.started : job.submitted,
      ]
      const [next] = may.toSorted((a, b) => {
        const [x, y] = [rank(a), rank(b)]
        return x[0]! - y[0]! || x[1]! - y[1]! || x[2]! - y[2]!
      })
      if (next === undefined) break
      if (next.fate === 'waits') {
        next.fate = 'runs'
        next.started = now
      }
      next.done.push(now + requestTime)
    }
  }
}

/** To the millisecond: sums in another order differ in their last digits. */
const rounded = (times: Iterable<number>): number[] => Array.from(times, (time) => Math.round(1000 * time))

const WRITTEN = {
  slots: 7,
  interactiveLoad: '0%',
  setup: '0s',
  requestTime: '30s',
  requestScv: 0,
  jobRequests: 20,
  jobSpread: '1000%',
  upperTier: '30%',
  atOnce: 3,
  upperAtOnce: 5,
  span: '12h',
  warmUp: '0s',
}

test.each([
  ['little work', { jobRate: '5/h' }],
  ['nearly as much as the slots can do', { jobRate: '13/h' }],
  ['too much, and jobs expire', { jobRate: '40/h', pendingExpiry: '50min', runExpiry: '31min' }],
] as const)('ends every job when the rules say: %s', (_name, more) => {
  const params = paramsOf({ ...WRITTEN, ...more })
  const { jobs } = new BatchQueue(params, context()).run()
  const draws = new Submissions(params, context())
  // Those who come later change what becomes of these, and so they are there too.
  const all: SlowJob[] = []
  for (let now = draws.gap(); now < 24 * 3600; now += draws.gap()) {
    const tier = draws.tier()
    const size = draws.requests()
    const { expires } = draws.limits()
    draws.setup()
    all.push({ submitted: now, tier, size, expires, started: NaN, ended: NaN, done: [], fate: 'waits' })
  }
  slowly(params, all)
  expect(jobs.submitted.length).toBeGreaterThan(40)
  const expected = all.slice(0, jobs.submitted.length)
  expect([...jobs.requests]).toEqual(expected.map(({ size }) => size))
  expect(rounded(jobs.started)).toEqual(rounded(expected.map(({ started }) => started)))
  expect(rounded(jobs.ended)).toEqual(rounded(expected.map(({ ended }) => ended)))
})

it('a job alone takes as many rounds as its requests need', () => {
  const params = paramsOf({
    ...WRITTEN,
    jobRate: '1/d',
    jobRequests: 20,
    jobSpread: '100%',
    upperTier: '0%',
    span: '20d',
  })
  const { jobs } = new BatchQueue(params, context()).run()
  // Seven rounds of at most three; the odd job meets another one.
  const times = [...jobs.ended].map((ended, i) => ended - jobs.submitted[i]!)
  expect(times.toSorted((a, b) => a - b)[times.length >> 1]).toBeCloseTo(210, 6)
})

test.each([
  [1, '300%'],
  [30, '3000%'],
  [400, '20000%'],
] as const)(
  'jobs have on average as many requests as load is worked out from: median %d, spread %s',
  (jobRequests, jobSpread) => {
    const params = paramsOf({ ...WRITTEN, jobRate: '1/d', jobRequests, jobSpread })
    const draws = new Submissions(params, context())
    const n = 400_000
    let [sum, squares] = [0, 0]
    for (let i = 0; i < n; i++) {
      const size = draws.requests()
      sum += size
      squares += size * size
    }
    const error = Math.sqrt((squares / n - (sum / n) ** 2) / n)
    expect(Math.abs(sum / n - meanRequests(params))).toBeLessThan(4 * error)
    // And that says something.
    expect(error).toBeLessThan(0.02 * meanRequests(params))
  },
)
