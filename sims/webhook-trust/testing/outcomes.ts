/** What came of many seeds: how often each fate, and a digest of all of them in order. */
import { createHash } from 'node:crypto'

export function outcomesOf(
  fateOf: (seed: number) => string,
  seeds: number,
): { readonly fates: Readonly<Record<string, number>>; readonly digest: string } {
  const fates: Record<string, number> = {}
  const hash = createHash('sha256')
  for (let seed = 0; seed < seeds; seed++) {
    const fate = fateOf(seed)
    fates[fate] = (fates[fate] ?? 0) + 1
    hash.update(`${fate}\n`)
  }
  return { fates, digest: hash.digest('hex') }
}
