import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  bitrate,
  bytes,
  choice,
  count,
  duration,
  exactText,
  formatQuantity,
  integer,
  interval,
  parseQuantity,
  quantityOf,
  rate,
  share,
  uncertain,
} from './quantity.ts'

const valueOf = (text: unknown, unit: string): number => {
  const parsed = parseQuantity(text, unit)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.value
}

const UNITS = ['s', 'share', 'count', 'bytes', '1/s', 'bit/s', 'hosts', 'relay hosts']

describe('parseQuantity', () => {
  test.each([
    ['72h', 's', 259_200],
    ['20ms', 's', 0.02],
    ['1.5 s', 's', 1.5],
    ['7d', 's', 604_800],
    ['1h30m', 's', 5400],
    ['1h 30min 5 s', 's', 5405],
    ['-1h30m', 's', -5400],
    ['15us', 's', 0.000_015],
    ['15 \u00b5s', 's', 0.000_015],
    ['3%', 'share', 0.03],
    ['7 %', 'share', 0.07],
    ['0.01 %', 'share', 0.0001],
    ['900M', 'count', 900e6],
    ['12k', 'count', 12_000],
    ['1.5G', 'count', 1.5e9],
    ['1e3', 'count', 1000],
    [5, 'count', 5],
    ['1.2KiB', 'bytes', 1228.8],
    ['64MB', 'bytes', 64e6],
    ['50/s', '1/s', 50],
    ['3k/s', '1/s', 3000],
    ['3 k/s', '1/s', 3000],
    ['10/min', '1/s', 10 / 60],
    ['25 Gbit/s', 'bit/s', 25e9],
    ['24 hosts', 'hosts', 24],
    ['1.2 k relay hosts', 'relay hosts', 1200],
    [24, 'hosts', 24],
  ])('%s is %s', (text, unit, value) => {
    expect(valueOf(text, unit)).toBe(value)
  })

  test.each([
    [3, 'share', 'missing unit', '3%'],
    ['0.03', 'share', 'missing unit', undefined],
    ['20', 's', 'missing unit', undefined],
    ['20 mS', 's', 'unknown unit "mS"', '20ms'],
    ['900m', 'count', 'unknown unit "m"', '900M'],
    ['64mb', 'bytes', 'unknown unit "mb"', '64MB'],
    ['50/sec', '1/s', 'unknown unit "/sec"', undefined],
    ['24 host', 'hosts', 'unknown unit "host"', '24hosts'],
    ['5 hosts', 'bytes', 'unknown unit "hosts"', undefined],
    ['30m1h', 's', 'the larger unit comes first', undefined],
    ['1h1h', 's', 'the larger unit comes first', undefined],
    ['1h-30m', 's', 'a sign inside', undefined],
    ['1k2', 'count', 'unknown unit "k2"', undefined],
    ['', 's', 'a value is missing', undefined],
    [null, 's', 'a value is missing', undefined],
    [true, 's', 'not a quantity', undefined],
    ['NaN', 'count', 'not a quantity', undefined],
    [Infinity, 'count', 'not a quantity', undefined],
    ['1e999', 'count', 'too large', undefined],
    ['1'.repeat(101), 'count', 'longer than 100 characters', undefined],
  ])('%s as %s is refused: %s', (text, unit, problem, nearest) => {
    const parsed = parseQuantity(text, unit)
    expect(parsed).toMatchObject({ ok: false, problem: expect.stringContaining(problem) as string })
    expect('nearest' in parsed ? parsed.nearest : undefined).toBe(nearest)
  })

  test('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[-+.\deE%/kMGhmsinu ]{0,12}$/), fc.anything()),
        fc.constantFrom(...UNITS),
        (input, unit) => {
          const parsed = parseQuantity(input, unit)
          expect(parsed.ok ? parsed.value : 0).toSatisfy(Number.isFinite)
        },
      ),
    )
  })
})

describe('formatQuantity', () => {
  test.each([
    [0.0042, 's', '4.2 ms'],
    [10.3e6, 'count', '10.3 M'],
    [0.03, 'share', '3 %'],
    [1.4e9, 'bytes', '1.3 GiB'],
    [446, '1/s', '446/s'],
    [3000, '1/s', '3 k/s'],
    [25e9, 'bit/s', '25 Gbit/s'],
    [24, 'hosts', '24 hosts'],
    [9999, 'count', '9999'],
    [12_345, 'relay hosts', '12.3 k relay hosts'],
    [259_200, 's', '72 h'],
    [0.999_96, 's', '1 s'],
    [0, 's', '0 s'],
    [0.999_95, 'share', '99.995 %'],
    [-0.002, 's', '-2 ms'],
    [Infinity, 's', 'Infinity'],
  ])('%d %s reads %s', (value, unit, text) => {
    expect(formatQuantity(value, unit)).toBe(text)
  })

  const values = fc.oneof(
    fc.double({ min: -1e18, max: 1e18, noNaN: true }),
    fc.double({ min: 1e-9, max: 1e5, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 2e6 }),
  )

  test('parses back to within half a percent, and formats to itself again', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(...UNITS), (value, unit) => {
        const text = formatQuantity(value, unit)
        const back = valueOf(text, unit)
        expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.abs(value) * 0.005_01)
        expect(formatQuantity(back, unit)).toBe(text)
      }),
      { numRuns: 3000 },
    )
  })

  test('the exact text parses back to the same float', () => {
    fc.assert(
      fc.property(
        fc.oneof(values, fc.double({ noNaN: true, noDefaultInfinity: true })),
        fc.constantFrom(...UNITS),
        (value, unit) => {
          expect(valueOf(exactText(value, unit), unit)).toBe(value + 0)
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('the editor pattern admits what the formatter writes, and nothing without its unit', () => {
    const schema = z.toJSONSchema(duration(), { io: 'input', target: 'draft-7' })
    const pattern = new RegExp(schema.pattern ?? 'none')
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (value) => {
        expect(formatQuantity(value, 's')).toMatch(pattern)
        expect(String(value)).not.toMatch(pattern)
      }),
    )
  })
})

describe('codecs', () => {
  const Params = z.strictObject({
    users: count().describe('weekly users'),
    voice: uncertain(share()).prefault({ low: '1%', mid: '5%', high: '10%' }),
    turn: duration({ above: 0 }).optional(),
    servers: integer({ min: 1, unit: 'hosts' }).prefault(3),
    arrivals: interval(rate()),
    policy: choice(['svix', 'outpost']),
  })
  const good = { users: '900M', arrivals: '3k/s', policy: 'svix' }

  test('parse to base units, defaults included', () => {
    expect(Params.parse({ ...good, turn: '1h30m', servers: '4 hosts' })).toEqual({
      users: 900e6,
      voice: 0.05,
      turn: 5400,
      servers: 4,
      arrivals: { low: 3000, mid: 3000, high: 3000 },
      policy: 'svix',
    })
    expect(Params.parse(good).servers).toBe(3)
  })

  const messages = (input: unknown) =>
    Params.safeParse(input).error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)

  test.each([
    [{ users: undefined }, 'users is missing: expected a count such as 5, 12k or 900M'],
    [{ users: -1 }, 'users impossible value -1: must be at least 0'],
    [{ voice: 3 }, 'voice expected a share such as 3% or 0.01 %, found 3: missing unit (the unit is %)'],
    [{ voice: '101%' }, 'voice impossible value "101%": must be at most 100 %'],
    [{ turn: '0s' }, 'turn impossible value "0s": must be above 0 s'],
    [{ servers: 2.5 }, 'servers impossible value 2.5: must be a whole number'],
    [{ servers: 1e300 }, 'servers impossible value 1e+300: must be at most 2^53 - 1'],
    [{ policy: 'hook' }, 'policy expected one of svix or outpost, found "hook"'],
    [
      { arrivals: { low: '3/s', mid: '2/s', high: '1/s' } },
      'arrivals impossible interval "3/s", "2/s", "1/s": must be low <= mid <= high',
    ],
    [
      { voice: { low: '1%', mid: 2, high: '3%' } },
      'voice.mid expected a share such as 3% or 0.01 %, found 2: missing unit (the unit is %)',
    ],
    [
      { voice: { low: '1%', mid: '2%', high: '3%', hgh: '4%' } },
      'voice.hgh unknown key: an interval has low, mid and high',
    ],
    [
      { users: { low: 1, mid: 2, high: 3 } },
      'users expected a count such as 5, 12k or 900M, found a map: not a quantity',
    ],
  ])('%o is refused', (change, message) => {
    expect(messages({ ...good, ...change })).toEqual([message])
  })

  test('carry their unit through wrappers and descriptions', () => {
    expect(quantityOf(Params.shape.users)).toMatchObject({ unit: 'count', form: 'point' })
    expect(quantityOf(Params.shape.voice)).toMatchObject({ unit: 'share', form: 'uncertain' })
    expect(quantityOf(Params.shape.turn)).toMatchObject({ unit: 's', bounds: { above: 0 } })
    expect(quantityOf(Params.shape.servers)).toMatchObject({ unit: 'hosts', integer: true })
    expect(quantityOf(Params.shape.arrivals)).toMatchObject({ unit: '1/s', form: 'interval' })
    expect(quantityOf(Params.shape.policy)).toBeUndefined()
    expect(Params.shape.users.description).toBe('weekly users')
  })

  test('decode what they encode', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(count(), duration(), share(), bytes(), rate(), bitrate(), uncertain(share())),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (codec, value) => {
          expect(z.decode(codec, z.encode(codec, value))).toBe(value)
        },
      ),
    )
  })

  test('an interval is made of a point', () => {
    expect(() => uncertain(uncertain(share()))).toThrow(TypeError)
  })
})
