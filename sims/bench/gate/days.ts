/** Rounds by the day, in UTC: rates are worked out of days on which enough was played, and so is what is left to play. */

/** Of each benchmark on a day: fewer are no more than a block or two, drawn again and again. */
const LEAST_ROUNDS = 30

interface Dated {
  readonly benchmark: string
  /** Milliseconds since 1970. */
  readonly at: number
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** The rounds of each day on which every one of these benchmarks was played often enough. */
export function wholeDays<R extends Dated>(rounds: readonly R[], benchmarks: Iterable<string>): R[][] {
  const ids = [...benchmarks]
  return [...Map.groupBy(rounds, ({ at }) => dayOf(at)).values()].filter((ofDay) =>
    ids.every((id) => ofDay.filter(({ benchmark }) => benchmark === id).length >= LEAST_ROUNDS),
  )
}

/** What counts at `now`: rounds of whole days, and those of a day that may still become one. */
export function thatCount<R extends Dated>(
  rounds: readonly R[],
  benchmarks: readonly string[],
  now: number,
): R[] {
  const before = rounds.filter(({ at }) => dayOf(at) !== dayOf(now))
  const today = rounds.filter(({ at }) => dayOf(at) === dayOf(now))
  return [...wholeDays(before, benchmarks).flat(), ...today]
}
