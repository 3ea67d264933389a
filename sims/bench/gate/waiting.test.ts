import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gateClock, tellsOfWaiting } from './waiting.ts'

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
