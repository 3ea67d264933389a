/** Rounds by the pair of work trees they were played in: a gate meets one such pair, and so does one that is drawn. */

/** Of each benchmark in a pair of work trees: fewer are no more than a block or two, drawn again and again. */
const LEAST_ROUNDS = 20

interface Placed {
  readonly benchmark: string
  readonly place: string
}

/** The rounds of each pair of work trees in which every one of these benchmarks was played often enough. */
export function wholePlaces<R extends Placed>(rounds: readonly R[], benchmarks: Iterable<string>): R[][] {
  const ids = [...benchmarks]
  return [...Map.groupBy(rounds, ({ place }) => place).values()].filter((ofPlace) =>
    ids.every((id) => ofPlace.filter(({ benchmark }) => benchmark === id).length >= LEAST_ROUNDS),
  )
}
