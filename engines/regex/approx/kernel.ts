/**
 * The step of `rows.ts` in WebAssembly, for up to 128 positions and one direction: backward, matches beginning anywhere.
 *
 * A row is one vector of 128 bits, or a 64-bit number where that is enough, and all rows live in variables of one
 * function, so a kernel is written for each number of rows and each price list; patterns share it. A character then
 * costs about ten instructions a row. Position p is bit p - 1; "nothing read yet" needs no bit, as it always holds.
 *
 * The text comes as classes of characters through the window of the engine's memory, so that the kernel knows nothing
 * of UTF-8. It stops where a match begins at the highest cost it has a row for; who calls it looks for the lowest such
 * cost, and goes on with the kernel that has only the rows up to there.
 */
// oxlint-disable typescript/no-non-null-assertion -- indices bounded by construction
import { engine } from '../wasm/engine.ts'
import type { Program } from '../wasm/engine.ts'
import {
  block,
  giveBack,
  I32,
  i32,
  I64,
  i64,
  i8x16,
  loop,
  ModuleBuilder,
  V128,
  v128,
  when,
} from '../wasm/assembler.ts'
import type { Expr, Statement, Variable } from '../wasm/assembler.ts'
import { PROGRAM, PROGRAM_BYTES, TABLE, WINDOW, WINDOW_BYTES } from '../wasm/memory.ts'
import type { Pattern } from './automaton.ts'
import type { RowSettings } from './rows.ts'
import { DELETE, INSERT, SUBSTITUTE } from './settings.ts'

/** The program: offsets of its parts. */
const EIGHTS = 0
/** Bytes 16 to 19 belong to whoever loads it. */
const CHAIN = 32
const ACCEPTING = 48
const FIRST = 64
const SCRATCH = 80
const EIGHT = 96
/** Rows and what follows them, by turns. */
const STATE = 256
const MOST_ROWS = 65
const HOLDS = STATE + MOST_ROWS * 32
const BYTES = 16
const MOST_CLASSES = Math.floor((PROGRAM_BYTES - HOLDS) / BYTES)
const MOST_POSITIONS = 128
const MOST_KERNELS = 64
/** Characters handed over at a time. */
export const CHUNK = WINDOW_BYTES / 2

/** Reads characters `from` to `to` of the window; the number read when a match begins there, or -1 after the last. */
type Run = (from: number, to: number) => number

/** What differs between the two widths of a row. */
interface Width<T extends I64 | V128> {
  readonly type: T
  readonly load: (at: Expr<I32>, offset?: number) => Expr<T>
  readonly store: (at: Expr<I32>, value: Expr<T>, offset?: number) => Statement
  readonly and: (a: Expr<T>, b: Expr<T>) => Expr<T>
  readonly or: (a: Expr<T>, b: Expr<T>) => Expr<T>
  /** All bits one up. */
  readonly shift: (a: Variable<T>) => Expr<T>
  readonly any: (a: Expr<T>) => Expr<I32>
}

const NARROW: Width<I64> = {
  ...i64,
  type: I64,
  shift: (a) => i64.shl(a, i64.const(1n)),
  any: (a) => i64.ne(a, i64.const(0n)),
}

/** The bytes of `a`, each one place higher; what is picked from `b` is 0. */
const BYTE_UP = [16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
const ZERO = v128.const(Array.from({ length: 16 }, () => 0))

const WIDE: Width<V128> = {
  ...v128,
  type: V128,
  shift: (a) => v128.or(i8x16.add(a, a), i8x16.shuffle(i8x16.shrU(a, i32.const(7)), ZERO, BYTE_UP)),
  any: v128.anyTrue,
}

const programAt = i32.const(PROGRAM)

/** @param others some positions are followed by others than the next one */
function kernelOf<T extends I64 | V128>(
  width: Width<T>,
  most: number,
  costs: readonly number[],
  others: boolean,
): Run {
  const module = new ModuleBuilder()
  module.func('run', [I32, I32], I32, ({ params: [at, to], local }) => {
    const each = Array.from({ length: most + 1 }, (_, c) => c)
    const variables = (): Variable<T>[] => each.map(() => local(width.type))
    const [rows, follows, newRows, newFollows] = [variables(), variables(), variables(), variables()]
    const [held, moved, chain, accepting, first] = [0, 1, 2, 3, 4].map(() => local(width.type)) as [
      Variable<T>,
      Variable<T>,
      Variable<T>,
      Variable<T>,
      Variable<T>,
    ]
    const [eight, end, bits] = [local(I32), local(I32), local(I32)]
    const state = (c: number): number => STATE + PROGRAM + c * 32
    const zero = i32.const(0)
    const save = each.flatMap((c) => [
      width.store(zero, rows[c]!, state(c)),
      width.store(zero, follows[c]!, state(c) + BYTES),
    ])
    /** What follows by way of tables. */
    const further = (c: number): Statement[] => [
      width.store(zero, newRows[c]!, PROGRAM + SCRATCH),
      eight.set(zero),
      loop((again) => [
        bits.set(
          i32.and(
            i32.load8u(i32.load(eight, PROGRAM + EIGHT), PROGRAM + SCRATCH),
            i32.load(eight, PROGRAM + EIGHT + 4),
          ),
        ),
        when(bits, [
          newFollows[c]!.set(
            width.or(
              newFollows[c]!,
              width.load(i32.add(i32.shl(eight, i32.const(9)), i32.shl(bits, i32.const(4))), TABLE),
            ),
          ),
        ]),
        eight.set(i32.add(eight, i32.const(8))),
        again.brIf(i32.ltU(eight, end)),
      ]),
    ]
    const step = each.flatMap((c) => {
      let row = width.and(follows[c]!, held)
      if (c >= costs[INSERT]!) row = width.or(row, rows[c - costs[INSERT]!]!)
      if (c >= costs[SUBSTITUTE]!) row = width.or(row, follows[c - costs[SUBSTITUTE]!]!)
      if (c >= costs[DELETE]!) row = width.or(row, newFollows[c - costs[DELETE]!]!)
      return [
        newRows[c]!.set(row),
        moved.set(width.and(newRows[c]!, chain)),
        newFollows[c]!.set(width.or(width.shift(moved), first)),
        ...(others ? further(c) : []),
      ]
    })
    return [
      ...each.flatMap((c) => [
        rows[c]!.set(width.load(zero, state(c))),
        follows[c]!.set(width.load(zero, state(c) + BYTES)),
      ]),
      chain.set(width.load(programAt, CHAIN)),
      accepting.set(width.load(programAt, ACCEPTING)),
      first.set(width.load(programAt, FIRST)),
      end.set(i32.shl(i32.load(programAt, EIGHTS), i32.const(3))),
      block((done) => [
        loop((again) => [
          done.brIf(i32.geU(at, to)),
          held.set(width.load(i32.load16u(i32.shl(at, i32.const(1)), WINDOW), PROGRAM + HOLDS)),
          at.set(i32.add(at, i32.const(1))),
          ...step,
          ...each.flatMap((c) => [rows[c]!.set(newRows[c]!), follows[c]!.set(newFollows[c]!)]),
          when(width.any(width.and(rows[most]!, accepting)), [...save, giveBack(at)]),
          again.br(),
        ]),
      ]),
      ...save,
      i32.const(-1),
    ]
  })
  const { memory } = engine().memory
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.assemble()), { env: { memory } })
  return instance.exports['run'] as Run
}

const kernels = new Map<string, Run>()

function kernel(wide: boolean, most: number, costs: readonly number[], others: boolean): Run {
  const key = `${wide} ${most} ${costs.join()} ${others}`
  let run = kernels.get(key)
  if (!run) {
    if (kernels.size >= MOST_KERNELS) kernels.clear()
    run = wide ? kernelOf(WIDE, most, costs, others) : kernelOf(NARROW, most, costs, others)
    kernels.set(key, run)
  }
  return run
}

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
  private readonly settings: RowSettings
  private readonly program: Program
  /** The state before anything is read. */
  private readonly initial: Uint8Array
  private readonly accepting: Uint32Array
  private readonly others: boolean
  private readonly wide: boolean
  private run: Run

  private constructor(pattern: Pattern, settings: RowSettings) {
    const { positions, most, costs } = settings
    const { next, count, holds, words } = positions
    this.settings = settings
    this.wide = count > 64
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
    this.initial = new Uint8Array((most + 1) * 2 * BYTES)
    const initial = new DataView(this.initial.buffer)
    for (let c = 0; c <= most; c++) {
      const row = follows[c - costs[DELETE]!] ?? 0n
      let follow = after[0]! | ((row & chain) << 1n)
      for (let p = 1; p <= count; p++) if ((row >> BigInt(p - 1)) & 1n) follow |= after[p]!
      follows.push(follow)
      write(initial, c * 2 * BYTES, row)
      write(initial, c * 2 * BYTES + BYTES, follow)
    }
    this.run = kernel(this.wide, most, costs, this.others)
  }

  /** Null where the pattern is not made for it. */
  static build(pattern: Pattern, settings: RowSettings): RowKernel | null {
    const { positions, most } = settings
    if (positions.count > MOST_POSITIONS || pattern.alphabet.classes > MOST_CLASSES) return null
    // A pattern that needs nothing at all, at no cost, begins everywhere.
    if (most >= MOST_ROWS || positions.next[0]!.has(0)) return null
    return new RowKernel(pattern, settings)
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

  /** From now on only rows up to `most` are wanted. */
  limit(most: number): void {
    this.run = kernel(this.wide, most, this.settings.costs, this.others)
  }

  /** Reads on in the window; the number of characters read when a match begins there, or -1 after all. */
  next(from: number, to: number): number {
    return this.run(from, to)
  }

  /** Whether a match begins here at a cost of at most `cost`. */
  accepts(cost: number): boolean {
    const { u32 } = engine().memory
    const at = (PROGRAM + STATE + cost * 2 * BYTES) >> 2
    for (let w = 0; w < 4; w++) if ((u32[at + w]! & this.accepting[w]!) !== 0) return true
    return false
  }
}
