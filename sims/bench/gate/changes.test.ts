/** What changed besides the code: what is said, and that nothing passes where both sides run the same packages. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { repositoryOfEachTest } from '../testing/repository.ts'
import { countsOf, walk } from './testing/packages.ts'
import { openTrees } from './trees.ts'

const repository = repositoryOfEachTest()
afterEach(() => {
  vi.unstubAllEnvs()
})

const TASKS = {
  '.gitignore': 'node_modules\n',
  'package.json': '{}',
  'b.mjs': `${walk(100)}export const tasks = { w }\n`,
}

test.each([
  ['pnpm-lock.yaml', 'pnpm-lock.yaml'],
  ['bun.lockb', 'bun.lockb'],
  ['common/config/rush/pnpm-lock.yaml', 'common/config/rush/pnpm-lock.yaml'],
  ['app/yarn.lock', 'app/node_modules/a/index.js'],
])(
  'planted: %s changed, and its packages are installed: undecided, and said first',
  async (file, installed) => {
    repository.commit({ ...TASKS, 'app/package.json': '{}', [file]: 'one' })
    repository.write({ [installed]: 'another', [file]: 'another' })
    const { verdict, headline, changes } = await countsOf(repository, 'b.mjs')
    const said = `${file} changed; both sides run the packages that are installed here`
    expect([verdict, headline, changes]).toEqual(['undecided', `1 of 1 clear, but ${said}`, [said]])
  },
)

test('planted: a manifest asks for others, and no lock file says which', async () => {
  const asks = (version: string): string => JSON.stringify({ devDependencies: { esbuild: version } })
  repository.commit({ ...TASKS, 'package.json': asks('^0.20.0') })
  repository.write({ 'package.json': asks('^0.25.0') })
  const { verdict, changes } = await countsOf(repository, 'b.mjs')
  expect([verdict, changes]).toEqual([
    'undecided',
    [expect.stringContaining('package.json asks for other packages')],
  ])
})

test('planted: another patch, of an installation that is not made anew', async () => {
  const manifest = JSON.stringify({ scripts: { postinstall: 'patch-package' } })
  repository.commit({ ...TASKS, 'package.json': manifest, 'yarn.lock': '', 'patches/a.patch': 'one' })
  repository.write({ 'node_modules/a/index.js': '', 'patches/a.patch': 'another' })
  const { verdict, changes } = await countsOf(repository, 'b.mjs')
  expect([verdict, changes]).toEqual([
    'undecided',
    ['what scripts of package.json install changed; both sides run the packages that are installed here'],
  ])
})

test('planted: another patch of a package that is none of those which base installs for itself', async () => {
  const top = { name: 'top', version: '1.0.0' }
  const workspaces = ['packages/a']
  const patched = JSON.stringify({ name: 'app', scripts: { postinstall: 'patch-package' } })
  const locked = {
    '': { ...top, workspaces },
    'node_modules/a': { resolved: 'packages/a', link: true },
    'packages/a': { version: '1.0.0' },
  }
  const lock = (packages: object): string => JSON.stringify({ ...top, lockfileVersion: 3, packages })
  repository.commit({
    '.gitignore': 'node_modules\n',
    'package.json': JSON.stringify({ ...top, workspaces }),
    'packages/a/package.json': JSON.stringify({ name: 'a', version: '1.0.0' }),
    'package-lock.json': lock(locked),
    'app/package.json': patched,
    'app/yarn.lock': '',
    'app/patches/a.patch': 'one',
  })
  repository.write({
    'package-lock.json': lock({ '': top }),
    'app/node_modules/a/index.js': '',
    'app/patches/a.patch': 'another',
    // A workspace that base has not.
    'packages/new/package.json': patched,
    'packages/new/node_modules/a/index.js': '',
  })
  vi.stubEnv('XDG_CACHE_HOME', join(repository.folder, 'node_modules', 'cache'))
  const trees = await openTrees(repository.folder, 'HEAD', new AbortController().signal)
  trees.close()
  const made = (folder: string): string => `what scripts of ${folder}/package.json install changed`
  expect([trees.doubts, trees.changes]).toEqual([
    [`${made('app')}; both sides run the packages that are installed here`],
    expect.arrayContaining([`${made('packages/new')}: each side runs its own`]),
  ])
})

test('a lock file of an example, and one of npm whose packages are all there, hold nothing up', async () => {
  const lock = (name: string): string =>
    JSON.stringify({ name, packages: { '': { name }, 'node_modules/a': { version: '1', dev: true } } })
  repository.commit({ ...TASKS, 'package-lock.json': lock('one'), 'example/yarn.lock': 'one' })
  repository.write({ 'package-lock.json': lock('other'), 'example/yarn.lock': 'another' })
  const { verdict, headline, changes } = await countsOf(repository, 'b.mjs')
  expect(verdict, headline).toBe('pass')
  expect(changes).toEqual(['package-lock.json changed, but in nothing that is installed'])
})

test('that base is no ancestor of head is said, but not where it is not known', async () => {
  const git = (...args: string[]): void =>
    void execFileSync('git', args, { cwd: repository.folder, stdio: 'ignore' })
  repository.commit(TASKS)
  git('branch', 'fork')
  const gained = repository.commit({ 'a.mjs': '' })
  git('switch', 'fork')
  repository.commit({ 'c.mjs': '' })
  const changesSince = async (base: string): Promise<readonly string[]> => {
    const trees = await openTrees(repository.folder, base, new AbortController().signal)
    trees.close()
    return trees.changes
  }
  const said = 'base is no ancestor of head: what base has gained since the two parted, head has not'
  expect([await changesSince(gained), await changesSince('HEAD~1')]).toEqual([[said], []])
  // As in a clone that is one commit deep.
  const tips = ['fork', gained].map((ref) =>
    execFileSync('git', ['rev-parse', ref], { cwd: repository.folder, encoding: 'utf8' }),
  )
  writeFileSync(join(repository.folder, '.git', 'shallow'), tips.join(''))
  expect(await changesSince(gained)).toEqual([])
})

test('planted: head is what base is: it passes, and says first that there was nothing to compare', async () => {
  repository.commit(TASKS)
  // Another commit of the same files is no difference.
  repository.commit({})
  const same = await countsOf(repository, 'b.mjs', 'HEAD~1')
  expect([same.verdict, same.headline, same.changes]).toEqual([
    'pass',
    'nothing to compare, as head is what HEAD~1 is: 1 of 1 clear',
    ['there is nothing to compare: the working tree is as HEAD~1 has it'],
  ])
  repository.write({ 'new.mjs': '' })
  const another = await countsOf(repository, 'b.mjs', 'HEAD~1')
  expect([another.headline, another.changes]).toEqual(['no slower than HEAD~1: 1 of 1 clear', []])
})
