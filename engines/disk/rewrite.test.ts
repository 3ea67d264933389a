import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rewriteInPlace } from './rewrite.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'flowbench-rewrite-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test.each([0, 1, (1 << 18) - 1, 1 << 18, 3 * (1 << 18) + 7])('%d bytes are as they were', (length) => {
  const path = join(dir, 'file')
  const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 31) % 251))
  writeFileSync(path, bytes)
  rewriteInPlace(path)
  expect(readFileSync(path).equals(bytes)).toBe(true)
})

test('what is not there is not made', () => {
  expect(() => rewriteInPlace(join(dir, 'none'))).toThrow('ENOENT')
})
