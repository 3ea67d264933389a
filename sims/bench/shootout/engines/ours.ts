/** Our engine: each question by the call that is made for it. */
import { compile, RegexBudgetError, RegexSyntaxError } from '../../../../engines/regex/index.ts'
import type { Options } from '../../../../engines/regex/index.ts'
import { VERSION } from '../../harness/version.ts'
import { flagsAmong, Refused, type Adapter } from './adapter.ts'

export function flowbench(): Adapter {
  return {
    facts: {
      version: VERSION,
      semantics: 'leftmost-longest',
      units: 'bytes',
      promise: 'linear',
      groups: 'posix',
      called: 'bytes, all matches of a text in one call',
      refuses: 'references back, looking around, a pattern that needs more memory than its budget',
    },
    compile: (pattern, flags) => {
      const set = flagsAmong(flags, 'imu')
      const options: Options = {
        ignoreCase: set.has('i'),
        encoding: set.has('u') ? 'utf8' : 'bytes',
        ...(set.has('m') ? { newline: true } : {}),
      }
      const plain = refusing(() => compile(pattern, { ...options, captures: false }))
      const withGroups = () => refusing(() => compile(pattern, options))
      return {
        bind: (text) => ({
          test: () => plain.test(text),
          count: () => plain.count(text),
          each: (visit) => {
            const spans = plain.spans(text)
            for (let at = 0; at < spans.length; at += 2) if (!visit(spans[at]!, spans[at + 1]!)) return
          },
          eachGroups: (visit) => {
            for (const { spans } of withGroups().findAll(text)) if (!visit(Array.from(spans))) return
          },
        }),
      }
    },
  }
}

function refusing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof RegexBudgetError || error instanceof RegexSyntaxError)
      throw new Refused(error.message)
    throw error
  }
}
