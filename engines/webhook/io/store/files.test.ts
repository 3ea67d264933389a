/** Who may look into the store, and where none can be. */
import { lstatSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeFile, makeStoreFolder } from './files.ts'
import { StoreNotOpened } from './statements.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'flowbench-files-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('folders that are made are for the owner alone', () => {
  makeStoreFolder(join(dir, 'a', 'b'))
  for (const made of ['a', 'a/b']) expect(statSync(join(dir, made)).mode & 0o777).toBe(0o700)
})

test('a folder that cannot be made is no store', () => {
  writeFileSync(join(dir, 'file'), '')
  expect(() => makeStoreFolder(join(dir, 'file'))).toThrow(StoreNotOpened)
  expect(() => makeStoreFolder(join(dir, 'file', 'below'))).toThrow(StoreNotOpened)
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
