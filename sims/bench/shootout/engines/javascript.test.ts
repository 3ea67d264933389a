import { describe, expect, test } from 'vitest'
import type { Adapter } from './adapter.ts'
import { re2js, rregex, v8, v8Linear } from './javascript.ts'
import { flowbench } from './ours.ts'

const ADAPTERS: Readonly<Record<string, () => Adapter | Promise<Adapter>>> = {
  v8,
  'v8-linear': v8Linear,
  re2js,
  rregex,
  flowbench,
}

const CASES = [
  ['^', 'm', 'a\nb\nc', 3],
  ['$', 'm', 'a\nb\nc', 3],
  ['\\b', '', 'ab cd', 4],
  ['x*', '', 'ab', 3],
  ['ab', '', 'abcab', 2],
] as const

describe.each(Object.entries(ADAPTERS))('%s', (_, make) => {
  test.each(CASES)(
    '%s (%s) in %j: counted as often as it is found',
    async (pattern, flags, text, expected) => {
      const adapter = await make()
      const bound = adapter.compile(pattern, flags).bind(Buffer.from(text))
      const spans: string[] = []
      bound.each((start, end) => spans.push(`${start} ${end}`) > 0)
      expect(new Set(spans).size).toBe(expected)
      expect(spans).toHaveLength(expected)
      for (let again = 0; again < 2; again++) expect(bound.count?.() ?? expected).toBe(expected)
    },
  )
})
