/** One experiment of the coverage study: a queue, a length, a way of stopping; then every figure's interval and trust. */
import type { Distribution } from '../../distribution.ts'
import { quantileFigure, ratioFigure, type Figure, type FigureInterval } from '../../figure.ts'
import { sequential, widerInterval } from '../../sequential.ts'
import { FEWEST_EFFECTIVE, WARM_UP, type KnownFigure, type QueueShape } from '../../theory/run-length.ts'
import { assess, levelOf, type TrustLevel } from '../../trust.ts'
import { truthOf, waits, type Truth } from './queue.ts'

export interface Queue extends QueueShape {
  readonly name: string
}

const callCentre = (servers: number): Queue => ({
  name: `call centre, ${servers} servers`,
  arrivalRate: 0.7,
  meanService: 210,
  servers,
})

export const QUEUES: readonly Queue[] = [
  { name: 'M/M/1 at 0.5', arrivalRate: 0.5, meanService: 1, servers: 1 },
  { name: 'M/M/1 at 0.9', arrivalRate: 0.9, meanService: 1, servers: 1 },
  { name: 'M/M/1 at 0.95', arrivalRate: 0.95, meanService: 1, servers: 1 },
  { name: 'M/M/20 at 0.9', arrivalRate: 18, meanService: 1, servers: 20 },
  { name: 'M/M/20 at 0.95', arrivalRate: 19, meanService: 1, servers: 20 },
  callCentre(152),
  callCentre(161),
  callCentre(168),
  { name: 'M/H2/1 at 0.9, SCV 4', arrivalRate: 0.9, meanService: 1, servers: 1, serviceScv: 4 },
]

/** Total length, in relaxation times. */
export const LENGTHS = [50, 1000, 10_000] as const
export const STOPPINGS = ['fixed', 'sequential'] as const
export const FIGURES = ['mean', 'p95', 'p99'] as const
export type Stopping = (typeof STOPPINGS)[number]
export type FigureName = (typeof FIGURES)[number]

const REPLICATIONS = 20
/** A sequential run asks for this share of the half-width its pilot is expected to reach: about twice the replications. */
const SHARPER = 0.7

export interface Outcome {
  readonly level: TrustLevel
  readonly holds: boolean
  /** Half-width over the one that theory gives for this length. */
  readonly width: number
}

const Z = 1.96

const FIGURE_OF: Readonly<Record<FigureName, (runs: readonly Distribution[]) => Figure>> = {
  mean: (runs) =>
    ratioFigure(
      runs.map(({ sum }) => sum),
      runs.map(({ count }) => count),
    ),
  p95: (runs) => quantileFigure(runs, 0.95),
  p99: (runs) => quantileFigure(runs, 0.99),
}

interface Known {
  readonly truth: number
  readonly figure: KnownFigure
  /** Relative half-width that T seconds give, by theory. */
  relative(seconds: number): number
}

function knownOf(truth: Truth, name: FigureName): Known {
  if (name === 'mean') {
    const figure = truth.steady.meanWait!
    return { truth: truth.meanWait, figure, relative: (seconds) => Z * Math.sqrt(figure.variance / seconds) }
  }
  const p = name === 'p95' ? 0.95 : 0.99
  const figure = truth.steady.share(1 - p)
  const steepness = Math.log(truth.waitTail(0) / (1 - p))
  return {
    truth: truth.waitQuantile(p),
    figure,
    relative: (seconds) => (Z * Math.sqrt(figure.variance / seconds)) / steepness,
  }
}

/** One seed of one cell, all three figures from the same waits; each is worked out when it is asked for. */
export function experiment(
  queue: Queue,
  length: number,
  stopping: Stopping,
  seed: number,
  replications = REPLICATIONS,
): Record<FigureName, Outcome> {
  const truth = truthOf(queue)
  const { relaxation } = truth.steady
  const span = (length * relaxation) / replications
  const warmUp = WARM_UP * relaxation
  const runs: Distribution[] = []
  const upTo = (n: number): readonly Distribution[] => {
    while (runs.length < n) runs.push(waits(queue, seed, runs.length, { warmUp, span }))
    return runs.slice(0, n)
  }
  const outcome = (name: FigureName): Outcome => {
    const known = knownOf(truth, name)
    const figureAt = (n: number): Figure => FIGURE_OF[name](upTo(n))
    const look = (n: number): FigureInterval | null => figureAt(n).interval()
    const target = stopping === 'fixed' ? null : SHARPER * known.relative(length * relaxation)
    const rule = { halfWidth: target, min: replications, max: 8 * replications }
    let used: number
    let pilot: number | null
    for (let completed = 0; ;) {
      const step = sequential([look], completed, rule)
      if (step.kind === 'stop') {
        ;({ used, pilot } = step)
        break
      }
      completed = step.total
    }
    const interval = widerInterval(look, used, pilot)
    const figure = figureAt(used)
    const relative = interval === null ? null : (interval.high - interval.low) / 2 / interval.value
    const level = levelOf(
      assess({
        points: 1,
        horizon: 'steady',
        replications: used,
        span,
        warmUp,
        relaxation,
        figures: [
          {
            name,
            isQuantile: name !== 'mean',
            steadyState: true,
            relative,
            effective: figure.effective,
            tied: figure.tied ?? null,
            known: known.figure,
            atLimit: null,
            undecided: false,
            decided: false,
            unseen: null,
          },
        ],
        series: [],
        theory: [],
        askedPrecision: target,
      }),
    )
    const holds = interval !== null && interval.low <= known.truth && known.truth <= interval.high
    const half = interval === null ? Infinity : (interval.high - interval.low) / 2
    return { level, holds, width: half / (known.truth * known.relative(used * span)) }
  }
  return {
    get mean() {
      return outcome('mean')
    },
    get p95() {
      return outcome('p95')
    },
    get p99() {
      return outcome('p99')
    },
  }
}

/** Lengths below what the figure needs are never sound, so simulating them shows nothing but that. */
export function canBeSound(queue: Queue, length: number, stopping: Stopping): boolean {
  const truth = truthOf(queue)
  const most = (stopping === 'fixed' ? 1 : 8) * length * truth.steady.relaxation
  return FIGURES.some((name) => most / knownOf(truth, name).figure.variance >= FEWEST_EFFECTIVE)
}

/** Customers of one experiment, about: a sequential one runs twice its pilot. */
export const customersIn = (queue: Queue, length: number, stopping: Stopping): number =>
  (stopping === 'fixed' ? 1 : 2) * length * truthOf(queue).steady.relaxation * queue.arrivalRate
