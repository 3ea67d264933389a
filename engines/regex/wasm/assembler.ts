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
import { expr, op, unsigned, VOID } from './expression.ts'
import type { Body, Expr, Statement, ValueType, Void } from './expression.ts'

export { block, giveBack, Label, loop, when } from './control.ts'
export { I32, I64, V128 } from './expression.ts'
export type { Expr, Statement, ValueType, Void } from './expression.ts'
export { i32, i64, i8x16, select, v128 } from './instructions.ts'

/** A parameter or a local variable; as an expression, its value. */
export class Variable<T extends ValueType> implements Expr<T> {
  readonly type: T
  private readonly index: number
  constructor(type: T, index: number) {
    this.type = type
    this.index = index
  }
  emit(body: Body): void {
    body.bytes.push(0x20)
    unsigned(body.bytes, this.index)
  }
  set(value: Expr<T>): Statement {
    return this.write(VOID, 0x21, value)
  }
  /** Sets the variable and is the value. */
  tee(value: Expr<T>): Expr<T> {
    return this.write(this.type, 0x22, value)
  }
  private write<R extends T | Void>(type: R, code: number, value: Expr<T>): Expr<R> {
    return expr(type, (body) => {
      value.emit(body)
      body.bytes.push(code)
      unsigned(body.bytes, this.index)
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
  private readonly functions: Compiled[] = []

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
    const index = this.functions.length
    this.functions.push({ name, exported, params, result, code })
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
    const functions = this.functions
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
