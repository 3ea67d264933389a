import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { environmentIn, lostIn } from './environment.ts'

let room: string
const place = (name: string): string => join(room, name)

beforeAll(() => {
  room = realpathSync(mkdtempSync(join(tmpdir(), 'flowbench-environment-')))
  const folders = ['repo/node_modules/.bin', 'repo/.venv/bin', 'repo/new', 'repo/out', 'repo/.rustup']
  const inTrees = ['base/node_modules/.bin', 'head/node_modules/.bin', 'head/new']
  for (const folder of [...folders, ...inTrees]) mkdirSync(place(folder), { recursive: true })
  symlinkSync(place('repo'), place('link'), 'dir')
  for (const file of ['repo/big.bin', 'repo/small.bin', 'base/small.bin']) writeFileSync(place(file), '')
})
afterAll(() => rmSync(room, { recursive: true, force: true }))

const atBase = (ours: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  environmentIn(place('base'), { repository: place('repo'), trees: [place('base'), place('head')] }, ours)

test.each([
  ['INIT_CWD', 'REPO', 'BASE'],
  ['npm_package_json', 'REPO/package.json', 'BASE/package.json'],
  ['CFLAGS', '-IREPO/include -O2', '-IBASE/include -O2'],
  ['NODE_OPTIONS', '--import=file://REPO/a.mjs', '--import=file://BASE/a.mjs'],
  ['PATH', 'REPO/node_modules/.bin:/usr/bin', 'BASE/node_modules/.bin:/usr/bin'],
  // Head has it, and so it is no tool of both.
  ['PATH', 'REPO/new', 'BASE/new'],
  // What git ignores: a tool that both sides use, and what one side may make for the other to find.
  ['PATH', 'REPO/.venv/bin:/usr/bin', 'REPO/.venv/bin:/usr/bin'],
  ['TMPDIR', 'REPO/out', 'REPO/out'],
  ['OUT', 'REPO/out', 'BASE/out'],
  ['RUSTUP_HOME', 'REPO/.rustup', 'REPO/.rustup'],
  ['PROJECT_ROOT', 'REPO', 'BASE'],
  // Data that nobody commits; but not what a tree has, nor what is yet to be made.
  ['BENCH_DATA', 'REPO/big.bin', 'REPO/big.bin'],
  ['BENCH_DATA', 'REPO/small.bin', 'BASE/small.bin'],
  ['BENCH_OUT', 'REPO/out.bin', 'BASE/out.bin'],
  // Others' folders.
  ['PATH', '/home/xREPO/bin:REPO-2/bin', '/home/xREPO/bin:REPO-2/bin'],
  ['HOME', '/root', '/root'],
])('what base is given: %s=%s is %s', (name, ours, expected) => {
  const shown = (text: string): string =>
    text.replaceAll(place('repo'), 'REPO').replaceAll(place('base'), 'BASE')
  const given = atBase({ [name]: ours.replaceAll('REPO', place('repo')) })
  expect(shown(given[name]!)).toBe(expected)
})

test('what leads nowhere any more is known by its name', () => {
  const ours = {
    OUT: place('repo/out'),
    NEW: place('repo/new'),
    TO_COME: place('repo/x'),
    TMP: place('repo/out'),
  }
  const places = { repository: place('repo'), trees: [place('base'), place('head')] }
  expect(lostIn(places, ours)).toEqual(['OUT'])
})

test('a repository that the shell reaches by a link is known by that name, too', () => {
  const before = process.cwd()
  process.chdir(place('repo/new'))
  try {
    const ours = { PWD: place('link/new'), INIT_CWD: place('link'), OTHER: place('linked') }
    expect(atBase(ours)).toEqual({ PWD: place('base/new'), INIT_CWD: place('base'), OTHER: place('linked') })
  } finally {
    process.chdir(before)
  }
})
