/** Whatever is done to a valid file, the loader loads it or says what is wrong with it, and soon (invariant 11). */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadScenario, paramsAt, ScenarioErrors, type Scenario } from './load.ts'
import { fixtureSims, VALID } from './testing/fixture.ts'

// Few points: every one is checked at loading.
const TEXT = VALID.replace('in: 8..64', 'in: 8..9').replace('..30ms step 10ms', '..20ms step 10ms')

// oxfmt-ignore
const SNIPPETS = [
  '\n', '\t', ' ', '  ', ':', ': ', '- ', '? ', '#', '&a ', '*a', '!x ', '[', ']', '{', '}', ',', '|', '>', '"',
  "'", '%', '@', '`', '~', '---\n', '...\n', '..', ' step 0', '1e309', '-1', '0x10', '.inf', '.nan', 'null',
  'true', '9007199254740993', '\u0000', '\ud800', '\u2028', '\ufeff', '__proto__: 1', 'constructor: 1', '<<: *a',
  '900M', '3%', '72h', '1h30m', '{low: 1%, mid: 2%, high: 3%}', '8..64', 'low', 'sweep:', 'find:', 'toString',
]

type Mutation = (text: string) => string
const position = fc.double({ min: 0, max: 1, noNaN: true })
const at = (text: string, where: number) => Math.floor(where * (text.length + 1))

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc
    .tuple(position, fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ maxLength: 6 })))
    .map(([where, snippet]): Mutation => (text) => {
      const i = at(text, where)
      return text.slice(0, i) + snippet + text.slice(i)
    }),
  fc.tuple(position, fc.nat(12)).map(([where, length]): Mutation => (text) => {
    const i = at(text, where)
    return text.slice(0, i) + text.slice(i + length)
  }),
  fc.tuple(position, position, fc.nat(40)).map(([from, to, length]): Mutation => (text) => {
    const piece = text.slice(at(text, from), at(text, from) + length)
    const i = at(text, to)
    return text.slice(0, i) + piece + text.slice(i)
  }),
  fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]): Mutation => (text) => {
    const lines = text.split('\n')
    const [x, y] = [a % lines.length, b % lines.length]
    return lines.with(x, lines[y]!).with(y, lines[x]!).join('\n')
  }),
)

const setting = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc
    .tuple(
      fc.constantFrom(
        'params.users',
        'params.net',
        'sweep.policy',
        'find.in',
        'expect[0]',
        'until',
        'seed',
        'x.y',
      ),
      fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ maxLength: 10 })),
    )
    .map(([path, value]) => `${path}=${value}`),
)

/** What loading came to; anything but a scenario or its errors is thrown on. */
function outcome(text: string, options: { environment?: string; set?: string[] }): 'loaded' | 'refused' {
  let scenario: Scenario
  try {
    scenario = loadScenario('x.yaml', text, fixtureSims, options)
  } catch (error) {
    if (!(error instanceof ScenarioErrors)) throw error
    const isSound = error.errors.every(
      ({ line, column, message }) => line >= 0 && column >= 0 && message !== '',
    )
    if (error.errors.length === 0 || !isSound) throw new Error('an error that says nothing', { cause: error })
    return 'refused'
  }
  // What loads can also be run at its first point, and its resolved form loads too.
  expect(paramsAt(scenario, {})).toEqual(scenario.params)
  expect(loadScenario('x.yaml', scenario.resolvedYaml, fixtureSims).params).toEqual(scenario.params)
  return 'loaded'
}

test('mutated files', () => {
  const seen = { loaded: 0, refused: 0 }
  let slowest = 0
  fc.assert(
    fc.property(
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(undefined, 'quick', 'narrow'),
      (mutations, environment) => {
        const text = mutations.reduce((current, mutate) => mutate(current), TEXT)
        const start = performance.now()
        seen[outcome(text, environment === undefined ? {} : { environment })]++
        slowest = Math.max(slowest, performance.now() - start)
      },
    ),
    { numRuns: 2000 },
  )
  // Both kinds must occur, or the mutations are too tame or too wild to test anything.
  expect(seen.loaded).toBeGreaterThan(100)
  expect(seen.refused).toBeGreaterThan(500)
  expect(slowest).toBeLessThan(5000)
})

test('settings of any kind', () => {
  fc.assert(
    fc.property(fc.array(setting, { minLength: 1, maxLength: 3 }), (set) => {
      expect(['loaded', 'refused']).toContain(outcome(TEXT, { set }))
    }),
    { numRuns: 500 },
  )
})

test('texts of any kind', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 200 }), fc.json().map(String)), (text) => {
      expect(outcome(text, {})).toBe('refused')
    }),
    { numRuns: 1000 },
  )
})
