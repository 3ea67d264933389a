/** Characters and sets of them as ECMAScript's patterns have them: as good with flag u as without. */
import type { Ranges } from './dialects.ts'

export function complement(ranges: Ranges, last: number): Ranges {
  const out: [number, number][] = []
  let next = 0
  for (const [low, high] of ranges.toSorted(([a], [b]) => a - b)) {
    if (low > next) out.push([next, low - 1])
    next = Math.max(next, high + 1)
  }
  if (next <= last) out.push([next, last])
  return out
}

export function rangesOf(ranges: Ranges): string {
  return ranges
    .map(([low, high]) => (low === high ? inClass(low) : `${inClass(low)}-${inClass(high)}`))
    .join('')
}

/** A character as it stands in a class. */
export function inClass(code: number): string {
  if (code > 0xffff) return String.fromCodePoint(code)
  const char = String.fromCharCode(code)
  if (/[\]\\^[-]/.test(char)) return `\\${char}`
  return /[ -~]/.test(char) ? char : `\\u${code.toString(16).padStart(4, '0')}`
}

/** A character as it stands outside a class. */
export function literal(char: string): string {
  if (/[$()*+.?[\\\]^{|}/]/.test(char)) return `\\${char}`
  const code = char.codePointAt(0)!
  return code < 0x20 || code === 0x7f ? `\\u${code.toString(16).padStart(4, '0')}` : char
}

export function isPattern(source: string, flags: string): boolean {
  try {
    RegExp(source, flags)
    return true
  } catch {
    return false
  }
}
