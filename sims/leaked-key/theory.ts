/** Closed forms: what a theft costs that nothing stops, and one that only the cap does. */
import type { TheoryPrediction } from '../lab/contract/sim.ts'
import { CONTROLS, LIMIT_WINDOW } from './controls.ts'
import { STEP, type LeakedKeyParams } from './params.ts'

export function predictions({
  control: name,
  firstAbuse,
  abuseRate,
  noticed,
}: LeakedKeyParams): TheoryPrediction[] {
  const { spendLimit, cap, alerts } = CONTROLS[name]
  if (alerts || spendLimit < Infinity || cap < Infinity) return []
  // The first abuse is exponential and begins with a whole minute; the mean of what is left of the time until the bill is
  // seen is a geometric sum.
  const steps = Math.ceil(noticed / STEP)
  const stay = Math.exp(-STEP / firstAbuse)
  const left = steps - (stay ** 0 - stay ** steps) / (1 - stay)
  return [
    {
      name: 'rate times what is left of the time until the bill is seen',
      metric: 'mean(spend)',
      expected: (abuseRate * left * STEP) / LIMIT_WINDOW,
    },
  ]
}
