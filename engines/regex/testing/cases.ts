/** The published suites as cases of one shape, and the list of those that are not run. */
import { readFileSync } from 'node:fs'
import type { Options } from '../types.ts'

export interface Case {
  readonly suite: string
  /** Where it stands in its suite. */
  readonly id: string
  readonly pattern: Uint8Array
  readonly options: Options
  readonly text: Uint8Array
  readonly notBol: boolean
  readonly notEol: boolean
  /** `OK`, `NOMATCH` or the name of an error; null where only compiling is asked for, which must succeed. */
  readonly expect: string | null
  /** Expected spans; groups not listed are unset. Empty: only that it matches is known. */
  readonly spans: readonly (readonly number[])[]
  /** Groups that the case speaks of, whole match included. */
  readonly asked: number
}

interface Exclusion {
  readonly suite: string
  readonly id: string
  readonly reason: string
}

const folder = new URL('../testdata/suites/', import.meta.url)
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.codePointAt(0)!)

interface AttTest {
  file: string
  line: number
  syntax: 'BRE' | 'ERE' | 'LRE'
  flags: string[]
  pattern: string
  string: string
  expect: string
  spans: number[][] | null
  optional: boolean
}

/** Alternatives that classify an implementation are no expectations. */
const NOT_A_TEST = 'categorize.dat'

export function attCases(): Case[] {
  const tests = (read('testregex-att.json') as AttTest[]).filter((test) => test.file !== NOT_A_TEST)
  return tests.map((test) => {
    const name = test.file.replace('.dat', '')
    const digit = test.flags.find((flag) => /^\d$/.test(flag))
    return {
      suite: test.optional ? 'att optional' : `att ${name}`,
      id: `${name}:${test.line} ${test.syntax}`,
      pattern: latin1(test.pattern),
      options: {
        syntax: test.syntax === 'ERE' ? 'ere' : test.syntax === 'BRE' ? 'bre' : 'literal',
        rules: name === 'leftassoc' ? 'tre' : 'posix',
        encoding: 'bytes',
        ignoreCase: test.flags.includes('i'),
        newline: test.flags.includes('n'),
      },
      text: latin1(test.string),
      notBol: false,
      notEol: false,
      expect: test.expect,
      spans: test.spans ?? [],
      asked: digit === undefined ? Infinity : Number(digit),
    }
  })
}

interface Re2cTest {
  suite: string
  pattern: string
  string: string
  expect: string
  spans: number[][] | null
}

export function re2cCases(): Case[] {
  const { tests } = read('re2c-posix.json') as { tests: Re2cTest[] }
  return tests
    .filter((test) => test.suite === 'posix')
    .map((test, i) => ({
      suite: 're2c posix',
      id: `${i + 1}`,
      pattern: latin1(test.pattern),
      options: { encoding: 'bytes' },
      text: latin1(test.string),
      notBol: false,
      notEol: false,
      expect: test.expect,
      spans: test.spans ?? [],
      asked: Infinity,
    }))
}

interface TreTest {
  id: string
  pattern: string | null
  cflags: string[]
  compile: string
  tags: string[]
  execs: { string: string; eflags: string[]; expect: string; spans: number[][] | null }[]
}

/** TRE's own suite; each pattern also is a case of its own, for its error code or that it compiles. */
export function treCases(): Case[] {
  const { tests } = read('tre-retest.json') as { tests: TreTest[] }
  return tests.flatMap((test) => {
    const nosub = test.cflags.includes('NOSUB')
    const common = {
      suite: test.tags.includes('approx') ? 'tre retest approximate' : 'tre retest',
      pattern: latin1(test.pattern ?? ''),
      options: {
        syntax: test.cflags.includes('EXTENDED') ? ('ere' as const) : ('bre' as const),
        rules: 'tre' as const,
        encoding: 'bytes' as const,
        ignoreCase: test.cflags.includes('ICASE'),
        newline: test.cflags.includes('NEWLINE'),
        ungreedy: test.cflags.includes('UNGREEDY'),
      },
      asked: nosub ? 0 : Infinity,
    }
    const compiling: Case = {
      ...common,
      id: test.id,
      text: new Uint8Array(0),
      notBol: false,
      notEol: false,
      expect: test.compile === 'OK' ? null : test.compile,
      spans: [],
    }
    const executing = test.execs.map((exec, i): Case => ({
      ...common,
      id: `${test.id}.${i + 1}`,
      text: latin1(exec.string),
      notBol: exec.eflags.includes('NOTBOL'),
      notEol: exec.eflags.includes('NOTEOL'),
      expect: exec.expect,
      spans: exec.spans ?? [],
    }))
    return [compiling, ...executing]
  })
}

export const allCases = (): Case[] => [...attCases(), ...re2cCases(), ...treCases()]

/** Why a case is not run, by suite and id; an id without a dot stands for all of a pattern's texts. */
export function exclusions(): (test: Case) => string | undefined {
  const list = read('exclusions.json') as Exclusion[]
  const reasons = new Map(list.map((entry) => [`${entry.suite}/${entry.id}`, entry.reason]))
  return (test) =>
    reasons.get(`${test.suite}/${test.id}`) ?? reasons.get(`${test.suite}/${test.id.replace(/\.\d+$/, '')}`)
}

/** AT&T's suite has one name for a malformed bound and for one that is too large. */
const SAME_ERROR: Record<string, string> = { BADMAX: 'BADBR' }

/** What an engine answered: spans, null for no match, or the name of an error. */
export type Answer = Int32Array | null | string

/** What is wrong with the answer, or undefined. */
export function judge(test: Case, answer: Answer): string | undefined {
  const show = typeof answer === 'string' ? answer : answer === null ? 'NOMATCH' : [...answer].join(' ')
  const wrong = `expected ${test.expect ?? 'to compile'} ${JSON.stringify(test.spans)}, got ${show}`
  if (test.expect === null) return typeof answer === 'string' ? wrong : undefined
  if (test.expect === 'NOMATCH') return answer === null ? undefined : wrong
  if (test.expect !== 'OK') {
    const code = typeof answer === 'string' ? answer : ''
    return code === test.expect || (test.suite.startsWith('att') && SAME_ERROR[code] === test.expect)
      ? undefined
      : wrong
  }
  if (answer === null || typeof answer === 'string') return wrong
  const groups = Math.min(answer.length / 2, test.asked)
  for (let i = 0; i < groups; i++) {
    const [start, end] = test.spans[i] ?? [-1, -1]
    if (answer[2 * i] !== start || answer[2 * i + 1] !== end) return wrong
  }
  return test.spans.length > groups && test.asked === Infinity ? wrong : undefined
}
