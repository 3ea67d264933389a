import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { repositoryOfEachTest, rowsModule } from '../testing/repository.ts'
import { incomparable } from './base.ts'
import { checkOut } from '../checkout/checkout.ts'
import { BadRequest, BenchInterrupted, CouldNotMeasure } from './errors.ts'
import { isSatisfied } from '../checkout/locks.ts'
import { measureModule, type BenchOptions } from './measure.ts'
import type { Prepared } from './protocol.ts'

const repository = repositoryOfEachTest()

const measure = (options: BenchOptions = {}) =>
  measureModule('fixture', repository.module, { rounds: 2, samples: 1, peers: [], ...options })

describe('another commit as a peer', () => {
  test('its own code runs, not ours; the ratio, the geometric mean, what it is', async () => {
    const a = { id: 'fixture/a', seconds: 1.2 }
    const commit = repository.commit({ 'rows.mjs': rowsModule(a, { id: 'fixture/b', seconds: 2.4 }) })
    // The working tree, not a commit of it: twice as fast in one row, four times in the other.
    repository.write({
      'rows.mjs': rowsModule({ ...a, seconds: 0.6 }, { id: 'fixture/b', seconds: 0.6 }),
    })
    const document = await measure({ against: 'HEAD', peers: ['twin'] })
    expect(document.rows.map(({ peers }) => Object.keys(peers))).toEqual([
      ['base', 'twin'],
      ['base', 'twin'],
    ])
    expect(document.rows[0]!.peers['base']!.ratio).toBeCloseTo(2, 9)
    expect(document.rows[1]!.peers['base']!.ratio).toBeCloseTo(4, 9)
    expect(document.rows[1]!.peers['base']).toMatchObject({ version: commit.slice(0, 7) })
    expect(document.rows[1]!.peers['base']!.differs).toBeUndefined()
    expect(document.geomean!.rows).toBe(2)
    expect(document.geomean!.ratio).toBeCloseTo(Math.sqrt(8), 9)
    expect(document.geomean!.low).toBeCloseTo(Math.sqrt(8), 9)
    expect(document.against).toEqual({ ref: 'HEAD', commit, dependencies: 'none' })
    expect(document.missing).toEqual([])
  })

  test('a wrong answer has no speed', async () => {
    repository.commit({
      'rows.mjs': rowsModule({ expected: 2, got: 3 }, { id: 'fixture/right' }),
    })
    repository.write({ 'rows.mjs': rowsModule({ expected: 2 }, { id: 'fixture/right' }) })
    const { rows, missing } = await measure({ against: 'HEAD' })
    expect(rows.map(({ checked, peers }) => [checked, Object.keys(peers)])).toEqual([
      [false, []],
      [true, ['base']],
    ])
    expect(missing).toMatchObject([
      { peer: 'base', why: 'wrong result in fixture/row: expected check value 2, got 3' },
    ])
  })

  test('each side meets its own expectation, and they are not the same: compared, and said', async () => {
    repository.commit({ 'rows.mjs': rowsModule({ expected: 2, seconds: 1.2, work: 3 }) })
    repository.write({ 'rows.mjs': rowsModule({ expected: 5 }) })
    const { rows } = await measure({ against: 'HEAD' })
    expect(rows[0]!.checked).toBe(true)
    expect(rows[0]!.peers['base']!.ratio).toBeCloseTo(2, 9)
    expect(rows[0]!.peers['base']!.differs).toBe(
      'its check value is 2, here 5; a burst of it is 3 units of work, here 1',
    )
  })

  test('rows that it lacks, or that are not the same there, are listed with the reason', async () => {
    const same = { id: 'fixture/same' }
    repository.commit({ 'rows.mjs': rowsModule(same, { id: 'fixture/units', unit: 'MB/s' }) })
    repository.write({ 'rows.mjs': rowsModule({ id: 'fixture/new' }, { id: 'fixture/units' }, same) })
    const { rows, missing, geomean } = await measure({ against: 'HEAD' })
    expect(rows.map(({ peers }) => Object.keys(peers))).toEqual([[], [], ['base']])
    expect(missing.map(({ peer, why }) => `${peer}: ${why}`)).toEqual([
      'base: fixture/new: there is no such row',
      'base: fixture/units: not the same row: it counts MB/s (higher is better), here steps/s (higher)',
    ])
    expect(geomean!.rows).toBe(1)
  })

  test.each([
    [undefined, ['a'], 'it is not a mean over parts, here it is'],
    [['a'], undefined, 'it is a mean over parts, here it is not'],
    [['a', 'b'], ['b', 'c'], null],
  ])('parts %j there, %j here: %s', (theirs, ours, why) => {
    const prepared = (ids: string[] | undefined): Prepared => ({
      unit: 'MB/s',
      better: 'higher',
      ...(ids && { parts: ids.map((id) => ({ id, state: 'done' })) }),
    })
    expect(incomparable(prepared(ours), prepared(theirs))).toBe(why)
  })

  test('parts are found by name; other check values and parts that it lacks are named', async () => {
    // In another order, with one that we do not have and without one that we have.
    repository.commit({ 'rows.mjs': rowsModule({ parts: { gone: 0.9, b: 0.96, a: 0.6 }, expected: 4 }) })
    repository.write({ 'rows.mjs': rowsModule({ parts: { a: 0.3, new: 0.5, b: 0.24 } }) })
    const { rows } = await measure({ against: 'HEAD' })
    const base = rows[0]!.peers['base']!
    expect(base.ratio).toBeCloseTo(Math.sqrt(8), 9)
    expect(base.parts).toEqual({ compared: 2, refused: ['new'], wrong: [], slow: [] })
    expect(base.differs).toBe('other check values or work in a, b')
  })

  test('parts of which it has none: nothing to compare', async () => {
    repository.commit({ 'rows.mjs': rowsModule({ parts: { gone: 0.9 } }) })
    repository.write({ 'rows.mjs': rowsModule({ parts: { a: 0.3 } }) })
    await expect(measure({ against: 'HEAD' })).rejects.toThrow('none of the parts; a: it has no such part')
  })

  test('what is handed to the rows is each side’s own', async () => {
    const rows = (seconds: number) => rowsModule({ seconds }).replace('export const rows', 'const all')
    const module = `${rows(0.6)}\nexport const rows = ({ take }) => take(all)\n`
    repository.commit({ 'rows.mjs': module, 'list.mjs': 'export const take = () => []\n' })
    const other = repository.commit({
      'rows.mjs': `${rows(1.2)}\nexport const rows = ({ take }) => take(all)\n`,
    })
    repository.write({ 'rows.mjs': module, 'list.mjs': 'export const take = (all) => all\n' })
    const handed = new URL('list.mjs', repository.module)
    await expect(measure({ against: other, handed })).rejects.toThrow('there is no such row')
    repository.commit({ 'rows.mjs': `${rows(1.2)}\nexport const rows = ({ take }) => take(all)\n` })
    repository.write({ 'rows.mjs': module })
    const document = await measure({ against: 'HEAD', handed })
    expect(document.rows[0]!.peers['base']!.ratio).toBeCloseTo(2, 9)
    await expect(measure()).rejects.toThrow('makes its rows from a module that it was not given')
  })

  test('nothing could be compared: CouldNotMeasure, and why', async () => {
    repository.commit({ 'rows.mjs': 'throw new Error("broken at its root")\n' })
    const without = repository.commit({ 'rows.mjs': null, 'README.md': 'no benchmark yet' })
    repository.write({ 'rows.mjs': rowsModule({}) })
    await expect(measure({ against: 'HEAD~1' })).rejects.toThrow(
      'no row of bench fixture could be compared with HEAD~1: fixture/row: broken at its root',
    )
    await expect(measure({ against: without })).rejects.toThrow(CouldNotMeasure)
    await expect(measure({ against: without })).rejects.toThrow('has no benchmark fixture: no rows.mjs')
  })
})

describe('fresh processes', () => {
  /** Writes down which process prepares it; the second process of a side cannot do part b. */
  const noted = (name: string): string =>
    [
      "import { appendFileSync, readFileSync } from 'node:fs'",
      `const file = ${JSON.stringify(join(repository.folder, name))}`,
      rowsModule({ parts: { a: 0.3, b: 0.3 } }).replace(
        '({ id, prepare: () => ',
        '({ id, prepare: () => note(id) ?? ',
      ),
      'function note(id) {',
      "  if (id === 'a') appendFileSync(file, `${process.pid}\\n`)",
      "  else if (readFileSync(file, 'utf8').split('\\n').length === 3) throw new Error('not this time')",
      '}',
    ].join('\n')
  const processes = (name: string): number =>
    new Set(readFileSync(join(repository.folder, name), 'utf8').trim().split('\n')).size

  test('of both sides in each round; a part counts only where every one of them does it', async () => {
    repository.commit({ 'rows.mjs': noted('theirs') })
    repository.write({ 'rows.mjs': noted('ours') })
    const { rows } = await measure({ against: 'HEAD', rounds: 3 })
    expect([processes('ours'), processes('theirs')]).toEqual([3, 3])
    expect(rows[0]!.parts).toEqual({ measured: 1, refused: ['b'], wrong: [], slow: [] })
    expect(rows[0]!.peers['base']!.parts).toEqual({ compared: 1, refused: ['b'], wrong: [], slow: [] })
  })

  test('are not needed beside other peers', async () => {
    repository.commit({ 'rows.mjs': noted('ours') })
    await measure({ rounds: 3 })
    expect(processes('ours')).toBe(1)
  })
})

describe('what is asked for does not exist', () => {
  test.each(['nonsense', '--exec=touch x', '', 'HEAD~9'])('"%s" names no commit', async (ref) => {
    repository.commit({ 'rows.mjs': rowsModule({}) })
    await expect(measure({ against: ref })).rejects.toThrow(BadRequest)
    await expect(measure({ against: ref })).rejects.toThrow(`"${ref}" names no commit in this repository`)
  })
})

describe('the work tree', () => {
  test('is removed after a failure, and after an interrupt in the middle', async () => {
    repository.commit({ 'rows.mjs': rowsModule({}) })
    repository.write({ 'rows.mjs': rowsModule({ got: 7 }) })
    await expect(measure({ against: 'HEAD' })).rejects.toThrow('expected check value 1, got 7')
    expect(repository.worktrees()).toHaveLength(1)

    repository.write({ 'rows.mjs': rowsModule({}) })
    const interruption = new AbortController()
    let seen = 0
    const interrupted = measure({
      against: 'HEAD',
      rounds: 1000,
      signal: interruption.signal,
      onProgress: (text) => {
        if (!text.includes('round 2 of')) return
        seen = repository.worktrees().length
        interruption.abort(new BenchInterrupted())
      },
    })
    await expect(interrupted).rejects.toThrow(BenchInterrupted)
    expect(seen).toBe(2)
  })

  test('has this checkout’s packages where the lock files agree; the link alone is removed', async () => {
    const lock = (version: string) =>
      JSON.stringify({ packages: { '': { version: '1' }, 'node_modules/a': { version } } })
    repository.commit({ 'package-lock.json': lock('1.0.0'), '.gitignore': 'node_modules\n' })
    mkdirSync(join(repository.folder, 'node_modules', 'a'), { recursive: true })
    writeFileSync(join(repository.folder, 'node_modules', 'a', 'index.js'), '')
    const checkout = await checkOut(repository.folder, 'HEAD')
    expect(checkout.dependencies).toBe('linked')
    expect(readdirSync(join(checkout.folder, 'node_modules'))).toEqual(['a'])
    checkout.close()
    expect(existsSync(checkout.folder)).toBe(false)
    expect(existsSync(join(repository.folder, 'node_modules', 'a', 'index.js'))).toBe(true)
  })

  test('installs its own packages where they do not; that it cannot is said', async () => {
    // npm ci refuses this lock file: it has no package.json beside it.
    repository.commit({
      'package-lock.json': JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
    })
    repository.write({ 'package-lock.json': JSON.stringify({ packages: {} }) })
    await expect(checkOut(repository.folder, 'HEAD')).rejects.toThrow(
      /^npm ci for the other commit failed: .*npm/,
    )
  })

  test('installs its own packages and links its own workspaces, not those of the installation', async () => {
    const manifest = (name: string, more = {}) => JSON.stringify({ name, version: '1.0.0', ...more })
    const workspaces = ['packages/a']
    const hash = repository.commit({
      '.gitignore': 'node_modules\n',
      'package.json': manifest('top', { workspaces }),
      'packages/a/package.json': manifest('a', { exports: './i.js' }),
      'packages/a/i.js': '',
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
    const cache = process.env['XDG_CACHE_HOME']
    process.env['XDG_CACHE_HOME'] = join(repository.folder, 'node_modules', 'cache')
    const checkout = await checkOut(repository.folder, hash, undefined, { install: true })
    try {
      expect(checkout.dependencies).toBe('installed')
      const a = join(checkout.folder, 'node_modules', 'a', 'i.js')
      expect(realpathSync(a)).toBe(join(checkout.folder, 'packages', 'a', 'i.js'))
    } finally {
      checkout.close()
      if (cache === undefined) delete process.env['XDG_CACHE_HOME']
      else process.env['XDG_CACHE_HOME'] = cache
    }
  })

  test('runs no hook of the repository', async () => {
    repository.commit({ 'rows.mjs': '' })
    mkdirSync(join(repository.folder, '.git', 'hooks'), { recursive: true })
    writeFileSync(
      join(repository.folder, '.git', 'hooks', 'post-checkout'),
      `#!/bin/sh\ntouch '${join(repository.folder, 'ran')}'\n`,
      { mode: 0o755 },
    )
    const checkout = await checkOut(repository.folder, 'HEAD')
    checkout.close()
    expect(existsSync(join(repository.folder, 'ran'))).toBe(false)
  })
})

describe('isSatisfied', () => {
  const lock = (packages: Record<string, { version: string; dev?: boolean }>) => ({
    packages: Object.fromEntries(
      Object.entries(packages).map(([name, one]) => [
        /^[a-z]$/.test(name) ? `node_modules/${name}` : name,
        one,
      ]),
    ),
  })
  test.each([
    ['the same', { a: { version: '1' } }, { a: { version: '1' } }, true],
    ['more here', { a: { version: '1' } }, { a: { version: '1' }, b: { version: '1' } }, true],
    ['another version', { a: { version: '1' } }, { a: { version: '2' } }, false],
    ['not here', { a: { version: '1' } }, {}, false],
    ['for development only', { a: { version: '1', dev: true } }, {}, true],
    ['a workspace', { 'packages/a': { version: '1' } }, { 'packages/a': { version: '2' } }, true],
    ['the project itself', { '': { version: '1' } }, { '': { version: '2' } }, true],
  ])('%s', (_, theirs, here, satisfied) => {
    expect(isSatisfied(lock(theirs), lock(here))).toBe(satisfied)
  })
})
