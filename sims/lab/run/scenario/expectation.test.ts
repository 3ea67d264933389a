import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clear, holds, parseExpectation, type Expectation, type Operator } from './expectation.ts'
import { exactText } from '../../contract/units.ts'

const METRICS = {
  'p99(relayDelay)': { unit: 's', label: 'relay delay' },
  lost: { unit: 'share', label: 'lost' },
  hosts: { unit: 'hosts', label: 'hosts' },
  arrivals: { unit: '1/s', label: 'arrivals' },
}

const OPERATORS: readonly Operator[] = ['<', '<=', '>', '>=', '==']

describe('parseExpectation', () => {
  test.each([
    ['p99(relayDelay) < 5 ms', 'p99(relayDelay)', '<', 0.005],
    ['  p99( relayDelay )<5ms ', 'p99(relayDelay)', '<', 0.005],
    ['lost <= 0.01 %', 'lost', '<=', 0.0001],
    ['hosts == 24', 'hosts', '==', 24],
    ['hosts >= 24 hosts', 'hosts', '>=', 24],
    ['arrivals > 3k/s', 'arrivals', '>', 3000],
  ])('%s', (text, metric, op, value) => {
    expect(parseExpectation(text, METRICS)).toEqual({ ok: true, expectation: { text, metric, op, value } })
  })

  test.each([
    ['lots < 1%', 'no metric is called "lots"', 'lost'],
    ['x < 1%', 'no metric is called "x" (metrics are p99(relayDelay), lost, hosts, arrivals)', undefined],
    ['p95(relayDelay) < 5 ms', 'no metric is called "p95(relayDelay)"', 'p99(relayDelay)'],
    ['< 5 ms', 'no metric before the operator', undefined],
    ['lost = 1%', 'unknown operator "="', '=='],
    ['lost =< 1%', 'unknown operator "=<"', '<='],
    ['lost != 1%', 'unknown operator "!="', undefined],
    ['lost < 3', 'limit of lost: expected a share such as 3% or 0.01 %, found "3": missing unit', '3%'],
    ['lost < 5 ms', 'limit of lost: expected a share', undefined],
    [
      'lost <',
      'limit of lost: expected a share such as 3% or 0.01 %, found "": a value is missing',
      undefined,
    ],
    ['hosts < 24 pods', 'unknown unit "pods"', undefined],
    ['lost', 'expected "METRIC op LIMIT", such as "p99(relayDelay) < 5 ms"', undefined],
    ['lost < 1% < 2%', 'expected "METRIC op LIMIT"', undefined],
    [`lost < ${'1'.repeat(300)}%`, 'expected "METRIC op LIMIT"', undefined],
  ])('%s is refused: %s', (text, message, nearest) => {
    const read = parseExpectation(text, METRICS)
    expect(read).toMatchObject({ ok: false, message: expect.stringContaining(message) as string })
    expect('nearest' in read ? read.nearest : undefined).toBe(nearest)
  })

  test('reads what it is given, and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.entries(METRICS)),
        fc.constantFrom(...OPERATORS),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.string(),
        ([metric, { unit }], op, value, noise) => {
          const read = parseExpectation(`${metric} ${op} ${exactText(value, unit)}`, METRICS)
          expect(read).toMatchObject({ ok: true, expectation: { metric, op, value } })
          expect(parseExpectation(noise, METRICS).ok).toBe(false)
        },
      ),
    )
  })
})

describe('holds and clear', () => {
  const limit = (op: Operator): Expectation => ({ text: '', metric: 'lost', op, value: 5 })

  test.each([
    ['<', [true, false, false]],
    ['<=', [true, true, false]],
    ['>', [false, false, true]],
    ['>=', [false, true, true]],
    ['==', [false, true, false]],
  ] as const)('%s', (op, expected) => {
    expect([4, 5, 6].map((value) => holds(limit(op), value))).toEqual(expected)
  })

  test('clear means: the same verdict everywhere in the interval', () => {
    const number = fc.integer({ min: 0, max: 10 })
    fc.assert(
      fc.property(fc.constantFrom(...OPERATORS), number, number, (op, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const inside = Array.from({ length: high - low + 1 }, (_, i) => holds(limit(op), low + i))
        expect(clear(limit(op), low, high)).toBe(new Set(inside).size === 1)
      }),
    )
    expect(clear(limit('<'), 5, 6)).toBe(true)
    expect(clear(limit('<'), 4, 5)).toBe(false)
  })
})
