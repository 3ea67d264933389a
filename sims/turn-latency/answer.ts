/** The answer in one sentence: what a turn gains as a call goes on, and what could give it back. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Headline, PointResult, Results } from '../lab/contract/sim.ts'
import type { TurnLatencyParams } from './params.ts'
import { savedBy, VARIANTS } from './variants.ts'

type Point = PointResult<TurnLatencyParams>

export function answer({ chosen }: Results<TurnLatencyParams>): Headline {
  const drift = chosen.metrics['drift']!
  return {
    // Whatever the verdict: of a run that was stopped it says only that.
    text: chosen.state === 'overloaded' ? 'The inference pool is overloaded.' : sentence(chosen),
    value: drift.value,
    unit: 's',
    low: drift.low,
    high: drift.high,
  }
}

function sentence({ metrics }: Point): string {
  const seconds = (name: string): string | null => {
    const value = metrics[name]?.value ?? null
    return value === null ? null : formatQuantity(value, 's')
  }
  const early = seconds('latencyAtMinute1')
  const late = seconds('latencyAtMinute12')
  if (early === null || late === null) return 'The calls are too short to have a twelfth minute.'
  const gains = `A turn takes ${early} in minute 1 and ${late} in minute 12: it gains ${seconds('drift')!}.`
  const [best] = VARIANTS.flatMap(({ name, label }) => {
    const value = metrics[savedBy(name)]?.value ?? null
    return name === 'noRelay' || value === null ? [] : [{ label, value }]
  }).toSorted((a, b) => b.value - a.value)
  // Nobody asked what could give it back.
  if (best === undefined) return gains
  // What lies within the noise of zero, on either side of it, is no gift.
  const saved = metrics[savedBy('noRelay')]
  const relay = (saved?.low ?? 0) > 0 ? seconds(savedBy('noRelay')) : 'nothing that shows'
  return `${gains} The relay can give back ${relay}; ${best.label} gives back ${formatQuantity(best.value, 's')}.`
}
