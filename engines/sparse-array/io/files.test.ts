/** What of the file system's own reasons becomes an error of this engine. */
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BadDirectory, directory } from './files.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sparse-array-files-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('a directory is made with those above it, and its names are synced', () => {
  const files = directory(join(dir, 'a', 'b'))
  files.syncNames()
  expect(files.list()).toEqual([])
})

test('one that cannot be made is told of', () => {
  writeFileSync(join(dir, 'file'), '')
  expect(() => directory(join(dir, 'file'))).toThrow(BadDirectory)
  expect(() => directory(join(dir, 'file', 'below'))).toThrow(BadDirectory)
})

test('what is discarded while a thread syncs it takes no room, and the sync ends', async () => {
  const files = directory(dir)
  const file = files.append('part')
  file.write(Buffer.alloc(1 << 20, 1))
  const seen = openSync(join(dir, 'part'), 'r')
  const synced = file.sync()
  file.discard()
  files.remove('part')
  expect(fstatSync(seen).size).toBe(0)
  closeSync(seen)
  await synced
  expect(files.list()).toEqual([])
})
