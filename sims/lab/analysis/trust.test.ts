import { expect, test } from 'vitest'
import { assess, type TrustCase } from './trust.ts'

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
