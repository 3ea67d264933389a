/** The schema that editors read is the one that the sims give. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { sims } from './index.ts'
import { scenarioSchema } from './lab/run/scenario/schema.ts'
import { violations } from './lab/run/scenario/testing/json-schema.ts'

const SCENARIOS = join(import.meta.dirname, '../scenarios')
const COMMITTED = join(SCENARIOS, 'scenario.schema.json')
const committedFiles = readdirSync(SCENARIOS).filter((file) => file.endsWith('.yaml'))

describe('the committed schema', () => {
  test('is the generated one (write it with: flowbench schema)', () => {
    expect(readFileSync(COMMITTED, 'utf8')).toBe(`${JSON.stringify(scenarioSchema(sims), null, 2)}\n`)
  })

  test('is held against every scenario, and there is one of each sim', () => {
    const named = committedFiles.map(
      (file) => (parse(readFileSync(join(SCENARIOS, file), 'utf8')) as { sim: string }).sim,
    )
    expect(new Set(named)).toEqual(new Set(sims.keys()))
  })

  test.each(committedFiles)('admits scenarios/%s', (file) => {
    const scenario: unknown = parse(readFileSync(join(SCENARIOS, file), 'utf8'))
    expect(violations(scenarioSchema(sims), scenario)).toEqual([])
  })
})
