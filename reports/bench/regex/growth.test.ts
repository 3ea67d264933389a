import { describe, expect, it } from 'vitest'
import type { Growth, MemoryPoint, Outcome } from '../../../sims/bench/rows/regex/growth.ts'
import { draw } from '../../charts/drawings.ts'
import { growthCharts } from './growth.ts'

const IDS = ['flowbench', 'tre'] as const

const memory = (contestant: string, n: number | null, bytes: number, outcome: Outcome): MemoryPoint => ({
  contestant,
  pattern: n === null ? '(?:a{2,101}){100}{100}' : `(a{${n}}){${n}}`,
  positions: n === null ? 1_010_000 : n * n,
  n,
  outcome,
  why: outcome === 'matched' ? null : 'too much',
  bytes,
})

const growth: Growth = {
  contestants: IDS.map((id) => ({ id, version: '1.2' })),
  missing: [],
  textBytes: 20_000,
  bounds: { seconds: 20, bytes: 2 ** 30 },
  // The one linear, the other with the square; the other's last search took too long.
  time: [10, 20, 40, 80].flatMap((n) => [
    { contestant: 'flowbench', pattern: '', n, outcome: 'matched', why: null, seconds: n / 1e4 },
    n < 80
      ? { contestant: 'tre', pattern: '', n, outcome: 'matched', why: null, seconds: (n * n) / 1e3 }
      : { contestant: 'tre', pattern: '', n, outcome: 'cut off', why: 'more than 20 s', seconds: null },
  ]),
  memory: [
    memory('flowbench', 16, 0, 'matched'),
    memory('flowbench', 255, 24e6, 'matched'),
    memory('flowbench', null, 0, 'refused'),
    memory('tre', 16, 3e6, 'matched'),
    memory('tre', 255, 34e6, 'crashed'),
    memory('tre', null, 979e6, 'cut off'),
  ],
}

describe('charts of growth in pattern size', () => {
  const [time, space] = growthCharts(growth)

  it('say with which power of n time grew, and draw it', async () => {
    const { svg, png } = await draw(time!)
    expect(svg).toContain('flowbench: 8 ms, n^1.0')
    expect(svg).toContain('tre: 1,600 ms, n^2.0')
    expect(svg).toContain('What took more than 20 s is not shown.')
    expect(png.length).toBeGreaterThan(10_000)
    expect(time!.table.rows.at(-1)).toEqual([80, 8, 'cut off: more than 20 s'])
  })

  it('show memory beside the budget, each kind of outcome by a sign of its own', async () => {
    const { svg, narrow } = await draw(space!)
    for (const drawing of [svg, narrow]) {
      expect(drawing).toContain('budget of flowbench: 64 MiB to compile, 16 MiB to match')
      for (const word of ['matched', 'refused', 'crashed', 'cut off']) expect(drawing).toContain(`>${word}<`)
    }
    // Nothing is no logarithm.
    expect(svg).not.toMatch(/NaN|Infinity/)
    expect(space!.table.rows).toEqual([
      ['(a{16}){16}', 256, '0', '3'],
      ['(a{255}){255}', 65_025, '24', '34, crashed: too much'],
      ['(?:a{2,101}){100}{100}', 1_010_000, '0, refused: too much', '979, cut off: too much'],
    ])
  })

  it('are left out where nothing was measured', () => {
    expect(growthCharts({ ...growth, time: [], memory: [] })).toEqual([])
  })
})
