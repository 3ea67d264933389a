import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { EngineReport } from '../../sims/bench/shootout/inspect.ts'
import type { PatternReport } from '../../sims/bench/shootout/shootout.ts'
import { attackCode, attackWords } from './attack.ts'
import { patternDocument, patternsDocument } from './document.ts'
import { junit } from './junit.ts'
import { sarif } from './sarif.ts'
import { headline, renderPattern } from './terminal.ts'
import { exitOf, isLinear, judge } from './verdict.ts'

const attack = { prefix: '<"', pump: "a'", suffix: '\n', length: 31, from: 'loops' }

function report(verdict: EngineReport['verdict'], more: Partial<EngineReport> = {}): EngineReport {
  return {
    engine: 'v8',
    version: '14',
    promise: null,
    facts: null,
    compileSeconds: 1e-5,
    findAll: null,
    verdict,
    degree: null,
    exponent: null,
    attack: verdict === 'exponential' || verdict === 'polynomial' ? attack : null,
    seconds: 1.04,
    longest: 10_000_000,
    why: verdict === 'undecided' || verdict === 'refused' ? 'so' : null,
    points: [],
    ...more,
  }
}

const pattern = (name: string, line: number, ...engines: EngineReport[]): PatternReport => ({
  pattern: `${name}<&"`,
  line,
  name,
  engines,
})

const ALL = [
  pattern('one', 3, report('linear')),
  pattern('two', 7, report('exponential')),
  pattern('three', 9, report('undecided')),
  pattern('four', 11, report('polynomial', { degree: 2 })),
  pattern('five', 13, report('crashed', { why: 'garbage' })),
]
const ACCEPTED = [
  { name: 'four', reason: 'own file names', until: '2027-01-31' },
  { name: 'two', reason: 'own file names', until: '2026-01-31' },
]
const findings = judge(ALL, 'v8', ACCEPTED, '2026-11-26')

describe('judging', () => {
  test('an accepted one is set aside until its day is over', () => {
    expect(findings.map(({ outcome }) => outcome)).toEqual([
      'passed',
      'failed',
      'unsure',
      'accepted',
      'failed',
    ])
    expect(findings[1]!.accepted).toMatchObject({ expired: true })
  })

  test('planted: what is linear in a search and quadratic in finding all matches fails, and says which', () => {
    const findAll = { ...report('polynomial', { degree: 2 }), attack }
    const quadratic = pattern('all', 3, report('linear', { findAll }))
    const found = judge([quadratic], 'v8', [], '2026-11-26')
    expect(found).toMatchObject([{ outcome: 'failed', of: 'all matches', shown: { verdict: 'polynomial' } }])
    expect(exitOf(found, false)).toBe(99)
    expect(junit(found, 'rules.yaml', 'v8')).toContain('<failure message="finding all matches is QUADRATIC')
    expect(JSON.stringify(sarif(found, 'rules.yaml', '14'))).toContain('finding all matches is QUADRATIC')
    expect(renderPattern(quadratic, []).split('\n')[0]).toMatch(
      /linear on v8; finding all matches polynomial on v8 \(quadratic\)$/,
    )
    // An engine that does not find all is judged by a search; one whose growth is not known is unsure.
    const of = (verdict: EngineReport['verdict']) =>
      judge([pattern('all', 3, report('linear', { findAll: report(verdict) }))], 'v8', [], '2026-11-26')[0]!
        .outcome
    expect([of('linear'), of('refused'), of('undecided'), of('crashed')]).toEqual([
      'passed',
      'passed',
      'unsure',
      'failed',
    ])
  })

  test('a list of patterns counts one linear where a check passes it, and says of any other why it is not', () => {
    for (const search of ['linear', 'undecided', 'refused', 'crashed'] as const) {
      for (const all of [null, 'linear', 'refused', 'undecided', 'crashed'] as const) {
        const engine = report(search, { findAll: all === null ? null : report(all) })
        const listed = pattern('all', 3, engine)
        const [finding] = judge([listed], 'v8', [], '2026-11-26')
        expect(isLinear(engine), `${search}, ${all}`).toBe(finding!.outcome === 'passed')
        // More than `linear on v8`, and not more where there is no more to say.
        const says = /undecided|crashed|refused/.test(headline('x', [engine]))
        expect(says, `${search}, ${all}`).toBe(!isLinear(engine))
      }
    }
  })

  test('exit codes', () => {
    const of = (...names: string[]) => findings.filter(({ name }) => names.includes(name))
    expect(exitOf(of('one', 'four'), true)).toBe(0)
    expect(exitOf(of('one', 'three'), false)).toBe(0)
    expect(exitOf(of('one', 'three'), true)).toBe(3)
    expect(exitOf(of('three', 'five'), true)).toBe(99)
  })
})

describe('formats', () => {
  test('JUnit names the rule and its line, and is well-formed', () => {
    const text = junit(findings, 'rules<.yaml', 'v8')
    expect(text).toContain('tests="5" failures="2" skipped="2"')
    expect(text).toContain('<testcase classname="rules&lt;.yaml" name="two" file="rules&lt;.yaml" line="7">')
    expect(text).toContain('(accepted until 2026-01-31, which is over)')
    expect(text).toContain('<skipped message="accepted until 2027-01-31: own file names"/>')
    const tags = [...text.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)].filter(([all]) => !all.endsWith('/>'))
    const open: string[] = []
    for (const [, closes, name] of tags) expect(closes ? open.pop() : open.push(name!) && name).toBe(name)
    expect(open).toEqual([])
    expect(text.match(/&(?!(?:amp|lt|gt|quot|#39|apos);)/)).toBeNull()
  })

  test('SARIF has rule, place, level and what suppresses it', () => {
    const { runs } = sarif(findings, 'a\\rules.yaml', '14') as {
      runs: {
        results: { ruleId: string; level: string; locations: object[]; suppressions?: object[] }[]
        tool: { driver: { rules: { id: string }[] } }
      }[]
    }
    const { results, tool } = runs[0]!
    const known = new Set(tool.driver.rules.map(({ id }) => id))
    expect(results.map(({ ruleId, level }) => [known.has(ruleId), level])).toEqual([
      [true, 'error'],
      [true, 'note'],
      [true, 'note'],
      [true, 'error'],
    ])
    expect(results[0]!.locations[0]).toMatchObject({
      physicalLocation: { artifactLocation: { uri: 'a/rules.yaml' }, region: { startLine: 7 } },
    })
    expect(results[2]!.suppressions).toHaveLength(1)
  })

  test.each([
    ['my rules #1.yaml', 'my%20rules%20%231.yaml'],
    ['a/50%?.txt', 'a/50%25%3F.txt'],
    ['/tmp/r\u00e9.txt', '/tmp/r%C3%A9.txt'],
    ['a:b.txt', './a:b.txt'],
    ['C:\\rules\\a.txt', 'file:///C:/rules/a.txt'],
  ])('SARIF names the file %s by a reference that reads as one: %s', (file, uri) => {
    const log = JSON.stringify(sarif(findings, file, '14'))
    expect(log).toContain(JSON.stringify({ uri }))
    // What it names when it is read as a browser reads it.
    const read = new URL(uri, 'file:///here/')
    expect([read.search, read.hash]).toEqual(['', ''])
  })

  test('an attack in words and as code makes the text that was run', () => {
    expect(attackWords(attack)).toBe(`'<"' + 'a\\'' x 14 + '\\n'`)
    expect(runInNewContext(attackCode(attack))).toBe(`<"${"a'".repeat(14)}\n`)
  })

  test('the document of one pattern, and of many', () => {
    const one = patternDocument(ALL[1]!, 'i', [{ engine: 'go', why: 'no', install: 'x' }])
    expect(Object.keys(one)).toEqual(['schema', 'pattern', 'flags', 'engines', 'missing'])
    expect(one.engines[0]).toMatchObject({
      engine: 'v8',
      verdict: 'exponential',
      degree: null,
      seconds: 1.04,
      promise: null,
    })
    const many = JSON.parse(JSON.stringify(patternsDocument(ALL, '', []))) as {
      patterns: { line: number; engines: object[] }[]
    }
    expect(many.patterns.map(({ line }) => line)).toEqual([3, 7, 9, 11, 13])
    expect(many.patterns[0]!.engines[0]).not.toHaveProperty('points')
  })

  test('a terminal gets the verdict first, and no control characters', () => {
    const text = renderPattern({ ...ALL[1]!, pattern: 'a\u001b[31m' }, [
      { engine: 'go', why: 'no go', install: 'get it' },
    ])
    expect(text.split('\n')[0]).toMatch(/exponential on v8$/)
    expect(text).toContain('not here: no go; get it')
    expect(text).not.toContain('\u001b')
  })
})
