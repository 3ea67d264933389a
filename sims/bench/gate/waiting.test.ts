import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Refused } from './refused.ts'
import { gateClock, tellsOfWaiting, watchSteal, withSteal } from './waiting.ts'

test('planted: where nobody is known to wait, the wall is the clock, and that is said', () => {
  expect(gateClock('cpu', true)).toEqual({ clock: 'cpu', note: null })
  expect(gateClock('cpu', false)).toEqual({
    clock: 'wall',
    note: expect.stringContaining('does not tell who waits'),
  })
  expect(gateClock('wall', true)).toMatchObject({
    clock: 'wall',
    note: expect.stringContaining('too coarse'),
  })
})

test('a kernel that counts nothing tells nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowbench-waiting-'))
  const of = (text: string): boolean => {
    writeFileSync(join(folder, 'schedstat'), text)
    return tellsOfWaiting(join(folder, 'schedstat'))
  }
  expect([of('123456 789 10\n'), of('0 0 0\n'), of('')]).toEqual([true, false, false])
  expect(tellsOfWaiting(join(folder, 'none'))).toBe(false)
  rmSync(folder, { recursive: true })
})

/** What Linux says of two cores, of which the second lost so many ticks of a hundred. */
const stat = (at: number, lost: number): string =>
  `cpu  ${2 * at} 0 0 ${2 * at} 0 0 0 ${lost} 0 0
cpu0 ${at} 0 0 ${at} 0 0 0 0 0 0
cpu1 ${at} 0 0 ${at - lost} 0 0 0 ${lost} 7 0
intr 1 2 3
`

test('the share of the core that lost most', () => {
  const said = [stat(100, 0), stat(150, 25)]
  const stolen = watchSteal(() => said.shift()!)
  expect(stolen()).toBe(0.25)
})

test('a system that does not tell, and a moment that is none', () => {
  const none = watchSteal(() => {
    throw new Error('ENOENT')
  })
  expect(none()).toBeNull()
  expect(watchSteal(() => stat(100, 0))()).toBeNull()
})

test('planted: a benchmark that looked asleep on a machine whose host took much is told so', () => {
  const refused = new Refused('it sleeps')
  expect(withSteal(refused, 0.25).message).toBe(
    'it sleeps; but meanwhile the host of this machine gave a core to others for 25 % of the time (steal), which looks like sleep',
  )
  expect([withSteal(refused, 0.01), withSteal(refused, null)]).toEqual([refused, refused])
})
