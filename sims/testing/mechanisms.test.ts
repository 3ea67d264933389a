/** Every expectation of every scenario fails where the mechanism that it is for is taken out. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ELSEWHERE, MECHANISMS } from './mechanisms.ts'
import { outcomeOf, problemOf, SCENARIOS } from './without.ts'

interface Written {
  readonly expect?: readonly string[]
  readonly environments?: Readonly<Record<string, Written>>
}

/** All that a scenario expects, its environments' too. */
const expectationsOf = ({ expect: own = [], environments = {} }: Written): string[] => [
  ...own,
  ...Object.values(environments).flatMap(expectationsOf),
]

describe('every expectation has a mechanism that it is for', () => {
  const files = readdirSync(SCENARIOS).filter((file) => file.endsWith('.yaml'))
  it.each(files)('%s', (file) => {
    const name = file.slice(0, -'.yaml'.length)
    const written = parse(readFileSync(join(SCENARIOS, file), 'utf8')) as Written
    const told = MECHANISMS.flatMap((one) => (one.scenario === name ? [one.expectation] : []))
    const known = new Set([...told, ...(ELSEWHERE[name] ?? [])])
    expect(new Set(expectationsOf(written))).toEqual(known)
  })
})

describe('passes with it, and fails without it', () => {
  const asked = MECHANISMS.filter(
    ({ isLong }) => isLong !== true || process.env['FLOWBENCH_LONG'] !== undefined,
  )
  it.each(asked)('$scenario, $environment, $expectation: $mechanism', async (mechanism) => {
    expect(await problemOf(mechanism)).toBeNull()
  })
})

it('planted: an expectation that holds either way is found', async () => {
  const one = MECHANISMS.find(({ scenario }) => scenario === 'leaked-key')!
  const { asked } = await outcomeOf(one, false)
  expect(asked).toHaveLength(6)
  expect(await problemOf({ ...one, without: ['params.burstScv=0.4'] })).toMatch(/^without it: pass/)
  expect(await problemOf({ ...one, small: one.without })).toMatch(/^as it is: fail/)
  expect(await problemOf({ ...one, expectation: 'p95(spend) < 9 dollars' })).toMatch(/does not expect/)
})
