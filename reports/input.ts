/** What every report is made from. */
import type { RunDocument } from '../sims/lab/contract/document.ts'
import type { ChartSpec, Series, Unit } from '../sims/lab/contract/sim.ts'

export interface ReportInput {
  readonly document: RunDocument
  readonly charts: readonly ChartSpec[]
  readonly series: Readonly<Record<string, Series>>
  /** The scenario that ran, as text. */
  readonly scenarioYaml: string
  /** How each metric is named to the reader. */
  readonly metricLabels: Readonly<Record<string, { readonly label: string; readonly unit: Unit }>>
  /** Facts of this one execution (time taken, machine), for the footer; never part of the document. */
  readonly wallClock?: readonly string[]
}
