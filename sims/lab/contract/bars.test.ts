import { expect, test } from 'vitest'
import { intervalBars } from './bars.ts'

const estimate = (value: number | null) => ({ unit: 's', value, low: value, high: value })
const options = {
  name: 'saved',
  title: 'Saved',
  description: 'What is saved.',
  names: 'change',
  figures: 'seconds',
}

test('every bar stands in the chart and in its table, in the order given', () => {
  const chart = intervalBars(
    [
      { label: 'b', estimate: { unit: 's', value: 2, low: 1.5, high: 2.5 } },
      { label: 'a', estimate: estimate(null) },
    ],
    options,
  )
  expect(chart.table).toEqual({
    columns: ['change', 'seconds', 'low', 'high'],
    rows: [
      ['b', 2, 1.5, 2.5],
      ['a', null, null, null],
    ],
  })
  expect(chart.spec['data']).toEqual({
    values: [
      { label: 'b', value: 2, low: 1.5, high: 2.5 },
      { label: 'a', value: null, low: null, high: null },
    ],
  })
  expect(JSON.stringify(chart.spec)).toContain('"sort":null')
  expect(JSON.stringify(intervalBars([], { ...options, sorted: true }).spec)).toContain('"sort":"-x"')
})
