/**
 * Published turn latencies. Each is one report of one deployment, most from a handful of calls: enough to say what is
 * possible, too little to say what is usual. Where a report gives a range its middle stands here.
 */
export interface PublishedPoint {
  /** Minute of the call. */
  readonly minute: number
  readonly seconds: number
  /** The deployment it comes from: far and by telephone, near and by browser, or recognition that falls behind. */
  readonly preset: 'far' | 'near' | 'behind'
  /** A median of timed calls, or the middle of a range that somebody told. */
  readonly kind: 'median' | 'range'
  readonly source: string
  readonly weakness: string
}

export const PUBLISHED: readonly PublishedPoint[] = [
  {
    minute: 1.35,
    seconds: 2.24,
    preset: 'far',
    kind: 'median',
    source: 'smallest.ai, September 2025: calls of 2.7 min',
    weakness: '5 calls, by telephone from India, timed by hand',
  },
  {
    minute: 11,
    seconds: 5,
    preset: 'far',
    kind: 'median',
    source: 'smallest.ai, September 2025: calls of 10 to 12 min',
    weakness: '5 calls; "over 5 s", so a lower bound',
  },
  {
    minute: 1,
    seconds: 1.5,
    preset: 'far',
    kind: 'range',
    source: 'community.openai.com, topic 1376004: 1 to 2 s early',
    weakness: 'one user’s report',
  },
  {
    minute: 9.5,
    seconds: 7,
    preset: 'far',
    kind: 'range',
    source: 'community.openai.com, topic 1376004: 6 to 8 s after 9 min',
    weakness: 'one user’s report',
  },
  {
    minute: 1,
    seconds: 0.675,
    preset: 'near',
    kind: 'range',
    source: 'time to first voice of 450 to 900 ms, widely repeated',
    weakness: 'no source was found for it',
  },
  {
    minute: 0.5,
    seconds: 0.95,
    preset: 'behind',
    kind: 'range',
    source: 'speech-sdk-js, issue 913: 0.7 to 1.2 s fresh',
    weakness: 'one connection',
  },
  {
    minute: 5,
    seconds: 5,
    preset: 'behind',
    kind: 'range',
    source: 'speech-sdk-js, issue 913: 5 s after 5 min',
    weakness: 'one connection',
  },
  {
    minute: 10,
    seconds: 80,
    preset: 'behind',
    kind: 'range',
    source: 'speech-sdk-js, issue 913: 80 s after 10 min',
    weakness: 'one connection',
  },
]
