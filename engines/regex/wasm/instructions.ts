/** The instructions that kernels use, by the type they belong to. */
import { expr, I32, I64, op, signed, unsigned, V128, VOID } from './expression.ts'
import type { Expr, Statement, ValueType } from './expression.ts'

const unary =
  <A extends ValueType, R extends ValueType>(result: R, ...code: number[]) =>
  (a: Expr<A>): Expr<R> =>
    op(result, code, [a])
const binary =
  <A extends ValueType, R extends ValueType>(result: R, ...code: number[]) =>
  (a: Expr<A>, b: Expr<A>): Expr<R> =>
    op(result, code, [a, b])
const shift =
  (...code: number[]) =>
  (a: Expr<V128>, by: Expr<I32>): Expr<V128> =>
    op(V128, code, [a, by])

/** Alignment hint 0 (any address), then the constant that is added to the address. */
function memarg(offset: number): number[] {
  const out = [0]
  unsigned(out, offset)
  return out
}
const load =
  <R extends ValueType>(result: R, ...code: number[]) =>
  (at: Expr<I32>, offset = 0): Expr<R> =>
    op(result, code, [at], memarg(offset))
const store =
  <A extends ValueType>(...code: number[]) =>
  (at: Expr<I32>, value: Expr<A>, offset = 0): Statement =>
    op(VOID, code, [at, value], memarg(offset))

/** 0xfd, then the opcode as LEB128. */
function simd(code: number): number[] {
  const out = [0xfd]
  unsigned(out, code)
  return out
}

export const i32 = {
  const: (value: number): Expr<I32> =>
    expr(I32, (body) => {
      body.bytes.push(0x41)
      signed(body.bytes, BigInt(value | 0))
    }),
  load: load(I32, 0x28),
  load8u: load(I32, 0x2d),
  load16u: load(I32, 0x2f),
  store: store<I32>(0x36),
  store8: store<I32>(0x3a),
  eqz: unary<I32, I32>(I32, 0x45),
  eq: binary<I32, I32>(I32, 0x46),
  ne: binary<I32, I32>(I32, 0x47),
  ltU: binary<I32, I32>(I32, 0x49),
  gtU: binary<I32, I32>(I32, 0x4b),
  leU: binary<I32, I32>(I32, 0x4d),
  geU: binary<I32, I32>(I32, 0x4f),
  ctz: unary<I32, I32>(I32, 0x68),
  add: binary<I32, I32>(I32, 0x6a),
  sub: binary<I32, I32>(I32, 0x6b),
  mul: binary<I32, I32>(I32, 0x6c),
  and: binary<I32, I32>(I32, 0x71),
  or: binary<I32, I32>(I32, 0x72),
  xor: binary<I32, I32>(I32, 0x73),
  shl: binary<I32, I32>(I32, 0x74),
  shrU: binary<I32, I32>(I32, 0x76),
  wrap: unary<I64, I32>(I32, 0xa7),
}

export const i64 = {
  const: (value: bigint): Expr<I64> =>
    expr(I64, (body) => {
      body.bytes.push(0x42)
      signed(body.bytes, BigInt.asIntN(64, value))
    }),
  eqz: unary<I64, I32>(I32, 0x50),
  ctz: unary<I64, I64>(I64, 0x7a),
  sub: binary<I64, I64>(I64, 0x7d),
  and: binary<I64, I64>(I64, 0x83),
  or: binary<I64, I64>(I64, 0x84),
  shl: binary<I64, I64>(I64, 0x86),
  extendU: unary<I32, I64>(I64, 0xad),
}

export const v128 = {
  load: load(V128, ...simd(0x00)),
  store: store<V128>(...simd(0x0b)),
  const: (bytes: readonly number[]): Expr<V128> => {
    if (bytes.length !== 16) throw new RangeError('v128.const takes 16 bytes')
    return expr(V128, (body) => void body.bytes.push(...simd(0x0c), ...bytes))
  },
  and: binary<V128, V128>(V128, ...simd(0x4e)),
  or: binary<V128, V128>(V128, ...simd(0x50)),
  xor: binary<V128, V128>(V128, ...simd(0x51)),
  anyTrue: unary<V128, I32>(I32, ...simd(0x53)),
}

export const i8x16 = {
  splat: unary<I32, V128>(V128, ...simd(0x0f)),
  /** Lanes of `a` picked by the lanes of `b`; an index of 16 or more gives 0. */
  swizzle: binary<V128, V128>(V128, ...simd(0x0e)),
  /** As `swizzle`, one machine instruction; an index of 16..127 gives a machine-dependent lane. */
  relaxedSwizzle: binary<V128, V128>(V128, ...simd(0x100)),
  /** Lanes 0..15 are those of `a`, 16..31 those of `b`. */
  shuffle: (a: Expr<V128>, b: Expr<V128>, lanes: readonly number[]): Expr<V128> => {
    if (lanes.length !== 16) throw new RangeError('i8x16.shuffle takes 16 lanes')
    return op(V128, simd(0x0d), [a, b], lanes)
  },
  eq: binary<V128, V128>(V128, ...simd(0x23)),
  ne: binary<V128, V128>(V128, ...simd(0x24)),
  bitmask: unary<V128, I32>(I32, ...simd(0x64)),
  allTrue: unary<V128, I32>(I32, ...simd(0x63)),
  shrU: shift(...simd(0x6d)),
  add: binary<V128, V128>(V128, ...simd(0x6e)),
  extractU: (a: Expr<V128>, lane: number): Expr<I32> => op(I32, simd(0x16), [a], [lane]),
}

/** `whenTrue` if `condition` is not 0, else `whenFalse`; both are computed. */
export function select<T extends ValueType>(
  whenTrue: Expr<T>,
  whenFalse: Expr<T>,
  condition: Expr<I32>,
): Expr<T> {
  // The untyped select (0x1b) is for numbers only; a vector needs the typed one (0x1c).
  const code = whenTrue.type === V128 ? [0x1c, 1, V128] : [0x1b]
  return op(whenTrue.type, code, [whenTrue, whenFalse, condition])
}
