/**
 * All matches of a global pattern, at least one: a rule that is checked for each of them would otherwise hold for a page
 * on which a renamed class left nothing to check.
 */
export function matches(text: string, pattern: RegExp): RegExpExecArray[] {
  const all = [...text.matchAll(pattern)]
  if (all.length === 0) throw new Error(`nothing matches ${pattern}`)
  return all
}
