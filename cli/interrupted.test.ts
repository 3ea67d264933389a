/** What a signal leaves behind: what is known, exit 130, and no process, no work tree, no claim on a folder. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { newRepository } from '../sims/bench/testing/repository.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const FAULTY = join(import.meta.dirname, '../sims/bench/shootout/testing/faulty.ts')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowbench-interrupted-'))
  const spins = `- {id: spins, command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(FAULTY)}, spins]}\n`
  writeFileSync(join(folder, 'engines.yaml'), spins)
  writeFileSync(join(folder, 'rules.txt'), 'a+\nb+\n')
  writeFileSync(join(folder, 'many.txt'), Array.from({ length: 200 }, (_, at) => `a{${at}}\n`).join(''))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Processes that it had begun when it was told, and that still run. */
  readonly left: () => number[]
  readonly begun: number
}

/** Signalled once, when `isDue` says so of what it has written to its standard error. */
async function interrupted(
  args: string[],
  signal: NodeJS.Signals,
  isDue: RegExp,
  cwd = folder,
): Promise<Ended> {
  const env = { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') }
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  let below: number[] | null = null
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    if (below !== null || !isDue.test(stderr)) return
    below = descendants(child.pid!)
    child.kill(signal)
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const those = below ?? []
  return { code, stdout, stderr, begun: those.length, left: () => those.filter(isRunning) }
}

/** Parent and state, by number, where the system tells them. */
function statOf(pid: number): { parent: number; isOver: boolean } | null {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { parent: Number(parent), isOver: state === 'Z' }
  } catch {
    return null
  }
}

const isRunning = (pid: number): boolean => statOf(pid)?.isOver === false

function descendants(of: number): number[] {
  if (!existsSync('/proc/self/stat')) return []
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statOf(Number(name))?.parent] as const),
  )
  const isBelow = (pid: number | undefined): boolean => {
    const parent = pid === undefined ? undefined : parents.get(pid)
    return parent === of || (parent !== undefined && parent > 1 && isBelow(parent))
  }
  return [...parents.keys()].filter(isBelow)
}

/** The small process that ends others when we are gone is itself gone soon after. */
async function leavesNothing({ left, begun }: Ended): Promise<void> {
  expect(begun > 0 || !existsSync('/proc/self/stat')).toBe(true)
  await vi.waitFor(() => expect(left()).toEqual([]), 20_000)
}

const SPINS = ['--engine-file', 'engines.yaml', '--engines', 'flowbench,spins']

// Two at a time: most of it is waiting for what ends others, which gives them two seconds.
describe.concurrent('flowbench regex', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
    '%s: what is known is told',
    async (signal) => {
      const ended = await interrupted(['regex', 'a+', ...SPINS, '--json'], signal, /^flowbench: linear/m)
      expect([ended.code, ended.stderr.trim().split('\n').at(-1)]).toEqual([
        130,
        'interrupted: 1 of 2 rows were measured',
      ])
      const { engines } = JSON.parse(ended.stdout) as { engines: { engine: string; verdict: string }[] }
      expect(engines.map(({ engine, verdict }) => [engine, verdict])).toEqual([['flowbench', 'linear']])
      await leavesNothing(ended)
    },
  )

  test('before anything is known it is a document without engines', async () => {
    const asked = ['regex', 'a+', '--engine-file', 'engines.yaml', '--engines', 'spins', '--json']
    const ended = await interrupted(asked, 'SIGINT', /still at it/)
    expect([ended.code, JSON.parse(ended.stdout)]).toMatchObject([130, { pattern: 'a+', engines: [] }])
    await leavesNothing(ended)
  })

  test('a check that was not made to its end is none', async () => {
    const files = ['--junit', 'j.xml', '--sarif', 's.json']
    const asked = ['regex', '--patterns', 'rules.txt', ...SPINS, '--check', 'spins', ...files]
    const ended = await interrupted(asked, 'SIGTERM', /^1 of 4: /m)
    expect(ended.code).toBe(130)
    // Of no pattern is it known what all engines make of it.
    expect(ended.stdout).toMatch(/^0 of \d patterns linear on every engine\n$/)
    expect(ended.stderr).toMatch(/^interrupted: \d of 4 rows were measured$/m)
    expect(readdirSync(folder)).not.toEqual(expect.arrayContaining(['j.xml']))
    await leavesNothing(ended)
  })

  test('a text of the user: that it was interrupted is said', async () => {
    const asked = ['regex', '--patterns', 'many.txt', '--haystack', 'rules.txt', '--engines', 'flowbench,v8']
    const ended = await interrupted(asked, 'SIGHUP', /still at it/)
    expect([ended.code, ended.stdout]).toEqual([130, ''])
    expect(ended.stderr).toContain('interrupted; nothing was measured to its end')
    await leavesNothing(ended)
  })

  test('a suite gives its folder back', async () => {
    const suite = ['--suite', 'redos', '--env', 'quick', '--out', 'out']
    const ended = await interrupted(['regex', ...suite, ...SPINS], 'SIGINT', /: flowbench: /)
    expect([ended.code, ended.stdout]).toEqual([130, ''])
    expect(ended.stderr).toContain('interrupted; nothing was measured to its end')
    expect(readdirSync(join(folder, 'out', 'redos'))).toEqual([])
    await leavesNothing(ended)
  })
})

const NOTHING_TOLD = [130, '', 'interrupted; nothing was measured to its end']
const told = ({ code, stdout, stderr }: Ended) => [code, stdout, stderr.trim().split('\n').at(-1)]

test('a bench is ended, and nothing of it is left', async () => {
  const asked = ['bench', 'kernel', '--rows', 'mm1', '--against', 'HEAD', '--peers', 'base']
  const ended = await interrupted(asked, 'SIGTERM', /round 1 of/)
  expect(told(ended)).toEqual(NOTHING_TOLD)
  await leavesNothing(ended)
  expect(readdirSync(folder).filter((name) => name.startsWith('flowbench-'))).toEqual([])
})

test('a gate of a command is ended, and nothing of it is left', async () => {
  const repository = newRepository()
  try {
    repository.commit({ a: '1' })
    repository.write({ a: '2' })
    const asked = ['gate', '--base', 'HEAD', '--command', 'sleep 600']
    const ended = await interrupted(asked, 'SIGTERM', /still at it/, repository.folder)
    expect(told(ended)).toEqual(NOTHING_TOLD)
    await leavesNothing(ended)
    expect(repository.worktrees()).toHaveLength(1)
  } finally {
    repository.remove()
  }
})
