/** What every report of the gate says alike. */
import type { GateBenchmark, GateDocument } from '../../sims/bench/gate/document.ts'
import type { Rate } from '../../sims/bench/gate/rate.ts'
import { formatQuantity } from '../../sims/lab/contract/format.ts'

export const share = (value: number): string => formatQuantity(value, 'share')

/** A rate with its exact interval, and of how many gates that is where they were drawn. */
export function shown({ found, of, held, low, high }: Rate): string {
  const counted = `${found} of ${of}${held === of ? '' : ` drawn, ${held} side by side`}`
  return `${share(of === 0 ? 0 : found / of)} (${counted}; ${share(low)} to ${share(high)})`
}

/** What is known of how often the gate is wrong here, and how old that is. */
export function ratesLines(errorRates: GateDocument['errorRates'], now = new Date()): string[] {
  if (errorRates === null) {
    return ['error rates: not measured on this machine yet; flowbench gate --self-test measures them']
  }
  const { at, machine, methodChanged, busy, calm } = errorRates
  const days = Math.floor((now.getTime() - new Date(at).getTime()) / 86_400_000)
  const age = `${days === 0 ? 'today' : `${days} d ago`}${methodChanged ? ', BY ANOTHER METHOD THAN TODAY' : ''}`
  const states = Object.entries({ busy, calm }).flatMap(([state, rates]) => {
    if (rates === null) return []
    const found = Object.entries(rates.found).map(([slower, rate]) => `+${slower} % found ${shown(rate)}`)
    return [
      `error rates, ${state}: false alarms of whole gates ${shown(rates.falseAlarms)}; ${found.join('; ')}; from ${rates.rounds} rounds`,
    ]
  })
  if (states.length === 0) return [`error rates: too few rounds were played yet (${age})`]
  return [...states, `error rates were measured ${age} on ${machine}`]
}

/** What the file of exceptions says of a benchmark; null where it says nothing. */
export function letThrough({ accepted }: GateBenchmark): string | null {
  if (accepted === null) return null
  const { until, reason, expired } = accepted
  return `${expired ? 'was let through until' : 'let through until'} ${until}: ${reason}`
}

/** What is measured beside time and judged only in part: p95, garbage collection, peak memory, the wall; null where it was not. */
export function besideTime({ timing, memory }: GateBenchmark): string | null {
  if (timing === null || memory === null) return null
  const { gc, p95, wall } = timing
  return `p95 ${p95.toFixed(3)}x, garbage collection ${share(gc.base)} then ${share(gc.head)}, peak memory ${memory.ratio.toFixed(3)}x, wall ${wall.toFixed(3)}x`
}

/** `1.052 (1.031-1.074)`; null where it was not timed. */
export function timesBase({ ratio, low, high }: GateBenchmark): string | null {
  if (ratio === null || low === null || high === null) return null
  return `${ratio.toFixed(3)} (${low.toFixed(3)}-${high.toFixed(3)})`
}
