import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ENGINES } from '../engines/engines.ts'
import { readEngineFile } from '../input/engine-file.ts'
import { present } from '../shootout.ts'
import { faulty } from '../testing/specs.ts'
import { runCases } from './cases.ts'

const EXAMPLES = fileURLToPath(new URL('../examples/engines.yaml', import.meta.url))
const { specs, missing } = present([...ENGINES, ...readEngineFile(EXAMPLES, [])])
for (const { engine, why, install } of missing) console.log(`skipped: ${engine}: ${why}; ${install}`)

/** Those whose wrong answers are known, case by case: an engine that is wrong is shown wrong. */
const KNOWN_WRONG: Readonly<Record<string, readonly string[]>> = {
  tre: [
    'word boundary after a match',
    'groups: the first takes what it can',
    'groups: right association',
    'groups: rounds of two lengths',
    'groups: three alternatives',
  ],
}

describe('the shared case file', async () => {
  const results = await runCases([...specs, faulty('wrong-span')])
  const wrongOf = (id: string) =>
    results.flatMap((one) =>
      one.engines.filter(({ engine, outcome }) => engine === id && outcome === 'wrong').map(() => one.id),
    )

  test.each(specs.map(({ id }) => id))('%s', (id) => {
    expect(wrongOf(id)).toEqual(KNOWN_WRONG[id] ?? [])
    const right = results.flatMap(({ engines }) =>
      engines.filter(({ engine, outcome }) => engine === id && outcome === 'right'),
    )
    expect(right.length).toBeGreaterThan(8)
  })

  test('a planted wrong span is found, with its place and its cause', () => {
    const cells = results.flatMap(({ engines }) => engines.filter(({ engine }) => engine === 'wrong-span'))
    const wrong = cells.filter(({ outcome }) => outcome === 'wrong')
    // Every third match is one too long: cases with three matches show it.
    expect(wrong.map(({ difference }) => [difference?.match, difference?.cause])).toContainEqual([
      2,
      'defect',
    ])
  })

  test('a case has its answer by both rules, or says which it asks', () => {
    expect(results.length).toBeGreaterThanOrEqual(18)
    for (const { engines } of results)
      expect(engines.filter(({ outcome }) => outcome === 'right').length).toBeGreaterThan(0)
  })
})
