/** How a comparison is said, on the terminal and on the page alike. */
import { formatQuantity } from '../../sims/lab/contract/quantity.ts'
import { interval, pointName, quantity, samePoint } from '../wording/words.ts'
import type { CompareDocument, Difference } from './runs.ts'

export const WORDS = {
  same: { word: 'THE SAME', meaning: 'both runs are the same, byte for byte' },
  none: { word: 'NO DIFFERENCE', meaning: 'nothing differs by more than noise' },
  real: { word: 'DIFFERENT', meaning: 'some figures differ by more than noise' },
  unknown: { word: 'CANNOT TELL', meaning: 'no figure has an interval: one replication, or none in common' },
} as const satisfies Record<CompareDocument['verdict'], { word: string; meaning: string }>

/** `3 of 14 figures differ`, and how that was found. */
export function summary({ verdict, differences, method }: CompareDocument): string {
  if (verdict === 'same' || verdict === 'unknown') return WORDS[verdict].meaning
  const real = differences.filter(({ isReal }) => isReal).length
  const how =
    method === 'paired'
      ? 'replications paired by common random numbers'
      : 'independent runs: other seeds share no luck, so only larger differences can be told'
  return `${real === 0 ? 'none' : real} of ${differences.length} figures ${real === 1 ? 'differs' : 'differ'} by more than noise (${how})`
}

/** `mean(wait) at servers = 20`. */
export function figureName({ metric, at: [a, b] }: Difference): string {
  const place = samePoint(a, b) ? pointName(a) : `${pointName(a)} against ${pointName(b)}`
  return place === '' ? metric : `${metric} at ${place}`
}

/** `+3.1 % (2.4 to 3.8 %)`, or in the figure's unit where there is nothing to take a share of. */
export function differenceWords({ difference, low, high, relative, unit, values }: Difference): string {
  if (difference === null) return 'no figure on one side'
  const sign = difference > 0 ? '+' : ''
  if (low === null || high === null) return `${sign}${formatQuantity(difference, unit)}, no interval`
  const base = values[0]
  const isShare = relative !== null && base !== null && base !== 0
  const scale = isShare ? Math.abs(difference / relative) : 1
  const shown = isShare ? 'share' : unit
  return `${sign}${formatQuantity(difference / scale, shown)} (${interval(low / scale, high / scale, shown)})`
}

export const valuesWords = ({ values: [a, b], unit }: Difference): string =>
  `${quantity(a, unit)} → ${quantity(b, unit)}`
