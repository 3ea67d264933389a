import { afterAll, describe, expect, test } from 'vitest'
import { re2, re2js, rregex, v8, v8Linear } from './javascript.ts'
import { fragmentMatcher, pcre2, tre, vectorscan } from './native.ts'
import type { RegexPeer, Task } from './peer.ts'
import { python } from './python.ts'
import { markdown } from './texts.ts'

const PEERS = [v8, v8Linear, re2js, rregex, pcre2, tre, vectorscan, re2, python]
const here: RegexPeer[] = []
for (const peer of PEERS) {
  if ((await peer.missing()) === null) here.push(peer)
  else console.log(`skipped: ${peer.id} is not installed`)
}

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
    for (const which of ['pcre2', 'tre', 'vectorscan'] as const) {
      if (!here.some(({ id }) => id === which)) continue
      expect([which, fragments.map(fragmentMatcher(which, pattern))]).toEqual([which, truth])
    }
  })
})
