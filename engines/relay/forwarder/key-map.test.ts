import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyMap } from './key-map.ts'

test('it holds what a Map holds, through growth, replacement and deletion', () => {
  // Few keys, so that they meet again, and some far apart, as those of clusters are from those of pods.
  const key = fc.oneof(fc.nat(40), fc.nat(2 ** 28 + 4095), fc.constantFrom(0, 2 ** 28 - 1, 2 ** 28 + 4095))
  const step = fc.record({ isDelete: fc.boolean(), key, route: fc.nat(2 ** 22) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const map = new KeyMap()
      const expected = new Map<number, number>()
      for (const { isDelete, key, route } of steps) {
        if (isDelete) map.delete(key)
        else map.set(key, route)
        if (isDelete) expected.delete(key)
        else expected.set(key, route)
      }
      for (const { key } of steps) expect(map.get(key)).toBe(expected.get(key) ?? -1)
    }),
  )
})
