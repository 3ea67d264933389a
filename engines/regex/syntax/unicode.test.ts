import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { posixClass, wordRanges } from './classes.ts'
import { generate } from './testing/generate-unicode.ts'
import { complement, contains, foldCase, intersect, normalize, union } from './ranges.ts'

const bare = (text: string): string => text.replaceAll(/\s+/g, ' ')

describe('the Unicode tables', () => {
  it('are what the generator writes', () => {
    const committed = readFileSync(new URL('unicode.ts', import.meta.url), 'utf8')
    expect(bare(committed)).toBe(bare(generate()))
  })

  it('agree with the runtime on words and cases, code point by code point', () => {
    const word = wordRanges(false)
    const wrong: string[] = []
    const isWord = /[\p{Alphabetic}\p{Nd}_]/u
    for (let c = 0; c < 0x3000; c++) {
      if (contains(word, c) !== isWord.test(String.fromCodePoint(c))) wrong.push(`word ${c}`)
      if (c >= 0x1e00 && c < 0x2000) continue
      const char = String.fromCodePoint(c)
      const images = [char, char.toLowerCase(), char.toUpperCase()].filter((s) => s.length === 1)
      const expected = normalize(images.flatMap((s) => [s.codePointAt(0), s.codePointAt(0)] as number[]))
      if (String(foldCase([c, c], false)) !== String(expected)) wrong.push(`case of ${c}`)
    }
    expect(wrong).toEqual([])
  })

  it('cut the classes as POSIX wants: punct, alnum, space and cntrl are disjoint', () => {
    for (const bytes of [true, false]) {
      const names = ['alnum', 'punct', 'cntrl']
      for (const a of names) {
        for (const b of names) {
          if (a === b) continue
          expect(intersect(posixClass(a, bytes)!, posixClass(b, bytes)!)).toEqual([])
        }
      }
      expect(union(posixClass('alnum', bytes)!, posixClass('punct', bytes)!)).toEqual(
        posixClass('graph', bytes),
      )
    }
  })

  it('complement is an involution', () => {
    const digits = posixClass('digit', false)!
    expect(complement(complement(digits, 0x10ffff), 0x10ffff)).toEqual(digits)
  })
})
