import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clear, holds, parseExpectation, type Expectation, type Operator } from './expectation.ts'
import { exactText } from '../../contract/units.ts'

const SIM = {
  metrics: {
    'p99(relayDelay)': { unit: 's', label: 'relay delay' },
    lost: { unit: 'share', label: 'lost' },
    hosts: { unit: 'hosts', label: 'hosts' },
    arrivals: { unit: '1/s', label: 'arrivals' },
  },
  observations: { wait: { unit: 's', label: 'wait', of: 'customers' } },
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
    ['mean(wait) < 2 s', 'mean(wait)', '<', 2],
    ['p95(wait)<20s', 'p95(wait)', '<', 20],
    ['p99.9(wait) <= 1 min', 'p99.9(wait)', '<=', 60],
    ['share(wait < 20 s) > 80 %', 'share(wait < 20 s)', '>', 0.8],
    ['share( wait >= 20 s )<5%', 'share(wait >= 20 s)', '<', 0.05],
  ])('%s', (text, metric, op, value) => {
    expect(parseExpectation(text, SIM)).toMatchObject({ ok: true, expectation: { text, metric, op, value } })
  })

  test.each([
    ['lots < 1%', 'no metric is called "lots"', 'lost'],
    [
      'x < 1%',
      'no metric is called "x" (metrics are mean(wait), p50(wait), p95(wait), p99(wait), p99(relayDelay), lost, hosts, arrivals, ...)',
      undefined,
    ],
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
    ['lost', 'expected "METRIC op LIMIT", such as "mean(wait) < 5 ms"', undefined],
    ['p95(queue) < 5 ms', 'no metric is called "p95(queue)"', undefined],
    ['p0(wait) < 5 ms', 'a percentile lies above 0 and below 100', undefined],
    ['p100(wait) < 5 ms', 'no metric is called "p100(wait)"', 'p50(wait)'],
    ['share(wait) > 80 %', 'no metric is called "share(wait)"', undefined],
    ['share(wait < 20) > 80 %', 'limit of share(wait < ...): expected a duration', undefined],
    ['share(wait < 20 s) > 3', 'limit of share(wait < 20 s): expected a share', '3%'],
    ['headroom >= 1.3', 'no metric is called "headroom"', undefined],
    ['lost < 1% < 2%', 'expected "METRIC op LIMIT"', undefined],
    [`lost < ${'1'.repeat(300)}%`, 'expected "METRIC op LIMIT"', undefined],
  ])('%s is refused: %s', (text, message, nearest) => {
    const read = parseExpectation(text, SIM)
    expect(read).toMatchObject({ ok: false, message: expect.stringContaining(message) as string })
    expect('nearest' in read ? read.nearest : undefined).toBe(nearest)
  })

  test('reads what it is given, and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.entries(SIM.metrics)),
        fc.constantFrom(...OPERATORS),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.string(),
        ([metric, { unit }], op, value, noise) => {
          const read = parseExpectation(`${metric} ${op} ${exactText(value, unit)}`, SIM)
          expect(read).toMatchObject({ ok: true, expectation: { metric, op, value } })
          expect(parseExpectation(noise, SIM).ok).toBe(false)
        },
      ),
    )
  })
})

describe('holds and clear', () => {
  const limit = (op: Operator): Expectation => ({
    text: '',
    metric: 'lost',
    unit: 'share',
    figure: null,
    op,
    value: 5,
  })

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
