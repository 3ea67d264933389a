import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { UsageError } from './exit.ts'
import { checkOutputs, writeOutputs } from './outputs.ts'

const folder = mkdtempSync(join(tmpdir(), 'flowbench-outputs-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)

test('a check leaves everything as it is', () => {
  writeFileSync(at('old.xml'), 'old')
  checkOutputs({ junit: at('old.xml'), sarif: at('new.json'), markdown: undefined })
  expect(readFileSync(at('old.xml'), 'utf8')).toBe('old')
  expect(existsSync(at('new.json'))).toBe(false)
  expect(() => checkOutputs({ junit: at('none/x.xml') })).toThrow(UsageError)
  expect(() => checkOutputs({ junit: folder })).toThrow(/--junit .*: cannot be written \(EISDIR\)/)
})

test('one that cannot be written takes no other with it, and is named', () => {
  const text = { markdown: () => 'm', junit: () => 'j', bencher: () => 'b' }
  const write = (): void =>
    writeOutputs({ markdown: at('a.md'), junit: at('none/a.xml'), bencher: at('a.json') }, text)
  expect(write).toThrow(/--junit .*none.a\.xml: cannot be written \(ENOENT\)/)
  expect([readFileSync(at('a.md'), 'utf8'), readFileSync(at('a.json'), 'utf8')]).toEqual(['m', 'b'])
})
