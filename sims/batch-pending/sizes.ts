/** How many requests a job has: lognormal, rounded up, and no more than a job may have. */
import { normalTail } from '../lab/analysis/normal.ts'

/** A job holds no more requests than this (Vertex AI's documented limit). */
export const MOST_IN_A_JOB = 200_000

/** Median, and 95th percentile over it. */
export interface JobSizes {
  readonly jobRequests: number
  readonly jobSpread: number
}

/** The 95 % quantile of the standard normal. */
const Z95 = 1.6448536269514722

/** Standard deviation of the logarithm. */
export const jobSigma = ({ jobSpread }: JobSizes): number => Math.log(jobSpread) / Z95

/** Sizes below this are summed one by one; above, rounding up adds half a request. */
const ONE_BY_ONE = 500

/** Mean requests of a job: what load is worked out from, so it counts the rounding and the largest. */
export function meanRequests(sizes: JobSizes): number {
  const sigma = jobSigma(sizes)
  if (sigma === 0) return Math.ceil(sizes.jobRequests)
  const mu = Math.log(sizes.jobRequests)
  const above = (size: number): number => normalTail((Math.log(size) - mu) / sigma)
  // Mean of what is at most `size`, itself where there is more.
  const capped = (size: number): number =>
    Math.exp(mu + sigma ** 2 / 2) * normalTail((mu + sigma ** 2 - Math.log(size)) / sigma) +
    size * above(size)
  let mean = 1
  for (let size = 1; size < ONE_BY_ONE; size++) mean += above(size)
  const rounding = (above(ONE_BY_ONE) - above(MOST_IN_A_JOB)) / 2
  return mean + capped(MOST_IN_A_JOB) - capped(ONE_BY_ONE) + rounding
}
