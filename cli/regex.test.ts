import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { refused } from './testing/refused.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const folder = mkdtempSync(join(tmpdir(), 'flowbench-regex-'))
afterAll(() => rmSync(folder, { recursive: true }))

const regex = (...args: string[]) =>
  spawnSync(process.execPath, [MAIN, 'regex', ...args], { encoding: 'utf8', cwd: folder })

describe('flowbench regex', () => {
  test('one pattern, as JSON and nothing else', () => {
    const { stdout, status } = regex('^(a+)+$', '--engines', 'flowbench,v8', '--json')
    const document = JSON.parse(stdout) as {
      engines: { engine: string; verdict: string; attack: { length: number } | null; seconds: number }[]
    }
    expect(document).toMatchObject({ schema: 'flowbench.regex/1', pattern: '^(a+)+$', missing: [] })
    const [ours, v8] = document.engines
    expect([ours!.verdict, ours!.attack]).toEqual(['linear', null])
    expect([v8!.verdict, v8!.attack!.length < 45, v8!.seconds > 0.5]).toEqual(['exponential', true, true])
    expect(status).toBe(0)
  })

  test.each([['-----BEGIN .* KEY-----'], ['-007'], ['--json']])('a pattern behind --: %s', (pattern) => {
    const { stdout } = regex('--engines', 'flowbench', '--json', '--', pattern)
    expect(JSON.parse(stdout)).toMatchObject({ pattern })
  })

  test('a file of rules: exit 99, JUnit and SARIF name rule and line', () => {
    const file = join(folder, 'rules.yaml')
    writeFileSync(file, `rules:\n  - id: good\n    regex: '^[a-z]+$'\n  - id: bad\n    regex: '^(\\w+)+$'\n`)
    const args = ['--patterns', file, '--path', 'rules[].regex', '--check', 'v8', '--json']
    const { stdout, status } = regex(...args, '--junit', 'j.xml', '--sarif', 's.json')
    expect(status).toBe(99)
    const { patterns } = JSON.parse(stdout) as {
      patterns: { line: number; name: string; engines: { verdict: string }[] }[]
    }
    expect(
      patterns.map(({ line, name, engines }) => [line, name, engines.map(({ verdict }) => verdict)]),
    ).toEqual([
      [3, 'good', ['linear']],
      [5, 'bad', ['exponential']],
    ])
    expect(readFileSync(join(folder, 'j.xml'), 'utf8')).toContain('name="bad"')
    expect(readFileSync(join(folder, 's.json'), 'utf8')).toContain('"startLine": 5')

    // Of the one that is not linear alone: what is accepted has nothing to do with the others.
    writeFileSync(file, `rules:\n  - id: bad\n    regex: '^(\\w+)+$'\n`)
    writeFileSync(join(folder, 'ok.yaml'), `- {name: bad, reason: only our own names, until: 2999-01-01}\n`)
    expect(regex(...args, '--accepted', 'ok.yaml').status).toBe(0)
    writeFileSync(join(folder, 'ok.yaml'), `- {name: bad, reason: only our own names, until: 2020-01-01}\n`)
    expect(regex(...args, '--accepted', 'ok.yaml').status).toBe(99)
  })

  test('the name of a rule is one line, and nothing that a terminal obeys', () => {
    const rules = [
      { id: 'good\nv8: 9 linear', regex: 'a+' },
      { id: '\u001b[2J', regex: '^(a+)+$' },
    ]
    writeFileSync(join(folder, 'forged.json'), JSON.stringify(rules))
    const asked = ['--patterns', 'forged.json', '--path', '[].regex', '--engines', 'v8']
    const { stdout, stderr } = regex(...asked)
    const [sum, ...bad] = stdout.trim().split('\n')
    expect([sum, bad.length]).toEqual(['1 of 2 patterns linear on every engine', 1])
    expect(stdout + stderr).not.toContain('\u001b')
    expect(stderr).not.toMatch(/^v8: 9/m)
  })

  test.each([
    [[], /a pattern, or --patterns/],
    [['a', '--engines', 'v9'], /no engine is called "v9"; there are flowbench/],
    [['a', '--flags', 'q'], /--flags q/],
    [['--patterns', 'nothing.txt'], /nothing\.txt: no such file/],
    [['a', '--patterns', 'x'], /not both/],
    [['a', '--junit', join(folder, 'x')], /--junit goes with --check/],
    [['a', '--strict'], /--strict goes with --check/],
    [['a', '--', 'b'], /one pattern at a time/],
    [['a', '--spans'], /--spans goes with --suite or --haystack/],
    [['a', '--env', 'quick'], /--env goes with --suite/],
    [['a', '--suite', 'redos'], /a pattern does not go with --suite/],
    [['a', '--out', 'x'], /--out goes with --suite/],
    [['a', '--path', 'x'], /--path goes with --patterns/],
    [['--suite', 'redos', '--', 'a'], /a pattern does not go with --suite/],
    [['a', '--haystack', '.'], /\.: cannot be read \(EISDIR\)/],
    [['--suite', 'redos', '--check', 'v8'], /--check does not go with --suite/],
    [['a', '--haystack', 'x', '--check', 'v8', '--junit', 'x'], /--check does not go with --haystack/],
    [['a', '--check', 'v8', '--sarif', 'no/such/x'], /--sarif no\/such\/x: cannot be written \(ENOENT\)/],
    [['a', '--check', 'v8', '--accepted', 'no.yaml'], /no\.yaml: no such file/],
  ])('%j is refused with exit 2', async (args, message) => {
    const { stderr, code, stdout } = await refused(['regex', ...args])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })
})

test('where none of the engines is here, nothing is measured: exit 3, and what is missing', () => {
  writeFileSync(join(folder, 'mine.yaml'), `- {id: mine, command: ['true'], needs: no-such-program}\n`)
  const asked = ['a+', '--engine-file', 'mine.yaml', '--engines', 'mine']
  for (const more of [[], ['--json'], ['--haystack', 'mine.yaml']]) {
    const { stdout, stderr, status } = regex(...asked, ...more)
    expect([status, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(/no engine is here: mine: .*no-such-program/)
  }
})

describe('flowbench compare', () => {
  const document = (seconds: number) => ({
    schema: 'flowbench.shootout/1',
    suite: 'curated',
    engines: ['a', 'b'].map((id) => ({ id, version: '1' })),
    definitions: ['x', 'y'].map((id) => ({
      id,
      ask: 'count',
      bytes: 10,
      engines: [
        { engine: 'a', outcome: 'right', samples: [1, 1.01, 0.99] },
        { engine: 'b', outcome: 'right', samples: [seconds, 1.01 * seconds, 0.99 * seconds] },
      ],
    })),
    growth: [],
    cases: [],
  })
  const write = (name: string, content: unknown): string => {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'shootout.json'), JSON.stringify(content))
    return name
  }
  const compare = (...args: string[]) =>
    spawnSync(process.execPath, [MAIN, 'compare', ...args], { encoding: 'utf8', cwd: folder })

  test('two shoot-outs: who became slower beside the others; a broken one is named', () => {
    const [one, other] = [write('one', document(2)), write('other', document(0.4))]
    const { stdout, status } = compare(one, other)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^2 engines are faster or slower .*; 1 pair stands the other way round/)
    expect(JSON.parse(compare(one, one, '--json').stdout)).toMatchObject({
      schema: 'flowbench.shootout-comparison/1',
      engines: [{ outcome: 'no difference' }, { outcome: 'no difference' }],
      swaps: [],
    })
    const broken = compare(one, write('broken', { ...document(1), engines: 3 }))
    expect([broken.status, broken.stdout]).toEqual([2, ''])
    expect(broken.stderr).toMatch(/broken\/shootout\.json: engines/)
  })
})
