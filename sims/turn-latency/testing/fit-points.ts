/**
 * Fits `prefillPerToken` of a scenario to the published points of its preset, and prints how well: each point with what
 * the scenario says, and with the prediction of a fit that did not see it. `npm run turn-latency:fit`.
 */
import { join } from 'node:path'
import { turnLatency } from '../index.ts'
import type { Sim } from '../../lab/contract/sim.ts'
import { readScenario } from '../../lab/run/scenario/load.ts'
import { expectedLatency, fit } from '../fit.ts'
import type { TurnLatencyParams } from '../params.ts'
import { PUBLISHED } from '../published.ts'

const SIMS: ReadonlyMap<string, Sim> = new Map([[turnLatency.name, turnLatency as unknown as Sim]])
const SCENARIOS = join(import.meta.dirname, '../../../scenarios')

for (const preset of ['far', 'near'] as const) {
  const { params } = readScenario(join(SCENARIOS, `turn-latency-${preset}.yaml`), SIMS)
  const scenario = params as TurnLatencyParams
  const points = PUBLISHED.filter((point) => point.preset === preset)
  console.log(`\n${preset}: ${points.length} points`)
  const us = (seconds: number): string => `${(seconds * 1e6).toFixed(0)} us`
  const fitted = points.length > 1 ? us(fit(scenario, points)) : 'not fitted, as one point fits anything'
  console.log(`prefillPerToken: ${fitted}; the scenario says ${us(scenario.prefillPerToken)}`)
  for (const point of points) {
    const others = points.filter((other) => other !== point)
    const unseen = others.length > 0 ? { ...scenario, prefillPerToken: fit(scenario, others) } : null
    const predicted = unseen
      ? `${expectedLatency(unseen, point.minute).toFixed(2)} s by the others`
      : 'no others to predict it by'
    const said = expectedLatency(scenario, point.minute).toFixed(2)
    console.log(
      `minute ${point.minute}: published ${point.seconds} s, scenario ${said} s, ${predicted} (${point.source}; ${point.weakness})`,
    )
  }
}
