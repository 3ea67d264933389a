import { describe, expect, it } from 'vitest'
import { compile } from '../regex.ts'
import { CASES, measureSteps } from './growth.ts'

describe('growth with the text', () => {
  it.each(CASES)('$name takes the same number of steps for each character', (one) => {
    const { exact, perCharacter } = measureSteps(one, 12_000)
    // The most: in vain once, twice from right to left, and each match with the character behind it.
    expect(perCharacter).toBeLessThanOrEqual(6)
    expect(exact).toBe(true)
  })

  it('finds the same matches after going over to the hardened pass as before', () => {
    const regex = compile('.*a|b')
    const text = 'b'.repeat(20_000)
    const all = Array.from(regex.findAll(text), ({ spans }) => spans[1]! - spans[0]!)
    expect(regex.counters.hardened).toBe(1)
    expect(all).toHaveLength(20_000)
    expect(new Set(all)).toEqual(new Set([1]))
  })
})

describe('growth with the pattern', () => {
  it('is no more than its square in nodes looked at, once, and nothing in steps', () => {
    const at = (n: number) => {
      const regex = compile(`x*(a?){${n}}(a){${n}}c|q`, { captures: false })
      regex.test('a'.repeat(5000))
      return regex.counters
    }
    const small = at(40)
    const large = at(160)
    expect(large.steps).toBe(small.steps)
    expect(large.built).toBeLessThan(small.built * 17)
  })
})
