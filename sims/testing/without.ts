/** Runs a scenario as it is, or without its mechanism: small, in this process, and nothing looked into besides. */
import { join } from 'node:path'
import type { ExpectationDocument, RunDocument, Verdict } from '../lab/contract/document.ts'
import { runScenario } from '../lab/run/run.ts'
import { readScenario } from '../lab/run/scenario/load.ts'
import { inlineRunner } from '../lab/run/testing/inline.ts'
import { sims } from '../index.ts'
import type { Mechanism } from './mechanisms.ts'

export const SCENARIOS = join(import.meta.dirname, '../../scenarios')

export interface Outcome {
  readonly verdict: Verdict
  readonly reasons: readonly string[]
  /** The expectation that the mechanism is for, at every point. */
  readonly asked: readonly ExpectationDocument[]
}

export async function outcomeOf(mechanism: Mechanism, isTakenOut: boolean): Promise<Outcome> {
  const { small, without, expectation } = mechanism
  const { verdict, trust, expectations } = await documentOf(
    mechanism,
    isTakenOut ? [...small, ...without] : small,
  )
  return {
    verdict,
    reasons: trust.reasons.map(({ text }) => text),
    asked: expectations.filter(({ text }) => text === expectation),
  }
}

/** Several expectations of one scenario are often about the same two runs. */
const done = new Map<string, Promise<RunDocument>>()

function documentOf(
  { scenario, environment }: Pick<Mechanism, 'scenario' | 'environment'>,
  set: readonly string[],
): Promise<RunDocument> {
  const key = JSON.stringify([scenario, environment, set])
  const document = done.get(key) ?? run(scenario, environment, set)
  done.set(key, document)
  return document
}

async function run(name: string, environment: string, set: readonly string[]): Promise<RunDocument> {
  const scenario = readScenario(join(SCENARIOS, `${name}.yaml`), sims, { environment, set })
  // What breaks first and what the assumptions do are other questions.
  const sim = { ...scenario.sim }
  delete sim.underLoad
  const { document } = await runScenario(
    { ...scenario, sim, assumptions: [], uncertainty: null },
    { runner: inlineRunner(sim), reproduce: `flowbench run scenarios/${name}.yaml` },
  )
  return document
}

/** What is wrong with a mechanism: it does not pass as it is, or that expectation holds without it. Null where all is well. */
export async function problemOf(mechanism: Mechanism): Promise<string | null> {
  const told = ({ verdict, reasons, asked }: Outcome): string =>
    `${verdict} (${asked.map(({ value, low, high }) => `${value}: ${low} to ${high}`).join(', ')}) ${reasons.join('; ')}`
  const asItIs = await outcomeOf(mechanism, false)
  if (asItIs.asked.length === 0) return `the scenario does not expect ${mechanism.expectation}`
  if (asItIs.verdict !== 'pass') return `as it is: ${told(asItIs)}`
  const without = await outcomeOf(mechanism, true)
  const isFailed = without.verdict === 'fail' || without.verdict === 'overloaded'
  return isFailed && without.asked.some(({ ok }) => !ok) ? null : `without it: ${told(without)}`
}
