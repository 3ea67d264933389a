import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** The loop over four bytes at a time, and the one behind it over single bytes, of a walker's source. */
function loopsOf(file: string): string {
  const source = readFileSync(new URL(file, import.meta.url), 'utf8')
  const from = source.search(/ *while \(at [+-] 4 [<>]= \w+\) \{/)
  const to = source.indexOf('while (t >= 0 && at', from)
  expect(from).toBeGreaterThan(0)
  expect(to).toBeGreaterThan(from)
  const single = source.slice(to, source.indexOf('\n      }', to))
  const four = source.slice(from, source.indexOf('\n      }', from))
  return `${four}\n${single}`.replaceAll(/\s+/g, ' ')
}

/** The same walk from right to left. */
const reversed = (loops: string): string =>
  loops
    .replace('at - 4 >= stop', 'at + 4 <= lap')
    .replace('at > stop', 'at < stop')
    .replaceAll(/text\[at - (\d)\]/g, (_, k: string) =>
      k === '1' ? 'text[at]' : `text[at + ${Number(k) - 1}]`,
    )
    .replaceAll('at -= ', 'at += ')
    .replaceAll('at--', 'at++')

// A call for each byte, or for each of four, would be a third of the time: so the loops stand in each walker, and this
// says that they are one and the same.
describe('the loops of the walkers', () => {
  it('are the same for spans and for is-match', () => {
    expect(loopsOf('is-match.ts')).toBe(loopsOf('walk.ts'))
  })

  it('are the same backward, with directions turned round', () => {
    expect(reversed(loopsOf('back.ts'))).toBe(loopsOf('walk.ts'))
  })
})
