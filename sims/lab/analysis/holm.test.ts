import { expect, test } from 'vitest'
import { openStream } from '../kernel/random/stream.ts'
import { holm } from './holm.ts'

test('by hand: 0.01, 0.04, 0.03, 0.005 at 5 % refutes the smallest two', () => {
  // 0.005 <= 0.05/4, 0.01 <= 0.05/3, 0.03 > 0.05/2: stop there.
  expect(holm([0.01, 0.04, 0.03, 0.005], 0.05)).toEqual([true, false, false, true])
  expect(holm([])).toEqual([])
  expect(holm([1e-9, NaN])).toEqual([true, false])
})

test('rows that all hang on one draw raise no more false alarms than promised', () => {
  const stream = openStream(1, 0, 'p')
  let alarms = 0
  for (let run = 0; run < 4000; run++) {
    const p = stream.uniform()
    if (holm([p, p, p, stream.uniform()], 0.05).includes(true)) alarms++
  }
  expect(alarms / 4000).toBeLessThan(0.055)
})
