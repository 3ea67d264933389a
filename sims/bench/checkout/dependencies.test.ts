import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { repositoryOfEachTest } from '../testing/repository.ts'
import { checkOut, type Checkout, type CheckoutOptions } from './checkout.ts'
import { BenchInterrupted } from '../harness/errors.ts'
import { isSatisfied, parseLock } from './locks.ts'
import { npmCi } from './npm.ts'

const repository = repositoryOfEachTest()
let room: string
let open: Checkout[]

/** It says what it was asked, and installs one package, which holds the lock file and the patches beside it. */
const NPM = `#!/bin/sh
echo "$*" >> "$FLOWBENCH_TEST_LOG"
mkdir -p node_modules/installed
cp -R package-lock.json $(ls -d patches 2>/dev/null) node_modules/installed
`

beforeEach(() => {
  room = realpathSync(mkdtempSync(join(tmpdir(), 'flowbench-dependencies-')))
  open = []
  mkdirSync(join(room, 'bin'))
  writeFileSync(join(room, 'bin', 'npm'), NPM)
  chmodSync(join(room, 'bin', 'npm'), 0o755)
  vi.stubEnv('PATH', `${join(room, 'bin')}:${process.env['PATH']}`)
  vi.stubEnv('XDG_CACHE_HOME', join(room, 'cache'))
  vi.stubEnv('TMPDIR', room)
  vi.stubEnv('FLOWBENCH_TEST_LOG', join(room, 'log'))
})
afterEach(() => {
  for (const checkout of open) checkout.close()
  vi.unstubAllEnvs()
  rmSync(room, { recursive: true, force: true })
})

const lock = (packages: Readonly<Record<string, object>>): string =>
  JSON.stringify({ name: 'top', lockfileVersion: 3, packages: { '': { name: 'top' }, ...packages } })

async function atBase(options: CheckoutOptions = {}): Promise<Checkout> {
  const checkout = await checkOut(repository.folder, 'HEAD', undefined, options)
  open.push(checkout)
  return checkout
}

const COMMITTED = { '.gitignore': 'node_modules\n', 'package.json': '{}' }

test('planted: a lock file below the top is looked at, and what it asks for is installed there', async () => {
  repository.commit({
    '.gitignore': 'node_modules\n',
    'app/package.json': '{}',
    'app/package-lock.json': lock({ 'node_modules/a': { version: '1.0.0' } }),
    'example/package.json': '{}',
    'example/package-lock.json': lock({ 'node_modules/a': { version: '1.0.0' } }),
  })
  repository.write({
    'app/package-lock.json': lock({ 'node_modules/a': { version: '2.0.0' } }),
    'app/node_modules/a/index.js': '',
    // Of which nothing is installed here.
    'example/package-lock.json': lock({ 'node_modules/a': { version: '2.0.0' } }),
  })
  const { folder, dependencies, installed } = await atBase()
  expect([dependencies, installed]).toEqual(['installed', ['app']])
  const own = readFileSync(join(folder, 'app/node_modules/installed/package-lock.json'), 'utf8')
  expect(own).toContain('1.0.0')
  expect(existsSync(join(folder, 'example/node_modules'))).toBe(false)
  // Also where NODE_ENV says production.
  expect(readFileSync(join(room, 'log'), 'utf8')).toMatch(/^ci --include=dev /)
})

test('planted: a package for development that is another is linked only where none of them is used', async () => {
  const esbuild = (version: string): string => lock({ 'node_modules/esbuild': { version, dev: true } })
  repository.commit({ ...COMMITTED, 'package-lock.json': esbuild('0.20.0') })
  repository.write({ 'package-lock.json': esbuild('0.25.0'), 'node_modules/esbuild/index.js': '' })
  expect((await atBase()).dependencies).toBe('linked')
  expect((await atBase({ dev: true })).dependencies).toBe('installed')
})

test('what scripts of the project install is made of all its files, and not kept', async () => {
  repository.commit({
    ...COMMITTED,
    'package.json': JSON.stringify({ scripts: { postinstall: 'patch-package' } }),
    'patches/a.patch': 'at base',
    'package-lock.json': lock({ 'node_modules/a': { version: '1.0.0' } }),
  })
  repository.write({ 'patches/a.patch': 'at head', 'package-lock.json': lock({}) })
  const checkout = await atBase()
  const patch = join(checkout.folder, 'node_modules/installed/patches/a.patch')
  expect(readFileSync(patch, 'utf8')).toBe('at base')
  expect(realpathSync(patch)).toContain('flowbench-install-')
  checkout.close()
  expect(readdirSync(room).filter((name) => name.startsWith('flowbench-install-'))).toEqual([])
})

const PATCHED = {
  ...COMMITTED,
  'package.json': JSON.stringify({
    scripts: { postinstall: 'npm run fix', fix: 'patch-package --patch-dir fixes && node tools/fix' },
  }),
  'package-lock.json': lock({ 'node_modules/a': { version: '1.0.0' } }),
  'patches/a.patch': 'at base',
  'fixes/a.patch': 'at base',
  'tools/fix.js': '',
  'src/i.js': '',
}
const PREPARED = JSON.stringify({ scripts: { prepare: 'tsc src' } })

test.each<[string, Record<string, string>, string]>([
  ['planted: another patch', { 'patches/a.patch': 'at head' }, 'installed'],
  ['planted: a patch that is new', { 'patches/b.patch': '' }, 'installed'],
  ['planted: one in another folder, which a script names', { 'fixes/a.patch': 'at head' }, 'installed'],
  ['planted: another program', { 'tools/fix.js': '//' }, 'installed'],
  ['planted: no script any more', { 'package.json': '{}' }, 'installed'],
  ['other files', { 'src/i.js': '//', 'fixes.txt': '', 'tools/fixed.js': '' }, 'linked'],
])('what scripts make of the same packages: %s', async (_, changes, expected) => {
  repository.commit(PATCHED)
  repository.write({ 'node_modules/a/index.js': '', ...changes })
  expect((await atBase()).dependencies).toBe(expected)
})

test('what a script prepares for others is no package', async () => {
  repository.commit({ ...PATCHED, 'package.json': PREPARED })
  const husky = JSON.stringify({ scripts: { prepare: 'husky' } })
  repository.write({ 'node_modules/a/index.js': '', 'src/i.js': '//', 'package.json': husky })
  expect((await atBase()).dependencies).toBe('linked')
  // Unless it patches them.
  const patched = JSON.stringify({ scripts: { prepare: 'husky && patch-package' } })
  repository.write({ 'package.json': patched })
  repository.commit({})
  repository.write({ 'patches/a.patch': 'at head' })
  expect((await atBase()).dependencies).toBe('installed')
})

test('planted: a script that sets hooks does so in a repository of its own', async () => {
  writeFileSync(join(room, 'bin', 'npm'), `${NPM}git config core.hooksPath .githooks\n`)
  repository.commit({ ...PATCHED, 'package.json': PREPARED })
  repository.write({ 'node_modules/a/index.js': '', 'package-lock.json': lock({}) })
  // As within a hook.
  vi.stubEnv('GIT_DIR', join(repository.folder, '.git'))
  expect((await atBase()).dependencies).toBe('installed')
  expect(readFileSync(join(repository.folder, '.git', 'config'), 'utf8')).not.toContain('githooks')
})

describe('an installation that does not end', () => {
  const HANGS = `#!/bin/sh
sleep 300 &
echo $! > "$FLOWBENCH_TEST_LOG.new"; mv "$FLOWBENCH_TEST_LOG.new" "$FLOWBENCH_TEST_LOG"
wait
`
  const told = (): string => readFileSync(join(room, 'log'), 'utf8').trim()
  const stateOf = (pid: string): string =>
    spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout.trim()
  const hasEnded = (): Promise<void> =>
    vi.waitFor(() => expect(stateOf(told())).toMatch(/^(?:Z.*)?$/), 20_000)
  beforeEach(() => writeFileSync(join(room, 'bin', 'npm'), HANGS))

  test('planted: is ended, with what it started, when time is up', async () => {
    const late = npmCi(room, { env: {}, signal: undefined, seconds: 1 })
    await expect(late).rejects.toThrow('npm ci for the other commit failed: it had not ended after 1 s')
    await hasEnded()
  })

  test('planted: and by an interrupt', async () => {
    repository.commit({ ...COMMITTED, 'package-lock.json': lock({ 'node_modules/a': { version: '1' } }) })
    const interruption = new AbortController()
    const checkout = checkOut(repository.folder, 'HEAD', interruption.signal, { install: true })
    const ended = checkout.catch((error: unknown) => error)
    await vi.waitFor(() => expect(told()).not.toBe(''), 20_000)
    interruption.abort(new BenchInterrupted())
    expect(await ended).toBeInstanceOf(BenchInterrupted)
    await hasEnded()
    expect(readdirSync(join(room, 'cache/flowbench/installs'))).toEqual([])
  })

  test('planted: and when we are killed', async () => {
    const program = `import { npmCi } from ${JSON.stringify(new URL('npm.ts', import.meta.url).href)}
await npmCi(${JSON.stringify(room)}, { env: {}, signal: undefined })`
    const gate = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' })
    await vi.waitFor(() => expect(told()).not.toBe(''), 20_000)
    gate.kill('SIGKILL')
    await hasEnded()
  })
}, 60_000)

describe('isSatisfied', () => {
  const of = (more: object, name = 'node_modules/a') => ({ packages: { [name]: { version: '1', ...more } } })
  const git = (commit: string): object => ({ resolved: `git+ssh://git@host/a.git#${commit}` })
  test.each([
    ['git’s at the same commit', of(git('c0ffee')), of(git('c0ffee')), true],
    ['planted: git’s at another commit', of(git('c0ffee')), of(git('decade')), false],
    [
      'planted: another content of the same name',
      of({ integrity: 'sha1-a' }),
      of({ integrity: 'sha1-b' }),
      false,
    ],
    [
      'the same content at another address',
      of({ integrity: 'sha1-a', resolved: 'https://one/a.tgz' }),
      of({ integrity: 'sha1-a', resolved: 'https://other/a.tgz' }),
      true,
    ],
    ['for development only', of({ dev: true }), { packages: {} }, false],
    ['a workspace that moved', of({ link: true, resolved: 'a' }), of({ link: true, resolved: 'b' }), false],
  ])('%s', (_, theirs, here, satisfied) => {
    expect(isSatisfied(theirs, here, true)).toBe(satisfied)
  })

  const versions = (all: Readonly<Record<string, string>>) => ({
    packages: Object.fromEntries(Object.entries(all).map(([path, version]) => [path, { version }])),
  })
  test.each([
    [
      'planted: a workspace that finds another nearer to it here',
      { 'packages/a': '1', 'node_modules/b': '3' },
      { 'packages/a/node_modules/b': '4' },
      false,
    ],
    [
      'planted: a package that does so, by an override',
      { 'node_modules/@x/a': '1', 'node_modules/b': '3' },
      { 'node_modules/@x/a/node_modules/b': '4' },
      false,
    ],
    ['what nobody there uses', { 'packages/a': '1' }, { 'node_modules/b': '4' }, true],
    [
      'what a package uses that is not there',
      { 'packages/a': '1' },
      { 'node_modules/c': '1', 'node_modules/c/node_modules/b': '4', 'packages/d/node_modules/b': '4' },
      true,
    ],
  ])('%s', (_, theirs, more, satisfied) => {
    expect(isSatisfied(versions(theirs), versions({ ...theirs, ...more }), true)).toBe(satisfied)
  })

  test('planted: lock files of the first form, which nest', () => {
    const first = (version: string) =>
      parseLock(
        JSON.stringify({
          lockfileVersion: 1,
          dependencies: { a: { version: '1', dependencies: { b: { version } } } },
        }),
        'package-lock.json',
      )
    expect(Object.keys(first('1').packages!)).toEqual(['node_modules/a', 'node_modules/a/node_modules/b'])
    expect([isSatisfied(first('1'), first('1')), isSatisfied(first('1'), first('2'))]).toEqual([true, false])
  })

  test('one that is none is named', () => {
    expect(() => parseLock('<<<<<<< HEAD', 'app/package-lock.json')).toThrow(/^app\/package-lock\.json: /)
  })
})
