/** Folders that the system does not make, does not sync, or has made already. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { makeFolder, NoFolder } from './folder.ts'
import { syncFolder } from './sync.ts'

let refusal: string | null = null
let synced = 0
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  return {
    ...real,
    fsyncSync: (file: number) => {
      synced++
      if (refusal !== null) throw Object.assign(new Error(refusal), { code: refusal })
      real.fsyncSync(file)
    },
  }
})

let dir: string
beforeEach(() => {
  refusal = null
  synced = 0
  dir = mkdtempSync(join(tmpdir(), 'flowbench-disk-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('what is missing is made, each name synced in its parent; what is there is left as it is', () => {
  const modeOf = (name: string): number => statSync(join(dir, name)).mode & 0o777
  mkdirSync(join(dir, 'a'))
  const before = modeOf('a')
  makeFolder(join(dir, 'a', 'b', 'c'), 0o700)
  expect([modeOf('a'), modeOf('a/b'), modeOf('a/b/c'), synced]).toEqual([before, 0o700, 0o700, 2])
  makeFolder(join(dir, 'a', 'b', 'c'))
  expect([modeOf('a/b/c'), synced]).toEqual([0o700, 2])
})

test('a link to a folder is one', () => {
  mkdirSync(join(dir, 'a'))
  symlinkSync('a', join(dir, 'link'))
  makeFolder(join(dir, 'link', 'b'))
  expect(existsSync(join(dir, 'a', 'b'))).toBe(true)
})

describe('where none can be made', () => {
  const places = [
    ['ENOTDIR', 'file'],
    ['ENOTDIR', 'file/below'],
    ['ENOENT', 'nowhere'],
    ['ENOENT', 'nowhere/below'],
    ['ELOOP', 'loop'],
    ['ENAMETOOLONG', 'n'.repeat(300)],
    ...(existsSync('/proc/self') ? [['ENOENT', '/proc/x'] as const, ['ENOENT', '/proc/x/y'] as const] : []),
  ] as const
  test.each(places)('%s: %s', (code, name) => {
    writeFileSync(join(dir, 'file'), '')
    symlinkSync('missing', join(dir, 'nowhere'))
    symlinkSync('loop', join(dir, 'loop'))
    const path = name.startsWith('/') ? name : join(dir, name)
    const making = (): void => makeFolder(path)
    expect(making).toThrow(NoFolder)
    expect(making).toThrow(expect.objectContaining({ code, message: expect.stringContaining(path) }))
  })
})

test.each(['EACCES', 'EINVAL', 'ENOTSUP'])(
  'one that is synced for nobody (%s) is made all the same',
  (code) => {
    refusal = code
    makeFolder(join(dir, 'a', 'b'))
    syncFolder(dir)
    expect([existsSync(join(dir, 'a', 'b')), synced]).toEqual([true, 3])
  },
)

test('a disk that fails is told of', () => {
  refusal = 'EIO'
  expect(() => makeFolder(join(dir, 'a'))).toThrow(NoFolder)
  expect(() => syncFolder(dir)).toThrow('EIO')
})
