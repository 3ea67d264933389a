import { describe, expect, test } from 'vitest'
import { exhaustiveFind } from '../../../../engines/regex/testing/index.ts'
import { compile } from '../../../../engines/regex/index.ts'
import { parse } from '../../../../engines/regex/testing/index.ts'
import { askOurs, askTre, novelLines, PATTERNS } from './approx.ts'
import type { Lines } from './approx.ts'
import { tre } from '../../peers/regex/native.ts'

const treIsHere = (await tre.missing()) === null
if (!treIsHere) console.log('skipped: TRE is not installed: apt-get install libtre5')

test.runIf(process.env['CI'] === 'true')('where results are to be trusted, TRE is installed', () => {
  expect(treIsHere).toBe(true)
})

/** Short enough for exhaustive search. */
const WINDOW = 12
const ENGLISH = { captures: false, encoding: 'bytes' } as const

/** Pieces of lines around places where the pattern matches, and some where it does not. */
function windows(pattern: string, { text, starts, ends }: Lines): Uint8Array[] {
  const regex = compile(pattern, ENGLISH)
  const some: Uint8Array[] = []
  for (let k = 0; some.length < 6; k++) {
    const line = text.subarray(starts[k], ends[k])
    const match = regex.exec(line)
    if (match === null && k % 97 > 0) continue
    const from = Math.max(0, (match?.spans[0] ?? 10) - 2)
    some.push(line.subarray(from, from + WINDOW))
  }
  return some
}

/** Texts one behind the other, as lines. */
function linesOf(texts: readonly Uint8Array[]): Lines {
  const text = new Uint8Array(texts.reduce((sum, { length }) => sum + length, 0))
  const starts = new Uint32Array(texts.length)
  const ends = new Uint32Array(texts.length)
  let at = 0
  for (const [k, one] of texts.entries()) {
    text.set(one, at)
    starts[k] = at
    at += one.length
    ends[k] = at
  }
  return { text, starts, ends }
}

describe.each(PATTERNS)('$pattern', ({ pattern, expected }) => {
  const lines = novelLines()

  test('as many lines as expected', () => {
    expect(askOurs(pattern, lines).run()).toBe(expected)
  })

  test('pieces of lines as exhaustive search judges them', () => {
    const parsed = parse(pattern, ENGLISH)
    const some = windows(pattern, lines)
    const truth = some.map((one) => exhaustiveFind(parsed, [...one]) !== null)
    const regex = compile(pattern, ENGLISH)
    expect(some.map((one) => regex.test(one))).toEqual(truth)
    const hits = truth.filter(Boolean).length
    // One that is always or never right proves little.
    expect(hits).toBeGreaterThan(0)
    expect(askOurs(pattern, linesOf(some)).run()).toBe(hits)
  })

  test.runIf(treIsHere)('and TRE judges them alike', () => {
    const some = windows(pattern, lines)
    expect(askTre(pattern, linesOf(some)).run()).toBe(askOurs(pattern, linesOf(some)).run())
  })

  test.runIf(treIsHere)('TRE finds the same lines', () => {
    const { text, starts, ends } = lines
    const hundreds = Array.from({ length: 40 }, (_, k) => ({
      text,
      starts: starts.subarray(100 * k, 100 * k + 100),
      ends: ends.subarray(100 * k, 100 * k + 100),
    }))
    const counts = (ask: typeof askOurs): number[] => hundreds.map((some) => ask(pattern, some).run())
    expect(counts(askTre)).toEqual(counts(askOurs))
  })
})
