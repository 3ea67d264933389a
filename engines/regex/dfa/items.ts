/**
 * A set of threads as a list of numbers.
 *
 * First a header; then for each group its nodes, ascending, and -(mask + 1), mask being the kinds of character before
 * which the group accepts; then, behind the last group, the nodes of the search loop (`loop.ts`) that tells where
 * characters begin. Equal lists are equal states.
 */
import { ANY } from '../automaton/context.ts'

/** Headers of sets, as bits: an unanchored search goes on; nothing has begun but what begins here. */
export const SEARCHING = 1
export const WAITING = 2
/** It is not known where the first group began, and will not be until a state that waits. */
export const ASTRAY = 4
/** Terminators of sets carry the pattern's number above the mask. */
export const PATTERN_SHIFT = 5

/** The kinds before which a terminator says that its group accepts. */
export function maskOf(terminator: number): number {
  return (-terminator - 1) & ANY
}

/** Where the groups end and the loop's nodes begin. */
export function endOfGroups(items: Int32Array, length: number): number {
  let end = length
  while (end > 1 && items[end - 1]! >= 0) end--
  return end
}

/** The first group of a set that accepts before a character of this kind, or -1. */
export function acceptingGroup(items: Int32Array, length: number, kind: number): number {
  let group = 0
  for (let i = 1; i < length; i++) {
    const item = items[i]!
    if (item >= 0) continue
    if (((maskOf(item) >> kind) & 1) === 1) return group
    group++
  }
  return -1
}

/** Whether some group accepts whatever follows. */
export function acceptsAny(items: Int32Array, length: number): boolean {
  for (let i = 1; i < length; i++) if (items[i]! < 0 && maskOf(items[i]!) === ANY) return true
  return false
}

/** Sorts items [from, to) in place; most groups are a handful. */
export function sort(items: Int32Array, from: number, to: number): void {
  if (to - from > 24) {
    items.subarray(from, to).sort()
    return
  }
  for (let i = from + 1; i < to; i++) {
    const item = items[i]!
    let j = i - 1
    for (; j >= from && items[j]! > item; j--) items[j + 1] = items[j]!
    items[j + 1] = item
  }
}
