/**
 * A load of the user's own as a parameter: how many arrive in each of many equal intervals.
 *
 *     load: { csv: calls.csv }                        a file beside the scenario, read when the scenario is
 *     load: { every: 5min, arrivals: [512, 498] }     the same, written out
 *
 * Whoever runs a scenario reads the file and puts the second form in its place, so a sim knows only numbers, and a
 * scenario that was written out runs without the file.
 */
import { z } from 'zod'
import { duration, formatQuantity } from './quantity.ts'

/** Two weeks of minutes. */
export const MOST_INTERVALS = 20_160
/** A year, in seconds: nobody plans by longer intervals, and times stay finite. */
export const LONGEST_INTERVAL = 366 * 86_400
const DAY = 86_400

export interface ArrivalLoad {
  /** Length of an interval, seconds. */
  readonly every: number
  /** Arrivals in each, 0 or more; not all 0. */
  readonly arrivals: readonly number[]
  /** When the first begins, seconds after 00:00 UTC; without it, then. For those who know what time it is. */
  readonly start?: number
}

/** The parameter `load`, optional. */
export const arrivalLoad = () =>
  z
    .strictObject({
      csv: z
        .string()
        .min(1)
        .optional()
        .describe('a CSV with the columns time and arrivals, path from the scenario’s folder'),
      every: duration({ above: 0, max: LONGEST_INTERVAL }).optional().describe('length of each interval'),
      arrivals: z
        .array(z.number().min(0))
        .min(1)
        .max(MOST_INTERVALS)
        .optional()
        .describe('how many arrive in each interval'),
      start: duration({ below: DAY })
        .optional()
        .describe('when the first interval begins, after 00:00 UTC, where the time of day matters'),
    })
    .transform(({ csv, every, arrivals, start }, ctx): ArrivalLoad => {
      const refuse = (message: string): never => {
        ctx.issues.push({ code: 'custom', input: csv, message })
        return z.NEVER
      }
      if (csv !== undefined)
        return refuse('a file is read only where it is written in params, not in a sweep')
      if (every === undefined || arrivals === undefined)
        return refuse('expected { csv: FILE }, or { every: 5min, arrivals: [512, 498, ...] }')
      const few = tooFew(arrivals)
      if (few !== null) return refuse(few)
      return { every, arrivals, ...(start === undefined ? {} : { start }) }
    })
    .optional()

/** Why so few arrivals are no load: the wait for the next one would have no end worth simulating. Null for enough. */
export function tooFew(arrivals: readonly number[]): string | null {
  if (!arrivals.some((count) => count > 0)) return 'nobody arrives: every interval says 0'
  const sum = arrivals.reduce((total, count) => total + count, 0)
  return sum < 1 ? `fewer than one arrives in all: ${sum}` : null
}

/** How long the load lasts, seconds. */
export const lengthOf = ({ every, arrivals }: ArrivalLoad): number => every * arrivals.length

/** Arrivals per second, mean over all of it. */
export const meanRate = (load: ArrivalLoad): number =>
  load.arrivals.reduce((sum, count) => sum + count, 0) / lengthOf(load)

/** Arrivals per second in each interval, were the mean over all of it `rate`: a load that is scaled keeps its shape. */
export function ratesOf(load: ArrivalLoad, rate: number = meanRate(load)): number[] {
  const scale = rate / meanRate(load) / load.every
  return load.arrivals.map((count) => count * scale)
}

interface Asked {
  /** Name of the parameter that gives the rate where no load does. */
  readonly rateName: string
  readonly rate: number | undefined
  readonly load: ArrivalLoad | undefined
  /** What is simulated of the load, seconds, by the name of the parameter that says so. */
  readonly spanName: string
  readonly span: number | undefined
}

/** The mean rate of arrivals: as written, or the load's. Reports when there is none, or two, or a load that ends too soon. */
export function rateOrLoad(
  { rateName, rate, load, spanName, span }: Asked,
  ctx: z.core.ParsePayload,
): number {
  const refuse = (path: string, message: string): never => {
    ctx.issues.push({ code: 'custom', input: undefined, path: [path], message })
    return z.NEVER
  }
  if (load === undefined)
    return (
      rate ??
      refuse(
        rateName,
        'is missing: expected a rate such as 18/s, or a load of your own (load: { csv: FILE })',
      )
    )
  if (rate !== undefined) return refuse(rateName, 'a load is given too: leave one of them out')
  if (span !== undefined && span > lengthOf(load))
    return refuse(
      spanName,
      `is longer than the load, which ends after ${formatQuantity(lengthOf(load), 's')}`,
    )
  return meanRate(load)
}
