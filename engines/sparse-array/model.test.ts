/** Random commands beside a plain Map: 20,000 here, a million by `npm run array:model`. */
import { describe, expect, it } from 'vitest'
import { Client } from './testing/client.ts'
import { runAgainstModel } from './testing/model-run.ts'

describe('every reply equals the model', () => {
  it.each([
    [4_096, 1],
    [256, 2],
    [65_536, 3],
    [4_096, 4],
  ])('slices of %i, seed %i', (size, seed) => {
    const { substantial } = runAgainstModel(5_000, seed, size)
    expect(substantial).toBeGreaterThan(2_000)
  })
})

describe('borders', () => {
  const BORDERS = [4_095n, 4_096n, 8_388_607n, 8_388_608n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 2n]

  it.each(BORDERS)('an element at %s, and its neighbours', (border) => {
    const client = new Client()
    const near = [border - 1n, border, border + 1n].filter((index) => index < 2n ** 64n - 1n)
    for (const index of near) client.type(`ARSET k ${index} v${index}`)
    for (const index of near) expect(client.type(`ARGET k ${index}`)).toBe(`"v${index}"`)
    expect(client.type('ARCOUNT k')).toBe(`(integer) ${near.length}`)
    const length = near.at(-1)! + 1n
    expect(client.type('ARLEN k')).toBe(length > 2n ** 63n - 1n ? `"${length}"` : `(integer) ${length}`)
    expect(client.type(`ARSET k ${border} again`)).toBe('(integer) 0')
    for (const index of near) expect(client.type(`ARDEL k ${index}`)).toBe('(integer) 1')
    expect(client.type('EXISTS k')).toBe('(integer) 0')
  })
})
