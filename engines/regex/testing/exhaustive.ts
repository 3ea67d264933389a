/**
 * The judge's judge: all parse trees of a span, compared by the definition.
 *
 * Okui and Suzuki order parse trees by the lengths of their nodes: walk both trees from the top, in the order of reading;
 * the first place where the lengths differ decides for the longer one, where a node that is absent is shorter than an
 * empty one. A tree is canonical if no iteration beyond the minimum is empty, one excepted. This makes every canonical
 * tree, which is exponential, and picks the greatest: only for patterns and texts of a few characters.
 */
import type { Node, Parsed } from '../syntax/ast.ts'

/** A parse of part of the text. `group` is 0 where the node is none. Children that are absent are null. */
interface Tree {
  readonly start: number
  readonly end: number
  readonly group: number
  readonly children: readonly (Tree | null)[]
}

type Trees = readonly Tree[]

export class TooMany extends Error {}

class Enumerator {
  private readonly text: readonly number[]
  private budget: number

  constructor(text: readonly number[], budget: number) {
    this.text = text
    this.budget = budget
  }

  private tree(start: number, end: number, children: readonly (Tree | null)[] = [], group = 0): Tree {
    if (this.budget-- <= 0) throw new TooMany('too many parse trees')
    return { start, end, group, children }
  }

  trees(node: Node, i: number): Trees {
    switch (node.kind) {
      case 'empty':
        return [this.tree(i, i)]
      case 'set': {
        const code = this.text[i]
        const { ranges } = node
        const inside =
          code !== undefined && ranges.some((low, k) => k % 2 === 0 && low <= code && code <= ranges[k + 1]!)
        return inside ? [this.tree(i, i + 1)] : []
      }
      case 'group':
        return this.trees(node.node, i).map((inner) => this.tree(i, inner.end, [inner], node.index))
      case 'alt':
        return node.parts.flatMap((part, k) =>
          this.trees(part, i).map((inner) =>
            this.tree(i, inner.end, [...Array.from({ length: k }, () => null), inner]),
          ),
        )
      case 'cat':
        return node.rightAssoc
          ? this.sequences(node.parts, i).map((parts) => this.node(parts, i))
          : this.leftNested(node.parts, i)
      case 'repeat':
        return this.iterations(node, i, 0).map((parts) => this.node(parts, i))
      default:
        throw new Error(`${node.kind} is not enumerated`)
    }
  }

  private node(parts: Trees, i: number): Tree {
    return this.tree(i, parts.at(-1)?.end ?? i, parts)
  }

  private sequences(parts: readonly Node[], i: number): Trees[] {
    if (parts.length === 0) return [[]]
    return this.trees(parts[0] as Node, i).flatMap((head) =>
      this.sequences(parts.slice(1), head.end).map((tail) => [head, ...tail]),
    )
  }

  private leftNested(parts: readonly Node[], i: number): Trees {
    const last = parts.at(-1) as Node
    if (parts.length === 1) return this.trees(last, i)
    return this.leftNested(parts.slice(0, -1), i).flatMap((prefix) =>
      this.trees(last, prefix.end).map((part) => this.tree(i, part.end, [prefix, part])),
    )
  }

  private iterations(node: Extract<Node, { kind: 'repeat' }>, i: number, done: number): Trees[] {
    const stop: Trees[] = done >= node.min ? [[]] : []
    if (done >= node.max) return stop
    const more = this.trees(node.node, i).flatMap((one) => {
      if (one.end === i && done >= Math.max(node.min, 1)) return []
      // Empty iterations up to the minimum always end; an unbounded loop goes on only after something was read.
      return this.iterations(node, one.end, done + 1).map((rest) => [one, ...rest])
    })
    return [...stop, ...more]
  }
}

/** Negative where `a` comes first. */
function compare(a: Tree | null, b: Tree | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
  const lengths = b.end - b.start - (a.end - a.start)
  if (lengths !== 0) return lengths
  for (let k = 0; k < Math.max(a.children.length, b.children.length); k++) {
    const order = compare(a.children[k] ?? null, b.children[k] ?? null)
    if (order !== 0) return order
  }
  return 0
}

/** Reads the groups off; of a repetition only the last iteration, as it alone counts. */
function read(node: Node, tree: Tree, spans: Int32Array): void {
  if (node.kind === 'repeat') {
    const last = tree.children.at(-1)
    if (last) read(node.node, last, spans)
  } else if (node.kind === 'group') {
    spans[2 * node.index] = tree.start
    spans[2 * node.index + 1] = tree.end
    read(node.node, tree.children[0] as Tree, spans)
  } else if (node.kind === 'alt') {
    read(node.parts[tree.children.length - 1] as Node, tree.children.at(-1) as Tree, spans)
  } else if (node.kind === 'cat') {
    readConcatenation(node.parts, node.rightAssoc, tree, spans)
  }
}

function readConcatenation(parts: readonly Node[], rightAssoc: boolean, tree: Tree, spans: Int32Array): void {
  if (rightAssoc) parts.forEach((part, k) => read(part, tree.children[k] as Tree, spans))
  else if (parts.length === 1) read(parts[0] as Node, tree, spans)
  else {
    readConcatenation(parts.slice(0, -1), false, tree.children[0] as Tree, spans)
    read(parts.at(-1) as Node, tree.children[1] as Tree, spans)
  }
}

/**
 * The captures of the greatest parse tree of the whole pattern that begins at `start`, or null.
 *
 * @throws TooMany when more than `budget` nodes would be made.
 */
export function exhaustiveExec(
  parsed: Parsed,
  text: readonly number[],
  start: number,
  budget = 200_000,
): Int32Array | null {
  const [first, ...others] = new Enumerator(text, budget).trees(parsed.root, start)
  if (!first) return null
  const best = others.reduce((best, tree) => (compare(tree, best) < 0 ? tree : best), first)
  const spans = new Int32Array(2 * parsed.groups + 2).fill(-1)
  read(parsed.root, best, spans)
  spans[0] = best.start
  spans[1] = best.end
  return spans
}
