/** What the system does not do for everybody. */
import { existsSync, lstatSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeFile, makeFolder } from './files.ts'
import { StoreNotOpened } from './statements.ts'

let refusal = ''
let refused = 0
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  fsyncSync: () => {
    refused++
    throw Object.assign(new Error(refusal), { code: refusal })
  },
}))

let dir: string
beforeEach(() => {
  refused = 0
  dir = mkdtempSync(join(tmpdir(), 'flowbench-files-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test.each(['EACCES', 'EINVAL', 'ENOTSUP'])(
  'a folder whose parent is synced by nobody (%s) is used',
  (code) => {
    refusal = code
    makeFolder(join(dir, 'a', 'b'))
    expect([existsSync(join(dir, 'a', 'b')), refused]).toEqual([true, 2])
  },
)

test('a disk that fails is told of', () => {
  refusal = 'EIO'
  expect(() => makeFolder(join(dir, 'a'))).toThrow(StoreNotOpened)
})

test('a file that a link leads to is for the owner alone, too', () => {
  const link = join(dir, 'link')
  symlinkSync(join(dir, 'target'), link)
  makeFile(link)
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(statSync(join(dir, 'target')).mode & 0o777).toBe(0o600)
})

test('a link that leads nowhere at all is no store', () => {
  const link = join(dir, 'link')
  symlinkSync(join(dir, 'none', 'target'), link)
  expect(() => makeFile(link)).toThrow(StoreNotOpened)
})
