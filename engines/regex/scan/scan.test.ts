import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Meter } from '../dfa/meter.ts'
import { newTally } from '../dfa/tally.ts'
import { compileLiteral } from '../literal/literal.ts'
import { arena } from '../wasm/engine.ts'
import { ByteSet } from './byte-set.ts'
import { Scanner } from './scan.ts'
import type { FragmentMatcher, ScanOptions } from './scan.ts'
import type { ScanTable } from './table.ts'

/** The obvious walk. */
function accepts(table: ScanTable, text: Uint8Array, from: number, to: number): boolean {
  let state = table.start
  for (let at = from; at < to; at++) state = table.next[state * table.classCount + table.classes[text[at]!]!]!
  return table.accepting[state] === 1
}

const Q = 0x51

/** Any automaton: random transitions, one absorbing and one dead state if there is room. */
function randomTable(states: number, classCount: number, random: () => number, sleepy = false): ScanTable {
  const below = (n: number): number => Math.floor(random() * n)
  const next = Uint16Array.from({ length: states * classCount }, () => below(states))
  const accepting = Uint8Array.from({ length: states }, () => (random() < 0.3 ? 1 : 0))
  const absorbing = states > 2 ? below(states) : -1
  const dead = states > 2 ? (absorbing + 1 + below(states - 1)) % states : -1
  for (const fixed of [absorbing, dead]) {
    if (fixed >= 0) next.fill(fixed, fixed * classCount, (fixed + 1) * classCount)
  }
  if (absorbing >= 0) accepting[absorbing] = 1
  if (dead >= 0) accepting[dead] = 0
  const classes = Uint8Array.from({ length: 256 }, () => below(classCount))
  const start = below(states)
  if (sleepy) {
    // Only Q, which is rare, and in a class of its own, leaves the start state.
    for (let byte = 0; byte < 256; byte++) classes[byte] = byte === Q ? 0 : 1 + below(classCount - 1)
    next.fill(start, start * classCount + 1, (start + 1) * classCount)
  }
  return { states, classCount, classes, next, start, accepting, absorbing, dead }
}

function matcher(table: ScanTable | null, more: Partial<FragmentMatcher> = {}): FragmentMatcher {
  return { table, literals: null, test: () => expect.fail('the table should do'), ...more }
}

/** A small generator of its own, so that tables are large and a failing case small. */
function generator(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

interface Fragments {
  text: Uint8Array
  starts: Uint32Array
  ends: Uint32Array
}

const byLength = fc.oneof(
  fc.array(fc.nat(40), { maxLength: 60 }),
  fc.array(fc.constantFrom(0, 1, 63, 64, 65, 300), { maxLength: 20 }),
)
/** Fragments side by side, or in any order and overlapping. */
const fragments = fc
  .tuple(byLength, fc.boolean(), fc.integer())
  .map(([lengths, inOrder, seed]): Fragments => {
    const random = generator(seed)
    const total = lengths.reduce((sum, length) => sum + length, 0)
    const text = Uint8Array.from({ length: total + 9 }, () =>
      random() < 0.02 ? Q : 97 + Math.floor(random() * 4),
    )
    let at = 0
    const starts = lengths.map((length) => {
      const start = inOrder ? at : Math.floor(random() * (text.length - length))
      at += length
      return start
    })
    const ends = starts.map((start, k) => start + lengths[k]!)
    return { text, starts: Uint32Array.from(starts), ends: Uint32Array.from(ends) }
  })

/** All hits, by as many calls as the options make necessary. */
function scanAll(scanner: Scanner, { text, starts, ends }: Fragments, options: ScanOptions): number[] {
  const hits: number[] = []
  let next = 0
  while (next < starts.length) {
    const result = scanner.scan(text, starts, ends, next, options)
    hits.push(...result.hits)
    expect(result.hits.length).toBeLessThanOrEqual(options.limit ?? Infinity)
    expect(result.next).toBeGreaterThan(next)
    next = result.next
  }
  return hits
}

function inArena<T>({ text, starts, ends }: Fragments, use: (fragments: Fragments) => T): T {
  const region = arena.allocate(text.length)
  region.bytes.set(text)
  const result = use({ text: region.bytes, starts, ends })
  region.free()
  return result
}

const options = fc.constantFrom<ScanOptions>({}, { limit: 1 }, { limit: 3, budget: 100 }, { budget: 1 })

describe('scanning fragments', () => {
  test.each([
    ['sheng', 16, 9],
    ['walk', 128, 40],
    ['walk', 300, 60],
  ] as const)('%s agrees with the obvious walk', (way, most, classes) => {
    const sizes = fc.integer({ min: way === 'sheng' ? 1 : most >> 1, max: most })
    fc.assert(
      fc.property(
        sizes,
        fc.integer(),
        fc.boolean(),
        fragments,
        options,
        (states, seed, sleepy, some, options) => {
          const table = randomTable(states, classes, generator(seed), sleepy)
          const scanner = new Scanner(matcher(table))
          const truth = [...some.starts.keys()].filter((k) =>
            accepts(table, some.text, some.starts[k]!, some.ends[k]!),
          )
          expect(scanAll(scanner, some, options)).toEqual(truth)
          expect(inArena(some, (placed) => scanAll(scanner, placed, options))).toEqual(truth)
        },
      ),
      { numRuns: 150 },
    )
    expect(new Scanner(matcher(randomTable(most, classes, generator(1)))).way).toBe(way)
  })

  test('literals, exact or judged by the automaton or by the test', () => {
    const literal = Uint8Array.of(97, 98, 97)
    const search = compileLiteral(literal)
    const contains = (text: Uint8Array, from: number, to: number): boolean =>
      Buffer.from(text.subarray(from, to)).includes(literal)
    // Accepts a text of even length with the literal: how much of it has been seen, and the parity.
    const seen = [
      [1, 0, 0],
      [1, 2, 0],
      [3, 0, 0],
      [3, 3, 3],
    ]
    const even: ScanTable = {
      states: 8,
      classCount: 3,
      classes: Uint8Array.from({ length: 256 }, (_, byte) => (byte === 97 ? 0 : byte === 98 ? 1 : 2)),
      next: Uint16Array.from(
        { length: 24 },
        (_, k) => seen[Math.trunc(k / 6)]![k % 3]! * 2 + (1 - (Math.floor(k / 3) % 2)),
      ),
      start: 0,
      accepting: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0),
      absorbing: -1,
      dead: -1,
    }
    fc.assert(
      fc.property(fragments, options, (some, options) => {
        const { text, starts, ends } = some
        const withIt = [...starts.keys()].filter((k) => contains(text, starts[k]!, ends[k]!))
        const both = withIt.filter((k) => (ends[k]! - starts[k]!) % 2 === 0)
        const exact = new Scanner(matcher(null, { literals: { search, exact: true } }))
        const first = { literals: { search, exact: false } }
        const byTable = new Scanner(matcher(even, first))
        const byTest = new Scanner(matcher(null, { ...first, test: (_t, from, to) => (to - from) % 2 === 0 }))
        expect(scanAll(exact, some, options)).toEqual(withIt)
        expect(inArena(some, (placed) => scanAll(exact, placed, options))).toEqual(withIt)
        expect(scanAll(byTable, some, options)).toEqual(both)
        expect(scanAll(byTest, some, options)).toEqual(both)
      }),
      { numRuns: 200 },
    )
  })

  test('fragments longer than the window, and one outside the arena', () => {
    const table = randomTable(20, 5, generator(3))
    const text = new Uint8Array(400_000).fill(98)
    const some = {
      text,
      starts: Uint32Array.of(0, 5, 100_000, 300_000),
      ends: Uint32Array.of(5, 90_000, 100_010, 400_000),
    }
    const test = (t: Uint8Array, from: number, to: number): boolean => accepts(table, t, from, to)
    const truth = [0, 1, 2, 3].filter((k) => test(text, some.starts[k]!, some.ends[k]!))
    expect(scanAll(new Scanner(matcher(table, { test })), some, {})).toEqual(truth)
    expect(inArena(some, (placed) => scanAll(new Scanner(matcher(table)), placed, {}))).toEqual(truth)
    const scan = (start: number, end: number) => () =>
      new Scanner(matcher(table)).scan(text, Uint32Array.of(0, start), Uint32Array.of(3, end), 0)
    expect(scan(0, 400_001)).toThrow('fragment 1 is not inside the arena')
    expect(scan(7, 6)).toThrow(RangeError)
  })

  test('what is no place is refused before anything is copied', () => {
    const table = randomTable(12, 5, generator(3))
    const scanner = new Scanner(matcher(table))
    const text = new Uint8Array(1000).fill(98)
    const some = { text, starts: Uint32Array.of(0, 5, 10), ends: Uint32Array.of(5, 9, 1000) }
    const truth = scanAll(scanner, some, {})
    for (const from of [-1, -8, 0.5, Number.NaN, Infinity, -Infinity, 2 ** 60])
      expect(() => scanner.scan(text, some.starts, some.ends, from), String(from)).toThrow(RangeError)
    for (const [start, end] of [
      [-1, 5],
      [-5, -1],
      [5, -1],
      [0.5, 5],
      [0, 4.5],
      [Number.NaN, 5],
      [0, Number.NaN],
      [0, 1001],
      [7, 6],
      [2 ** 32, 2 ** 32 + 4],
    ] as const) {
      // As a caller without types may have them.
      const [starts, ends] = [Float64Array.of(0, start), Float64Array.of(3, end)]
      expect(
        () => scanner.scan(text, starts as unknown as Uint32Array, ends as unknown as Uint32Array, 0),
        `${start}-${end}`,
      ).toThrow(RangeError)
    }
    for (const from of [3, 4, 2 ** 40])
      expect(scanner.scan(text, some.starts, some.ends, from)).toEqual({ hits: new Uint32Array(0), next: 3 })
    expect(scanAll(scanner, some, {})).toEqual(truth)
  })

  test('an automaton too large to walk is left to the test', () => {
    const table = randomTable(20_000, 200, generator(5))
    const scanner = new Scanner(matcher(table, { test: () => true }))
    expect(scanner.way).toBe('test')
    expect(scanner.scan(new Uint8Array(4), Uint32Array.of(0), Uint32Array.of(4), 0).hits).toEqual(
      Uint32Array.of(0),
    )
  })
})

describe('a byte set', () => {
  test('finds what a loop finds, any set, in ordinary memory and in the arena', () => {
    const member = fc.uint8Array({ minLength: 0, maxLength: 40 })
    const gap = fc.nat(2_000)
    fc.assert(
      fc.property(member, gap, fc.nat(100), fc.nat(255), (list, length, from, filler) => {
        const members = new Uint8Array(256)
        for (const byte of list) members[byte] = 1
        members[filler] = 0
        const text = new Uint8Array(length + 300).fill(filler)
        for (let byte = 0; byte < 256; byte++) text[length + 20 + byte] = byte
        const set = new ByteSet(members)
        for (const to of [text.length, text.length - 150, Math.min(from + 70, text.length)]) {
          let truth = from
          while (truth < to && members[text[truth]!] === 0) truth++
          expect(set.find(text, from, to)).toBe(truth)
          const region = arena.allocate(text.length)
          region.bytes.set(text)
          expect(set.find(region.bytes, from, to)).toBe(truth)
          region.free()
        }
      }),
      { numRuns: 200 },
    )
  })
})

test('bytes given to the search for literals and to the automaton are counted, exactly', () => {
  const tally = newTally()
  const search = compileLiteral(Uint8Array.of(97))
  const text = new TextEncoder().encode('abxaxbbbb')
  const { next } = new Scanner(
    matcher(null, { literals: { search, exact: false }, test: () => true }),
    new Meter(tally, Infinity),
  ).scan(text, Uint32Array.of(0, 2, 5), Uint32Array.of(2, 5, 9), 0)
  expect([next, tally.scanned, tally.judged]).toEqual([3, 9, 5])
})

test('fragments that are full of a literal say nothing of those of the next scan', () => {
  const tally = newTally()
  const search = compileLiteral(Uint8Array.of(97))
  const scanner = new Scanner(
    matcher(randomTable(4, 3, generator(1)), { literals: { search, exact: false } }),
    new Meter(tally, Infinity),
  )
  const scan = (text: string): [scanned: number, judged: number] => {
    const { scanned, judged } = tally
    const bytes = new TextEncoder().encode(text)
    const starts = Uint32Array.from(bytes, (_, i) => i)
    scanner.scan(
      bytes,
      starts,
      starts.map((start) => start + 1),
      0,
    )
    return [tally.scanned - scanned, tally.judged - judged]
  }
  expect(scan('aaaaaa')).toEqual([6, 6])
  expect(scan('bbbbbb')).toEqual([6, 0])
})
