/** How often the gate is wrong, for people. */
import type { SoakRates } from '../../sims/bench/gate/rate.ts'
import type { SelfTest } from '../../sims/bench/gate/self-test.ts'
import { share, shown } from './wording.ts'

export function renderSelfTest({ machine, busy, calm, realGates }: SelfTest): string {
  const parts = [
    ['busy', busy],
    ['calm', calm],
  ] as const
  return [
    `error rates of the gate on ${machine}`,
    ...parts.flatMap(([state, rates]) => lines(state, rates)),
    ...Object.entries(realGates).flatMap(([state, rate]) =>
      rate.of === 0 ? [] : [`${state}, whole gates really played: false alarms ${shown(rate)}`],
    ),
  ].join('\n')
}

function lines(state: string, rates: SoakRates | null): string[] {
  if (rates === null) return [`${state}: too few rounds in any pair of work trees yet`]
  const { rounds, places, days, benchmarks, falseAlarms, cleared, undecided, found, storedBaseline } = rates
  return [
    `${state}: ${rounds} rounds in ${counted(places, 'pair')} of work trees on ${counted(days, 'day')}, ${falseAlarms.of} whole gates drawn from them`,
    `  false alarms, all benchmarks together: ${shown(falseAlarms)}; cleared ${share(cleared)}, undecided ${share(undecided)}`,
    ...Object.entries(found).map(([slower, rate]) => `  +${slower} % found: ${shown(rate)}`),
    `  for comparison, one figure against a stored one at +5 %: ${shown(storedBaseline)} false alarms`,
    ...Object.entries(benchmarks).map(([id, { rounds: of, spread, slowed }]) => {
      const seen = Object.entries(slowed).map(
        ([slower, rate]) =>
          `+${slower} % seen as ${signed(rate.seen)}, found ${share(rate.found.found / rate.found.of)}`,
      )
      return `  ${id}: ${of} rounds, a round's ratio spreads by ${share(spread)}; ${seen.join('; ')}`
    }),
  ]
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const signed = (ratio: number): string => `${ratio < 1 ? '' : '+'}${(100 * (ratio - 1)).toFixed(1)} %`
