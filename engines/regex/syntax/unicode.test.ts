import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compile } from '../regex.ts'
import { posixClass, wordRanges } from './classes.ts'
import { generate, toLower, toUpper } from './testing/generate-unicode.ts'
import { complement, contains, foldCase, intersect, normalize, union } from './ranges.ts'

const bare = (text: string): string => text.replaceAll(/\s+/g, ' ')

describe('the Unicode tables', () => {
  it('are what the generator writes', () => {
    const committed = readFileSync(new URL('unicode.ts', import.meta.url), 'utf8')
    expect(bare(committed)).toBe(bare(generate()))
  })

  it('agree with the runtime on words, code point by code point', () => {
    const word = wordRanges(false)
    const isWord = /[\p{Alphabetic}\p{Nd}_]/u
    const wrong: number[] = []
    for (let c = 0; c < 0x3000; c++) {
      if (contains(word, c) !== isWord.test(String.fromCodePoint(c))) wrong.push(c)
    }
    expect(wrong).toEqual([])
  })

  it('fold every code point to its simple lower and upper case, and nothing else', () => {
    const wrong: string[] = []
    const apart: string[] = []
    for (let c = 0; c <= 0x10ffff; c++) {
      if (c >= 0xd800 && c <= 0xdfff) continue
      const char = String.fromCodePoint(c)
      const images = [char.toLowerCase(), char.toUpperCase()].map((image) => {
        if (image === char) return c
        if (Array.from(image).length === 1) return image.codePointAt(0)!
        // In full several characters; in the data files one, or none.
        const simple = image === char.toLowerCase() ? toLower(c) : toUpper(c)
        if (simple !== c) apart.push(`${char}${String.fromCodePoint(simple)}`)
        return simple
      })
      const want = normalize([c, ...images].flatMap((code) => [code, code]))
      const got = foldCase([c, c], false)
      if (String(got) !== String(want)) wrong.push(`${c.toString(16)}: ${got.join()}`)
      // A member of a longer range is folded alike.
      if (got.length === 2) continue
      const around = foldCase([c - 1, c + 1], false)
      if (!images.every((image) => contains(around, image))) wrong.push(`range around ${c.toString(16)}`)
    }
    expect(wrong).toEqual([])
    // UnicodeData.txt has these where SpecialCasing.txt has several characters: 27 with iota below, and the dotted I.
    expect(apart.join(' ')).toBe(
      'İi ᾀᾈ ᾁᾉ ᾂᾊ ᾃᾋ ᾄᾌ ᾅᾍ ᾆᾎ ᾇᾏ ᾐᾘ ᾑᾙ ᾒᾚ ᾓᾛ ᾔᾜ ᾕᾝ ᾖᾞ ᾗᾟ ᾠᾨ ᾡᾩ ᾢᾪ ᾣᾫ ᾤᾬ ᾥᾭ ᾦᾮ ᾧᾯ ᾳᾼ ῃῌ ῳῼ',
    )
  })

  it.each([
    ['ᾳ', 'ᾼ'],
    ['ᾼ', 'ᾳ'],
    ['ᾆ', 'ᾎ'],
    ['İ', 'i'],
    ['[ᾀ-ᾇ]', 'ᾏ'],
  ])('%s matches %s where case does not matter', (pattern, text) => {
    expect(compile(`^${pattern}$`, { ignoreCase: true }).test(text)).toBe(true)
    expect(compile(`^${pattern}$`).test(text)).toBe(false)
  })

  it.each([
    ['ß', 'ẞ'],
    ['ß', 'ss'],
    ['k', '\u212a'],
    ['i', 'İ'],
  ])('%s does not match %s: no simple mapping leads there', (pattern, text) => {
    expect(compile(`^${pattern}$`, { ignoreCase: true }).test(text)).toBe(false)
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

  // What glibc 2.36's iswpunct and TRE 0.8.0 say in C.UTF-8.
  it('punct is what C libraries take for it', () => {
    const is = Array.from(
      '!+$^`~_-\u20ac\u00d7\u00b2\u00bd\u00ab\u2010\u00a9\u0301\u200d\ue000\u{1f600}\u2460\u20dd',
    )
    const isNot = Array.from('aZ5 \t\u00e9\u2167\u4e2d\u0663\u0903\u0085\u0378\u2028')
    const punct = compile('^[[:punct:]]$')
    expect(is.filter((char) => !punct.test(char))).toEqual([])
    expect(isNot.filter((char) => punct.test(char))).toEqual([])
    // There a space that does not break is no space, so it is punct; in Unicode it is white space.
    expect(punct.test('\u00a0')).toBe(false)
  })

  it('complement is an involution', () => {
    const digits = posixClass('digit', false)!
    expect(complement(complement(digits, 0x10ffff), 0x10ffff)).toEqual(digits)
  })
})
