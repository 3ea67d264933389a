import { relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { brokenCases } from '../sims/testing/broken/cases.ts'
import { flowbench, ROOT } from './testing/flowbench.ts'

describe('every broken scenario (invariant 11)', () => {
  const cases = brokenCases()

  it('is one of at least forty', () => expect(cases.length).toBeGreaterThanOrEqual(40))

  it.concurrent.each(cases)(
    '$name: exits 2, says what is wrong and where, and runs nothing',
    async (broken) => {
      const file = relative(ROOT, broken.path)
      const { code, stdout, stderr } = await flowbench(['run', file, ...broken.args])
      expect(stderr.trimEnd().split('\n')).toEqual(
        broken.expected.map((line) => line.replace(/^FILE/, () => file)),
      )
      expect(stdout).toBe('')
      expect(code).toBe(2)
    },
  )
})
