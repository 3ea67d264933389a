/** Redis's glob on strings of bytes, for names: no pattern is compiled for one look. */
export function globMatch(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    const step = p < pattern.length && pattern[p] !== '*' ? matchOne(pattern, p, text[t]!) : -1
    if (step > 0) {
      p += step
      t++
    } else if (p < pattern.length && pattern[p] === '*') {
      star = p++
      resume = t
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p >= pattern.length
}

/** How many characters of the pattern at `p` match the character; 0 for none. */
function matchOne(pattern: string, p: number, character: string): number {
  const head = pattern[p]!
  if (head === '?') return 1
  if (head === '\\' && p + 1 < pattern.length) return pattern[p + 1] === character ? 2 : 0
  if (head !== '[') return head === character ? 1 : 0
  let at = p + 1
  const negated = pattern[at] === '^'
  if (negated) at++
  let found = false
  for (; at < pattern.length && pattern[at] !== ']'; at++) {
    if (pattern[at] === '\\' && at + 1 < pattern.length) found = pattern[++at] === character || found
    else if (pattern[at + 1] === '-' && at + 2 < pattern.length) {
      const [low, high] = [pattern[at]!, pattern[at + 2]!].toSorted()
      found = (character >= low! && character <= high!) || found
      at += 2
    } else found = pattern[at] === character || found
  }
  return found === negated ? 0 : Math.min(pattern.length, at + 1) - p
}
