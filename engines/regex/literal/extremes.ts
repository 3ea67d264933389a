/** The least and the greatest of some lengths; there may be more of them than a call takes arguments. */
export function extremes(lengths: readonly number[]): { shortest: number; longest: number } {
  let shortest = Infinity
  let longest = 0
  for (const length of lengths) {
    if (length < shortest) shortest = length
    if (length > longest) longest = length
  }
  return { shortest, longest }
}
