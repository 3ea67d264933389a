/**
 * The presets as the scenario has them, and how a published time lies in what a preset gives: shared by the test and by
 * `npm run batch:published`.
 */
import { join } from 'node:path'
import { distributionOf, type Distribution } from '../../lab/analysis/distribution.ts'
import { LogHistogram, type LogHistogramData } from '../../lab/analysis/histogram.ts'
import type { Measures, Sim } from '../../lab/contract/sim.ts'
import { readScenario } from '../../lab/run/scenario/load.ts'
import { batchPending } from '../index.ts'
import type { BatchParams } from '../params.ts'
import type { Preset } from '../presets.ts'
import type { PublishedTime } from '../published.ts'
import { replicate } from './context.ts'

const SIMS: ReadonlyMap<string, Sim> = new Map([[batchPending.name, batchPending as unknown as Sim]])
const SCENARIO = join(import.meta.dirname, '../../../scenarios/batch-pending-72h.yaml')

export interface RegimeTimes {
  /** Times from submission to the end of all jobs, in the scenario as it is but for the preset and the span. */
  readonly times: Distribution
  readonly replications: readonly Measures[]
  /** Share of the jobs that expire. */
  readonly expired: number
}

export function regimeTimes(
  preset: Preset,
  replications: number,
  more: Partial<BatchParams> = {},
): RegimeTimes {
  const { params } = readScenario(SCENARIO, SIMS)
  const regime: BatchParams = { ...(params as BatchParams), preset, way: 'gemini-webhook', ...more }
  const all = new LogHistogram()
  const measures = Array.from({ length: replications }, (_, i) => replicate(regime, i))
  for (const { observations } of measures) {
    all.merge(LogHistogram.fromData(observations!['jobTime'] as LogHistogramData))
  }
  const expired = measures.reduce((sum, { metrics }) => sum + (metrics['lost'] ?? 0), 0) / measures.length
  return { times: distributionOf(all.toData()), replications: measures, expired }
}

/** Five per cent on either side are too seldom to be what a preset is about. */
const EDGE = 0.05

/** Share of a preset's jobs that take longer; and whether the report lies within 5 to 95 % of them. */
export function placeOf(
  { seconds, kind }: PublishedTime,
  { times, expired }: RegimeTimes,
): { readonly longer: number; readonly isWithin: boolean } {
  const longer = times.exceeding(seconds) / times.count
  // What was still waiting took longer than that by an unknown time: it is within when enough jobs take so long.
  const isWithin = longer >= EDGE && (kind !== 'ended' || longer <= 1 - EDGE)
  return { longer, isWithin: isWithin && (kind !== 'expired' || expired >= EDGE) }
}
