/**
 * The same run with every text of the scenario's replaced by one text: what must hold for a harmless word must hold
 * for a hostile one. Names that the contract fixes (verdicts, states, schemas, base units) stay.
 */
const FIXED = new Set(['schema', 'verdict', 'state', 'mode', 'unit', 'digest', 'spec'])

/** Deep copy with every string value below replaced, except under fixed keys. Keys stay. */
export function replaceTexts<T>(value: T, words: string): T {
  return walk(value, words) as T
}

function walk(value: unknown, words: string): unknown {
  if (typeof value === 'string') return words
  if (Array.isArray(value)) return value.map((inner) => walk(inner, words))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, FIXED.has(key) ? inner : walk(inner, words)]),
  )
}
