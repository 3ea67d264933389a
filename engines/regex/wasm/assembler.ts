/**
 * A small assembler for WebAssembly modules.
 *
 * A kernel is written as typed expressions, `i32.add(at, i32.const(16))`, and statements, `loop((again) => [...])`;
 * TypeScript checks that an i64 is not added to an i32, and `assemble` emits the bytes. A loop over bytes reads:
 *
 *     const length = module.func('length', [I32], I32, ({ params: [at], local }) => {
 *       const n = local(I32)
 *       return [
 *         block((done) => [
 *           loop((again) => [done.brIf(i32.eqz(i32.load8u(i32.add(at, n)))), n.set(i32.add(n, i32.const(1))), again.br()]),
 *         ]),
 *         n,
 *       ]
 *     })
 *
 * Only what the engine's kernels need is here: one imported memory, exported functions with at most one result, no
 * tables, no globals, no data segments. Encoding after the WebAssembly core specification, chapter 5 ("Binary
 * Format"); SIMD opcodes after 5.4.9, relaxed ones after the relaxed-simd proposal (in every Node since 21).
 * Tested in `assembler.test.ts` by running what it emits.
 */

export const I32 = 0x7f
export const I64 = 0x7e
export const V128 = 0x7b
export type I32 = typeof I32
export type I64 = typeof I64
export type V128 = typeof V128
export type ValueType = I32 | I64 | V128
/** The type of a statement: it leaves nothing on the stack. */
export type Void = 0x40
const VOID: Void = 0x40

/** The code of one function under construction: bytes, and the blocks that are open around them. */
interface Body {
  readonly bytes: number[]
  readonly open: Label[]
}

export interface Expr<T extends ValueType | Void> {
  readonly type: T
  emit(body: Body): void
}
export type Statement = Expr<Void>

function expr<T extends ValueType | Void>(type: T, emit: (body: Body) => void): Expr<T> {
  return { type, emit }
}

// Numbers: LEB128, chapter 5.2.2.

function unsigned(out: number[], value: number): void {
  let rest = value
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  out.push(rest)
}

function signed(out: number[], value: bigint): void {
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

// Instructions. `op` builds one from its opcode bytes, its operands and its immediates.

type Operands = readonly Expr<ValueType>[]

function op<T extends ValueType | Void>(
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
  store16: store<I32>(0x3b),
  eqz: unary<I32, I32>(I32, 0x45),
  eq: binary<I32, I32>(I32, 0x46),
  ne: binary<I32, I32>(I32, 0x47),
  ltU: binary<I32, I32>(I32, 0x49),
  gtU: binary<I32, I32>(I32, 0x4b),
  leU: binary<I32, I32>(I32, 0x4d),
  geU: binary<I32, I32>(I32, 0x4f),
  gtS: binary<I32, I32>(I32, 0x4a),
  ltS: binary<I32, I32>(I32, 0x48),
  leS: binary<I32, I32>(I32, 0x4c),
  geS: binary<I32, I32>(I32, 0x4e),
  ctz: unary<I32, I32>(I32, 0x68),
  clz: unary<I32, I32>(I32, 0x67),
  popcnt: unary<I32, I32>(I32, 0x69),
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
  load: load(I64, 0x29),
  store: store<I64>(0x37),
  eqz: unary<I64, I32>(I32, 0x50),
  eq: binary<I64, I32>(I32, 0x51),
  ne: binary<I64, I32>(I32, 0x52),
  ctz: unary<I64, I64>(I64, 0x7a),
  add: binary<I64, I64>(I64, 0x7c),
  sub: binary<I64, I64>(I64, 0x7d),
  mul: binary<I64, I64>(I64, 0x7e),
  and: binary<I64, I64>(I64, 0x83),
  or: binary<I64, I64>(I64, 0x84),
  xor: binary<I64, I64>(I64, 0x85),
  shl: binary<I64, I64>(I64, 0x86),
  shrU: binary<I64, I64>(I64, 0x88),
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
  andNot: binary<V128, V128>(V128, ...simd(0x4f)),
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
  gtU: binary<V128, V128>(V128, ...simd(0x28)),
  bitmask: unary<V128, I32>(I32, ...simd(0x64)),
  allTrue: unary<V128, I32>(I32, ...simd(0x63)),
  shl: shift(...simd(0x6b)),
  shrU: shift(...simd(0x6d)),
  add: binary<V128, V128>(V128, ...simd(0x6e)),
  sub: binary<V128, V128>(V128, ...simd(0x71)),
  minU: binary<V128, V128>(V128, ...simd(0x77)),
  extractU: (a: Expr<V128>, lane: number): Expr<I32> => op(I32, simd(0x16), [a], [lane]),
}

export const i64x2 = {
  extract: (a: Expr<V128>, lane: number): Expr<I64> => op(I64, simd(0x1d), [a], [lane]),
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

// Control. A label is the object handed to the block's builder; its depth is known when the branch is emitted.

export class Label {
  /** Leaves the block, or goes back to the top of the loop. */
  br(): Statement {
    return expr(VOID, (body) => {
      body.bytes.push(0x0c)
      unsigned(body.bytes, this.#depth(body))
    })
  }
  brIf(condition: Expr<I32>): Statement {
    return expr(VOID, (body) => {
      condition.emit(body)
      body.bytes.push(0x0d)
      unsigned(body.bytes, this.#depth(body))
    })
  }
  #depth(body: Body): number {
    const index = body.open.lastIndexOf(this)
    if (index < 0) throw new Error('a branch to a block that is not around it')
    return body.open.length - 1 - index
  }
}

function nested(code: number, build: (label: Label) => readonly Statement[]): Statement {
  const label = new Label()
  const statements = build(label)
  return expr(VOID, (body) => {
    body.bytes.push(code, VOID)
    body.open.push(label)
    for (const statement of statements) statement.emit(body)
    body.open.pop()
    body.bytes.push(0x0b)
  })
}

/** A branch to the label leaves the block. */
export const block = (build: (exit: Label) => readonly Statement[]): Statement => nested(0x02, build)
/** A branch to the label starts the next round; without one the loop ends after its last statement. */
export const loop = (build: (again: Label) => readonly Statement[]): Statement => nested(0x03, build)

export function when(
  condition: Expr<I32>,
  yes: readonly Statement[],
  no: readonly Statement[] = [],
): Statement {
  const label = new Label()
  return expr(VOID, (body) => {
    condition.emit(body)
    body.bytes.push(0x04, VOID)
    body.open.push(label)
    for (const statement of yes) statement.emit(body)
    if (no.length > 0) {
      body.bytes.push(0x05)
      for (const statement of no) statement.emit(body)
    }
    body.open.pop()
    body.bytes.push(0x0b)
  })
}

/** Leaves the function with this result. */
export const giveBack = (value: Expr<ValueType>): Statement => op(VOID, [0x0f], [value])

/** A parameter or a local variable; as an expression, its value. */
export class Variable<T extends ValueType> implements Expr<T> {
  readonly type: T
  readonly #index: number
  constructor(type: T, index: number) {
    this.type = type
    this.#index = index
  }
  emit(body: Body): void {
    body.bytes.push(0x20)
    unsigned(body.bytes, this.#index)
  }
  set(value: Expr<T>): Statement {
    return this.#write(VOID, 0x21, value)
  }
  /** Sets the variable and is the value. */
  tee(value: Expr<T>): Expr<T> {
    return this.#write(this.type, 0x22, value)
  }
  #write<R extends T | Void>(type: R, code: number, value: Expr<T>): Expr<R> {
    return expr(type, (body) => {
      value.emit(body)
      body.bytes.push(code)
      unsigned(body.bytes, this.#index)
    })
  }
}

/** A function of this module that another one may call. */
export interface Func<R extends ValueType | Void> {
  readonly name: string
  call(...args: readonly Expr<ValueType>[]): Expr<R>
}

type Parameters<P extends readonly ValueType[]> = { readonly [K in keyof P]: Variable<P[K]> }

export interface FunctionScope<P extends readonly ValueType[]> {
  readonly params: Parameters<P>
  /** A new local variable, 0 at entry. */
  readonly local: <T extends ValueType>(type: T) => Variable<T>
}

/** The statements of a function; the last item is the result where there is one. */
type FunctionBody<R extends ValueType | Void> = R extends ValueType
  ? readonly [...Statement[], Expr<R>]
  : readonly Statement[]

interface Compiled {
  readonly name: string
  readonly exported: boolean
  readonly params: readonly ValueType[]
  readonly result: ValueType | Void
  readonly code: readonly number[]
}

export class ModuleBuilder {
  readonly #functions: Compiled[] = []

  /** A function, exported under its name unless `exported` is false. */
  func<const P extends readonly ValueType[], R extends ValueType | Void>(
    name: string,
    params: P,
    result: R,
    build: (scope: FunctionScope<P>) => FunctionBody<R>,
    exported = true,
  ): Func<R> {
    const locals: ValueType[] = []
    const scope: FunctionScope<P> = {
      params: params.map((type, index) => new Variable(type, index)) as unknown as Parameters<P>,
      local: (type) => {
        locals.push(type)
        return new Variable(type, params.length + locals.length - 1)
      },
    }
    const body: Body = { bytes: [], open: [] }
    for (const item of build(scope)) item.emit(body)
    const code: number[] = []
    unsigned(code, locals.length)
    for (const type of locals) code.push(1, type)
    code.push(...body.bytes, 0x0b)
    const index = this.#functions.length
    this.#functions.push({ name, exported, params, result, code })
    return {
      name,
      call: (...args) => {
        const immediates: number[] = []
        unsigned(immediates, index)
        return op(result, [0x10], args, immediates)
      },
    }
  }

  /** The module's bytes. It imports its memory as `env.memory`. */
  assemble(): Uint8Array<ArrayBuffer> {
    const functions = this.#functions
    const typeSection = vector(functions, (f) => {
      const results = f.result === VOID ? [0] : [1, f.result]
      return [0x60, ...vector(f.params, (type) => [type]), ...results]
    })
    // Memory import, limits without a maximum: the one who makes the memory sets that.
    const importSection = vector([0], () => [...text('env'), ...text('memory'), 0x02, 0x00, 1])
    const functionSection = vector(functions, (_f, index) => leb(index))
    const exported = functions.map((f, index) => ({ f, index })).filter(({ f }) => f.exported)
    const exportSection = vector(exported, ({ f, index }) => [...text(f.name), 0x00, ...leb(index)])
    const codeSection = vector(functions, (f) => [...leb(f.code.length), ...f.code])
    const sections: [number, number[]][] = [
      [1, typeSection],
      [2, importSection],
      [3, functionSection],
      [7, exportSection],
      [10, codeSection],
    ]
    const header = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
    const out = [...header]
    for (const [id, bytes] of sections) out.push(id, ...leb(bytes.length), ...bytes)
    return Uint8Array.from(out)
  }
}

function leb(value: number): number[] {
  const out: number[] = []
  unsigned(out, value)
  return out
}

function vector<T>(items: readonly T[], encode: (item: T, index: number) => readonly number[]): number[] {
  return [...leb(items.length), ...items.flatMap((item, index) => encode(item, index))]
}

function text(value: string): number[] {
  return vector([...new TextEncoder().encode(value)], (byte) => [byte])
}
