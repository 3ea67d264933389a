import { describe, expect, it } from 'vitest'
import { parse } from '../syntax/parse.ts'
import { RegexSyntaxError } from '../types.ts'
import { allCases, exclusions } from './cases.ts'
import { engines } from './engines.ts'
import { runSuites } from './suites.ts'

describe('published suites', () => {
  it.each(engines)('$name passes every case that is not excluded', (engine) => {
    const results = runSuites(engine)
    expect(results.flatMap((result) => result.failures)).toEqual([])
    const passed = results.reduce((sum, result) => sum + result.passed, 0)
    expect(passed).toBeGreaterThanOrEqual(1361)
  })

  it('excludes only what the list names, each with a reason that holds', () => {
    const reason = exclusions()
    const excluded = allCases().filter((test) => reason(test) !== undefined)
    expect(excluded.length).toBe(32)
    const codes = excluded.map((test) => {
      try {
        parse(test.pattern, test.options)
        return 'accepted'
      } catch (error) {
        return error instanceof RegexSyntaxError ? error.code : 'crashed'
      }
    })
    const count = (code: string): number => codes.filter((other) => other === code).length
    // Two are NULL pointers in the original; the rest are backreferences.
    expect([count('accepted'), count('EBACKREF')]).toEqual([2, 30])
  })
})
