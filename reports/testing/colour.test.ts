import { expect, test } from 'vitest'
import { contrast, distance, visions } from './colour.ts'

test('contrast: the values that WCAG tools give', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10)
  expect(contrast('#ffffff', '#777777')).toBeCloseTo(4.478, 3)
  expect(contrast('#123456', '#123456')).toBe(1)
})

test('distance: black and white are 100 apart in every vision, red and green 170.6 in full vision', () => {
  expect(Object.keys(visions)).toEqual(['full', 'protanopia', 'deuteranopia'])
  for (const vision of Object.values(visions)) {
    expect(distance('#000000', '#ffffff', vision)).toBeCloseTo(100, 1)
    expect(distance('#4080c0', '#4080c0', vision)).toBe(0)
  }
  expect(distance('#ff0000', '#00ff00', visions['full']!)).toBeCloseTo(170.6, 0)
})

test.each(['protanopia', 'deuteranopia'])('a red and an olive come close with %s', (vision) => {
  const pair = ['#c05040', '#808030'] as const
  expect(distance(...pair, visions[vision]!)).toBeLessThan(0.6 * distance(...pair, visions['full']!))
})
