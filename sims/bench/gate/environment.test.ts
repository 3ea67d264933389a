/** What either side is given of an environment that names the working tree. */
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { repositoryOfEachTest } from '../testing/repository.ts'
import { askGate } from './testing/ask-gate.ts'
import { countsOf, writtenBy } from './testing/packages.ts'
import { openTrees } from './trees.ts'

const { signal } = new AbortController()
const { INIT_CWD } = process.env
const repository = repositoryOfEachTest()

afterEach(() => {
  if (INIT_CWD === undefined) delete process.env['INIT_CWD']
  else process.env['INIT_CWD'] = INIT_CWD
})

test('planted: a command that finds its files by INIT_CWD, as npm sets it, runs those of its own side', async () => {
  repository.commit({ '.gitignore': 'out\n', version: 'base\n' })
  repository.write({ version: 'head\n' })
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  process.env['INIT_CWD'] = trees.repository
  try {
    const said = await writtenBy('cat "$INIT_CWD/version"', trees, repository.folder)
    expect([said(trees.base.folder), said(trees.head)]).toEqual([new Set(['base']), new Set(['head'])])
  } finally {
    trees.close()
  }
})

test('planted: a task that does so, too', async () => {
  repository.commit({
    steps: '100',
    'b.mjs': `import { readFileSync } from 'node:fs'
const steps = Number(readFileSync(process.env.INIT_CWD + '/steps', 'utf8'))
export const tasks = { w: () => { let sum = 0; for (let i = 0; i < steps; i++) sum += 1; return sum > 0 } }
`,
  })
  repository.write({ steps: '1000' })
  process.env['INIT_CWD'] = realpathSync(repository.folder)
  const document = await countsOf(repository, 'b.mjs')
  expect(document.verdict, document.headline).toBe('fail')
})

test('planted: a command that fails as its data are in neither tree: the variable is named that leads to them', async () => {
  repository.commit({ '.gitignore': 'data\n' })
  repository.write({ 'data/a': '', new: '' })
  process.env['INIT_CWD'] = join(realpathSync(repository.folder), 'data')
  const { verdict, changes } = await askGate({
    from: { command: 'cat "$INIT_CWD/a"' },
    folder: repository.folder,
  })
  expect([verdict, changes]).toEqual([
    'unmeasured',
    ['git ignores what the environment names in INIT_CWD: neither side has it'],
  ])
})
