import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { UsageError } from './exit.ts'
import { newestReport } from './open.ts'

const out = mkdtempSync(join(tmpdir(), 'flowbench-open-'))
afterAll(() => rmSync(out, { recursive: true }))

const write = (name: string, page: string, at: number): string => {
  const path = join(out, name, page)
  mkdirSync(join(out, name), { recursive: true })
  writeFileSync(path, '')
  utimesSync(path, at, at)
  return path
}

test('the newest page is opened, be it a run’s or a shoot-out’s', () => {
  expect(newestReport(join(out, 'nowhere'))).toBeNull()
  expect(newestReport(out)).toBeNull()
  const run = write('a', 'report.html', 1000)
  write('a', 'notes.html', 9000)
  mkdirSync(join(out, 'b', 'report.html'), { recursive: true })
  writeFileSync(join(out, 'index.html'), '')
  expect(newestReport(out)).toBe(run)
  const shootout = write('redos', 'shootout.html', 2000)
  expect(newestReport(out)).toBe(shootout)
  const later = write('c', 'report.html', 3000)
  expect(newestReport(out)).toBe(later)
})

test('what is no folder is told in one line', () => {
  const file = join(out, 'index.html')
  expect(() => newestReport(file)).toThrow(UsageError)
  expect(() => newestReport(file)).toThrow(/index\.html: is no folder/)
})
