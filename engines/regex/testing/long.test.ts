import { describe, expect, it } from 'vitest'
import { parse } from '../syntax/parse.ts'
import { compareLong } from './long.ts'
import { findPlanted, PLANTED } from './planted.ts'
import { referenceAll, TooMuchWork } from './reference.ts'

const TEXTS = 2000

describe('long texts', () => {
  it(`have in ${TEXTS} cases the matches that other engines find`, { timeout: 600_000 }, () => {
    const { texts, bytes, byReference, differences } = compareLong(1, TEXTS, 3)
    expect(differences).toEqual([])
    expect(texts).toBe(TEXTS)
    expect(bytes).toBeGreaterThan(2048 * TEXTS)
    expect(byReference).toBeGreaterThan(TEXTS / 200)
  })

  it(`show each of ${PLANTED.length} faults that the engine once had`, { timeout: 600_000 }, () => {
    for (const { name, what } of findPlanted()) expect(what, name).not.toBeNull()
  })

  it('are left to others where the reference would take too long', () => {
    const parsed = parse('(a|b|.*c)*d')
    const text = Array.from('abc'.repeat(40), (letter) => letter.charCodeAt(0))
    expect(() => referenceAll(parsed, text, 'posix', { left: 1000 })).toThrow(TooMuchWork)
    const work = { left: 1e7 }
    expect(referenceAll(parsed, text, 'posix', work)).toEqual([])
    expect(work.left).toBeLessThan(1e7 - 1000)
  })
})
