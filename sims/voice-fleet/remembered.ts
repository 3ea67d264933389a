/**
 * The last few results of a pure function of numbers: the clusters, the replications and the fleet sizes of a search all
 * ask for the same curves.
 */
const MOST = 16

export function remembered<Key extends readonly number[], Value>(
  compute: (...key: Key) => Value,
): (...key: Key) => Value {
  const known = new Map<string, Value>()
  return (...key) => {
    const name = key.join(' ')
    let value = known.get(name)
    if (value === undefined) {
      value = compute(...key)
      if (known.size >= MOST) known.delete(known.keys().next().value!)
      known.set(name, value)
    }
    return value
  }
}
