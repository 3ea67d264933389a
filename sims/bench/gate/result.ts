/** What a task returned, as text that can be compared across processes. */
import { createHash } from 'node:crypto'

/** At no cost beside the work: of an object only that it is one. */
export function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}

/** Longer than this, a text is told by its length and its digest. */
const LONGEST = 200

/** What one run returned, objects by all that they hold; null where it returned nothing. */
export function resultOf(value: unknown): string | null {
  if (value === undefined) return null
  const text = typeof value === 'object' && value !== null ? jsonOf(value) : shown(value)
  if (text.length <= LONGEST) return text
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return `${text.length} characters with the digest ${digest}`
}

/** The same for the same content, in whatever order its keys were made. */
function jsonOf(value: object): string {
  try {
    return JSON.stringify(value, (_, one: unknown) => {
      if (typeof one === 'bigint') return `${one}n`
      if (one instanceof Map) return { map: [...one] }
      if (one instanceof Set) return { set: [...one] }
      if (typeof one !== 'object' || one === null || Array.isArray(one)) return one
      return Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    })
  } catch {
    // It holds itself, or is too long for a text.
    return 'an object'
  }
}
