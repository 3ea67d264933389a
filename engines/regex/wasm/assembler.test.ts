import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  I32,
  I64,
  Label,
  ModuleBuilder,
  block,
  giveBack,
  i32,
  i64,
  i8x16,
  loop,
  select,
  v128,
  when,
} from './assembler.ts'

type Exports = Record<string, (...args: (number | bigint)[]) => number & bigint>

function run(build: (module: ModuleBuilder) => void): { exports: Exports; bytes: Uint8Array } {
  const module = new ModuleBuilder()
  build(module)
  const memory = new WebAssembly.Memory({ initial: 1 })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.assemble()), { env: { memory } })
  return { exports: instance.exports as Exports, bytes: new Uint8Array(memory.buffer) }
}

describe('the assembler', () => {
  test('constants survive their encoding, at every length of it', () => {
    fc.assert(
      fc.property(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (small, large) => {
        const { exports } = run((module) => {
          module.func('small', [], I32, () => [i32.const(small)])
          module.func('large', [], I64, () => [i64.const(large)])
        })
        expect(exports['small']!()).toBe(small)
        expect(exports['large']!()).toBe(large)
      }),
      { numRuns: 200 },
    )
  })

  test('loops, blocks, conditions, calls and early returns', () => {
    const { exports } = run((module) => {
      const square = module.func('square', [I32], I32, ({ params: [n] }) => [i32.mul(n, n)], false)
      module.func('sumOfSquares', [I32], I32, ({ params: [n], local }) => {
        const sum = local(I32)
        return [
          block((done) => [
            loop((again) => [
              done.brIf(i32.eqz(n)),
              sum.set(i32.add(sum, square.call(n))),
              n.set(i32.sub(n, i32.const(1))),
              again.br(),
            ]),
          ]),
          when(i32.gtU(sum, i32.const(1000)), [giveBack(i32.const(-1))]),
          sum,
        ]
      })
      module.func('sign', [I32], I32, ({ params: [n], local }) => {
        const out = local(I32)
        return [
          when(
            i32.shrU(n, i32.const(31)),
            [out.set(i32.const(-1))],
            [out.set(select(i32.const(1), i32.const(0), n))],
          ),
          out,
        ]
      })
    })
    expect(exports['square']).toBeUndefined()
    expect([0, 1, 5, 13, 14].map((n) => exports['sumOfSquares']!(n))).toEqual([0, 1, 55, 819, -1])
    expect([-7, 0, 9].map((n) => exports['sign']!(n))).toEqual([-1, 0, 1])
  })

  test('a branch to a block that is not around it is refused', () => {
    const module = new ModuleBuilder()
    expect(() => module.func('stray', [], I32, () => [new Label().br(), i32.const(0)])).toThrow(
      'not around it',
    )
  })

  test('i32 operations agree with JavaScript', () => {
    const { exports } = run((module) => {
      for (const name of ['add', 'sub', 'mul', 'and', 'or', 'xor', 'shl', 'shrU', 'ltU', 'leU'] as const) {
        module.func(name, [I32, I32], I32, ({ params: [a, b] }) => [i32[name](a, b)])
      }
      module.func('ctz', [I32], I32, ({ params: [a] }) => [i32.ctz(a)])
    })
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        expect(exports['add']!(a, b)).toBe((a + b) | 0)
        expect(exports['sub']!(a, b)).toBe((a - b) | 0)
        expect(exports['mul']!(a, b)).toBe(Math.imul(a, b))
        expect(exports['and']!(a, b)).toBe(a & b)
        expect(exports['or']!(a, b)).toBe(a | b)
        expect(exports['xor']!(a, b)).toBe(a ^ b)
        expect(exports['shl']!(a, b)).toBe(a << b)
        expect(exports['shrU']!(a, b)).toBe((a >>> b) | 0)
        expect(exports['ltU']!(a, b)).toBe(a >>> 0 < b >>> 0 ? 1 : 0)
        expect(exports['leU']!(a, b)).toBe(a >>> 0 <= b >>> 0 ? 1 : 0)
        expect(exports['ctz']!(a)).toBe(a === 0 ? 32 : 31 - Math.clz32(a & -a))
      }),
      { numRuns: 200 },
    )
  })

  test('i64 operations agree with BigInt', () => {
    const { exports } = run((module) => {
      for (const name of ['sub', 'and', 'or'] as const) {
        module.func(name, [I64, I64], I64, ({ params: [a, b] }) => [i64[name](a, b)])
      }
      module.func('low', [I64], I32, ({ params: [a] }) => [i32.wrap(a)])
      module.func('widen', [I32], I64, ({ params: [a] }) => [i64.extendU(a)])
    })
    const any = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(exports['sub']!(a, b)).toBe(BigInt.asIntN(64, a - b))
        expect(exports['and']!(a, b)).toBe(a & b)
        expect(exports['or']!(a, b)).toBe(a | b)
        expect(exports['low']!(a)).toBe(Number(BigInt.asIntN(32, a)))
      }),
      { numRuns: 200 },
    )
    expect(exports['widen']!(-1)).toBe(0xffffffffn)
  })

  test('vector operations agree with byte loops', () => {
    const { exports, bytes } = run((module) => {
      const result = (name: string, value: (a: ReturnType<typeof v128.load>, b: typeof a) => typeof a) =>
        module.func(name, [I32], 0x40, ({ params: [at] }) => [
          v128.store(at, value(v128.load(at, 16), v128.load(at, 32))),
        ])
      result('eq', i8x16.eq)
      result('ne', i8x16.ne)
      result('and', v128.and)
      result('xor', v128.xor)
      result('add', i8x16.add)
      result('swizzle', i8x16.swizzle)
      result('nibble', (a, b) => i8x16.relaxedSwizzle(a, i8x16.shrU(b, i32.const(4))))
      result('reverse', (a, b) =>
        i8x16.shuffle(a, b, [31, 30, 29, 28, 27, 26, 25, 24, 7, 6, 5, 4, 3, 2, 1, 0]),
      )
      module.func('mask', [I32], I32, ({ params: [at] }) => [i8x16.bitmask(v128.load(at))])
      module.func('any', [I32], I32, ({ params: [at] }) => [v128.anyTrue(v128.load(at))])
      module.func('all', [I32], I32, ({ params: [at] }) => [i8x16.allTrue(v128.load(at))])
      module.func('pick', [I32], 0x40, ({ params: [which] }) => [
        v128.store(i32.const(0), select(v128.const([...Array(16).keys()]), i8x16.splat(i32.const(7)), which)),
      ])
    })
    const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 })
    const against: Record<string, (a: number, b: number, i: number, A: Uint8Array, B: Uint8Array) => number> =
      {
        eq: (a, b) => (a === b ? 255 : 0),
        ne: (a, b) => (a === b ? 0 : 255),
        and: (a, b) => a & b,
        xor: (a, b) => a ^ b,
        add: (a, b) => (a + b) & 255,
        swizzle: (_a, b, _i, A) => (b < 16 ? A[b]! : 0),
        nibble: (_a, b, _i, A) => A[b >> 4]!,
        reverse: (_a, _b, i, A, B) => (i < 8 ? B[15 - i]! : A[15 - i]!),
      }
    fc.assert(
      fc.property(sixteen, sixteen, (a, b) => {
        for (const [name, expected] of Object.entries(against)) {
          bytes.set(a, 16)
          bytes.set(b, 32)
          exports[name]!(0)
          expect([name, ...bytes.subarray(0, 16)]).toEqual([
            name,
            ...a.map((byte, i) => expected(byte, b[i]!, i, a, b)),
          ])
        }
        expect(exports['mask']!(16)).toBe(a.reduce((mask, byte, i) => mask | ((byte >> 7) << i), 0))
        expect(exports['any']!(16)).toBe(a.some((byte) => byte !== 0) ? 1 : 0)
        expect(exports['all']!(16)).toBe(a.every((byte) => byte !== 0) ? 1 : 0)
      }),
      { numRuns: 100 },
    )
    exports['pick']!(1)
    expect([...bytes.subarray(0, 16)]).toEqual([...Array(16).keys()])
    exports['pick']!(0)
    expect([...bytes.subarray(0, 16)]).toEqual(Array(16).fill(7))
  })

  test('wrongly sized vector constants are refused', () => {
    expect(() => v128.const([1, 2, 3])).toThrow(RangeError)
    expect(() => i8x16.shuffle(v128.const(Array(16).fill(0)), v128.const(Array(16).fill(0)), [1])).toThrow(
      RangeError,
    )
  })
})
