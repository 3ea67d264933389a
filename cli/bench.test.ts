import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { benchDocument } from '../sims/bench/harness/document.ts'
import { rows } from '../sims/bench/rows/sims.ts'
import { findSim, sims } from '../sims/index.ts'
import { flowbench } from './testing/flowbench.ts'
import { refused } from './testing/refused.ts'

const temporary = mkdtempSync(join(tmpdir(), 'flowbench-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))
const bench = (args: string[], options: Parameters<typeof flowbench>[1] = {}) =>
  flowbench(['bench', ...args], {
    // The compile cache would be found among what is left behind.
    env: { TMPDIR: temporary, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
    ...options,
  })

test('every sim has a row', () => {
  expect(
    rows({ findSim })
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual([...sims.keys()].map((name) => `sims/${name}`).toSorted())
})

test('prints one document, of this commit against itself, and leaves nothing behind', async () => {
  const { code, stdout, stderr } = await bench(
    'kernel --rows mm1 --rounds 1 --against HEAD --peers base --json'.split(' '),
  )
  expect(code, stderr).toBe(0)
  const document = benchDocument.parse(JSON.parse(stdout))
  expect(document.rows.map(({ id, checked, peers }) => [id, checked, Object.keys(peers)])).toEqual([
    ['kernel/mm1', true, ['base']],
  ])
  expect(document.geomean!.rows).toBe(1)
  expect(document.missing).toEqual([])
  expect(readdirSync(temporary)).toEqual([])
})

test('the sims are handed over', async () => {
  const { code, stdout, stderr } = await bench(['sims', '--rows', 'mm-c', '--rounds', '1', '--json'])
  expect(code, stderr).toBe(0)
  expect(benchDocument.parse(JSON.parse(stdout)).rows).toMatchObject([
    { id: 'sims/mm-c', unit: 's', better: 'lower', checked: true, peers: {} },
  ])
})

test('an interrupt ends everything: exit 130, no document, no work tree', async () => {
  const { code, stdout } = await bench(['kernel', '--against', 'HEAD', '--peers', 'base', '--json'], {
    onStderr: (text, kill) => text.includes('round 1 of') && kill('SIGINT'),
  })
  expect(code).toBe(130)
  expect(stdout).toBe('')
  expect(readdirSync(temporary)).toEqual([])
})

describe('what cannot be asked for: exit 2 and one line that says what', () => {
  test.each([
    [['kernel', '--against', 'no-such-ref'], '"no-such-ref" names no commit in this repository'],
    [['kernel', '--peers', 'base'], 'the peer "base" is the commit that --against names'],
    [['kernel', '--peers', 'simpy', 'nobody'], 'bench kernel has no peer nobody in these rows; it has simpy'],
    [['kernel', '--rows', 'nothing'], 'bench kernel has no row like nothing; it has kernel/mm1, '],
    [['kernel', '--rounds', '0'], '--rounds takes a whole number, 1 or more, not "0"'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await refused(['bench', ...args])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n').at(-1)).toContain(message)
  })
})

test('a Redis that cannot be reached: exit 3 and one line that says which', async () => {
  // Port 1 is nobody's.
  const { code, stdout, stderr } = await bench(['sparse-array', '--redis', 'redis://127.0.0.1:1'])
  expect([code, stdout]).toEqual([3, ''])
  expect(stderr.trim()).toBe('--redis: 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1')
})
