/**
 * Long texts full of broken UTF-8, which the tester's are not long enough for: batches of matches, jumps, stretches.
 * JavaScript's engine is the judge; for it each unit is one character, a broken byte one that no pattern has.
 */
import { describe, expect, it } from 'vitest'
import { decodeAt, widthOf } from '../foundation/utf8.ts'
import { compile } from '../regex.ts'
import { Random } from '../testing/random.ts'

const WORD = '[\\p{L}\\p{Nd}_]'
/** In place of the one character of two UTF-16 units. */
const SMILE = '\uE002'
/** Patterns whose longest match is also JavaScript's, and what JavaScript calls them. */
const PATTERNS: readonly [string, string?][] = [
  ['a*'],
  ['[aé]+'],
  ['(ab|é)*'],
  ['[ab]*c'],
  ['é*b?'],
  ['😀|a+é', `${SMILE}|a+é`],
  ['[a-zé]+needle'],
  ['(é|needle)*'],
  ['b*$'],
  ['^a*'],
  ['\\b', `(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD})`],
  ['\\B', `(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD})`],
  ['\\<a*', `(?<!${WORD})(?=${WORD})a*`],
  ['b*\\>', `b*(?<=${WORD})(?!${WORD})`],
]
const PIECES = ['a', 'a', 'b', 'c', 'é', '😀', ' ', 'ab', 'needle']
const BROKEN = ['e9', 'e980', 'f0', 'f09f', 'f09f98', '80', 'c080', 'eda080', 'ff', 'c3']

function randomText(random: Random, length: number, share: number): Uint8Array {
  const encoder = new TextEncoder()
  const parts = Array.from({ length }, () =>
    random.oneIn(share) ? Uint8Array.fromHex(random.pick(BROKEN)) : encoder.encode(random.pick(PIECES)),
  )
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** The text as one unit of JavaScript's a character, and the byte offset of each. */
function asString(text: Uint8Array): { units: string; offsets: number[] } {
  let units = ''
  const offsets: number[] = []
  for (let at = 0; at < text.length;) {
    const code = decodeAt(text, at, text.length)
    offsets.push(at)
    if (code < 0) units += '\uE000'
    else if (code <= 0xffff) units += String.fromCharCode(code)
    else units += code === 0x1f600 ? SMILE : '\uE001'
    at += widthOf(code)
  }
  offsets.push(text.length)
  return { units, offsets }
}

/** All spans; after a match, an empty one at its end is not reported. */
function judged(source: string, text: Uint8Array): number[] {
  const { units, offsets } = asString(text)
  const spans: number[] = []
  let last = -1
  for (const match of units.matchAll(new RegExp(source, 'gu'))) {
    const end = match.index + match[0].length
    if (match[0] !== '' || end !== last) spans.push(offsets[match.index]!, offsets[end]!)
    last = end
  }
  return spans
}

describe('long texts of broken UTF-8', () => {
  it.each(PATTERNS)('%s: the spans are what JavaScript finds', (pattern, source = pattern) => {
    const random = new Random(11)
    const regex = compile(pattern)
    const starved = compile(pattern, { budget: { cacheBytes: 16_384 } })
    for (const share of [3, 30, 500]) {
      const text = randomText(random, 5000, share)
      const want = judged(source, text)
      expect([...regex.spans(text)]).toEqual(want)
      expect(regex.count(text)).toBe(want.length / 2)
      expect(regex.test(text)).toBe(want.length > 0)
      expect([...starved.spans(text)]).toEqual(want)
      expect(Array.from(regex.findAll(text), ({ spans }) => [spans[0], spans[1]]).flat()).toEqual(want)
    }
  })
})
