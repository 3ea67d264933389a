/**
 * How large an automaton will be, before any of it is made.
 *
 * Bounds multiply: the 27 characters of `(?:a{2,101}){100}{100}` stand for a million copies of one letter. So the
 * size is computed on the tree, where it costs one visit a node, and compared with the budget.
 */
import type { Node, Parsed, Ranges } from '../syntax/ast.ts'
import { RegexBudgetError } from '../types.ts'
import type { Budget } from '../types.ts'
import type { SetGraphs } from './nfa.ts'

export const DEFAULT_STATES = 100_000
export const DEFAULT_COMPILE_BYTES = 64 << 20
/** Measured on the parallel arrays while they are built: plain numbers in growing lists, then typed copies. */
const BYTES_PER_NODE = 48
const BYTES_PER_EDGE = 48

interface Size {
  readonly nodes: number
  readonly edges: number
}

function copies(size: Size, times: number, extra: number): Size {
  return { nodes: size.nodes * times + extra, edges: size.edges * times }
}

/** What a set of characters expands to. */
function sizeOfSet(ranges: Ranges, sets: SetGraphs): Size {
  const parts = sets.of(ranges)
  const marks = sets.use.words || sets.use.lines ? parts.length : 0
  let nodes = marks + (parts.length === 1 ? 0 : 1)
  let edges = 0
  for (const { graph } of parts) {
    nodes += graph.nodes.length
    edges += graph.edges
  }
  return { nodes, edges }
}

/** @param sizeOfOne of a set @param borders nodes around a region with approximate settings */
export function sizeOf(node: Node, sizeOfOne: (ranges: Ranges) => Size, borders: number): Size {
  switch (node.kind) {
    case 'empty':
      return { nodes: 0, edges: 0 }
    case 'assert':
      return { nodes: 1, edges: 0 }
    case 'set':
      return sizeOfOne(node.ranges)
    case 'cat':
    case 'alt': {
      let nodes = node.kind === 'alt' ? 1 : 0
      let edges = 0
      for (const part of node.parts) {
        const size = sizeOf(part, sizeOfOne, borders)
        nodes += size.nodes
        edges += size.edges
      }
      return { nodes, edges }
    }
    case 'repeat': {
      const times = node.max === Infinity ? Math.max(1, node.min) : node.max
      const forks = node.max === Infinity ? 1 : node.max - node.min
      return copies(sizeOf(node.node, sizeOfOne, borders), times, forks)
    }
    default:
      return copies(sizeOf(node.node, sizeOfOne, borders), 1, node.kind === 'approx' ? borders : 0)
  }
}

/**
 * The number of states the pattern expands to, all bounds multiplied out.
 * @throws RegexBudgetError `states` or `compileBytes`, with what it would have needed
 */
export function checkSize(parsed: Parsed, sets: SetGraphs, budget: Budget = {}): number {
  const { nodes, edges } = sizeOf(parsed.root, (ranges) => sizeOfSet(ranges, sets), 0)
  const states = budget.states ?? DEFAULT_STATES
  if (nodes > states) throw new RegexBudgetError('states', nodes, states)
  const bytes = nodes * BYTES_PER_NODE + edges * BYTES_PER_EDGE
  const allowed = budget.compileBytes ?? DEFAULT_COMPILE_BYTES
  if (bytes > allowed) throw new RegexBudgetError('compileBytes', bytes, allowed)
  return nodes
}
