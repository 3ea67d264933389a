import { afterAll, describe, expect, test } from 'vitest'
import { AttackFinder } from './attack/find.ts'
import { DEFAULTS, inspect } from './inspect.ts'
import { shootOut } from './shootout.ts'
import { builtIn, faulty } from './testing/specs.ts'

/** A twentieth of the second that is sought elsewhere: the verdicts are the same. */
const QUICK = { ...DEFAULTS, flags: '', seconds: 0.05, bytes: 300_000, findAll: false }
const finder = new AttackFinder()
afterAll(() => finder.close())

async function onV8(pattern: string, flags = '') {
  return await inspect(builtIn('v8'), pattern, await finder.find(pattern, flags), { ...QUICK, flags })
}

const NONE = { prefix: '', pump: 'a', suffix: '', length: 0 }

describe('growth on V8', () => {
  test.each([
    ['^(a+)+$', 'exponential', null],
    ['^(?:\\w+\\s?)*$', 'exponential', null],
    ['(?=(x|x)*y)x', 'exponential', null],
    ['\\s+$', 'polynomial', 2],
    ['^\\s*a?\\s*b?\\s*$', 'polynomial', 3],
    ['^[a-z]+$', 'linear', 1],
    ['^(?:abc|abd)+e', 'linear', 1],
  ])('of %s is %s', async (pattern, verdict, degree) => {
    const report = await onV8(pattern)
    expect([report.verdict, report.degree]).toEqual([verdict, degree])
    expect(report.points.length).toBeGreaterThan(4)
    // What is called superlinear was seen to be, with an attack that was run; what is not has none.
    const { prefix, pump, suffix, length } = report.attack ?? NONE
    expect((length - prefix.length - suffix.length) % pump.length).toBe(0)
    expect([report.attack === null, report.seconds! > 0.02]).toEqual(
      verdict === 'linear' ? [true, false] : [false, true],
    )
  })

  // What doubles with 60 characters takes a second on a text ten times as long as the fourth power does.
  test('is the steepest that there is, whichever attack is felt first', async () => {
    const word = 'xyz'.repeat(20)
    const pattern = `^a*a*a*a*$|^(?:(?:${word})+)+$`
    const power = { prefix: '', pump: 'a', suffix: '!', from: 'plain' }
    const doubling = { prefix: '', pump: word, suffix: '!', from: 'plain' }
    for (const search of [
      [power, doubling],
      [doubling, power],
    ]) {
      const report = await inspect(
        builtIn('v8'),
        pattern,
        { search, findAll: [], complete: true, differs: null },
        QUICK,
      )
      expect([report.verdict, report.attack?.pump]).toEqual(['exponential', word])
    }
  })

  test('flags change it', async () => {
    expect((await onV8('^(?:a|A)+$')).verdict).toBe('linear')
    expect((await onV8('^(?:a|A)+$', 'i')).verdict).toBe('exponential')
  })

  test.each(['(?:a?|b?)'.repeat(30), 'x'.repeat(20_000)])(
    'is undecided where nobody looked into all of the pattern: %.30s',
    async (pattern) => {
      const attacks = await finder.find(pattern, '')
      const unsure = { ...attacks, complete: false }
      const [theirs, ours] = await Promise.all([
        inspect(builtIn('v8'), pattern, unsure, QUICK),
        inspect(builtIn('flowbench'), pattern, unsure, QUICK),
      ])
      expect([theirs.verdict, theirs.degree]).toEqual(['undecided', null])
      expect(theirs.why).toContain('too large')
      expect(ours.verdict).toBe('linear')
    },
  )

  test('a pattern that is none is refused', async () => {
    const report = await onV8('a(')
    expect([report.verdict, report.attack]).toEqual(['refused', null])
    expect(report.why).toContain('Unterminated group')
  })
})

describe('promises', () => {
  test('an engine that is linear by construction stays so on what breaks V8', async () => {
    const report = await inspect(builtIn('flowbench'), '^(a+)+$', await finder.find('^(a+)+$', ''), QUICK)
    expect(report).toMatchObject({ verdict: 'linear', promise: 'linear' })
  })

  test('find-all is quadratic where each search reads on, and not in ours', async () => {
    const attacks = await finder.find('.*a|b', '')
    const options = { ...QUICK, findAll: true }
    const theirs = await inspect(builtIn('re2js'), '.*a|b', attacks, options)
    expect([theirs.verdict, theirs.findAll?.verdict, theirs.findAll?.degree]).toEqual([
      'linear',
      'polynomial',
      2,
    ])
    const ours = await inspect(builtIn('flowbench'), '.*a|b', attacks, options)
    expect([ours.verdict, ours.findAll?.verdict]).toEqual(['linear', 'linear'])
  })
})

test.each([
  ['sleeps', /asleep/],
  ['eats-memory', /too much memory/],
  ['garbage', /garbage/],
  ['dies', /exit 7/],
])('an engine that %s has a row of its own and ends nothing else', async (fault, why) => {
  const options = { ...QUICK, limits: { seconds: 1, bytes: 200 << 20 }, lanes: 2 }
  const entries = [{ pattern: '^a$', line: 1, name: 'one' }]
  const [report] = await shootOut(entries, [faulty(fault), builtIn('v8')], options)
  expect(report!.engines.map(({ verdict }) => verdict)).toEqual(['crashed', 'linear'])
  expect(report!.engines[0]!.why).toMatch(why)
})
