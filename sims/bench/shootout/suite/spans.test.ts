import { describe, expect, test } from 'vitest'
import { builtIn, faulty } from '../testing/specs.ts'
import { measureSuite } from './speed.ts'
import { wrongSpans, type Hashed } from './spans.ts'

const definition = { pattern: 'a|ab', flags: '', text: Buffer.from('ab ab ab') }

const hashed = (
  engine: string,
  hash: number | null,
  found: number[][] | null,
  semantics: Hashed['facts']['semantics'] = 'leftmost-first',
): Hashed => ({
  engine,
  facts: { semantics, units: 'bytes' },
  hash,
  find: async () => await Promise.resolve(found),
})

const FIRST = [
  [0, 1],
  [3, 4],
  [6, 7],
]
const LATE = [
  [0, 1],
  [3, 4],
  [7, 8],
]

describe('the same count, other matches', () => {
  test('the one whose matches no rule allows is named, and not by the majority', async () => {
    const wrong = await wrongSpans(definition, [
      hashed('a', 1, LATE),
      hashed('b', 1, LATE),
      hashed('c', 2, FIRST),
    ])
    expect([...wrong.keys()]).toEqual(['a', 'b'])
    expect(wrong.get('a')).toMatchObject({ match: 2, theirs: [7, 8], right: [6, 7], cause: 'defect' })
  })

  test('what cannot be judged goes by the majority; without one all are named', async () => {
    const unread = { ...definition, pattern: '(?P<x>a)[[:alpha:' }
    const three = [hashed('a', 1, FIRST), hashed('b', 1, FIRST), hashed('c', 2, LATE)]
    expect([...(await wrongSpans(unread, three)).keys()]).toEqual(['c'])
    expect([...(await wrongSpans(unread, three.slice(1))).keys()]).toEqual(['b', 'c'])
  })

  test('rules are not held against each other, nor engines that cannot be asked', async () => {
    const wrong = await wrongSpans(definition, [
      hashed('a', 1, FIRST),
      hashed('b', 2, [[0, 2]], 'leftmost-longest'),
      hashed('c', 3, LATE, 'all-ends'),
      hashed('d', null, LATE),
    ])
    expect(wrong.size).toBe(0)
  })

  test('in a suite: found only where it is asked for, and not timed', async () => {
    const specs = [builtIn('v8'), builtIn('re2js'), faulty('wrong-span')]
    const one = { ...definition, id: 'd', group: 'g', ask: 'count', expected: 3, calls: 1 } as const
    const options = { rounds: 1, sampleSeconds: 1e-3, longestRun: 1, limits: { seconds: 5, bytes: 1 << 30 } }
    const outcomes = async (spans: boolean): Promise<string[]> => {
      const { results } = await measureSuite([one], specs, { ...options, spans })
      return results[0]!.engines.map(
        ({ engine, outcome, samples }) => `${engine} ${outcome} ${samples.length}`,
      )
    }
    expect(await outcomes(false)).toEqual(['v8 right 1', 're2js right 1', 'wrong-span right 1'])
    expect(await outcomes(true)).toEqual(['v8 right 1', 're2js right 1', 'wrong-span wrong 0'])
  })
})
