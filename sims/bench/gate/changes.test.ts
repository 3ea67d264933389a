/** Lock files that changed: what is said, and that nothing passes where both sides run the same packages. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newRepository, type Repository } from '../testing/repository.ts'
import { countsOf, walk } from './testing/packages.ts'

let repository: Repository
beforeEach(() => {
  repository = newRepository()
})
afterEach(() => repository.remove())

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
])('planted: %s changed, and its packages are installed: undecided, and said first', async (file, installed) => {
  repository.commit({ ...TASKS, 'app/package.json': '{}', [file]: 'one' })
  repository.write({ [installed]: 'another', [file]: 'another' })
  const { verdict, headline, changes } = await countsOf(repository, 'b.mjs')
  const said = `${file} changed; both sides run the packages that are installed here`
  expect([verdict, headline, changes]).toEqual(['undecided', `1 of 1 clear, but ${said}`, [said]])
})

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

test('a lock file of an example, and one of npm whose packages are all there, hold nothing up', async () => {
  const lock = (name: string): string =>
    JSON.stringify({ name, packages: { '': { name }, 'node_modules/a': { version: '1', dev: true } } })
  repository.commit({ ...TASKS, 'package-lock.json': lock('one'), 'example/yarn.lock': 'one' })
  repository.write({ 'package-lock.json': lock('other'), 'example/yarn.lock': 'another' })
  const { verdict, headline, changes } = await countsOf(repository, 'b.mjs')
  expect(verdict, headline).toBe('pass')
  expect(changes).toEqual(['package-lock.json changed, but in nothing that is installed'])
})
