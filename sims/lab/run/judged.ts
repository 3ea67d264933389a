/** Parameters that only `judge` reads, and the values a scenario may ask of one world. */
import type { Scenario } from './scenario/load.ts'

/** Every value that a judged parameter takes in this scenario, ascending. */
export function judgedValues(scenario: Scenario): Record<string, number[]> {
  const params = scenario.params as Record<string, unknown>
  return Object.fromEntries(
    (scenario.sim.judged ?? []).map((name) => {
      const swept = scenario.sweep.find((one) => one.param === name)?.values
      const searched = scenario.find?.param === name ? scenario.find.values : undefined
      const values = (searched ?? swept ?? [params[name]]).filter((value) => typeof value === 'number')
      return [name, values.toSorted((a, b) => a - b)]
    }),
  )
}
