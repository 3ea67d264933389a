/**
 * What the published points say, printed: `npm run turn-latency:fit`.
 *
 * For each preset: `prefillPerToken` fitted to its points; each point beside what the scenario says, with the 95 %
 * interval that the scenario's own assumptions leave (all of them drawn together, triangular between low, mid and high),
 * and beside the prediction of a fit that did not see it, with the interval in which one more report like the others would
 * lie (`foretell.ts`); and the three shapes of drift by how well each foretells points left out. Exits 1 when a published
 * median lies outside its preset's interval, which a range that one user told may, or any report outside the other.
 */
import { join } from 'node:path'
import { turnLatency } from '../index.ts'
import { openStream, type Stream } from '../../lab/kernel/random/stream.ts'
import type { Sim } from '../../lab/contract/sim.ts'
import { readScenario, type Assumption } from '../../lab/run/scenario/load.ts'
import { expectedLatency, fit } from '../fit.ts'
import { intervalOfReport } from '../foretell.ts'
import type { TurnLatencyParams } from '../params.ts'
import { PUBLISHED } from '../published.ts'
import { compareShapes, distinct } from '../shapes.ts'

const SIMS: ReadonlyMap<string, Sim> = new Map([[turnLatency.name, turnLatency as unknown as Sim]])
const SCENARIOS = join(import.meta.dirname, '../../../scenarios')
const DRAWS = 4000
/** Each with a fit of its own. */
const REPORTS = 1000

const scenarioOf = (preset: string) => readScenario(join(SCENARIOS, `turn-latency-${preset}.yaml`), SIMS)
const us = (seconds: number): string => `${(seconds * 1e6).toFixed(0)} us`

function triangular(stream: Stream, { low, mid, high }: Assumption): number {
  const u = stream.uniform()
  const rise = (mid - low) / (high - low)
  return u < rise
    ? low + Math.sqrt(u * (high - low) * (mid - low))
    : high - Math.sqrt((1 - u) * (high - low) * (high - mid))
}

const drawnBy =
  (stream: Stream, params: TurnLatencyParams, assumptions: readonly Assumption[]) =>
  (): TurnLatencyParams => ({
    ...params,
    ...Object.fromEntries(assumptions.map((one) => [one.path, triangular(stream, one)])),
  })

/** The middle 95 % of the latency at a minute over all assumptions together. */
function interval(
  params: TurnLatencyParams,
  assumptions: readonly Assumption[],
  minute: number,
): [number, number] {
  const drawn = drawnBy(openStream(7, 0, 'assumptions'), params, assumptions)
  const latencies = Array.from({ length: DRAWS }, () => expectedLatency(drawn(), minute)).toSorted(
    (a, b) => a - b,
  )
  return [latencies[Math.floor(0.025 * DRAWS)]!, latencies[Math.ceil(0.975 * DRAWS) - 1]!]
}

function foretold(report: readonly [number, number] | null, seconds: number): string {
  if (report === null) return 'too few to say how reports scatter'
  const [low, high] = report
  const isInside = low <= seconds && seconds <= high
  if (!isInside) process.exitCode = 1
  return `who let one more report lie from ${low.toFixed(2)} to ${high.toFixed(2)} s (${isInside ? 'inside' : 'outside'})`
}

for (const preset of ['far', 'near'] as const) {
  const { params, assumptions } = scenarioOf(preset)
  const scenario = params as TurnLatencyParams
  const points = PUBLISHED.filter((point) => point.preset === preset)
  console.log(`\n${preset}: ${points.length} points`)
  const fitted = points.length > 1 ? us(fit(scenario, points)) : 'not fitted, as one point fits anything'
  console.log(`prefillPerToken: ${fitted}; the scenario says ${us(scenario.prefillPerToken)}`)
  for (const point of points) {
    const others = points.filter((other) => other !== point)
    const stream = openStream(7, 0, 'reports')
    const report = intervalOfReport(scenario, others, point.minute, {
      draws: REPORTS,
      drawn: drawnBy(stream, scenario, assumptions),
      stream,
    })
    const unseen = others.length > 0 ? { ...scenario, prefillPerToken: fit(scenario, others) } : null
    const predicted = unseen
      ? `${expectedLatency(unseen, point.minute).toFixed(2)} s by the others, ${foretold(report, point.seconds)}`
      : 'no others to predict it by'
    const said = expectedLatency(scenario, point.minute).toFixed(2)
    const [low, high] = interval(scenario, assumptions, point.minute)
    const isInside = low <= point.seconds && point.seconds <= high
    if (!isInside && point.kind === 'median') process.exitCode = 1
    console.log(
      `minute ${point.minute}: published ${point.kind} ${point.seconds} s, scenario ${said} s, 95 % ${low.toFixed(2)} to ${high.toFixed(2)} s ` +
        `(${isInside ? 'inside' : 'outside'}), ${predicted} (${point.source}; ${point.weakness})`,
    )
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
for (const [preset, scenario] of [
  ['far', 'far'],
  ['behind', 'near'],
] as const) {
  const points = PUBLISHED.filter((point) => point.preset === preset)
  const verdicts = compareShapes(scenarioOf(scenario).params as TurnLatencyParams, points)
  console.log(`\n${preset}, shapes of drift, ${points.length} points, the one that foretells best first:`)
  for (const { shape, parameter, fitted, leftOut, predictions } of verdicts) {
    const each = points
      .map(({ minute }, i) => `${predictions[i]!.toFixed(2)} s at minute ${minute}`)
      .join(', ')
    console.log(
      `${shape}: ${parameter.toPrecision(3)}; off by ${percent(fitted)} fitted, ${percent(leftOut)} left out (${each})`,
    )
  }
  const rivals = verdicts.filter((one) => !distinct(verdicts[0]!, one)).map(({ shape }) => shape)
  console.log(
    rivals.length === 1 ? `supported: ${rivals[0]}` : `cannot be told apart: ${rivals.join(' and ')}`,
  )
}
