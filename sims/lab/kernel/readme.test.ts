/** The README's example is the file that it names, and prints what the README says it prints. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
const EXAMPLE = join(import.meta.dirname, 'testing', 'example.ts')

/** The one fenced block of a language. */
function block(language: string): string {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))]
  expect(blocks).toHaveLength(1)
  return blocks[0]![1]!
}

test('the example is testing/example.ts, word for word', () => {
  expect(block('ts')).toBe(readFileSync(EXAMPLE, 'utf8'))
})

test('the example prints what the README says', () => {
  expect(execFileSync(process.execPath, [EXAMPLE], { encoding: 'utf8' })).toBe(block('text'))
})
