/** The trust check of a run: each answered point's case, and its findings in words a planner can act on. */
import { assess, levelOf, type AskedFigure, type Finding, type Unseen } from '../analysis/trust.ts'
import { precisionOf } from '../analysis/sequential.ts'
import type { TrustDocument } from '../contract/document.ts'
import type { NamedFigure } from '../contract/figure.ts'
import type { Measures } from '../contract/sim.ts'
import { formatQuantity } from '../contract/format.ts'
import { measuredAtLimit } from './at-limit.ts'
import { effectiveAt, type Point } from './fold.ts'
import { theoryTests } from './checks.ts'
import { chancesWanted, isAtItsEnd, isDecided, wantsThird } from './judgement.ts'
import type { Plan } from './plan.ts'
import { MAX_REPLICATIONS } from './scenario/frame.ts'
import { describePoint } from './scenario/params.ts'
import { clear, holds, type Expectation } from './scenario/expectation.ts'
import type { Scenario } from './scenario/load.ts'

type Reason = TrustDocument['reasons'][number]

/** What the run asks about: the figures of its expectations, else the sim's first. */
export function trustOf(
  scenario: Scenario,
  points: readonly Point[],
  asked: readonly NamedFigure[],
): { readonly trust: TrustDocument; readonly findings: readonly Finding[] } {
  const kinds = new Map<string, Group>()
  const findings: Finding[] = []
  for (const point of points) {
    // Overload needs no precision: it has no figure that could lack it. Nor does what a scout saw to fail beyond doubt, which
    // we cut short ourselves.
    if (point.state === 'overloaded' || point.plan.isScout) continue
    const found = [
      ...missing(scenario, point),
      ...leftOpen(scenario, point),
      ...assess(caseOf(scenario, point, points.length, asked)),
    ]
    findings.push(...found)
    for (const finding of found) {
      const kind = 'figure' in finding ? `${finding.code} ${finding.figure}` : finding.code
      const before = kinds.get(kind)
      const isWorse = before === undefined || isGraver(finding, before.finding)
      kinds.set(kind, {
        ...(isWorse ? { finding, point } : before),
        points: (before?.points ?? 0) + 1,
      })
    }
  }
  const reasons = [...kinds.values()].map((group) => reasonOf(scenario, group, points.length > 1))
  return { trust: { level: levelOf(findings), reasons }, findings }
}

/** One kind of finding over all points: a sweep of a thousand would else say the same thing a thousand times. */
interface Group {
  /** The gravest, and where: what remedies it remedies the others. */
  readonly finding: Finding
  readonly point: Point
  readonly points: number
}

const LEVELS = ['sound', 'weak', 'none'] as const

function isGraver(a: Finding, b: Finding): boolean {
  const [levelA, levelB] = [a, b].map(({ level }) => LEVELS.indexOf(level))
  return levelA === levelB ? extent(a) > extent(b) : levelA! > levelB!
}

function extent(finding: Finding): number {
  switch (finding.code) {
    case 'run-length':
      return finding.factor
    case 'precision':
      return finding.reached
    case 'unseen':
      return finding.wanted / finding.chances
    case 'warm-up':
      return finding.needed
    case 'theory':
      return finding.rows.length
    default:
      return 0
  }
}

function reasonOf(scenario: Scenario, { finding, point, points }: Group, isOneOfMany: boolean): Reason {
  const reason = inWords(scenario, point, finding)
  const at = describePoint(scenario.sim, point.at)
  if (!isOneOfMany || at === '') return reason
  const others = points === 1 ? '' : `, the worst of ${points} points`
  return { ...reason, text: `${reason.text} (${at}${others})` }
}

function caseOf(scenario: Scenario, point: Point, points: number, asked: readonly NamedFigure[]) {
  const { plan, replications } = point
  const levels = replications.map(({ level }) => level)
  return {
    horizon: scenario.horizon,
    replications: replications.length,
    points,
    span: plan.time?.span ?? null,
    warmUp: plan.time?.warmUp ?? null,
    relaxation: plan.relaxation,
    figures: asked.flatMap((named) => askedFigure(scenario, point, named)),
    series: levels.every((level) => level !== undefined) ? levels : [],
    theory: theoryTests(scenario, point),
    askedPrecision: plan.until.halfWidth,
  }
}

/** What is expected of a figure that does not exist is neither met nor missed: nobody abandons where nobody can. */
function missing({ expect: expectations }: Scenario, { figures, metrics, replications }: Point): Finding[] {
  const asked = new Map(expectations.map(({ metric, figure }) => [metric, figure]))
  return [...asked].flatMap(([metric, figure]): Finding[] => {
    const isThere = figure === null ? metrics[metric]?.value != null : figures[metric] !== undefined
    if (isThere) return []
    const without = figure === null ? null : replications.filter((one) => !has(one, figure)).length
    return [{ code: 'no-figure', level: 'none', figure: metric, without, open: null }]
  })
}

/**
 * What is expected of a count, and hangs on what could not be looked into: no replication settles it. Where nothing is known of the
 * limit but one replication's count, more of them may.
 */
function leftOpen({ expect: expectations }: Scenario, point: Point): Finding[] {
  const isKnown = ({ metric, value }: Expectation): boolean =>
    point.figures[metric]?.confidenceBelow(value) !== null
  const left = expectations.filter((one) => !isDecided(one, point) && isKnown(one))
  const metrics = new Set(left.map(({ metric }) => metric))
  return [...metrics].flatMap((metric): Finding[] => {
    const open = point.replications.flatMap((one) => one.open?.[metric] ?? []).find(({ most }) => most > 0)
    if (open === undefined || point.figures[metric] === undefined) return []
    return [{ code: 'no-figure', level: 'none', figure: metric, without: null, open: open.why }]
  })
}

const has = ({ metrics, observations }: Measures, { name, kind }: NamedFigure): boolean =>
  kind.kind === 'metric'
    ? (metrics[name] ?? null) !== null
    : (observations?.[kind.observation]?.count ?? 0) > 0

function askedFigure(scenario: Scenario, point: Point, named: NamedFigure): AskedFigure[] {
  const { expect: expectations } = scenario
  const figure = point.figures[named.name]
  if (figure === undefined) return []
  const { low, high, value } = point.metrics[named.name]!
  const interval = low === null || high === null || value === null ? figure.interval() : { low, high, value }
  const undecided = (one: Expectation): boolean =>
    one.metric === named.name &&
    interval !== null &&
    !isAtItsEnd(one, point) &&
    !clear(one, interval.low, interval.high)
  return [
    {
      name: named.name,
      isQuantile: named.kind.kind === 'quantile',
      steadyState: named.spec.steadyState === true,
      relative: precisionOf(interval).relative,
      effective: effectiveAt(named, figure, point.plan),
      tied: figure.tied ?? null,
      known: point.plan.known(named.name),
      atLimit: figure.value === null ? null : measuredAtLimit(scenario, named, point.plan, figure.value),
      undecided: expectations.some(undecided),
      decided: expectations.every((one) => one.metric !== named.name || isDecided(one, point)),
      unseen: unseenOf(scenario, point, named.name),
    },
  ]
}

/** The expectation of this figure that most is wanting for. A search needs no such: what it finds surely meets them. */
function unseenOf({ expect: expectations, find }: Scenario, point: Point, name: string): Unseen | null {
  const figure = point.figures[name]
  const interval = figure?.interval() ?? null
  if (find !== null || figure?.chances === undefined || interval === null) return null
  const { value, low, high } = interval
  const wanting = expectations.flatMap((one): Unseen[] => {
    const wanted = one.metric === name ? chancesWanted(one, point) : null
    if (wanted === null) return []
    return [
      {
        chances: figure.chances!,
        wanted,
        value,
        // Of what may lie on either side, the end that the limit is about.
        bound: value === low || (value < high && !one.op.startsWith('>')) ? high : low,
        limit: one.value,
        isMet: holds(one, value),
      },
    ]
  })
  return wanting.toSorted((a, b) => b.wanted - a.wanted)[0] ?? null
}

interface Context {
  readonly scenario: Scenario
  readonly isSteady: boolean
  readonly point: Point
  readonly plan: Plan
  readonly replications: number
}

type Words<C extends Finding['code']> = (
  finding: Extract<Finding, { readonly code: C }>,
  context: Context,
) => Omit<Reason, 'code'>

/** Longer than any run: a million days. */
const EVER = 1e6 * 86_400

const COMMONER = 'an expectation of something of which one replication shows more'

const WORDS: { readonly [C in Finding['code']]: Words<C> } = {
  'no-figure': ({ figure, without, open }, { replications: n }) => {
    if (open !== null) {
      return {
        text: `${figure} is not known, however many replications there are: ${open}`,
        remedy: 'an expectation that holds whatever they are, or the same without them',
      }
    }
    return {
      text:
        without === null || without === n
          ? `${figure} has no value here`
          : `${figure} has no value in ${without} of ${n} replications`,
      remedy:
        without === null
          ? 'expect something besides that more load could break'
          : without === n
            ? 'an expectation of something that this scenario has'
            : 'a longer span, so that each replication has one',
    }
  },

  'no-interval': ({ figure }, { replications: n }) =>
    n === 1
      ? {
          text: `${figure} comes from one replication, so nobody knows how far off it is`,
          remedy: '--replications 5',
        }
      : {
          text: `${figure} has no interval: its ${n} replications hold too few values, or too unequally many`,
          remedy: more(n, 2),
        },

  'run-length': (
    { figure, effective, factor, tied },
    { scenario, isSteady, point, plan, replications: n },
  ) => {
    const shown = effective < 10 ? Number(effective.toPrecision(2)) : Math.floor(effective)
    const worth =
      tied !== null
        ? `it is the smallest of ${counted(tied.observations)} values, and to be sure of that takes ${counted(Math.ceil(tied.wanted))}`
        : effective === 0
          ? 'they hold too few values, or too unequally many'
          : `it is worth ${shown} independent observation${shown === 1 ? '' : 's'} of the 100 that an interval takes`
    if (!isSteady || plan.time === null) {
      const isThirdWanted = scenario.expect.some((one) => one.metric === figure && wantsThird(one, point))
      return {
        text: `${n} replications are too few for ${figure}: ${worth}`,
        // What a third decides need not be printed to be judged.
        remedy: isThirdWanted ? '--replications 3' : more(n, tied === null ? Math.min(factor, 20) : factor),
      }
    }
    const { span } = plan.time
    const needed = n * span * factor
    if (!(needed < EVER)) {
      return {
        text: `${figure} would take more than a million days, so rare is what makes it up; this run has ${formatQuantity(n * span, 's')}`,
        remedy: 'ask it where there is more load, or of something that happens more often',
      }
    }
    return {
      text: `${figure} needs ${formatQuantity(needed, 's')} in all; this run has ${formatQuantity(n * span, 's')}: ${worth}`,
      remedy: `--set params.span=${written(needed / n)}`,
    }
  },

  'warm-up': ({ relaxation, needed }, { plan }) => ({
    text: `a warm-up of ${formatQuantity(plan.time!.warmUp, 's')} leaves too much of the empty start: this system remembers for ${formatQuantity(relaxation, 's')}`,
    remedy: `--set params.warmUp=${written(needed)}`,
  }),

  transient: ({ how }) => ({
    text:
      how === 'mser'
        ? 'the start still shows in what was measured (MSER-5)'
        : 'the first and the second half of what was measured differ',
    remedy: 'a longer warm-up and span, or horizon: span if the start belongs to the question',
  }),

  theory: ({ rows }) => ({
    text: `theory disagrees: ${rows.join('; ')}`,
    remedy: 'a longer run; if it stays so, the model is wrong',
  }),

  unseen: ({ figure, chances, wanted, value, bound, limit, isMet }, { scenario, replications: n }) => {
    const unit = scenario.expect.find(({ metric }) => metric === figure)!.unit
    const shown = (share: number): string => formatQuantity(share, unit)
    const among = chances > n ? `${counted(chances)} chances in ` : ''
    // Where all that a share can be is left open, no limit would do.
    const isAnything = unit === 'share' && Math.abs(value - bound) >= 1
    const seen = value === 0 ? 'not one' : 'without a single exception'
    return {
      text:
        `${figure} is ${shown(value)}, ${seen} in ${among}${n} replication${n === 1 ? '' : 's'}: ` +
        `${bound > value ? 'up' : 'down'} to ${shown(bound)} cannot be ruled out, and the limit is ${shown(limit)}`,
      remedy: more(
        n,
        wanted / chances,
        isAnything ? COMMONER : `a limit that ${shown(bound)} would ${isMet ? 'meet' : 'miss'}`,
      ),
    }
  },

  precision: ({ figure, asked, reached }, { replications: n }) => ({
    text: `${figure}: asked ${formatQuantity(asked, 'share')}, reached ${reached < Infinity ? formatQuantity(reached, 'share') : 'none'} at ${n} replications`,
    remedy: more(n, (reached / asked) ** 2),
  }),
}

function inWords(scenario: Scenario, point: Point, finding: Finding): Reason {
  const { plan, replications } = point
  const { horizon } = scenario
  const context = { scenario, isSteady: horizon === 'steady', point, plan, replications: replications.length }
  // The table has for each code the words of that code's finding.
  const words = WORDS[finding.code] as Words<Finding['code']>
  return { code: finding.code, ...words(finding, context) }
}

const counted = (n: number): string => Math.floor(n).toLocaleString('en-GB')

function more(replications: number, factor: number, otherwise = 'longer replications'): string {
  const wanted = Math.ceil(replications * factor)
  return wanted <= MAX_REPLICATIONS ? `--replications ${wanted}` : otherwise
}

/** A duration that `--set` takes, rounded up to two digits. */
function written(seconds: number): string {
  if (!(seconds < Infinity)) return 'LONGER'
  const [unit, size] =
    seconds >= 86_400
      ? (['d', 86_400] as const)
      : seconds >= 3600
        ? (['h', 3600] as const)
        : (['s', 1] as const)
  const value = seconds / size
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1)
  return `${Math.ceil(value / step) * step}${unit}`
}
