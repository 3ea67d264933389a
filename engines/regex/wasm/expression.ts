/** What code is made of: typed expressions that emit their bytes, and numbers in LEB128. */

export const I32 = 0x7f
export const I64 = 0x7e
export const V128 = 0x7b
export type I32 = typeof I32
export type I64 = typeof I64
export type V128 = typeof V128
export type ValueType = I32 | I64 | V128
/** The type of a statement: it leaves nothing on the stack. */
export type Void = 0x40
export const VOID: Void = 0x40

/** The code of one function under construction: bytes, and the labels of the blocks that are open around them. */
export interface Body {
  readonly bytes: number[]
  readonly open: object[]
}

export interface Expr<T extends ValueType | Void> {
  readonly type: T
  emit(body: Body): void
}
export type Statement = Expr<Void>

export function expr<T extends ValueType | Void>(type: T, emit: (body: Body) => void): Expr<T> {
  return { type, emit }
}

// Numbers: LEB128, chapter 5.2.2.

export function unsigned(out: number[], value: number): void {
  let rest = value
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  out.push(rest)
}

export function signed(out: number[], value: bigint): void {
  let rest = value
  for (;;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
      out.push(low)
      return
    }
    out.push(low | 0x80)
  }
}

type Operands = readonly Expr<ValueType>[]

/** An instruction from its opcode bytes, its operands and its immediates. */
export function op<T extends ValueType | Void>(
  type: T,
  code: readonly number[],
  operands: Operands,
  immediates: readonly number[] = [],
): Expr<T> {
  return expr(type, (body) => {
    for (const operand of operands) operand.emit(body)
    body.bytes.push(...code, ...immediates)
  })
}
