/**
 * "Did you mean": the known name that a misspelt one most likely stood for.
 *
 * Optimal string alignment distance (Damerau 1964: insert, delete, replace, swap of neighbours), letters compared
 * without case. A suggestion is made only when at most a third of the letters are wrong, so that a foreign word gets
 * none rather than a silly one.
 */

/** Longer names are never suggestions: the table is quadratic, and the text comes from outside. */
const MAX_LENGTH = 80

/** The candidate nearest to `name`, or undefined when none is near; the first of equals wins. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined
  const wanted = name.toLowerCase()
  let best: string | undefined
  let bestDistance = Infinity
  for (const candidate of candidates) {
    if (candidate.length > MAX_LENGTH) continue
    const distance = editDistance(wanted, candidate.toLowerCase())
    const allowed = Math.floor(Math.min(name.length, candidate.length) / 3)
    if (distance <= allowed && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Edits that turn `a` into `b`, each letter edited at most once. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + 1)
      }
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
