import { describe, expect, test } from 'vitest'
import { loadDefinitions } from './rebar.ts'

const { definitions, absent, lost } = loadDefinitions()
if (absent.length > 0) {
  const why = 'their haystacks may not be passed on, and REBAR_HAYSTACKS names no folder that has them'
  console.log(`not run: ${absent.length} of rebar's 102 definitions; ${why}`)
}

function text(name: string): string {
  const found = definitions.find((definition) => definition.name === name)!
  return Buffer.from(found.haystack).toString('latin1')
}

describe("rebar's definitions", () => {
  test('are all there, or named as absent', () => {
    expect(definitions.length + absent.length).toBe(102)
    expect(definitions.length).toBeGreaterThanOrEqual(76)
    expect(lost).toEqual([])
  })

  test('haystacks are prepared in the order of the transforms', () => {
    expect(text('curated/14-quadratic/2x')).toBe('A'.repeat(200))
    expect(text('opt/reverse-anchored/word-end')).toBe(`${'*'.repeat(1_000_000)}X`)
    expect(text('imported/rsc/easy0-32')).toMatch(/\SABCDEFGHIJKLMNOPQRSTUVWXYZ$/)
    expect(text('imported/rsc/easy0-1k').length).toBe(1_024 + 26)
  })

  // V8 is the oracle here: for these patterns, its leftmost-first answer is the leftmost-longest one too.
  test.each(['imported/rsc/hard-1mb', 'opt/reverse-suffix/holmes', 'imported/rsc/reallyhard0-32k'])(
    'the count of %s is what another engine finds',
    (name) => {
      const { pattern, haystack, expected } = definitions.find((definition) => definition.name === name)!
      const text = Buffer.from(haystack).toString('latin1')
      let length = 0
      for (const match of text.matchAll(new RegExp(pattern, 'g'))) length += match[0].length
      expect(length).toBe(expected)
    },
  )
})
