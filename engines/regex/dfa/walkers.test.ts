import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** The loop over four bytes at a time, and the one behind it over single bytes, of a walker's source. */
function loopsOf(file: string): string {
  const source = readFileSync(new URL(file, import.meta.url), 'utf8')
  const from = source.search(/ *while \(at [+-] 4 [<>]= \w+\) \{/)
  const to = source.indexOf('while (t >= 0 && at', from)
  expect(from).toBeGreaterThan(0)
  expect(to).toBeGreaterThan(from)
  const end = `\n${source.slice(from).match(/^ */)![0]}}`
  const four = source.slice(from, source.indexOf(end, from))
  const single = source.slice(to, source.indexOf('at', source.indexOf('state = t', to)) + 4)
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

// Put beside the forward loop, the backward one made walks through dense matches an eighth slower, so it stands where it
// is used, and this says that the two are one and the same.
describe('the loops of the walkers', () => {
  it('are the same backward, with directions turned round', () => {
    expect(reversed(loopsOf('back.ts'))).toBe(loopsOf('stride.ts'))
  })
})
