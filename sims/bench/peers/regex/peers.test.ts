import { afterAll, describe, expect, test } from 'vitest'
import { nativeText } from './library.ts'
import { fragmentMatcher } from './native.ts'
import { withFreeCalls } from './peer.ts'
import type { RegexPeer, Task } from './peer.ts'
import { PEERS } from './peers.ts'
import { markdown } from '../../rows/regex/texts.ts'

const here: RegexPeer[] = []
const absent: string[] = []
for (const peer of PEERS) {
  const gap = await peer.missing()
  if (gap === null) here.push(peer)
  else {
    absent.push(peer.id)
    console.log(`skipped: ${peer.id}: ${gap.why}; ${gap.install}`)
  }
}

test.runIf(process.env['CI'] === 'true')('where benchmarks are to be trusted, no peer is missing', () => {
  expect(absent).toEqual([])
})

/** Questions on which all rules agree. */
const CASES: readonly (Omit<Task, 'text'> & { text: string; not?: readonly string[] })[] = [
  { pattern: 'ab+c', text: 'xabbc abc ac', ask: 'count', expected: 2, ignoreCase: false, unicode: false },
  { pattern: 'ab+c', text: 'xabbc abc ac', ask: 'spans', expected: 7, ignoreCase: false, unicode: false },
  { pattern: 'ab+c', text: 'xabbc abc ac', ask: 'test', expected: 1, ignoreCase: false, unicode: false },
  { pattern: 'ab+d', text: 'xabbc abc ac', ask: 'test', expected: 0, ignoreCase: false, unicode: false },
  {
    pattern: 'ABC',
    text: 'abc Abc ab',
    ask: 'count',
    expected: 2,
    ignoreCase: true,
    unicode: false,
    not: ['v8-linear'],
  },
  {
    pattern: 'Холмс',
    text: 'Шерлок Холмс, Холмс',
    ask: 'spans',
    expected: 20,
    ignoreCase: false,
    unicode: true,
    not: ['v8-linear'],
  },
  {
    pattern: '([a-z]+)=([0-9]+);',
    text: 'one=1; three=333;',
    ask: 'groups',
    expected: 12,
    ignoreCase: false,
    unicode: false,
    not: ['rregex', 'vectorscan'],
  },
]

afterAll(() => {
  for (const peer of here) peer.close?.()
})

describe.each(here.map((peer) => ({ peer, id: peer.id })))('$id', ({ peer }) => {
  test.each(CASES.filter(({ not }) => !not?.includes(peer.id)))('$ask of $pattern', async (one) => {
    const question = await peer.ask({ ...one, text: new TextEncoder().encode(one.text) })
    const got = question.timed ? (await question.timed(1)).check : question.run()
    expect(got).toBe(question.expected)
    question.close?.()
  })

  test('a wrong expectation is not met', async () => {
    const [one] = CASES
    const text = new TextEncoder().encode(one!.text)
    for (const ask of ['count', 'spans'] as const) {
      const question = await peer.ask({ ...one!, text, ask, expected: 99 })
      const got = question.timed ? (await question.timed(1)).check : question.run()
      expect(got).not.toBe(question.expected)
      question.close?.()
    }
  })
})

describe.each(here.filter(({ id }) => id.startsWith('v8')))('empty matches on $id', (peer) => {
  test.each([
    ['\\b', 'ab cd', 4],
    ['x*', 'ab', 3],
    ['a*', 'aab', 3],
    ['b|', 'abb', 4],
  ])('%s in %s are counted once each', async (pattern, text, expected) => {
    const task = {
      pattern,
      ignoreCase: false,
      unicode: false,
      text: new TextEncoder().encode(text),
      expected,
    }
    const count = await peer.ask({ ...task, ask: 'count' })
    expect([count.run(), count.run()]).toEqual([expected, expected])
  })

  test.skipIf(peer.id === 'v8-linear')('a character of two halves is stepped over whole', async () => {
    const task = { pattern: 'x*', ignoreCase: false, unicode: true, text: new TextEncoder().encode('😀x') }
    const spans = await peer.ask({ ...task, ask: 'spans', expected: 1 })
    const count = await peer.ask({ ...task, ask: 'count', expected: 3 })
    expect([spans.run(), count.run()]).toEqual([1, 3])
  })
})

describe('libraries called once a match', () => {
  const [one] = CASES
  const task = { ...one!, text: new TextEncoder().encode(one!.text) }
  const libraries = here.filter(({ id }) => ['pcre2', 'tre', 're2'].includes(id))

  test.each(libraries.map((peer) => ({ peer, id: peer.id })))(
    '$id with its calls taken off answers the same',
    async ({ peer }) => {
      const question = await withFreeCalls(peer).ask(task)
      const { check, seconds } = await question.timed!(1_000)
      expect(check).toBe(question.expected)
      expect(seconds).toBeGreaterThan(0)
      question.close?.()
    },
  )

  test('what is taken off is the least time of as many idle calls, and never all', async () => {
    let clock = 0
    let idle = 2
    const fake: RegexPeer = {
      id: 'fake',
      version: '1',
      missing: () => null,
      ask: () => ({
        expected: 1,
        run: () => {
          clock += 5
          return 1
        },
        idle: () => {
          clock += idle
        },
      }),
    }
    const question = await withFreeCalls(fake, () => clock).ask(task)
    const milliseconds = async (repeats: number): Promise<number> =>
      1000 * (await question.timed!(repeats)).seconds
    expect(await milliseconds(4)).toBeCloseTo(12)
    idle = 1
    expect(await milliseconds(4)).toBeCloseTo(16)
    idle = 3
    expect(await milliseconds(1)).toBeCloseTo(4)
  })

  test('of a run that its calls outweigh, a share is left', async () => {
    let clock = 0
    const fake: RegexPeer = {
      id: 'fake',
      version: '1',
      missing: () => null,
      ask: () => ({ expected: 1, run: () => (clock += 2), idle: () => (clock += 5) }),
    }
    const question = await withFreeCalls(fake, () => clock).ask(task)
    expect(1000 * (await question.timed!(10)).seconds).toBeCloseTo(1)
  })

  test('a peer whose calls are not known is refused', async () => {
    await expect(withFreeCalls(PEERS[0]!).ask(task)).rejects.toThrow('cannot be told')
  })
})

describe.runIf(here.some(({ id }) => id === 're2'))('RE2', () => {
  const re2 = PEERS.find(({ id }) => id === 're2')!
  const ask = async (pattern: string, text: string, unicode = false): Promise<number> => {
    const bytes = new TextEncoder().encode(text)
    const task = { pattern, ignoreCase: false, unicode, text: bytes, ask: 'spans', expected: 0 } as const
    const question = await re2.ask(task)
    const sum = question.run()
    question.close?.()
    return sum
  }

  test('is asked for the longest match, and a dot is any character', async () => {
    expect(await ask('a|ab', 'ab')).toBe(2)
    expect(await ask('a.b', 'a\nb')).toBe(3)
    expect(await ask('^.$', 'é', true)).toBe(2)
    expect(await ask('^.$', 'é')).toBe(0)
    expect(await ask('^..$', 'é')).toBe(2)
  })

  test('a search from within a text knows what stands before', async () => {
    expect(await ask('\\ba', 'aa a')).toBe(2)
    expect(await ask('^a', 'aaa')).toBe(1)
  })

  test('refuses what is no pattern, and what means something else', async () => {
    await expect(async () => await ask('a(', 'a')).rejects.toThrow('refused')
    await expect(async () => await ask('\\w', 'a', true)).rejects.toThrow('not the same language')
    expect(await ask('\\w', 'a')).toBe(1)
  })
})

describe('texts', () => {
  test('fragments lie side by side and are about 140 bytes long', () => {
    const all = markdown(2_000)
    const text = new Uint8Array(all.bytes)
    all.writeTo(text)
    expect(all.ends.at(-1)).toBe(all.bytes)
    expect(text.indexOf(0)).toBe(-1)
    expect(all.bytes / 2_000).toBeGreaterThan(120)
    expect(all.bytes / 2_000).toBeLessThan(160)
    for (let k = 1; k < 2_000; k++) expect(all.starts[k]).toBe(all.ends[k - 1])
  })

  test('the libraries judge single fragments alike', () => {
    const all = markdown(500)
    const text = new Uint8Array(all.bytes)
    all.writeTo(text)
    const pattern = '[A-Z][a-z]+ [A-Z][a-z]+, [0-9]{4}'
    const fragments = Array.from(all.starts, (start, k) => text.subarray(start, all.ends[k]))
    const truth = fragments.map((one) => (new RegExp(pattern).test(Buffer.from(one).toString()) ? 1 : 0))
    for (const which of ['pcre2', 'tre', 'vectorscan', 're2'] as const) {
      if (!here.some(({ id }) => id === which)) continue
      const test = fragmentMatcher(which, pattern)
      expect([which, fragments.map((one) => test(nativeText(one)))]).toEqual([which, truth])
    }
  })
})
