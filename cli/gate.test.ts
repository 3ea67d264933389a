import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gateDocument } from '../sims/bench/gate/document.ts'
import { newRepository, type Repository } from '../sims/bench/testing/repository.ts'
import { flowbench, ROOT } from './testing/flowbench.ts'
import { refused } from './testing/refused.ts'

const out = mkdtempSync(join(tmpdir(), 'flowbench-'))
let repository: Repository

beforeAll(() => {
  repository = newRepository()
  repository.commit({ 'tasks.mjs': TASKS, 'engine.mjs': engine(100) })
})
afterAll(() => {
  repository.remove()
  rmSync(out, { recursive: true, force: true })
})

const engine = (steps: number): string =>
  `export function walk() {\n  let sum = 0\n  for (let i = 0; i < ${steps}; i++) sum += 1\n  return sum > 0\n}\n`
const TASKS = `import { walk } from './engine.mjs'\nexport const tasks = { walk }\n`

const asked = (...args: string[]): string[] => [
  'gate',
  '--bench',
  join(repository.folder, 'tasks.mjs'),
  '--counts',
  '--store',
  out,
  ...args,
]
const gate = (...args: string[]) => flowbench(asked(...args))

test('more work: exit 99, one document on stdout, the verdict in every format', async () => {
  repository.write({ 'engine.mjs': engine(1000) })
  const file = (name: string): string => join(out, name)
  const { code, stdout, stderr } = await gate(
    '--base',
    'HEAD',
    '--json',
    `--markdown=${file('a.md')}`,
    `--junit=${file('a.xml')}`,
    `--bencher=${file('a.json')}`,
    `--record=${file('a.ndjson')}`,
  )
  expect(code, stderr).toBe(99)
  const document = gateDocument.parse(JSON.parse(stdout))
  expect(document.verdict).toBe('fail')
  expect(readFileSync(file('a.md'), 'utf8')).toContain('Speed gate: fail')
  expect(readFileSync(file('a.xml'), 'utf8')).toContain('<failure type="fail"')
  expect(JSON.parse(readFileSync(file('a.json'), 'utf8'))).toMatchObject({ 'tasks/walk': { blocks: {} } })
  const history = await flowbench(['history', file('a.ndjson')])
  expect([history.code, history.stdout.split('\n')[0]]).toEqual([
    0,
    '1 runs; for reading only, nothing is judged by this',
  ])
})

test('an accepted one passes by name, and is listed', async () => {
  repository.write({
    'engine.mjs': engine(1000),
    'gate.yaml':
      'accept:\n  - benchmark: tasks/walk\n    reason: walks further since today\n    until: 2999-12-31\n',
  })
  const { code, stdout } = await gate('--base', 'HEAD')
  expect(stdout).toMatch(/accepted {2}tasks\/walk: .*blocks grew/)
  expect(code).toBe(0)
})

test('a benchmark that gives another result each time is refused: exit 3, and how to repeat it is quoted for a shell', async () => {
  repository.write({
    'engine.mjs': 'let calls = 0\nexport const walk = () => calls++\n',
    'gate.yaml': 'accept: []\n',
  })
  const { code, stdout } = await gate('--base', 'HEAD', '--only', 'wal', 'a b')
  expect([code, stdout.split('\n')[0]]).toEqual([
    3,
    'UNMEASURED: could not measure tasks/walk: head: it returned 0 first, and 1 later',
  ])
  expect(stdout.trim().split('\n').at(-1)).toMatch(/^UNMEASURED; again: flowbench gate .* --only wal 'a b'$/)
})

test('a record that cannot be appended when all is told takes no other file with it', async () => {
  repository.write({ 'engine.mjs': engine(100) })
  const record = join(out, 'vanishing')
  mkdirSync(record)
  // It can be written as long as the tasks have not been looked at.
  repository.write({
    'engine.mjs': `import { rmSync } from 'node:fs'\nrmSync(${JSON.stringify(record)}, { recursive: true, force: true })\n${engine(100)}`,
  })
  const xml = join(out, 'kept.xml')
  const { code, stderr } = await gate(
    '--base',
    'HEAD',
    `--record=${join(record, 'a.ndjson')}`,
    `--junit=${xml}`,
  )
  expect([code, stderr]).toEqual([2, expect.stringContaining('a.ndjson: cannot be written (ENOENT)')])
  expect(readFileSync(xml, 'utf8')).toContain('<testcase')
})

test('nobody reads the progress any more: the verdict is still told, and its exit code', async () => {
  repository.write({ 'engine.mjs': engine(1000) })
  const args = ['gate', '--bench', join(repository.folder, 'tasks.mjs'), '--counts', '--base', 'HEAD']
  const child = spawn(process.execPath, [join(ROOT, 'cli/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stderr.destroy()
  let told = ''
  child.stdout.on('data', (text: Buffer) => (told += text.toString()))
  const [code] = (await once(child, 'close')) as [number]
  expect([code, told]).toEqual([99, expect.stringContaining('blocks grew')])
})

test('tasks that the file has not: exit 2 and why', async () => {
  const { code, stdout, stderr } = await gate('--base', 'HEAD', '--only', 'nothing')
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('has no task like nothing; it has walk')
})

test('--counts of a command: exit 2 and why', async () => {
  const args = ['gate', '--base', 'HEAD', '--command', 'true', '--counts']
  const { code, stdout, stderr } = await refused(args)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('what a command does cannot be counted')
})

test.each([
  [[], 'which commit? --base REF'],
  [['--base', 'no-such-ref'], '"no-such-ref" names no commit'],
  [['--bisect', 'HEAD..HEAD', 'b/walk'], '--bisect is of our own benchmarks'],
  [['--base', 'HEAD', '--budget', 'soon'], '--budget is a time such as 90s or 10m, not soon'],
  [['--base', 'HEAD', '--junit', 'no/such/a.xml'], '--junit no/such/a.xml: cannot be written (ENOENT)'],
  [['--base', 'HEAD', '--record', '/'], '--record /: cannot be written (EISDIR)'],
])('what cannot be asked for: exit 2 and why: %j', async (args, message) => {
  const { code, stdout, stderr } = await refused(asked(...args))
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(message)
})
