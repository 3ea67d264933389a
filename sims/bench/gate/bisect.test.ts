import { expect, test } from 'vitest'
import { search } from './bisect.ts'

const commits = Array.from({ length: 20 }, (_, i) => `c${i}`)

/** Worse from `first` on; nothing can be told of `untold`. */
const from = (first: number, untold: readonly number[] = []) => {
  const asked: number[] = []
  const ask = (place: number) => {
    asked.push(place)
    const is = untold.includes(place) ? 'untold' : place >= first ? 'worse' : 'no worse'
    return Promise.resolve({ is, why: `at ${place}` } as const)
  }
  return { ask, asked }
}

test('finds the first that is worse, wherever it is, in few steps', async () => {
  for (let first = 0; first < commits.length; first++) {
    const { ask, asked } = from(first)
    expect(await search(commits, ask)).toEqual({ first: `c${first}`, untold: [], why: `at ${first}` })
    expect(asked.length).toBeLessThanOrEqual(7)
  }
})

test('what cannot be told is passed over, and named where the answer may be it', async () => {
  expect(await search(commits, from(12, [10, 11, 3]).ask)).toMatchObject({
    first: 'c12',
    untold: ['c10', 'c11'],
  })
})
