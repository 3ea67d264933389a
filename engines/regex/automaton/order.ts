/**
 * Whether a pattern with a minimal repetition can be searched for by an automaton whose threads stand in order.
 *
 * Such an automaton tries the branches of a fork from first to last, as JavaScript does, and keeps the first that leads
 * to a match. That is what minimal repetitions and the nodes around them want. But a node without one wants to be as
 * long as it can, and is only if its longest way is also its first: a fixed length, one greedy repetition of a fixed
 * length, or alternatives of fixed lengths, which the automaton then has sorted. `a*(ab)*` is neither: on "aab" its
 * first way is "aa", its longest "aab". What is not in order is searched for by rankings (`captures/minimal.ts`).
 *
 * Worth (`npm run regex:paths`, ordered): 12 to 20 times the search by rankings for a lazy field of a log.
 */
import type { Node } from '../syntax/ast.ts'
import { factsOf, isMinimal } from './facts.ts'

/** Whether the first way of each node is the one it wants; an empty match is for others to exclude. */
export function isInOrder(node: Node): boolean {
  if (factsOf(node).plain) return longestIsFirst([node])
  switch (node.kind) {
    case 'alt':
      return node.parts.every(isInOrder)
    case 'cat': {
      // Read to the left, the parts in front of the first minimal repetition are nodes together.
      const mixed = node.parts.findIndex((part) => !factsOf(part).plain)
      const together = node.rightAssoc || longestIsFirst(node.parts.slice(0, mixed))
      return together && node.parts.every(isInOrder)
    }
    case 'repeat':
      // A minimal one wants few characters, not few iterations; empty iterations have rules of their own.
      if (isMinimal(node)) return factsOf(node.node).length > 0
      return !factsOf(node.node).nullable && isInOrder(node.node)
    default:
      return 'node' in node && isInOrder(node.node)
  }
}

/** Whether parts without a minimal repetition, taken together, are longest on their first way. */
function longestIsFirst(parts: readonly Node[]): boolean {
  const free = parts.filter((part) => factsOf(part).length < 0)
  const [only] = free
  if (only === undefined) return true
  if (free.length > 1) return false
  switch (only.kind) {
    case 'cat':
      return longestIsFirst(only.parts)
    case 'alt':
      return only.parts.every((part) => factsOf(part).length >= 0)
    case 'repeat':
      return factsOf(only.node).length > 0
    default:
      return 'node' in only && longestIsFirst([only.node])
  }
}

/** The alternatives in the order in which the automaton tries them. */
export function inOrder(node: Extract<Node, { kind: 'alt' }>): readonly Node[] {
  const { parts } = node
  if (!parts.every((part) => factsOf(part).plain && factsOf(part).length >= 0)) return parts
  return parts.toSorted((a, b) => factsOf(b).length - factsOf(a).length)
}
