/**
 * Sets of characters as sorted, disjoint, inclusive ranges [low, high, low, high, ...].
 *
 * Everything that a bracket expression, an escape or the ignore-case option can say ends here as plain ranges, so no
 * matcher ever asks a question about a character other than "is it in this set".
 */
import type { Ranges } from './ast.ts'
import { TO_LOWER, TO_UPPER } from './unicode.ts'

export const HIGHEST_CODE_POINT = 0x10ffff

/** Sorts, merges and returns new ranges; the input may overlap and be in any order. */
export function normalize(pairs: readonly number[]): number[] {
  const order: number[] = []
  for (let i = 0; i < pairs.length; i += 2) order.push(i)
  order.sort((a, b) => pairs[a]! - pairs[b]!)
  const merged: number[] = []
  for (const i of order) {
    const low = pairs[i]!
    const high = pairs[i + 1]!
    const last = merged.length - 1
    if (last > 0 && low <= merged[last]! + 1) {
      if (high > merged[last]!) merged[last] = high
    } else merged.push(low, high)
  }
  return merged
}

/** Everything from 0 to `highest` that is not in `ranges`. */
export function complement(ranges: Ranges, highest: number): number[] {
  const out: number[] = []
  let next = 0
  for (let i = 0; i < ranges.length; i += 2) {
    const low = ranges[i]!
    if (low > next) out.push(next, low - 1)
    next = ranges[i + 1]! + 1
  }
  if (next <= highest) out.push(next, highest)
  return out
}

export function union(a: Ranges, b: Ranges): number[] {
  return normalize([...a, ...b])
}

export function intersect(a: Ranges, b: Ranges): number[] {
  const out: number[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const low = Math.max(a[i]!, b[j]!)
    const high = Math.min(a[i + 1]!, b[j + 1]!)
    if (low <= high) out.push(low, high)
    if (a[i + 1]! < b[j + 1]!) i += 2
    else j += 2
  }
  return out
}

export function contains(ranges: Ranges, code: number): boolean {
  let low = 0
  let high = ranges.length >> 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (ranges[middle * 2 + 1]! < code) low = middle + 1
    else high = middle
  }
  return low * 2 < ranges.length && ranges[low * 2]! <= code
}

/** Decodes a list of base-36 distances, as `unicode.ts` keeps its properties. */
export function decodeRanges(text: string): number[] {
  let last = 0
  return text.split(' ').map((part) => (last += Number.parseInt(part, 36)))
}

/** Flat runs [first, last, step, distance], sorted by first. */
function decodeRuns(text: string): Int32Array {
  const parts = text.split(' ').map((part) => Number.parseInt(part, 36))
  const runs = new Int32Array(parts.length)
  let last = 0
  for (let i = 0; i < parts.length; i += 4) {
    const first = last + parts[i]!
    runs[i] = first
    runs[i + 1] = first + parts[i + 1]!
    runs[i + 2] = parts[i + 2]!
    runs[i + 3] = parts[i + 3]!
    last = first
  }
  return runs
}

let caseRuns: readonly Int32Array[] | undefined

function addImages(runs: Int32Array, low: number, high: number, out: number[]): void {
  for (let i = 0; i < runs.length; i += 4) {
    const first = runs[i]!
    const last = runs[i + 1]!
    if (last < low) continue
    if (first > high) return
    const step = runs[i + 2]!
    const distance = runs[i + 3]!
    const from = first >= low ? first : first + Math.ceil((low - first) / step) * step
    const to = Math.min(last, high)
    if (step === 1) {
      if (from <= to) out.push(from + distance, to + distance)
    } else for (let c = from; c <= to; c += step) out.push(c + distance, c + distance)
  }
}

/** The set with the upper and lower case of every member (simple, one-to-one mappings, as TRE's towupper/towlower). */
export function foldCase(ranges: Ranges, bytes: boolean): number[] {
  const out = [...ranges]
  for (let i = 0; i < ranges.length; i += 2) {
    const low = ranges[i]!
    const high = ranges[i + 1]!
    // ASCII needs no tables.
    const upperLow = Math.max(low, 0x41)
    const upperHigh = Math.min(high, 0x5a)
    if (upperLow <= upperHigh) out.push(upperLow + 32, upperHigh + 32)
    const lowerLow = Math.max(low, 0x61)
    const lowerHigh = Math.min(high, 0x7a)
    if (lowerLow <= lowerHigh) out.push(lowerLow - 32, lowerHigh - 32)
    if (bytes || high < 128) continue
    caseRuns ??= [decodeRuns(TO_UPPER), decodeRuns(TO_LOWER)]
    for (const runs of caseRuns) addImages(runs, Math.max(low, 128), high, out)
  }
  return normalize(out)
}
