/**
 * A pattern as what the kernels of `kernel.ts` read, and a walk with them.
 *
 * Worth (`npm run regex:paths`, bit kernel): 16 times the rows in JavaScript for the same.
 */
import { engine } from '../wasm/engine.ts'
import type { KernelProgram } from '../wasm/engine.ts'
import { PROGRAM, WINDOW } from '../wasm/memory.ts'
import type { Pattern } from './automaton.ts'
import * as layout from './kernel.ts'
import { kernel } from './kernel.ts'
import type { Run } from './kernel.ts'
import type { RowPlan } from './plan.ts'
import { DELETE } from './settings.ts'

const { ACCEPTING, BYTES, CHAIN, CHUNK, EIGHT, EIGHTS, FIRST, HOLDS, STATE } = layout
const { MOST_CLASSES, MOST_POSITIONS } = layout

/** Positions as bits. */
function bitsOf(positions: Iterable<number>): bigint {
  let bits = 0n
  for (const position of positions) if (position > 0) bits |= 1n << BigInt(position - 1)
  return bits
}

function write(bytes: DataView, at: number, bits: bigint): void {
  bytes.setBigUint64(at, BigInt.asUintN(64, bits), true)
  bytes.setBigUint64(at + 8, bits >> 64n, true)
}

export class RowKernel {
  private readonly plan: RowPlan
  private readonly program: KernelProgram
  /** The state before anything is read. */
  private readonly initial: Uint8Array
  private readonly accepting: Uint32Array
  private readonly others: boolean
  /** By level. */
  private readonly runs: Run[] = []
  private run: Run

  private constructor(pattern: Pattern, plan: RowPlan) {
    const { positions, from, used } = plan
    const { next, count, holds, words } = positions
    this.plan = plan
    const after = next.map(bitsOf)
    const eights = new Map<number, number>()
    let chain = 0n
    next.forEach((set, from) => {
      if (from === 0) return
      const bit = 1n << BigInt(from - 1)
      if (set.has(from + 1)) chain |= bit
      after[from]! &= ~(bit << 1n)
      const eight = (from - 1) >> 3
      if (after[from] !== 0n) eights.set(eight, (eights.get(eight) ?? 0) | (1 << ((from - 1) & 7)))
    })
    const { classes } = pattern.alphabet
    const bytes = new Uint8Array(HOLDS + classes * BYTES)
    const view = new DataView(bytes.buffer)
    const accepting = bitsOf(next.keys().filter((from) => next[from]!.has(0)))
    view.setUint32(EIGHTS, eights.size, true)
    write(view, CHAIN, chain)
    write(view, ACCEPTING, accepting)
    write(view, FIRST, after[0]!)
    for (let symbol = 0; symbol < classes; symbol++) {
      let bits = 0n
      for (let w = words; w-- > 0;) bits = (bits << 32n) | BigInt(holds[symbol * words + w]! >>> 0)
      write(view, HOLDS + symbol * BYTES, bits >> 1n)
    }
    const table = new Uint8Array(eights.size * 256 * BYTES)
    const tableView = new DataView(table.buffer)
    ;[...eights].forEach(([eight, mask], i) => {
      view.setUint32(EIGHT + i * 8, eight, true)
      view.setUint32(EIGHT + i * 8 + 4, mask, true)
      for (let bits = 1; bits < 256; bits++) {
        if ((bits & ~mask) !== 0) continue
        let all = 0n
        for (let k = 0; k < 8; k++) if ((bits >> k) & 1) all |= after[eight * 8 + k + 1]!
        write(tableView, (i * 256 + bits) * BYTES, all)
      }
    })
    this.others = eights.size > 0
    this.program = this.others ? { bytes, table } : { bytes }
    this.accepting = new Uint32Array(bytes.buffer.slice(ACCEPTING, ACCEPTING + BYTES))

    // To begin with, all that can be deleted is.
    const follows: bigint[] = []
    const rows = used.at(-1)!
    this.initial = new Uint8Array(rows * 2 * BYTES)
    const initial = new DataView(this.initial.buffer)
    for (let c = 0; c < rows; c++) {
      const row = follows[from[DELETE]![c]!] ?? 0n
      let follow = after[0]! | ((row & chain) << 1n)
      for (let p = 1; p <= count; p++) if ((row >> BigInt(p - 1)) & 1n) follow |= after[p]!
      follows.push(follow)
      write(initial, c * 2 * BYTES, row)
      write(initial, c * 2 * BYTES + BYTES, follow)
    }
    this.run = this.of(used.length - 1)
  }

  /** Null where the pattern is not made for it. */
  static build(pattern: Pattern, plan: RowPlan): RowKernel | null {
    const { positions } = plan
    if (positions.count > MOST_POSITIONS || pattern.alphabet.classes > MOST_CLASSES) return null
    // A pattern that needs nothing at all, at no cost, begins everywhere.
    if (positions.next[0]!.has(0)) return null
    return new RowKernel(pattern, plan)
  }

  /** Nothing has been read. */
  begin(): void {
    const shared = engine()
    shared.load(this.program)
    shared.memory.u8.set(this.initial, PROGRAM + STATE)
  }

  /** Where the classes of the characters to read go, each times 16. */
  get window(): Uint16Array {
    return new Uint16Array(engine().memory.u8.buffer, WINDOW, CHUNK)
  }

  /** The kernel for the rows up to a level. */
  private of(level: number): Run {
    const { used, from, tops } = this.plan
    const rows = from.map((all) => all.slice(0, used[level]))
    return (this.runs[level] ??= kernel({ from: rows, tops: tops[level]!, others: this.others }))
  }

  /** From now on only levels up to `most` are asked for. */
  limit(most: number): void {
    this.run = this.of(most)
  }

  /** Reads on in the window; the number of characters read when a match begins there, or -1 after all. */
  next(from: number, to: number): number {
    return this.run(from, to)
  }

  /** Whether a match of no more than a level begins here. */
  accepts(level: number): boolean {
    const { u32 } = engine().memory
    return this.plan.tops[level]!.some((r) => {
      const at = (PROGRAM + STATE + r * 2 * BYTES) >> 2
      return this.accepting.some((bits, w) => (u32[at + w]! & bits) !== 0)
    })
  }
}
