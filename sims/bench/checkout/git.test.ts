import { mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { openTrees } from '../gate/trees.ts'
import { repositoryOfEachTest } from '../testing/repository.ts'
import { checkOut } from './checkout.ts'
import { BadRequest, CouldNotMeasure } from '../harness/errors.ts'
import { repositoryOf } from './git.ts'

const repository = repositoryOfEachTest()
afterEach(() => {
  vi.unstubAllEnvs()
})

test('a folder that is in no repository is told from one that git does not take', async () => {
  await expect(repositoryOf(dirname(repository.folder))).rejects.toThrow('there is no git repository here')
  // As in a container, where another user has checked it out.
  vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1')
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null')
  vi.stubEnv('GIT_CONFIG_SYSTEM', '/dev/null')
  const taken = repositoryOf(repository.folder)
  await expect(taken).rejects.toThrow(BadRequest)
  await expect(taken).rejects.toThrow(
    /fatal: detected dubious ownership .* git config --global --add safe\.directory/,
  )
  // And the caller has told git to take it.
  vi.stubEnv('GIT_CONFIG_COUNT', '1')
  vi.stubEnv('GIT_CONFIG_KEY_0', 'safe.directory')
  vi.stubEnv('GIT_CONFIG_VALUE_0', '*')
  expect(await repositoryOf(repository.folder)).toBe(realpathSync(repository.folder))
})

test('what a hook sets points at no other repository, and no flag of the caller changes what a path means', async () => {
  repository.commit({ 'a.mjs': '' })
  vi.stubEnv('GIT_DIR', '/nowhere')
  vi.stubEnv('GIT_INDEX_FILE', '/nowhere/index')
  vi.stubEnv('GIT_LITERAL_PATHSPECS', '1')
  const checkout = await checkOut(repository.folder, 'HEAD')
  checkout.close()
  expect(checkout.dependencies).toBe('none')
})

test('a repository that cannot be written: not measured, in the words of git', async () => {
  repository.commit({ 'a.mjs': '' })
  const worktrees = join(repository.folder, '.git', 'worktrees')
  // Nor can root make a folder in a file.
  writeFileSync(worktrees, '')
  const failed = checkOut(repository.folder, 'HEAD')
  await expect(failed).rejects.toThrow(CouldNotMeasure)
  await expect(failed).rejects.toThrow(/^git failed: fatal: .*worktrees/)
  rmSync(worktrees)
})

test('a temporary folder that cannot be written: not measured, and why', async () => {
  repository.commit({ 'a.mjs': '' })
  vi.stubEnv('TMPDIR', join(repository.folder, 'nowhere'))
  const failed = openTrees(repository.folder, 'HEAD', new AbortController().signal)
  await expect(failed).rejects.toThrow(CouldNotMeasure)
  await expect(failed).rejects.toThrow('ENOENT')
})

test('a home that cannot be written: what is installed is kept in the temporary folder', async () => {
  const manifest = (name: string, more = {}): string => JSON.stringify({ name, version: '1.0.0', ...more })
  const workspaces = ['packages/a']
  repository.commit({
    '.gitignore': 'node_modules\n',
    'package.json': manifest('top', { workspaces }),
    'packages/a/package.json': manifest('a'),
    'package-lock.json': JSON.stringify({
      name: 'top',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: {
        '': { name: 'top', version: '1.0.0', workspaces },
        'node_modules/a': { resolved: 'packages/a', link: true },
        'packages/a': { version: '1.0.0' },
      },
    }),
  })
  const room = join(realpathSync(tmpdir()), `flowbench-home-${process.pid}`)
  mkdirSync(room)
  // Nothing can be made in a file.
  writeFileSync(join(room, 'home'), '')
  vi.stubEnv('XDG_CACHE_HOME', join(room, 'home'))
  vi.stubEnv('TMPDIR', room)
  try {
    const checkout = await checkOut(repository.folder, 'HEAD', undefined, { install: true })
    checkout.close()
    expect(checkout.dependencies).toBe('installed')
    expect(readdirSync(room)).toContainEqual(expect.stringMatching(/^flowbench-installs-/))
  } finally {
    rmSync(room, { recursive: true })
  }
})
