/**
 * All uncertain parameters drawn together: what the answer is over all that may be the case, which parameter is behind it,
 * and which value of a search is the one to regret least.
 *
 * A tornado moves one parameter at a time and says nothing of the cases in which several are off at once. Here each sample
 * is a whole case, drawn from a stream that no other draw moves, answered with the run's seed. As for the tornado, a sim
 * may offer a cheaper world (`probe`), whose answers are carried over by what they multiply the middle one by.
 */
import type { UncertaintyDocument } from '../contract/document.ts'
import { latinHypercube, totalEffects, triangularQuantile } from '../analysis/latin.ts'
import { openStream } from '../kernel/random/stream.ts'
import type { Scenario } from './scenario/load.ts'

export interface UncertaintyRequest {
  readonly scenario: Scenario
  readonly signal: AbortSignal
  /** The searched parameter or the metric that answers, and its unit. */
  readonly of: string
  readonly unit: string
  /** Samples answered at once: enough to keep all workers busy. */
  readonly atOnce: number
  /** Told of each case that is answered: how many are. */
  readonly onCase?: (answered: number) => void
  /** The answer in one case; null where nothing searched will do, or there is no figure; undefined for one that cannot be. */
  readonly answerAt: (overrides: Readonly<Record<string, number>>) => Promise<number | null | undefined>
}

/** Shares of cases whose answers are told. */
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95]
/** Resamples behind the interval of a share. */
const RESAMPLES = 200
/** Rows of the cost table. */
const MOST_CHOICES = 40

/** Null without uncertain parameters, without `uncertainty` in the scenario, or when interrupted. */
export async function uncertaintyOf(request: UncertaintyRequest): Promise<UncertaintyDocument | null> {
  const { scenario, signal, of, unit } = request
  const { uncertainty, assumptions, seed, find } = scenario
  if (uncertainty === null || assumptions.length === 0) return null
  const { samples, shortfall } = uncertainty
  const streams = assumptions.map(({ path }) => openStream(seed, 0, `uncertainty/${path}`))
  const cases = latinHypercube(samples, streams).map((point) =>
    point.map((u, i) => triangularQuantile(assumptions[i]!, u)),
  )
  const answers = await allOf(request, cases)
  if (signal.aborted) return null
  // What cannot be is no case: shares are of the others.
  const possible = answers.filter((answer) => answer !== undefined).length
  const known = answers.flatMap((answer, i) => (answer == null ? [] : [{ answer, inputs: cases[i]! }]))
  const sorted = known.map(({ answer }) => answer).toSorted((a, b) => a - b)
  const quantile = (p: number): number | null => {
    // Cases beyond what was searched need more than all others, so they stand at the end.
    const rank = Math.min(possible, Math.max(1, Math.ceil(p * possible)))
    return sorted[rank - 1] ?? null
  }
  const advised = quantile(shortfall / (1 + shortfall))
  return {
    samples,
    of,
    unit,
    beyond: possible - known.length,
    ...(possible < samples ? { impossible: samples - possible } : {}),
    quantiles: QUANTILES.map((p) => ({ p, value: quantile(p) })),
    ...effectsOf(scenario, known),
    ...(find
      ? {
          choices: choicesOf(find.values, sorted, possible, advised),
          leastRegret: { value: advised, shortfall },
        }
      : {}),
  }
}

/** In the order of the cases, whichever ends first. */
async function allOf(
  { signal, atOnce, answerAt, scenario, onCase }: UncertaintyRequest,
  cases: readonly (readonly number[])[],
): Promise<(number | null | undefined)[]> {
  const answers: (number | null | undefined)[] = cases.map(() => null)
  let next = 0
  let answered = 0
  const work = async (): Promise<void> => {
    while (next < cases.length && !signal.aborted) {
      const i = next++
      const overrides = scenario.assumptions.map(({ path }, j) => [path, cases[i]![j]!] as const)
      answers[i] = await answerAt(Object.fromEntries(overrides))
      onCase?.(++answered)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, atOnce) }, work))
  return answers
}

function effectsOf(
  { assumptions, seed }: Scenario,
  known: readonly { readonly answer: number; readonly inputs: readonly number[] }[],
): Pick<UncertaintyDocument, 'effects' | 'rest'> {
  const fit = (some: typeof known) =>
    totalEffects(
      some.map(({ inputs }) => inputs),
      some.map(({ answer }) => answer),
      assumptions,
    )
  const { shares, rest } = fit(known)
  if (shares === null) return { effects: [], rest: 1 }
  const stream = openStream(seed, 0, 'uncertainty: resampling')
  const resampled = Array.from({ length: RESAMPLES }, () =>
    fit(known.map(() => known[stream.below(known.length)]!)),
  ).flatMap((one) => (one.shares === null ? [] : [one.shares]))
  const end = (input: number, p: number): number => {
    const sorted = resampled.map((one) => one[input]!).toSorted((a, b) => a - b)
    return sorted[Math.round(p * (sorted.length - 1))] ?? shares[input]!
  }
  const effects = assumptions.map(({ path, label }, i) => ({
    path,
    label,
    share: shares[i]!,
    low: Math.min(shares[i]!, end(i, 0.025)),
    high: Math.max(shares[i]!, end(i, 0.975)),
  }))
  return { effects: effects.toSorted((a, b) => b.share - a.share), rest }
}

/**
 * Of each value worth a look: in how many cases it is enough, and what a shortfall must cost for the next one to pay, in what one
 * more of the parameter costs: where the next is four more, four times that.
 */
function choicesOf(
  values: readonly number[],
  sorted: readonly number[],
  samples: number,
  advised: number | null,
): NonNullable<UncertaintyDocument['choices']> {
  const all = values.map((value) => ({
    value,
    enough: sorted.filter((one) => one <= value).length / samples,
  }))
  const useful = all.filter((one) => one.enough > 0.01 && one.enough < 1)
  const step = Math.max(1, Math.ceil(useful.length / MOST_CHOICES))
  // The one that is advised is always among them.
  const told = useful.filter(({ value }, i) => i % step === 0 || value === advised)
  const beyond = all[all.indexOf(useful.at(-1)!) + 1]
  return told.map(({ value, enough }, i) => {
    const next = told[i + 1] ?? beyond
    const gain = next === undefined ? 0 : next.enough - enough
    return { value, enough, worthwhile: gain > 0 ? (next!.value - value) / gain : null }
  })
}
