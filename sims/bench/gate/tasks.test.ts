import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listTasks } from './counting.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowbench-tasks-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What has tasks and can be added to is taken for a Bench. */
const BENCH = `const bench = (...names) => ({ tasks: names.map((name) => ({ name })), add() {} })\n`

async function tasksIn(text: string): Promise<readonly string[]> {
  const file = join(folder, 'b.mjs')
  writeFileSync(file, `${BENCH}${text}`)
  const { signal } = new AbortController()
  return (await listTasks({ base: { file }, head: { file } }, { signal, left: () => 600 })).names
}

test('planted: two tasks of one name are refused, as only one would be compared', async () => {
  await expect(tasksIn(`export const a = bench('one'), b = bench('two', 'one')`)).rejects.toThrow(
    'two of its tasks are named one',
  )
  await expect(tasksIn(`export const a = bench('one'), tasks = { one() {} }`)).rejects.toThrow(
    'two of its tasks are named one',
  )
}, 60_000)

test('one Bench under two names is one', async () => {
  expect(await tasksIn(`export const a = bench('one', 'two')\nexport default a`)).toEqual(['one', 'two'])
}, 60_000)

test('planted: a file that listens at a port that is taken is told what to do', async () => {
  await expect(
    tasksIn(`import { createServer } from 'node:net'
const listen = (port) =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server.address().port))
  })
await listen(await listen(0))
export const tasks = { one() {} }`),
  ).rejects.toThrow('each must take a port of its own, 0')
}, 60_000)
