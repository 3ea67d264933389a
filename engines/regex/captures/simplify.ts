/** What a tree need not say where only its groups are asked for. */
import type { Node, Ranges } from '../syntax/ast.ts'
import { union } from '../syntax/ranges.ts'

/** The same tree with neighbouring alternatives that are one character each made into one set: `(a|b)` is `([ab])`. */
export function simplified(node: Node): Node {
  switch (node.kind) {
    case 'alt': {
      const parts: Node[] = []
      let ranges: Ranges | undefined
      for (const part of node.parts.map(simplified)) {
        ranges = part.kind === 'set' ? (ranges ? union(ranges, part.ranges) : part.ranges) : undefined
        if (ranges && parts.at(-1)?.kind === 'set') parts.pop()
        parts.push(ranges ? { kind: 'set', ranges } : part)
      }
      return parts.length === 1 ? (parts[0] as Node) : { kind: 'alt', parts }
    }
    case 'cat':
      return { ...node, parts: node.parts.map(simplified) }
    case 'group':
    case 'repeat':
    case 'approx':
      return { ...node, node: simplified(node.node) }
    default:
      return node
  }
}
