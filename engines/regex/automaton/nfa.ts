/**
 * The tree as a nondeterministic automaton over bytes (Thompson's construction), read forward or backward.
 *
 * A node either waits for a byte (STEP), or passes on for free: to several nodes (FORK), to one under a condition on
 * the surroundings (ASSERT), to one after noting what kind of character was just read (MARK), or it is the end
 * (ACCEPT). Bounds are expanded here, which is why `size.ts` asks the budget first.
 *
 * Assertions cost nothing while matching: where a pattern tells words or newlines apart, each set is cut at that
 * line, so the kind of the character read is known from the node that read it, and the kind of the one to come from
 * the node that waits for it. Only the two ends of a match are left to be judged against the text.
 *
 * The backward automaton is the forward one with every concatenation and every UTF-8 sequence turned round.
 */
import type { Node, Parsed, Ranges } from '../syntax/ast.ts'
import { wordRanges } from '../syntax/classes.ts'
import { complement, HIGHEST_CODE_POINT, intersect } from '../syntax/ranges.ts'
import { ANY, contextUse, farSide, NEWLINE, OTHER, WORD } from './context.ts'
import type { ContextUse } from './context.ts'
import { inOrder } from './order.ts'
import { byteGraph } from './utf8.ts'
import type { ByteGraph } from './utf8.ts'

export const STEP = 0
export const FORK = 1
export const ASSERT = 2
export const MARK = 3
export const ACCEPT = 4
/** Marks the place in an unanchored search where a match may start; never part of the pattern itself. */
export const LOOP = 5

/** Nodes as parallel arrays; node numbers index them. */
export interface Nfa {
  readonly kind: Uint8Array
  /** STEP: first edge. FORK: first target. ASSERT, MARK: the next node. ACCEPT: number of the pattern in its set. */
  readonly first: Int32Array
  /** STEP: number of edges. FORK: number of targets. MARK: kind of character. ASSERT: index of its masks. */
  readonly count: Int32Array
  readonly edgeLow: Uint8Array
  readonly edgeHigh: Uint8Array
  readonly edgeTo: Int32Array
  readonly forkTo: Int32Array
  readonly masks: readonly Uint8Array[]
  /** STEP at the start of a character: the bit of its kind; elsewhere all bits. */
  readonly need: Uint8Array
  readonly start: number
  /** Where an unanchored search waits for its start, or -1: it may then start after any byte. */
  readonly loop: number
  readonly reverse: boolean
  readonly use: ContextUse
  readonly bytes: boolean
}

/** A set cut into parts by the kind of character, as far as the pattern's assertions care. */
export function partsByKind(
  ranges: Ranges,
  use: ContextUse,
  bytes: boolean,
): { kind: number; ranges: Ranges }[] {
  const parts: { kind: number; ranges: Ranges }[] = []
  let rest: Ranges = ranges
  const cut = (kind: number, by: Ranges): void => {
    const inside = intersect(rest, by)
    if (inside.length === 0) return
    parts.push({ kind, ranges: inside })
    rest = intersect(rest, complement(by, bytes ? 0xff : HIGHEST_CODE_POINT))
  }
  if (use.words) cut(WORD, wordRanges(bytes))
  if (use.lines) cut(NEWLINE, [10, 10])
  if (rest.length > 0) parts.push({ kind: OTHER, ranges: rest })
  return parts
}

type Parts = readonly { readonly kind: number; readonly graph: ByteGraph }[]

/** Large sets are mostly Unicode's classes, met again in the next pattern; they take a millisecond to make. */
const shared = new Map<string, Parts>()
const MOST_SHARED = 32
const LARGE = 64

/** Byte graphs of the sets of one pattern, made once each. */
export class SetGraphs {
  private readonly graphs = new Map<string, Parts>()
  /** The large ones also by themselves: their keys take long to write. */
  private readonly known = new Map<Ranges, Parts>()
  readonly use: ContextUse
  readonly bytes: boolean

  constructor(parsed: Parsed) {
    this.use = parsed.hasAssertions ? contextUse(parsed.root) : { words: false, lines: false }
    this.bytes = parsed.bytes
  }

  of(ranges: Ranges): Parts {
    const known = ranges.length > LARGE ? this.known.get(ranges) : undefined
    if (known !== undefined) return known
    const key = ranges.join()
    let parts = this.graphs.get(key)
    if (!parts) {
      parts = this.make(ranges, key)
      this.graphs.set(key, parts)
    }
    if (ranges.length > LARGE) this.known.set(ranges, parts)
    return parts
  }

  private make(ranges: Ranges, key: string): Parts {
    const { use, bytes } = this
    const large = ranges.length > LARGE || (use.words && !bytes)
    const sharedKey = `${use.words} ${use.lines} ${bytes} ${key}`
    const known = large ? shared.get(sharedKey) : undefined
    if (known) return known
    const parts = partsByKind(ranges, use, bytes).map((part) => ({
      kind: part.kind,
      graph: byteGraph(part.ranges, bytes),
    }))
    if (large) {
      if (shared.size >= MOST_SHARED) shared.clear()
      shared.set(sharedKey, parts)
    }
    return parts
  }
}

class NfaBuilder {
  private readonly kind: number[] = []
  private readonly first: number[] = []
  private readonly count: number[] = []
  private readonly edges: number[] = []
  private readonly forks: number[] = []
  private readonly masks: Uint8Array[] = []
  private readonly need: number[] = []
  private readonly sets: SetGraphs
  private readonly reverse: boolean
  private readonly marked: boolean

  constructor(sets: SetGraphs, reverse: boolean) {
    this.sets = sets
    this.reverse = reverse
    this.marked = sets.use.words || sets.use.lines
  }

  private add(kind: number, first: number, count: number): number {
    this.first.push(first)
    this.count.push(count)
    this.need.push(ANY)
    return this.kind.push(kind) - 1
  }

  accept(pattern: number): number {
    return this.add(ACCEPT, pattern, 0)
  }

  /** Any of several, each to its own end. */
  any(roots: readonly Node[]): number {
    return this.fork(roots.map((root, pattern) => this.build(root, this.accept(pattern))))
  }

  private fork(targets: readonly number[]): number {
    if (targets.length === 1) return targets[0]!
    const first = this.forks.length
    for (const target of targets) this.forks.push(target)
    return this.add(FORK, first, targets.length)
  }

  private step(edges: readonly number[]): number {
    const first = this.edges.length / 3
    for (const value of edges) this.edges.push(value)
    return this.add(STEP, first, edges.length / 3)
  }

  /** One character of a graph, then `next`. */
  private character(kind: number, graph: ByteGraph, next: number): number {
    const node = this.reverse ? this.backward(graph, next) : this.forward(graph, next)
    this.need[node] = 1 << kind
    return node
  }

  private forward(graph: ByteGraph, next: number): number {
    const at: number[] = []
    for (const edges of graph.nodes) {
      at.push(this.step(edges.map((value, i) => (i % 3 < 2 ? value : value < 0 ? next : at[value]!))))
    }
    return at.at(-1)!
  }

  /** An edge u -> v becomes v -> u; what led to the end leaves the entry, and the root is the end. */
  private backward(graph: ByteGraph, next: number): number {
    const { nodes } = graph
    const back: number[][] = nodes.map(() => [])
    const entry: number[] = []
    nodes.forEach((edges, from) => {
      for (let e = 0; e < edges.length; e += 3) {
        const to = edges[e + 2]!
        const list = to < 0 ? entry : back[to]!
        list.push(edges[e]!, edges[e + 1]!, from)
      }
    })
    // Children come before their parents in `nodes`, so walk down from the root.
    const at: number[] = []
    at[nodes.length - 1] = next
    const link = (list: readonly number[]): number[] =>
      list.map((value, i) => (i % 3 < 2 ? value : at[value]!))
    for (let i = nodes.length - 2; i >= 0; i--) at[i] = this.step(link(back[i]!))
    return this.step(link(entry))
  }

  set(ranges: Ranges, next: number): number {
    const parts = this.sets.of(ranges)
    if (parts.length === 0) return this.step([])
    return this.fork(
      parts.map(({ kind, graph }) =>
        this.character(kind, graph, this.marked ? this.add(MARK, next, kind) : next),
      ),
    )
  }

  /** The node from which `node` is matched, going on to `next`. */
  build(node: Node, next: number): number {
    switch (node.kind) {
      case 'empty':
        return next
      case 'set':
        return this.set(node.ranges, next)
      case 'assert':
        this.masks.push(farSide(node.what, this.reverse))
        return this.add(ASSERT, next, this.masks.length - 1)
      case 'cat': {
        const parts = this.reverse ? node.parts : node.parts.toReversed()
        let at = next
        for (const part of parts) at = this.build(part, at)
        return at
      }
      case 'alt':
        return this.fork(inOrder(node).map((part) => this.build(part, next)))
      case 'repeat':
        return this.repeat(node, next)
      default:
        return this.build(node.node, next)
    }
  }

  /** Of its branches, the one that is tried first stands first: another iteration, or for a minimal one none. */
  private repeat({ node, min, max, greedy }: Extract<Node, { kind: 'repeat' }>, next: number): number {
    let at = next
    let least = min
    if (max === Infinity) {
      // A fork that loops: made first, its way in filled afterwards.
      const first = this.forks.length
      this.forks.push(next, next)
      const loop = this.add(FORK, first, 2)
      const body = this.build(node, loop)
      this.forks[greedy ? first : first + 1] = body
      at = min === 0 ? loop : body
      least = Math.max(0, min - 1)
    } else {
      for (let i = min; i < max; i++) {
        const again = this.build(node, at)
        at = this.fork(greedy ? [again, next] : [next, again])
      }
    }
    for (let i = 0; i < least; i++) at = this.build(node, at)
    return at
  }

  /** Passes over whole characters, noting the kind of each; LOOP is where a match may start. */
  searchLoop(): number {
    const loop = this.add(LOOP, 0, 0)
    const highest = this.sets.bytes ? 0xff : HIGHEST_CODE_POINT
    const body = this.fork(
      this.sets
        .of([0, highest])
        .map(({ kind, graph }) => this.character(kind, graph, this.add(MARK, loop, kind))),
    )
    this.first[loop] = body
    return loop
  }

  finish(start: number, loop: number): Nfa {
    const edgeCount = this.edges.length / 3
    const edgeLow = new Uint8Array(edgeCount)
    const edgeHigh = new Uint8Array(edgeCount)
    const edgeTo = new Int32Array(edgeCount)
    for (let e = 0; e < edgeCount; e++) {
      edgeLow[e] = this.edges[e * 3]!
      edgeHigh[e] = this.edges[e * 3 + 1]!
      edgeTo[e] = this.edges[e * 3 + 2]!
    }
    return {
      kind: Uint8Array.from(this.kind),
      first: Int32Array.from(this.first),
      count: Int32Array.from(this.count),
      edgeLow,
      edgeHigh,
      edgeTo,
      forkTo: Int32Array.from(this.forks),
      masks: this.masks,
      need: Uint8Array.from(this.need),
      start,
      loop,
      reverse: this.reverse,
      use: this.sets.use,
      bytes: this.sets.bytes,
    }
  }
}

/** Whether the tree can match the empty string somewhere, whatever its assertions say. */
export function canBeEmpty(node: Node): boolean {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return true
    case 'set':
      return false
    case 'cat':
      return node.parts.every(canBeEmpty)
    case 'alt':
      return node.parts.some(canBeEmpty)
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.node)
    default:
      return canBeEmpty(node.node)
  }
}

/** Builds a forward automaton for a set of patterns that share `sets`; ACCEPT nodes know the pattern's number. */
export function buildSetNfa(roots: readonly Node[], sets: SetGraphs): Nfa {
  const builder = new NfaBuilder(sets, false)
  const start = builder.any(roots)
  const tracked = !sets.bytes && (sets.use.words || roots.some(canBeEmpty))
  return builder.finish(start, tracked ? builder.searchLoop() : -1)
}

/**
 * Builds the automaton; `parsed` must have passed `checkSize`.
 * @param reverse reads text from its end
 */
export function buildNfa(parsed: Parsed, sets: SetGraphs, reverse: boolean): Nfa {
  const builder = new NfaBuilder(sets, reverse)
  const start = builder.build(parsed.root, builder.accept(0))
  // Over UTF-8, places inside a character must be told from places between, if only there is something to see there:
  // an empty match, or the kind of a character of several bytes.
  const tracked = !parsed.bytes && !reverse && (sets.use.words || canBeEmpty(parsed.root))
  return builder.finish(start, tracked ? builder.searchLoop() : -1)
}
