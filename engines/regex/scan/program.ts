/** From a complete automaton to what a walker runs: which of the two, its rows, its words. */
import { isOpen } from '../foundation/paths.ts'
import { FREQUENCY } from '../literal/frequency.ts'
import type { KernelProgram } from '../wasm/engine.ts'
import { WALK } from '../wasm/kernels/walk.ts'
import { TABLE_BYTES } from '../wasm/memory.ts'
import { setTables } from './byte-set.ts'
import type { ScanTable } from './table.ts'

const SHENG_STATES = 16
/** Frequency, as `literal/frequency.ts` counts it, of bytes that come every few dozen bytes or more often. */
const COMMON = 205
/** No row has this offset. */
const NONE = 0xffff_ffff

export interface WalkProgram extends KernelProgram {
  readonly kernel: 'sheng' | 'walk'
}

/** Null when the automaton is too large to walk. */
export function walkProgram(source: ScanTable): WalkProgram | null {
  const order = numbering(source)
  if (source.states <= SHENG_STATES && isOpen('sheng')) return shengProgram(source, order)
  if (source.states * source.classCount * 4 <= TABLE_BYTES && isOpen('lock-step'))
    return classesProgram(source, order)
  return null
}

/** New numbers of the states, so that three comparisons judge one: dead, not accepting, accepting, absorbing. */
function numbering({ states, accepting, dead, absorbing }: ScanTable): Uint32Array {
  const rank = (state: number): number => {
    if (state === dead) return 0
    if (state === absorbing) return 3
    return 1 + accepting[state]!
  }
  const sorted = Array.from({ length: states }, (_, state) => state).sort(
    (a, b) => rank(a) - rank(b) || a - b,
  )
  const order = new Uint32Array(states)
  for (const [position, state] of sorted.entries()) order[state] = position
  return order
}

/** The words that all walkers read; `row`: offset of a state's row. */
function header(source: ScanTable, order: Uint32Array, row: number, extra = 0): Uint8Array {
  const bytes = new Uint8Array(WALK.classes + extra)
  const words = new DataView(bytes.buffer)
  const accepts = source.accepting.reduce((sum, flag) => sum + flag, 0)
  words.setUint32(WALK.start, order[source.start]! * row, true)
  words.setUint32(WALK.accept, (source.states - accepts) * row, true)
  words.setUint32(WALK.absorbing, source.absorbing < 0 ? NONE : order[source.absorbing]! * row, true)
  const leaving = leavingStart(source)
  if (worthSkipping(leaving)) {
    words.setUint32(WALK.skip, 1, true)
    bytes.set(setTables(leaving), WALK.leaving)
  }
  words.setUint32(WALK.dead, source.dead < 0 ? NONE : order[source.dead]! * row, true)
  return bytes
}

/** 1 for each byte that takes the start state to another. */
function leavingStart(source: ScanTable): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) =>
    nextState(source, source.start, source.classes[byte]!) === source.start ? 0 : 1,
  )
}

/** Whether fragments are likely to have long stretches without such a byte: none of the commonest is one. */
function worthSkipping(leaving: Uint8Array): boolean {
  return leaving.every((flag, byte) => flag === 0 || FREQUENCY[byte]! < COMMON)
}

function nextState({ next, classCount }: ScanTable, state: number, symbol: number): number {
  return next[state * classCount + symbol]!
}

/** 256 vectors of 16 states each. */
function shengProgram(source: ScanTable, order: Uint32Array): WalkProgram {
  const table = new Uint8Array(256 * 16)
  for (let byte = 0; byte < 256; byte++) {
    for (let state = 0; state < source.states; state++) {
      table[byte * 16 + order[state]!] = order[nextState(source, state, source.classes[byte]!)]!
    }
  }
  return { kernel: 'sheng', bytes: header(source, order, 1), table }
}

/** Rows of one 32-bit row offset for each class. */
function classesProgram(source: ScanTable, order: Uint32Array): WalkProgram {
  const { classCount } = source
  const row = classCount * 4
  const table = new Uint32Array(source.states * classCount)
  for (let state = 0; state < source.states; state++) {
    for (let symbol = 0; symbol < classCount; symbol++) {
      table[order[state]! * classCount + symbol] = order[nextState(source, state, symbol)]! * row
    }
  }
  const bytes = header(source, order, row, 512)
  const classes = new Uint16Array(bytes.buffer, WALK.classes, 256)
  for (let byte = 0; byte < 256; byte++) classes[byte] = source.classes[byte]! * 4
  return { kernel: 'walk', bytes, table: new Uint8Array(table.buffer) }
}
