import { describe, expect, it } from 'vitest'
import { differenceOf } from './compare.ts'
import { compareMany, regressions } from './tester.ts'

const PAIRS = 200_000

describe('all matchers against each other', () => {
  it('agree on every regression', () => {
    for (const pair of regressions()) expect([pair, differenceOf(pair)]).toEqual([pair, undefined])
  })

  it(`agree on ${PAIRS} random pairs`, { timeout: 600_000 }, () => {
    expect(compareMany(1, PAIRS, 3)).toEqual([])
  })
})
