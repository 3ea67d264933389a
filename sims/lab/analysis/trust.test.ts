import { describe, expect, test } from 'vitest'
import { assess, type AskedFigure, type TrustCase } from './trust.ts'

const sound: TrustCase = {
  horizon: 'span',
  replications: 20,
  points: 1,
  span: null,
  warmUp: null,
  relaxation: null,
  figures: [],
  series: [],
  theory: [{ name: 'Erlang C', p: 0.005 }],
  askedPrecision: null,
}

test('a theory row that one run in two hundred misses by chance refutes one point, and none of a thousand', () => {
  expect(assess(sound)).toEqual([{ code: 'theory', level: 'weak', rows: ['Erlang C'] }])
  expect(assess({ ...sound, points: 1000 })).toEqual([])
  expect(assess({ ...sound, points: 1000, theory: [{ name: 'Erlang C', p: 1e-6 }] })).toHaveLength(1)
})

describe('a share of a steady state that is too rare to be seen', () => {
  /** Half an hour of what would be seen once in ages, held against a limit. */
  const assessed = (figure: Pick<AskedFigure, 'decided' | 'atLimit'>) =>
    assess({
      ...sound,
      horizon: 'steady',
      replications: 3,
      span: 600,
      theory: [],
      figures: [
        {
          name: 'lost',
          isQuantile: false,
          steadyState: true,
          relative: Infinity,
          effective: null,
          tied: null,
          known: { variance: 2e6 },
          undecided: false,
          unseen: null,
          ...figure,
        },
      ],
    })
  const tooShort = (factor: number) => [
    expect.objectContaining({
      code: 'run-length',
      level: 'weak',
      factor: expect.closeTo(factor, 6) as unknown,
    }),
  ]

  test('is surely below a limit for which the run is long enough', () => {
    expect(assessed({ decided: true, atLimit: { variance: 6.7 } })).toEqual([])
  })
  test('is not, where it is not far below, or the run too short for the limit itself', () => {
    expect(assessed({ decided: true, atLimit: null })).toEqual(tooShort(2e8 / 1800))
    expect(assessed({ decided: true, atLimit: { variance: 60 } })).toEqual(tooShort(100 / 30))
  })
  test('left open it takes as long as the limit does, or itself where that was long enough', () => {
    expect(assessed({ decided: false, atLimit: { variance: 60 } })).toEqual(tooShort(100 / 30))
    expect(assessed({ decided: false, atLimit: { variance: 6.7 } })).toEqual(tooShort(2e8 / 1800))
  })
})
