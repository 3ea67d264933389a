import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Bodies } from './bodies.ts'

test('what is kept is given once; of too many, the oldest are let go', () => {
  const bodies = new Bodies(10_000)
  for (let seq = 0; seq < 10; seq++) bodies.keep(seq, 'a', `"${'x'.repeat(2000)}"`)
  expect(bodies.take(0)).toBeUndefined()
  expect(bodies.take(9)!.toString()).toContain('"data":"xxx')
  expect(bodies.take(9)).toBeUndefined()
})

test('whatever is kept and taken in between: those there is room for are the newest', () => {
  // Each counts as 1,000 characters.
  const data = `"${'x'.repeat(797)}"`
  const step = fc.oneof(fc.constant('keep' as const), fc.nat(30))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 0, max: 5 }), (steps, room) => {
      const bodies = new Bodies(1000 * room)
      let model: number[] = []
      let next = 0
      const [taken, wanted]: [boolean[], boolean[]] = [[], []]
      for (const what of steps) {
        if (what === 'keep') {
          bodies.keep(next, 'a', data)
          model = room === 0 ? [] : [...model, next].slice(-room)
          next++
        } else {
          taken.push(bodies.take(what) !== undefined)
          wanted.push(model.includes(what))
          model = model.filter((seq) => seq !== what)
        }
      }
      expect(taken).toEqual(wanted)
    }),
  )
})

test('messages of one character are counted for what they take, and not for a character', () => {
  const bodies = new Bodies(100_000)
  for (let seq = 0; seq < 10_000; seq++) bodies.keep(seq, 'a', '1')
  let kept = 0
  for (let seq = 0; seq < 10_000; seq++) if (bodies.take(seq) !== undefined) kept++
  expect(kept).toBeGreaterThan(100)
  expect(kept).toBeLessThan(1000)
})

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const used = (): number => {
  // Buffers that the first finds are freed by the second.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test('what was taken leaves nothing behind, however long there is room for all', () => {
  const data = `"${'x'.repeat(2000)}"`
  const alive = 100
  const pass = (count: number): Bodies => {
    const bodies = new Bodies(64_000_000)
    for (let seq = 0; seq < count; seq++) {
      bodies.keep(seq, 'a', data)
      if (seq >= alive) bodies.take(seq - alive)
    }
    return bodies
  }
  pass(1000)
  const before = used()
  const bodies = pass(200_000)
  expect(used() - before).toBeLessThan(20_000_000)
  expect(bodies.take(199_999)).toBeDefined()
})

test('the request that a message was cut out of is not kept with it', () => {
  const bodies = new Bodies(1_000_000)
  const before = used()
  for (let seq = 0; seq < 50; seq++) {
    const request = `{"data":"${seq} ü and more than a few characters"${' '.repeat(1_000_000)}}`
    bodies.keep(seq, 'a', request.slice(8, request.lastIndexOf('"') + 1))
  }
  expect(used() - before).toBeLessThan(10_000_000)
  expect(bodies.take(7)!.toString()).toContain('"data":"7 ü and more than a few characters"}')
})
