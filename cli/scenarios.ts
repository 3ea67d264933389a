/** Scenario files for the commands that take them: read, and either all good or one error that tells everything. */
import { sims } from '../sims/index.ts'
import { readScenario, ScenarioErrors, type LoadOptions, type Scenario } from '../sims/run/scenario/load.ts'

/** Nothing runs while any file is wrong, so all of them are read first. */
export function readScenarios(files: readonly string[], options: LoadOptions): Scenario[] {
  const scenarios: Scenario[] = []
  const errors: ScenarioErrors['errors'][number][] = []
  for (const file of files) {
    try {
      scenarios.push(readScenario(file, sims, options))
    } catch (error) {
      if (!(error instanceof ScenarioErrors)) throw error
      errors.push(...error.errors)
    }
  }
  if (errors.length > 0) throw new ScenarioErrors(errors)
  return scenarios
}
