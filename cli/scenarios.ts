/** Scenario files for the commands that take them: read, and either all good or one error that tells everything. */
import { readFileSync } from 'node:fs'
import { sims } from '../sims/index.ts'
import { loadScenario, ScenarioErrors, type LoadOptions, type Scenario } from '../sims/run/scenario/load.ts'
import { UsageError } from './exit.ts'

/** Nothing runs while any file is wrong, so all of them are read first. */
export function readScenarios(files: readonly string[], options: LoadOptions): Scenario[] {
  const scenarios: Scenario[] = []
  const errors: ScenarioErrors['errors'][number][] = []
  for (const file of files) {
    try {
      scenarios.push(loadScenario(file, readText(file), sims, options))
    } catch (error) {
      if (!(error instanceof ScenarioErrors)) throw error
      errors.push(...error.errors)
    }
  }
  if (errors.length > 0) throw new ScenarioErrors(errors)
  return scenarios
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, {
      cause: error,
    })
  }
}
