import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { UsageError } from './exit.ts'
import { asText, checkOutputs, placeIn, toldOfFolder, writeOutputs } from './outputs.ts'

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

test('a file in a folder of its own: the folder is made, and nothing is left in it', async () => {
  expect(await placeIn(at('pages'), 'a.html')).toBe(at('pages/a.html'))
  expect(readdirSync(at('pages'))).toEqual([])
  mkdirSync(at('pages/b.html'))
  await expect(placeIn(at('pages'), 'b.html')).rejects.toThrow(
    /--out .*b\.html: cannot be written \(EISDIR\)/,
  )
})

test('a link to a file that is not there yet stays one', () => {
  symlinkSync(at('later.xml'), at('out.xml'))
  checkOutputs({ junit: at('out.xml') })
  expect([readlinkSync(at('out.xml')), existsSync(at('later.xml'))]).toEqual([at('later.xml'), false])
})

test('one that cannot be written takes no other with it, and is named', () => {
  const writers = {
    record: (file: string) => appendFileSync(file, 'r'),
    markdown: asText(() => 'm'),
    junit: asText(() => 'j'),
    bencher: asText(() => 'b'),
  }
  const outputs = { record: folder, markdown: at('a.md'), junit: at('none/a.xml'), bencher: at('a.json') }
  expect(() => writeOutputs(outputs, writers)).toThrow(/--record .*: cannot be written \(EISDIR\)/)
  const rest = { ...outputs, record: undefined }
  expect(() => writeOutputs(rest, writers)).toThrow(/--junit .*none.a\.xml: cannot be written \(ENOENT\)/)
  expect([readFileSync(at('a.md'), 'utf8'), readFileSync(at('a.json'), 'utf8')]).toEqual(['m', 'b'])
})

test('what the system says of a folder that work goes on in is told by its flag; of other places as it was', async () => {
  const failing = (props: object) => () => Promise.reject(Object.assign(new Error('no'), props))
  const told = (props: object) => toldOfFolder('store', at('kept'), failing(props))
  await expect(told({ code: 'EACCES', path: at('kept/a.ndjson') })).rejects.toThrow(
    new UsageError(`--store ${at('kept/a.ndjson')}: cannot be written (EACCES)`),
  )
  await expect(told({ code: 'ENOSPC', syscall: 'write' })).rejects.toThrow(UsageError)
  for (const other of [
    { code: 'ENOENT', path: 'git', syscall: 'spawn git' },
    { code: 'ENOSPC', path: at('x') },
    {},
  ])
    await expect(told(other)).rejects.toThrow(/^no$/)
  expect(await toldOfFolder('store', at('kept'), () => Promise.resolve(7))).toBe(7)
})
