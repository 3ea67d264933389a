import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newRepository, repositoryOfEachTest } from '../testing/repository.ts'
import { countsOf, link, manifest, walk } from './testing/packages.ts'
import { openTrees } from './trees.ts'

const repository = repositoryOfEachTest()
const { signal } = new AbortController()

test('planted: a workspace that is ten times slower fails: each side runs its own packages', async () => {
  repository.commit({
    '.gitignore': 'node_modules\n',
    'packages/engine/package.json': manifest('@x/engine'),
    'packages/engine/i.js': walk(100),
    'b.mjs': `import { w } from '@x/engine'\nexport const tasks = { w }\n`,
  })
  link(repository, '../../packages/engine', 'node_modules/@x/engine')
  repository.write({ 'packages/engine/i.js': walk(1000) })
  const document = await countsOf(repository, 'b.mjs')
  expect(document.verdict, document.headline).toBe('fail')
  expect(document.headline).toContain('most in packages/engine/i.js#w')
})

test.each([
  ['whose manifests say so', true],
  ['whose code alone does', false],
])('planted: a workspace that is reached through packages of a registry, %s', async (_, isSaid) => {
  const using = (name: string, needs: string): string =>
    isSaid
      ? JSON.stringify({ name, type: 'module', exports: './i.js', dependencies: { [needs]: '1' } })
      : manifest(name)
  repository.commit({
    '.gitignore': 'node_modules\n',
    'packages/engine/package.json': manifest('@x/engine'),
    'packages/engine/i.js': walk(100),
    'b.mjs': `import { w } from 'outer'\nexport const tasks = { w }\n`,
  })
  link(repository, '../../packages/engine', 'node_modules/@x/engine')
  repository.write({
    'node_modules/outer/package.json': using('outer', '@y/inner'),
    'node_modules/outer/i.js': `export { w } from '@y/inner'\n`,
    'node_modules/@y/inner/package.json': using('@y/inner', '@x/engine'),
    'node_modules/@y/inner/i.js': `import 'other'\nexport { w } from '@x/engine'\n`,
    'node_modules/other/package.json': manifest('other'),
    'node_modules/other/i.js': '',
  })
  link(repository, '../@y/inner/i.js', 'node_modules/.bin/inner')
  repository.write({ 'packages/engine/i.js': walk(1000) })
  const document = await countsOf(repository, 'b.mjs')
  expect(document.verdict, document.headline).toBe('fail')
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  const real = realpathSync(join(trees.base.folder, 'node_modules/.bin/inner'))
  trees.close()
  expect(real).toBe(join(trees.base.folder, 'node_modules/@y/inner/i.js'))
})

test('planted: and through a link of one workspace to such a package', async () => {
  repository.commit({
    '.gitignore': 'node_modules\n',
    'packages/engine/package.json': manifest('engine'),
    'packages/engine/i.js': walk(100),
    'packages/app/package.json': manifest('app'),
    'packages/app/b.mjs': `import { w } from 'outer'\nexport const tasks = { w }\n`,
  })
  link(repository, '../packages/engine', 'node_modules/engine')
  repository.write({
    'node_modules/outer/package.json': manifest('outer'),
    'node_modules/outer/i.js': `export { w } from 'engine'\n`,
  })
  link(repository, '../../../node_modules/outer', 'packages/app/node_modules/outer')
  repository.write({ 'packages/engine/i.js': walk(1000) })
  const document = await countsOf(repository, 'packages/app/b.mjs')
  expect(document.verdict, document.headline).toBe('fail')
})

test('packages whose links lead to one another on many ways are looked at once each', async () => {
  repository.commit({
    '.gitignore': 'node_modules\n',
    'packages/engine/package.json': manifest('engine'),
    'b.mjs': '',
  })
  link(repository, '../packages/engine', 'node_modules/engine')
  for (let at = 0; at < 30; at++) {
    repository.write({ [`node_modules/p${at}/package.json`]: manifest(`p${at}`) })
    for (const name of ['one', 'other'])
      link(repository, `../../p${at + 1}`, `node_modules/p${at}/node_modules/${name}`)
  }
  repository.write({
    'node_modules/p30/package.json': JSON.stringify({ name: 'p30', dependencies: { engine: '1' } }),
  })
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  const copied = lstatSync(join(trees.base.folder, 'node_modules/p0')).isDirectory()
  trees.close()
  expect(copied).toBe(true)
}, 20_000)

test('planted: an engine that is found from the current folder is each side’s own', async () => {
  repository.commit({
    'engine/i.mjs': walk(100),
    'b.mjs': `import { pathToFileURL } from 'node:url'
const { w } = await import(pathToFileURL('engine/i.mjs').href)
export const tasks = { w }
`,
  })
  repository.write({ 'engine/i.mjs': walk(1000) })
  const before = process.cwd()
  process.chdir(repository.folder)
  try {
    const document = await countsOf(repository, 'b.mjs')
    expect(document.verdict, document.headline).toBe('fail')
  } finally {
    process.chdir(before)
  }
})

test('links that git knows stay links; what they point to is each side’s own', async () => {
  const files = { 'real/i.js': walk(1), 'b.mjs': `export { w } from './also/i.js'\n` }
  repository.write(files)
  link(repository, 'real', 'also')
  link(repository, 'nowhere', 'dangling')
  repository.commit(files)
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  try {
    for (const folder of [trees.base.folder, trees.head]) {
      expect(lstatSync(join(folder, 'also')).isSymbolicLink()).toBe(true)
      expect(existsSync(join(folder, 'also/i.js'))).toBe(true)
      expect(lstatSync(join(folder, 'dangling')).isSymbolicLink()).toBe(true)
    }
  } finally {
    trees.close()
  }
})

test('a folder that became a file or a link, and files that became folders, are as the working tree has them', async () => {
  repository.commit({
    'filed/a.js': '1',
    'linked/a.js': '1',
    'real/a.js': '1',
    opened: '1',
    unlinked: '1',
    'b.mjs': '',
  })
  for (const name of ['filed', 'linked', 'opened', 'unlinked'])
    rmSync(join(repository.folder, name), { recursive: true })
  repository.write({ filed: '2', 'real/a.js': '2', 'opened/in/it.js': '2' })
  link(repository, 'real', 'linked')
  link(repository, 'nowhere', 'unlinked')
  const paths = ['filed', 'filed/a.js', 'linked', 'linked/a.js', 'opened', 'opened/in/it.js', 'unlinked']
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  try {
    expect(trees.changes).toEqual([])
    const textIn = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8')
    const over = await trees.layOver(paths)
    for (const folder of [trees.head, over]) {
      expect(textIn(folder, 'filed')).toBe('2')
      expect(readlinkSync(join(folder, 'linked'))).toBe('real')
      expect(readlinkSync(join(folder, 'unlinked'))).toBe('nowhere')
      expect(textIn(folder, 'opened/in/it.js')).toBe('2')
    }
    // Not among the paths: what lies behind the link is base's own.
    expect([textIn(trees.head, 'linked/a.js'), textIn(over, 'linked/a.js')]).toEqual(['2', '1'])
  } finally {
    trees.close()
  }
})

test('a folder of base that was a link is laid over as a folder, and what the link led to stays', async () => {
  repository.write({ 'real/a.js': '1' })
  link(repository, 'real', 'linked')
  repository.commit({ 'b.mjs': '' })
  rmSync(join(repository.folder, 'linked'))
  repository.write({ 'linked/a.js': '2' })
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  try {
    const over = await trees.layOver(['linked/a.js'])
    const texts = ['real/a.js', 'linked/a.js'].map((file) => readFileSync(join(over, file), 'utf8'))
    expect(texts).toEqual(['1', '2'])
  } finally {
    trees.close()
  }
})

test('a temporary folder that is reached through a link: blocks are counted', async () => {
  const room = mkdtempSync(join(tmpdir(), 'flowbench-link-'))
  mkdirSync(join(room, 'real'))
  symlinkSync(join(room, 'real'), join(room, 'link'), 'dir')
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = join(room, 'link')
  try {
    repository.commit({ 'b.mjs': `${walk(100)}export const tasks = { w }\n` })
    const document = await countsOf(repository, 'b.mjs')
    expect(document.verdict, document.headline).toBe('pass')
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    rmSync(room, { recursive: true })
  }
})

test('a list of files that is longer than a mebibyte is read whole', async () => {
  const name = `${'x'.repeat(240)}/`.repeat(4)
  repository.commit(Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`${name}${i}`, ''])))
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  expect(existsSync(join(trees.head, `${name}1199`))).toBe(true)
  trees.close()
})

test('a benchmark of what is built and ignored: it is said that the gate has none of it', async () => {
  repository.commit({
    '.gitignore': 'dist\n',
    'b.mjs': `import { w } from './dist/i.js'\nexport const tasks = { w }\n`,
  })
  repository.write({ 'dist/i.js': walk(1) })
  const error = await countsOf(repository, 'b.mjs').catch((error: unknown) => error)
  expect(error).toMatchObject({ message: expect.stringContaining('(git ignores dist/i.js, and') })
  expect(error).not.toMatchObject({ message: expect.stringContaining('flowbench-gate-') })
})

test('a repository within the repository is empty on both sides, and that is said', async () => {
  repository.commit({ 'b.mjs': '' })
  const inner = newRepository()
  inner.commit({ 'a.mjs': '' })
  try {
    execFileSync('git', ['clone', '--quiet', inner.folder, join(repository.folder, 'inner')])
    const trees = await openTrees(repository.folder, 'HEAD', signal)
    trees.close()
    expect(trees.changes).toEqual(['repositories within this one are empty on both sides: inner'])
  } finally {
    inner.remove()
  }
})
