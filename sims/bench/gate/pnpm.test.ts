/** Installations as pnpm lays them, each side's own where the repository's own packages are used. */
import { execFileSync } from 'node:child_process'
import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryOfEachTest } from '../testing/repository.ts'
import { countsOf, link, manifest, script, walk, writtenBy } from './testing/packages.ts'
import { openTrees } from './trees.ts'

const repository = repositoryOfEachTest()
const { signal } = new AbortController()

const STORE = 'node_modules/.pnpm'
/** Where the store keeps a package, and links to what it needs. */
const room = (name: string): string => `${STORE}/${name.replace('/', '+')}@1.0.0/node_modules`

/** A package in the store. */
function store(name: string, text: string): void {
  repository.write({
    [`${room(name)}/${name}/package.json`]: manifest(name),
    [`${room(name)}/${name}/i.js`]: text,
  })
}

test('planted: a workspace that another reaches through its own node_modules', async () => {
  repository.commit({
    '.gitignore': 'node_modules\n',
    'packages/low/package.json': manifest('low'),
    'packages/low/i.js': walk(100),
    'packages/high/package.json': manifest('high'),
    'packages/high/i.js': `import { w } from 'low'\nimport 'lib'\nexport const h = () => w()\n`,
    'packages/high/b.mjs': `import { h } from './i.js'\nexport const tasks = { h }\n`,
  })
  store('lib', '')
  link(repository, '../../low', 'packages/high/node_modules/low')
  link(repository, `../../../${room('lib')}/lib`, 'packages/high/node_modules/lib')
  repository.write({ 'packages/low/i.js': walk(1000) })
  const document = await countsOf(repository, 'packages/high/b.mjs')
  expect(document.verdict, document.headline).toBe('fail')
})

test('planted: a workspace that is reached through packages in the store', async () => {
  repository.commit({
    '.gitignore': 'node_modules\n',
    'packages/engine/package.json': manifest('engine'),
    'packages/engine/i.js': walk(100),
    'packages/app/package.json': manifest('app'),
    'packages/app/b.mjs': `import { w } from '@y/outer'\nexport const tasks = { w }\n`,
  })
  store('@y/outer', `export { w } from 'inner'\n`)
  store('inner', `import 'other'\nexport { w } from 'engine'\n`)
  store('other', '')
  link(repository, '../../inner@1.0.0/node_modules/inner', `${room('@y/outer')}/inner`)
  link(repository, '../../../../packages/engine', `${room('inner')}/engine`)
  link(repository, '../../other@1.0.0/node_modules/other', `${room('inner')}/other`)
  link(repository, `../../../../${room('@y/outer')}/@y/outer`, 'packages/app/node_modules/@y/outer')
  link(repository, '.pnpm/other@1.0.0/node_modules/other', 'node_modules/other')
  repository.write({ 'packages/engine/i.js': walk(1000) })
  const document = await countsOf(repository, 'packages/app/b.mjs')
  expect(document.verdict, document.headline).toBe('fail')
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  const real = realpathSync(join(trees.base.folder, `${room('inner')}/other`))
  trees.close()
  // What uses none of the repository's own is shared.
  expect(real).toBe(realpathSync(join(repository.folder, `${room('other')}/other`)))
})

test('planted: a workspace that is used without being named, as it is hoisted beside the store', async () => {
  const task = (name: string): string => `import { w as ${name} } from '${name}'\n`
  const names = ['shared', 'copied', 'outer']
  repository.commit({
    '.gitignore': 'node_modules\n',
    'packages/engine/package.json': manifest('engine'),
    'packages/engine/i.js': walk(100),
    'packages/side/package.json': manifest('side'),
    'packages/side/i.js': '',
    'b.mjs': `import 'plain'\n${names.map(task).join('')}export const tasks = { ${names.join(', ')} }\n`,
  })
  store('plain', '')
  // It uses nothing of the repository's that is linked beside it.
  store('shared', `export { w } from 'engine'\n`)
  // It does, and so is each side's own; that other one is still found above it.
  store('copied', `import 'side'\nexport const w = (await import('engine')).w\n`)
  link(repository, '../../../../packages/side', `${room('copied')}/side`)
  // Through one that is found there, too.
  store('outer', `export { w } from 'shared'\n`)
  for (const name of ['plain', ...names])
    link(repository, `.pnpm/${name}@1.0.0/node_modules/${name}`, `node_modules/${name}`)
  link(repository, '../../../packages/engine', `${STORE}/node_modules/engine`)
  link(repository, '../shared@1.0.0/node_modules/shared', `${STORE}/node_modules/shared`)
  repository.write({ 'packages/engine/i.js': walk(1000) })
  const document = await countsOf(repository, 'b.mjs')
  expect(Object.fromEntries(document.benchmarks.map(({ id, outcome }) => [id, outcome]))).toEqual(
    Object.fromEntries(names.map((name) => [`b/${name}`, 'fail'])),
  )
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  const real = realpathSync(join(trees.base.folder, 'node_modules/plain'))
  trees.close()
  expect(real).toBe(realpathSync(join(repository.folder, `${room('plain')}/plain`)))
})

test('planted: one that is used by a name which is only known when it runs is refused, and who uses it is said', async () => {
  repository.commit({
    '.gitignore': 'node_modules\n',
    'packages/engine/package.json': manifest('engine'),
    'packages/engine/i.js': walk(100),
    'b.mjs': `import { load } from 'host'\nconst { w } = await load('engine')\nexport const tasks = { w }\n`,
  })
  store('host', 'export const load = (name) => import(name)\n')
  link(repository, '.pnpm/host@1.0.0/node_modules/host', 'node_modules/host')
  link(repository, '../../../packages/engine', `${STORE}/node_modules/engine`)
  repository.write({ 'packages/engine/i.js': walk(1000) })
  await expect(countsOf(repository, 'b.mjs')).rejects.toThrow(
    `b.mjs: ${room('host')}/host/i.js loads packages/engine/i.js of the working tree`,
  )
})

test('links that lead nowhere, into a store or beside it, are links still', async () => {
  repository.commit({
    '.gitignore': 'node_modules\n',
    'packages/engine/package.json': manifest('engine'),
    'packages/engine/i.js': walk(100),
    'b.mjs': `export { w } from 'uses'\n`,
  })
  store('uses', '')
  link(repository, '../../../../packages/engine', `${room('uses')}/engine`)
  link(repository, '.pnpm/uses@1.0.0/node_modules/uses', 'node_modules/uses')
  link(repository, '.pnpm/gone@1.0.0/node_modules/gone', 'node_modules/gone')
  link(repository, '../gone@1.0.0/node_modules/gone', `${STORE}/node_modules/gone`)
  link(repository, 'nowhere', 'node_modules/lost')
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  try {
    for (const name of ['gone', 'lost'])
      expect(lstatSync(join(trees.base.folder, 'node_modules', name)).isSymbolicLink()).toBe(true)
    expect(realpathSync(join(trees.base.folder, room('uses'), 'engine'))).toBe(
      join(trees.base.folder, 'packages/engine'),
    )
  } finally {
    trees.close()
  }
})

/**
 * A program of the repository's own, which tells of which version it is, and of which the package is that it finds by
 * NODE_PATH alone.
 */
function programs(): void {
  const cli = (version: string): string => `console.log('${version}', require('engine').version)\n`
  const engine = (version: string): string => `exports.version = '${version}'\n`
  repository.commit({
    '.gitignore': 'node_modules\nout\n',
    'packages/cli/package.json': '{ "name": "cli" }',
    'packages/cli/run.cjs': cli('base'),
    'packages/engine/package.json': '{ "name": "engine", "main": "i.cjs" }',
    'packages/engine/i.cjs': engine('base'),
  })
  repository.write({ 'packages/cli/run.cjs': cli('head'), 'packages/engine/i.cjs': engine('head') })
  store('tool', '')
  link(repository, '../../../../packages/engine', `${room('tool')}/engine`)
  link(repository, '.pnpm/tool@1.0.0/node_modules/tool', 'node_modules/tool')
  link(repository, '../../../packages/engine', `${STORE}/node_modules/engine`)
}

test('planted: scripts that start programs start those of their own tree, which find the packages of that', async () => {
  programs()
  const scripts: Record<string, string> = {
    'node_modules/.bin/cli': '../../packages/cli/run.cjs',
    'packages/cli/node_modules/.bin/cli': '../../run.cjs',
    [`${STORE}/node_modules/.bin/cli`]: '../../../../packages/cli/run.cjs',
    [`${room('tool')}/tool/node_modules/.bin/cli`]: '../../../../../../../packages/cli/run.cjs',
  }
  for (const [path, to] of Object.entries(scripts)) script(repository, path, to)
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  try {
    for (const [version, tree] of [
      ['base', trees.base.folder],
      ['head', trees.head],
    ] as const) {
      for (const path of Object.keys(scripts)) {
        const env = { ...process.env, NODE_PATH: '' }
        const said = execFileSync(join(tree, path), { encoding: 'utf8', env })
        expect(said.trim(), `${path} of ${version}`).toBe(`${version} ${version}`)
        expect(readFileSync(join(tree, path), 'utf8')).not.toContain(realpathSync(repository.folder))
      }
    }
  } finally {
    trees.close()
  }
})

test('planted: a command that is found among the programs of the working tree is each side’s own', async () => {
  programs()
  script(repository, 'node_modules/.bin/cli', '../../packages/cli/run.cjs')
  const { PATH, NODE_PATH } = process.env
  const trees = await openTrees(repository.folder, 'HEAD', signal)
  // As package managers set them for what they start.
  process.env['PATH'] = `${join(trees.repository, 'node_modules/.bin')}:${PATH}`
  process.env['NODE_PATH'] = join(trees.repository, STORE, 'node_modules')
  try {
    const said = await writtenBy('cli', trees, repository.folder)
    expect(said(trees.base.folder)).toEqual(new Set(['base base']))
    expect(said(trees.head)).toEqual(new Set(['head head']))
  } finally {
    trees.close()
    process.env['PATH'] = PATH
    if (NODE_PATH === undefined) delete process.env['NODE_PATH']
    else process.env['NODE_PATH'] = NODE_PATH
  }
})
