import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sourcesBelow } from './arrow.ts'
import {
  changesOf,
  figuresWithoutCommand,
  freezesAlone,
  missingFiles,
  pathsOf,
  programsIn,
} from './documents.ts'

const ROOT = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const paths = pathsOf(ROOT)
const documents = paths.all.filter((path) => path.endsWith('.md') && !/testdata|fixtures/.test(path))

describe('every document', () => {
  test('is looked at', () => {
    for (const path of ['README.md', 'CONTRIBUTING.md', 'docs/ARCHITECTURE.md', 'engines/relay/README.md'])
      expect(documents).toContain(path)
  })

  test.each(documents)('%s names no file that is not there', (path) => {
    expect(missingFiles(path, read(path), paths)).toEqual([])
  })

  test.each(documents)(
    '%s has no table of figures without the command that prints them (invariant 10)',
    (path) => {
      expect(figuresWithoutCommand(read(path))).toEqual([])
    },
  )
})

describe('a program that a document shows', () => {
  // The kernel's is a file of its own, which `sims/lab/kernel/readme.test.ts` runs.
  const shown = documents
    .filter((path) => path !== 'sims/lab/kernel/README.md')
    .flatMap((path) => programsIn(read(path)).map((code) => ({ path, code })))
  const run = (code: string) =>
    spawnSync(process.execPath, ['--input-type=module-typescript', '--eval', code], {
      cwd: ROOT,
      encoding: 'utf8',
    })

  test('is there for every engine', () => {
    const engines = paths.all.filter((path) => /^engines\/[^/]+\/README\.md$/.test(path))
    expect(shown.map(({ path }) => path).toSorted()).toEqual(engines.toSorted())
  })

  test.each(shown)('$path: runs', ({ code }) => {
    const { status, stderr } = run(code)
    expect(status, stderr).toBe(0)
  })

  test('planted: a path without its dot, and a name that is not imported', () => {
    expect(run(`import { compile } from 'engines/regex/index.ts'\n`).stderr).toContain('ERR_MODULE_NOT_FOUND')
    expect(run(`import { Batch } from './engines/relay/index.ts'\nrandomInt(2)\n`).stderr).toContain(
      'randomInt is not defined',
    )
  })
})

describe('docs/ARCHITECTURE.md: where does a change go?', () => {
  const changes = changesOf(read('docs/ARCHITECTURE.md'))

  test('at least thirty kinds of change, each named once', () => {
    expect(changes.length).toBeGreaterThanOrEqual(30)
    expect(new Set(changes.map(({ change }) => change)).size).toBe(changes.length)
  })

  test.each(changes)('$change: one room, which exists, and files or folders that do', ({ room, files }) => {
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter((file) => !paths.has(file))).toEqual([])
    expect(paths.has(room)).toBe(true)
  })
})

test('no test file freezes alone (invariant 7)', () => {
  const tests = sourcesBelow(ROOT).filter((path) => path.endsWith('.test.ts') && !path.startsWith('tools/'))
  const freezing = tests.filter((path) => read(path).includes('Snapshot('))
  expect(freezing.length).toBeGreaterThan(0)
  expect(freezing.filter((path) => freezesAlone(read(path)))).toEqual([])
})

describe('a planted fault is found:', () => {
  test('links, paths from the root, and paths from a README of its own room', () => {
    const text = [
      '[here](README.md) [gone](nowhere.md) [out](https://example.com/x.md)',
      'In `sims/lab/kernel`, `sims/lab/colonel` and `npm run sims/x`; `ring.ts` and `moments.ts` are here, `sling.ts` is not.',
      '```\n -> draw  sims/lab/kernel/drawn.ts, sims/<name>/model.ts, sims/lab/kernel/ring.ts: fine.\n```',
    ].join('\n')
    expect(missingFiles('sims/lab/kernel/README.md', text, paths)).toEqual([
      'sims/lab/kernel/nowhere.md',
      'sims/lab/colonel',
      'sims/lab/kernel/drawn.ts',
      'sling.ts',
    ])
  })

  test('a table of figures without a command, though other sections have one', () => {
    const table = '| literal | 4.2 GB/s | 3.1x |'
    const text = `# A\n\`npm run a\`\n\n## B\n${table}\n\n## C\n\`flowbench bench c\` prints\n${table}\n### D\n${table}\n`
    expect(figuresWithoutCommand(text)).toEqual([table])
    expect(figuresWithoutCommand(`# A\n\n## B\n| 24 relay hosts | 5 ms limit |\n`)).toEqual([])
  })

  test('a row of the table of changes', () => {
    const text =
      '## Where does a change go?\n\n| change | room | files |\n| --- | --- | --- |\n| x | `a` | in `b`, `c` |\n'
    expect(changesOf(text)).toEqual([{ change: 'x', room: 'a', files: ['b', 'c'] }])
    expect(changesOf('## Else\n| x | `a` | `b` |')).toEqual([])
  })

  test('a freeze alone', () => {
    const frozen = "test('a', () => {\n  expect(1).toMatchInlineSnapshot(`1`)\n})\n"
    expect(freezesAlone(frozen)).toBe(true)
    expect(freezesAlone(`${frozen}\n  test.each([1])('b', () => {})`)).toBe(false)
    expect(freezesAlone("test('a', () => {})")).toBe(false)
  })
})
