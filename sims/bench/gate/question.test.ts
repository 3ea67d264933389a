import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { repositoryOfEachTest } from '../testing/repository.ts'
import { questionOf } from './question.ts'
import { countsOf } from './testing/packages.ts'

const repository = repositoryOfEachTest()
let tree: string
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'flowbench-question-'))
})
afterEach(() => {
  rmSync(tree, { recursive: true, force: true })
})

const imports = (...paths: readonly string[]): string => paths.map((path) => `import '${path}'\n`).join('')

/** What is the benchmark's own beside itself, in a tree of these files. */
function ownOf(file: string, files: Readonly<Record<string, string>>): readonly string[] {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true })
    writeFileSync(join(tree, name), text)
  }
  return questionOf(file, { trees: [tree, tree], packages: new Set(['@x/engine']) }).slice(1)
}

test.each<[string, string, Record<string, string>, string[]]>([
  [
    'data beside it, and a fixture that only that reads',
    'b.mjs',
    {
      'b.mjs': imports('./engine.mjs', './data'),
      'engine.mjs': '',
      'data.mjs': imports('./fixtures/a.json'),
      'fixtures/a.json': '1',
    },
    ['data.mjs', 'fixtures/a.json'],
  ],
  [
    'all that lies in a folder of benchmarks',
    'bench/run/b.ts',
    { 'bench/run/b.ts': imports('../make.js', '../../src/i.ts'), 'bench/make.ts': '', 'src/i.ts': '' },
    ['bench/make.ts'],
  ],
  [
    'a helper by its name, and what CommonJS requires',
    'src/a.bench.cjs',
    {
      'src/a.bench.cjs': "require('./a.cjs'); require('./bench-setup.cjs')",
      'src/a.cjs': '',
      'src/bench-setup.cjs': '',
    },
    ['src/bench-setup.cjs'],
  ],
  [
    'data, where a package of the repository is measured',
    'b.mjs',
    { 'b.mjs': imports('@x/engine', './data.mjs'), 'data.mjs': '' },
    ['data.mjs'],
  ],
  [
    'planted: not what the engine reads itself',
    'b.mjs',
    { 'b.mjs': imports('./engine.mjs', './data.mjs'), 'engine.mjs': imports('./data.mjs'), 'data.mjs': '' },
    [],
  ],
  [
    'planted: not code, whatever a part of its name says',
    'b.mjs',
    {
      'b.mjs': imports('./a.mjs', './load-data.mjs', './data-access.mjs'),
      'a.mjs': '',
      'load-data.mjs': '',
      'data-access.mjs': '',
    },
    [],
  ],
  [
    'planted: not where nothing else would be measured',
    'bench/b.mjs',
    { 'bench/b.mjs': imports('./sort.mjs', 'tinybench'), 'bench/sort.mjs': '' },
    [],
  ],
  [
    'planted: not what it is the benchmark of',
    'src/data.bench.mjs',
    { 'src/data.bench.mjs': imports('./data.mjs', './a.mjs'), 'src/data.mjs': '', 'src/a.mjs': '' },
    [],
  ],
  [
    'planted: not code of the name of data that uses what is measured',
    'src/index.bench.mjs',
    {
      'src/index.bench.mjs': imports('./split.mjs', './cases.mjs'),
      'src/split.mjs': '',
      'src/cases.mjs': imports('./split.mjs'),
    },
    [],
  ],
  [
    'planted: nor where that is a package, nor what only such code reads',
    'b.mjs',
    {
      'b.mjs': imports('@x/engine', './samples.mjs'),
      'samples.mjs': imports('./data.mjs') + imports('@x/engine/part'),
      'data.mjs': '',
    },
    [],
  ],
  [
    'but what makes the benchmark, in a folder of benchmarks',
    'bench/b.mjs',
    {
      'bench/b.mjs': imports('./cases.mjs'),
      'bench/cases.mjs': imports('../i.mjs', './data.mjs'),
      'bench/data.mjs': '',
      'i.mjs': '',
    },
    ['bench/cases.mjs', 'bench/data.mjs'],
  ],
  [
    'planted: not what is called after it all, beside a folder of benchmarks in it',
    'packages/perf/bench/b.mjs',
    {
      'packages/perf/bench/b.mjs': imports('../lib/index.mjs', './data.mjs', '@x/engine'),
      'packages/perf/lib/index.mjs': '',
      'packages/perf/bench/data.mjs': '',
    },
    ['packages/perf/bench/data.mjs'],
  ],
  [
    'planted: not of a package that others use, whatever its name',
    'packages/perf/b.mjs',
    {
      'packages/perf/package.json': '{ "name": "@x/perf", "exports": "./lib/index.mjs" }',
      'packages/perf/b.mjs': imports('./lib/index.mjs', './data.mjs', '@x/engine'),
      'packages/perf/lib/index.mjs': '',
      'packages/perf/data.mjs': '',
    },
    ['packages/perf/data.mjs'],
  ],
  [
    'a folder of benchmarks that is a package of its own',
    'benchmarks/b.mjs',
    {
      'benchmarks/package.json': '{ "name": "benchmarks", "private": true, "type": "module" }',
      'benchmarks/b.mjs': imports('./make.mjs', '@x/engine'),
      'benchmarks/make.mjs': '',
    },
    ['benchmarks/make.mjs'],
  ],
  [
    'not what lies elsewhere',
    'src/b.mjs',
    { 'src/b.mjs': imports('./a.mjs', '../data.mjs'), 'src/a.mjs': '', 'data.mjs': '' },
    [],
  ],
])('what is the benchmark’s own: %s', (_, file, files, own) => {
  expect([...ownOf(file, files)].toSorted()).toEqual(own)
})

test('planted: data that a change makes longer are put to base, too; an engine that does more fails as before', async () => {
  const engine = (times: number): string =>
    `export const sum = (list) => { let all = 0; for (let i = 0; i < ${times} * list.length; i++) all += 1; return all > 0 }\n`
  const data = (length: number): string =>
    `export const list = Array.from({ length: ${length} }, (_, i) => i)\n`
  repository.commit({
    'b.mjs': `import { sum } from './engine.mjs'\nimport { list } from './data.mjs'\nexport const tasks = { sum: () => sum(list) }\n`,
    'engine.mjs': engine(1),
    'data.mjs': data(100),
  })
  repository.write({ 'data.mjs': data(1000) })
  const longer = await countsOf(repository, 'b.mjs')
  expect(longer.verdict, longer.headline).toBe('pass')
  expect(longer.benchmarks[0]!.laidOver).toEqual(['data.mjs'])
  repository.write({ 'engine.mjs': engine(2) })
  expect((await countsOf(repository, 'b.mjs')).verdict).toBe('fail')
})
