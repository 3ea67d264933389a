import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seriesCsv } from './series-csv.ts'
import { voiceFleet } from '../testing/voice-fleet.ts'

/** A plain RFC 4180 reader, to read back what was written. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)/y
  while (field.lastIndex < text.length) {
    const [, raw = '', end] = field.exec(text)!
    rows.at(-1)!.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw)
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

describe('series.csv', () => {
  it('has a column for each series and a row for each moment', () => {
    const { series } = voiceFleet()
    const rows = readCsv(seriesCsv(series))
    expect(rows[0]).toEqual(['t (s)', 'sessions (sessions)', 'packets (1/s)'])
    expect(rows).toHaveLength(1 + series['sessions']!.t.length)
    expect(rows[1]).toEqual([
      '0',
      String(series['sessions']!.values[0]),
      String(series['packets']!.values[0]),
    ])
  })

  it('merges series of different moments, in order of time', () => {
    const one = { unit: 's', label: 'one', t: [0, 20], values: [1, 2] }
    const two = { unit: '1/s', label: 'two', t: [10], values: [3] }
    expect(seriesCsv({ one, two })).toBe('t (s),one (s),two (1/s)\r\n0,1,\r\n10,,3\r\n20,2,\r\n')
    expect(seriesCsv({})).toBe('t (s)\r\n')
  })

  it('gives every number and every name back', () => {
    const one = fc.record({
      unit: fc.string(),
      label: fc.string(),
      t: fc.uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }), { maxLength: 20 }),
    })
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), one, { maxKeys: 4 }), (series) => {
        const full = Object.fromEntries(
          Object.entries(series).map(([name, s]) => [name, { ...s, values: s.t.map((t) => t * 0.3) }]),
        )
        const rows = readCsv(seriesCsv(full))
        for (const [column, name] of Object.keys(full).entries()) {
          const got = rows
            .slice(1)
            .flatMap((row) => (row[column + 1] === '' ? [] : [[Number(row[0]), Number(row[column + 1])]]))
          const want = full[name]!.t.map((t) => [t, t * 0.3]).toSorted((a, b) => a[0]! - b[0]!)
          expect(got).toEqual(want.map(([t, v]) => [t! + 0, v! + 0]))
        }
      }),
      { numRuns: 200 },
    )
  })
})
