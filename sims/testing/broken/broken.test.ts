import { describe, expect, test } from 'vitest'
import { sims } from '../../index.ts'
import { loadScenario, ScenarioErrors } from '../../lab/run/scenario/load.ts'
import { brokenCases } from './cases.ts'

const cases = brokenCases()

/** Lines of the error message; none when the scenario loads. */
function refusal({ text, options }: (typeof cases)[number]): string[] {
  try {
    loadScenario('FILE', text, sims, options)
  } catch (error) {
    if (error instanceof ScenarioErrors) return error.message.split('\n')
    throw error
  }
  return []
}

describe('broken scenario files (invariant 11)', () => {
  test.each(cases)('$name', (one) => {
    expect(one.expected.length).toBeGreaterThan(0)
    expect(refusal(one)).toEqual(one.expected)
  })

  test('are forty or more, all different', () => {
    expect(cases.length).toBeGreaterThanOrEqual(40)
    expect(new Set(cases.map(({ expected }) => expected.join('\n'))).size).toBe(cases.length)
  })
})
