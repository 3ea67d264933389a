import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isOpen, withoutPath } from '../foundation/paths.ts'
import { answers, ROWS } from './paths.ts'

const FOLDER = new URL('..', import.meta.url)
/** The comments that files open with, each in one line. */
const heads = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.includes('test'))
  .map((name) => readFileSync(new URL(name, FOLDER), 'utf8').split('*/')[0]!.replaceAll('\n *', ''))

describe('special paths', () => {
  it.each(ROWS)('$path answers as the way without it', (row) => {
    const [taken, closed] = answers(row)
    expect(taken).toBe(closed)
  })

  it.each(ROWS)('the head of some file says what $path is worth', ({ path }) => {
    expect(heads.filter((head) => head.includes(`(\`npm run regex:paths\`, ${path})`))).toHaveLength(1)
  })

  it('are open again behind a measurement, even one that fails', () => {
    expect(() =>
      withoutPath('dense', () => {
        expect(isOpen('dense')).toBe(false)
        throw new Error('failed')
      }),
    ).toThrow('failed')
    expect(isOpen('dense')).toBe(true)
  })
})
