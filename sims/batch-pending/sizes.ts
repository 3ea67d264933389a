/** How many requests a job has: lognormal, rounded up. */

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

/** Rounding up adds half a request on average; the very largest, which are cut off, are too rare to count. */
export function meanRequests(sizes: JobSizes): number {
  const sigma = jobSigma(sizes)
  return sigma === 0 ? Math.ceil(sizes.jobRequests) : sizes.jobRequests * Math.exp(sigma ** 2 / 2) + 0.5
}
