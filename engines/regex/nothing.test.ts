/** A set that no byte is in: it matches nothing wherever it stands, and nothing that prepares a search may trip over it. */
import { describe, expect, it } from 'vitest'
import { compile } from './index.ts'

const NOTHING = '[^\0-\xff]'
/** A byte that is in no text below: it matches just as seldom. */
const ABSENT = '\x01'
const TEXTS = ['', '-9]', 'abcabcabc', 'cdecdabcqxyzq'.repeat(20), 'xxxabcd', 'ab'.repeat(400)]

describe('a set of nothing', () => {
  it.each([
    '_',
    '_-9',
    '-9_',
    'a_b',
    '(_|abc)',
    '(abc_|xyz)q',
    '_*abc',
    '_{2}abc',
    '(_ab){2,3}cd',
    '(_)+',
    'abc(_|_)',
    '^_abc$',
    '(ab_)?cde',
    'abc_*?d',
    'x{3}_{3}',
    '.*_abc',
    '(_?ab){3}_?c',
    '(x|_)(y|_)|abc',
  ])('in %s', (shape) => {
    for (const captures of [true, false]) {
      for (const ignoreCase of [true, false]) {
        const [nothing, absent] = [NOTHING, ABSENT].map((set) =>
          compile(Buffer.from(shape.replaceAll('_', set), 'latin1'), {
            rules: 'tre',
            encoding: 'bytes',
            captures,
            ignoreCase,
          }),
        )
        for (const text of TEXTS) {
          const bytes = Buffer.from(text)
          expect(nothing!.test(bytes), text).toBe(absent!.test(bytes))
          expect(nothing!.spans(bytes), text).toEqual(absent!.spans(bytes))
          expect(nothing!.exec(bytes)?.spans, text).toEqual(absent!.exec(bytes)?.spans)
        }
      }
    }
  })
})
