/** What can be known of a pattern without running it: the lengths of its matches, and whether an edge must be there. */
import type { Node } from '../syntax/ast.ts'
import { ACCEPT, ASSERT, FORK, STEP } from './nfa.ts'
import type { Nfa } from './nfa.ts'
import { NEWLINE } from './context.ts'
import { widthOf } from '../foundation/utf8.ts'

/** Lengths in bytes; `max` may be Infinity. */
export interface Lengths {
  readonly min: number
  readonly max: number
}

export function lengthsOf(node: Node, bytes: boolean): Lengths {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return { min: 0, max: 0 }
    case 'set': {
      const { ranges } = node
      // A set of nothing matches nothing: any length is true of it.
      if (ranges.length === 0) return { min: 1, max: 1 }
      return bytes ? { min: 1, max: 1 } : { min: widthOf(ranges[0]!), max: widthOf(ranges.at(-1)!) }
    }
    case 'cat':
      return node.parts.reduce<Lengths>(
        (sum, part) => {
          const { min, max } = lengthsOf(part, bytes)
          return { min: sum.min + min, max: sum.max + max }
        },
        { min: 0, max: 0 },
      )
    case 'alt':
      return node.parts.reduce<Lengths>(
        (all, part) => {
          const { min, max } = lengthsOf(part, bytes)
          return { min: Math.min(all.min, min), max: Math.max(all.max, max) }
        },
        { min: Infinity, max: 0 },
      )
    case 'repeat': {
      const { min, max } = lengthsOf(node.node, bytes)
      return { min: min * node.min, max: max === 0 ? 0 : max * node.max }
    }
    default:
      return lengthsOf(node.node, bytes)
  }
}

/**
 * Whether every match begins (for a backward automaton: ends) at the edge of the text. May miss a case where
 * assertions contradict each other; never claims one wrongly.
 */
export function onlyAtEdge(nfa: Nfa): boolean {
  const seen = new Uint8Array(nfa.kind.length)
  for (let kind = 0; kind <= NEWLINE; kind++) {
    seen.fill(0)
    const stack = [nfa.start]
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen[at] === 1) continue
      seen[at] = 1
      const first = nfa.first[at]!
      switch (nfa.kind[at]) {
        case STEP:
        case ACCEPT:
          return false
        case FORK:
          for (let k = 0; k < nfa.count[at]!; k++) stack.push(nfa.forkTo[first + k]!)
          break
        case ASSERT:
          if ((nfa.masks[nfa.count[at]!] as Uint8Array)[kind]! !== 0) stack.push(first)
          break
        default:
          stack.push(first)
      }
    }
  }
  return true
}

/** By byte: 1 where a match can begin with it, whatever stands before it. For a forward automaton. */
export function firstBytes(nfa: Nfa): Uint8Array {
  const members = new Uint8Array(256)
  const seen = new Uint8Array(nfa.kind.length)
  const stack = [nfa.start]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen[at] === 1) continue
    seen[at] = 1
    const first = nfa.first[at]!
    const end = first + nfa.count[at]!
    if (nfa.kind[at] === STEP) {
      for (let e = first; e < end; e++) {
        members.fill(1, nfa.edgeLow[e], nfa.edgeHigh[e]! + 1)
      }
    } else if (nfa.kind[at] === FORK) for (let k = first; k < end; k++) stack.push(nfa.forkTo[k]!)
    else if (nfa.kind[at] !== ACCEPT) stack.push(first)
  }
  return members
}
