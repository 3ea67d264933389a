/**
 * Scenario files for the commands that take them: either all of them are good, or one error lists everything that is
 * wrong.
 */
import type { Argv } from 'yargs'
import { sims } from '../sims/index.ts'
import {
  readScenario,
  ScenarioErrors,
  type LoadOptions,
  type Scenario,
} from '../sims/lab/run/scenario/load.ts'

/** The arguments that name scenarios and say how to read them. */
export function scenarioArguments(parser: Argv) {
  return parser
    .positional('files', { type: 'string', array: true, demandOption: true, describe: 'scenario files' })
    .option('env', { type: 'string', describe: 'an environment of the file, applied on top of it' })
    .option('set', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [],
      describe: 'PATH=VALUE, after the environment',
    })
}

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
