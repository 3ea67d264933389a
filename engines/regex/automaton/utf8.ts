/**
 * A set of code points as an automaton over UTF-8 bytes.
 *
 * The characters of one encoded length are numbers below a power of 64, and the bytes after the lead are their
 * digits. So the set splits digit by digit, and two heads with the same tails share one node: that makes the graph
 * the minimal one. `\w` of all Unicode, 140,000 characters, takes some 250 nodes.
 */
import type { Ranges } from '../syntax/ast.ts'

/** Edges of node i are triples [low byte, high byte, target]; target -1 is the end of the character. Root last. */
export interface ByteGraph {
  readonly nodes: readonly (readonly number[])[]
  readonly edges: number
}

const END = -1

class GraphBuilder {
  readonly nodes: number[][] = []
  private readonly memo = new Map<string, number>()

  private intern(edges: number[]): number {
    const key = edges.join()
    let node = this.memo.get(key)
    if (node === undefined) {
      node = this.nodes.push(edges) - 1
      this.memo.set(key, node)
    }
    return node
  }

  /** Edges over the first of `digits` base-64 digits for `ranges` of numbers, each labelled digit + base. */
  private edgesOver(ranges: readonly number[], digits: number, base: number): number[] {
    const unit = 64 ** (digits - 1)
    const edges: number[] = []
    const add = (low: number, high: number, target: number): void => {
      const last = edges.length - 3
      if (last >= 0 && edges[last + 2] === target && edges[last + 1] === low + base - 1) {
        edges[last + 1] = high + base
      } else edges.push(low + base, high + base, target)
    }
    let part: number[] = []
    let partDigit = -1
    const flush = (): void => {
      if (part.length > 0) add(partDigit, partDigit, this.tails(part, digits - 1))
      part = []
    }
    for (let i = 0; i < ranges.length; i += 2) {
      let low = ranges[i]!
      const high = ranges[i + 1]!
      while (low <= high) {
        const digit = Math.floor(low / unit)
        if (digit !== partDigit) flush()
        if (low === digit * unit && high >= low + unit - 1) {
          const last = Math.floor((high + 1) / unit) - 1
          add(digit, last, this.tails([0, unit - 1], digits - 1))
          low = (last + 1) * unit
        } else {
          partDigit = digit
          const end = Math.min(high, (digit + 1) * unit - 1)
          part.push(low - digit * unit, end - digit * unit)
          low = end + 1
        }
      }
    }
    flush()
    return edges
  }

  private tails(ranges: readonly number[], digits: number): number {
    return digits === 0 ? END : this.intern(this.edgesOver(ranges, digits, 0x80))
  }

  build(ranges: Ranges): ByteGraph {
    const edges: number[] = []
    const cut = (low: number, high: number): number[] => {
      const out: number[] = []
      for (let i = 0; i < ranges.length; i += 2) {
        const from = Math.max(ranges[i]!, low)
        const to = Math.min(ranges[i + 1]!, high)
        if (from <= to) out.push(from, to)
      }
      return out
    }
    const ascii = cut(0, 0x7f)
    for (let i = 0; i < ascii.length; i += 2) edges.push(ascii[i]!, ascii[i + 1]!, END)
    edges.push(...this.edgesOver(cut(0x80, 0x7ff), 2, 0xc0))
    edges.push(...this.edgesOver([...cut(0x800, 0xd7ff), ...cut(0xe000, 0xffff)], 3, 0xe0))
    edges.push(...this.edgesOver(cut(0x10000, 0x10ffff), 4, 0xf0))
    this.nodes.push(edges)
    return { nodes: this.nodes, edges: this.nodes.reduce((sum, node) => sum + node.length / 3, 0) }
  }
}

/** The graph of a set; over bytes it is one node. */
export function byteGraph(ranges: Ranges, bytes: boolean): ByteGraph {
  if (!bytes) return new GraphBuilder().build(ranges)
  const edges: number[] = []
  for (let i = 0; i < ranges.length; i += 2) edges.push(ranges[i]!, ranges[i + 1]!, END)
  return { nodes: [edges], edges: edges.length / 3 }
}
