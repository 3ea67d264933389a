/** A point as its document tells it, and the question as the digest covers it. */
import type { PointDocument } from '../contract/document.ts'
import type { Point } from './fold.ts'
import type { Scenario } from './scenario/load.ts'

export function pointDocument({ at, replications, state, metrics, figures, plan }: Point): PointDocument {
  const samples = Object.entries(figures).map(([name, figure]) => [name, [...figure.samples]])
  return {
    at,
    replications: replications.length,
    state,
    ...(plan.time ? { time: plan.time } : {}),
    metrics,
    samples: Object.fromEntries(samples) as Record<string, (number | null)[]>,
  }
}

/** What was asked, whichever file and flags asked it. */
export function resolved({
  name,
  question,
  sim,
  horizon,
  seed,
  params,
  sweep,
  find,
  until,
  expect,
  assumptions,
  uncertainty,
}: Scenario) {
  return {
    name,
    question,
    sim: sim.name,
    horizon,
    seed,
    params,
    sweep,
    find,
    until,
    assumptions,
    ...(uncertainty === null ? {} : { uncertainty }),
    expect: expect.map(({ metric, op, value }) => [metric, op, value]),
  }
}
