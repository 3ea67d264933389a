/** However small the budget of a search is: who goes on where it ended gets through, or is told what stands in the way. */
import { describe, expect, it } from 'vitest'
import { Client } from '../testing/client.ts'

/** A slice in order, one with strays and numbers, one alone. */
function filled(): Client {
  const client = new Client()
  for (let i = 0; i < 600; i++)
    client.send('ARSET', 'k', String(i), `note ${i} ${'of no use '.repeat(i % 7)}`)
  for (let i = 400; i > 0; i -= 3)
    client.send('ARSET', 'k', String(5_000 + i), i % 2 === 0 ? String(i) : `stray ${i}`)
  client.send('ARSET', 'k', '90000', 'x'.repeat(9_000))
  client.send('ARSET', 'k', '18446744073709551000', 'note far away')
  return client
}

const indexes = (text: string): string[] =>
  Array.from(text.matchAll(/^ *\d+\) (?:\(integer\) |")(\d+)/gm), (hit) => hit[1]!)

/** All hits from `from` to `to`, asking for less whenever the budget ends a search, and how often it did. */
function piecewise(
  client: Client,
  query: string,
  from: bigint,
  to: bigint,
): { hits: string[]; ended: number } {
  const step = from <= to ? 1n : -1n
  const hits: string[] = []
  let ended = 0
  let until = to
  for (let at = from; ;) {
    const text = client.type(`ARGREP k ${at} ${until} ${query}`)
    const where = /budget exceeded at index (\d+)$/.exec(text)?.[1]
    expect(text.includes('(error)')).toBe(where !== undefined)
    if (where === undefined) {
      hits.push(...indexes(text))
      if (until === to) return { hits, ended }
      at = until + step
      until = to
      continue
    }
    ended++
    // Something of what was asked for is behind it.
    expect((BigInt(where) - at) * step).toBeGreaterThan(0n)
    until = BigInt(where) - step
  }
}

describe('a budget smaller than what a slice takes', () => {
  const last = 18446744073709551000n
  it.each([
    ['RE "o.*9"'],
    ['MATCH note'],
    ['MATCH use RE "[0-9]+ o" AND'],
    ['APPROX stray 1 EXACT 42'],
    ['RE "(a|b|.)*x$"'],
  ])('lets each call get on, forwards and backwards: %s', (query) => {
    const client = filled()
    for (const [from, to] of [
      [0n, last],
      [last, 0n],
    ] as const) {
      const whole = indexes(client.type(`ARGREP k ${from} ${to} ${query}`))
      for (const steps of [1, 50, 3_000, 40_000]) {
        client.type(`CONFIG SET argrep-max-steps ${steps}`)
        const { hits, ended } = piecewise(client, query, from, to)
        expect(hits).toEqual(whole)
        expect(ended).toBeGreaterThan(steps === 1 ? 1 : -1)
      }
      client.type('CONFIG SET argrep-max-steps 4000000000')
    }
  })

  it('names what is too little for one element alone', () => {
    const client = new Client()
    client.send('ARSET', 'k', '7', 'x'.repeat(3 << 20))
    client.send('ARSET', 'k', '8', 'y')
    client.type('CONFIG SET argrep-max-steps 100')
    const text = client.type('ARGREP k - + RE "y+"')
    const least = Number(/at index 7, which alone takes argrep-max-steps above (\d+)$/.exec(text)![1])
    expect(least).toBeGreaterThan(100)
    client.type(`CONFIG SET argrep-max-steps ${8 * least}`)
    expect(client.type('ARGREP k - + RE "y+"')).toBe('1) (integer) 8')
  })
})
