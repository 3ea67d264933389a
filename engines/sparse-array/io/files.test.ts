/** What of the file system's own reasons becomes an error of this engine. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
