/** Folders that the system syncs for nobody. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { BadDirectory, directory } from './files.ts'

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
  dir = mkdtempSync(join(tmpdir(), 'sparse-array-files-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test.each(['EACCES', 'EINVAL', 'ENOTSUP'])(
  'a folder whose parent is synced by nobody (%s) is used',
  (code) => {
    refusal = code
    const files = directory(join(dir, 'a', 'b'))
    files.syncNames()
    expect([files.list(), refused]).toEqual([[], 3])
  },
)

test('a disk that fails is told of', () => {
  refusal = 'EIO'
  expect(() => directory(join(dir, 'a'))).toThrow(BadDirectory)
  expect(() => directory(dir).syncNames()).toThrow('EIO')
})
