/** AROP: one figure over the elements of a range. */
import { intOf, INT, render, TAG, TEXT } from '../array/word.ts'
import type { Tree } from '../array/tree.ts'
import {
  add,
  compareExtended,
  formatExtended,
  fromInteger,
  parseExtended,
  toInt64,
} from '../number/extended.ts'
import type { Extended } from '../number/extended.ts'
import { latin1 } from '../resp/args.ts'
import type { Reply } from '../resp/reply.ts'
import { RangeJob } from './range-job.ts'
import type { Ends } from './search.ts'

export type Operation = 'sum' | 'min' | 'max' | 'and' | 'or' | 'xor' | 'used' | 'match'

export const OPERATIONS: readonly Operation[] = ['sum', 'min', 'max', 'and', 'or', 'xor', 'used', 'match']

const scratch = new Uint8Array(32)
/** Sums of whole numbers up to here are exact. */
const EXACT = 2 ** 52

export class FoldJob extends RangeJob {
  private readonly operation: Operation
  private readonly wanted: Uint8Array
  private count = 0
  /** Whole numbers are folded as doubles as long as that is exact; `exact` holds what does not fit. */
  private plain = 0
  private hasPlain = false
  private folded: Extended | null = null
  private bits: bigint | null = null

  /** `wanted`: what `match` counts. */
  constructor(tree: Tree, ends: Ends, operation: Operation, wanted: Uint8Array) {
    super(tree, ends)
    this.operation = operation
    this.wanted = wanted
  }

  reply(out: Reply): void {
    if (this.operation === 'used' || this.operation === 'match') out.integer(this.count)
    else if (this.operation === 'and' || this.operation === 'or' || this.operation === 'xor') {
      if (this.bits === null) out.nil()
      else out.integer(this.bits)
    } else {
      this.spill()
      if (this.folded === null) out.nil()
      else out.text(formatExtended(this.folded))
    }
  }

  protected element(_hi: number, _lo: number, address: number): number {
    if (this.operation === 'used') {
      this.count++
      return 0
    }
    if (this.operation === 'match') {
      if (this.equals(address)) this.count++
      return 0
    }
    const { u32 } = this.walk.tree.store.space
    const lo = u32[address >> 2]!
    if ((lo & TAG) === INT) {
      this.number(intOf(lo, u32[(address >> 2) + 1]!))
      return 0
    }
    const value = parseExtended(this.textAt(address))
    if (value !== null) this.extended(value)
    return 0
  }

  private number(value: number): void {
    const { operation } = this
    if (operation === 'and' || operation === 'or' || operation === 'xor') {
      this.combine(BigInt(value))
      return
    }
    if (Math.abs(value) > EXACT || this.folded !== null) {
      this.extended(fromInteger(value))
      return
    }
    if (!this.hasPlain) this.plain = value
    else if (operation === 'sum') this.plain += value
    else this.plain = operation === 'min' ? Math.min(this.plain, value) : Math.max(this.plain, value)
    this.hasPlain = true
    if (Math.abs(this.plain) > EXACT) this.spill()
  }

  /** From here on with the format's own arithmetic. */
  private spill(): void {
    if (!this.hasPlain) return
    this.hasPlain = false
    this.folded = fromInteger(this.plain)
  }

  private extended(value: Extended): void {
    const { operation } = this
    if (operation === 'and' || operation === 'or' || operation === 'xor') {
      const whole = toInt64(value)
      if (whole !== null) this.combine(whole)
      return
    }
    this.spill()
    const { folded } = this
    if (folded === null) this.folded = value
    else if (operation === 'sum') this.folded = add(folded, value)
    else {
      const order = compareExtended(value, folded)
      if (operation === 'min' ? order < 0 : order > 0) this.folded = value
    }
  }

  private combine(value: bigint): void {
    const { bits, operation } = this
    if (bits === null) this.bits = value
    else this.bits = operation === 'and' ? bits & value : operation === 'or' ? bits | value : bits ^ value
  }

  private textAt(address: number): string {
    const { u8, u32 } = this.walk.tree.store.space
    const lo = u32[address >> 2]!
    const hi = u32[(address >> 2) + 1]!
    // Longer ones are no numbers to Redis.
    if ((lo & TAG) === TEXT) return lo >>> 3 > 255 ? '' : latin1(u8.subarray(hi, hi + (lo >>> 3)))
    return latin1(scratch.subarray(0, render(lo, hi, scratch, 0)))
  }

  private equals(address: number): boolean {
    const { u8, u32 } = this.walk.tree.store.space
    const { wanted } = this
    const lo = u32[address >> 2]!
    const hi = u32[(address >> 2) + 1]!
    const isText = (lo & TAG) === TEXT
    const length = isText ? lo >>> 3 : render(lo, hi, scratch, 0)
    if (length !== wanted.length) return false
    const bytes = isText ? u8 : scratch
    const from = isText ? hi : 0
    for (let i = 0; i < length; i++) if (bytes[from + i] !== wanted[i]) return false
    return true
  }
}
