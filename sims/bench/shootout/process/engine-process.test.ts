import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { EngineSpec } from '../engines/facts.ts'
import { faulty } from '../testing/specs.ts'
import { EngineFailed, EngineProcess, type Failure, type Limits } from './engine-process.ts'

const LIMITS: Limits = { seconds: 1, bytes: 600 << 20 }
/** Where pages come slowly, 600 MiB are not filled within a second. */
const LITTLE: Limits = { seconds: 10, bytes: 300 << 20 }
const open: EngineProcess[] = []

function start(spec: EngineSpec, limits = LIMITS): EngineProcess {
  const process = new EngineProcess(spec, limits)
  open.push(process)
  return process
}

afterEach(() => {
  for (const process of open.splice(0)) process.close()
})

/** Nor is it one that has ended and that nobody has asked about. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

async function failureOf(fault: string): Promise<[Failure | 'none', string]> {
  const engine = start(faulty(fault), fault === 'eats-memory' ? LITTLE : LIMITS)
  try {
    await engine.hello()
    await engine.compile('a+', '')
    await engine.text([{ text: 'aab', times: 3 }])
    await engine.run('test')
    return ['none', '']
  } catch (error) {
    if (!(error instanceof EngineFailed)) throw error
    return [error.how, error.message]
  }
}

describe('an engine in a process', () => {
  test('answers', async () => {
    const engine = start(faulty('none'))
    expect((await engine.hello()).semantics).toBe('leftmost-first')
    await engine.compile('(a+)b?', '')
    expect(
      await engine.text([
        { text: 'aab', times: 2 },
        { text: 'x', times: 1 },
      ]),
    ).toBe(7)
    expect((await engine.run('count', 2)).check).toBe(2)
    expect((await engine.run('spans')).check).toBe(6)
    expect((await engine.run('first')).check).toBe(1)
    expect(await engine.find(9)).toEqual([
      [0, 3],
      [3, 6],
    ])
    expect(await engine.groups(1)).toEqual([[0, 3, 0, 2]])
    expect(engine.peakBytes).toBeGreaterThan(1 << 20)
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGKILL'] as const)(
    'ends with a program that %s ends',
    async (signal) => {
      const program = `
      import { EngineProcess } from ${JSON.stringify(new URL('engine-process.ts', import.meta.url).href)}
      const engine = new EngineProcess(${JSON.stringify(faulty('spins'))}, { seconds: 60, bytes: 2 ** 30 })
      await engine.compile('a+', '')
      await engine.text([{ text: 'a', times: 1 }])
      engine.run('test').catch(() => {})
      console.log(engine.pid)`
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = (await once(child.stdout, 'data')) as [Buffer]
      const pid = Number(String(line))
      expect(existsSync(`/proc/${pid}`)).toBe(true)
      child.kill(signal)
      expect(await once(child, 'exit')).toEqual([null, signal])
      await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 20_000)
    },
  )

  test('leaves a signal to who listens to it, be it once', async () => {
    const program = `
      import { EngineProcess } from ${JSON.stringify(new URL('engine-process.ts', import.meta.url).href)}
      const told = Promise.withResolvers()
      process.once('SIGTERM', told.resolve)
      const engine = new EngineProcess(${JSON.stringify(faulty('none'))}, { seconds: 60, bytes: 2 ** 30 })
      await engine.hello()
      console.log('ready')
      await told.promise
      engine.close()
      process.exitCode = 7`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([7, null])
  })

  test('that is interrupted gives the reason, and no other begins', async () => {
    const interruption = new AbortController()
    const limits = { ...LIMITS, seconds: 60, signal: interruption.signal }
    const engine = start(faulty('spins'), limits)
    await engine.compile('a+', '')
    await engine.text([{ text: 'a', times: 1 }])
    const answer = engine.run('test')
    interruption.abort(new Error('that is enough'))
    await expect(answer).rejects.toThrow('that is enough')
    await expect(engine.hello()).rejects.toThrow('that is enough')
    expect(() => start(faulty('none'), limits)).toThrow('that is enough')
    await vi.waitFor(() => expect(isRunning(engine.pid!)).toBe(false), 20_000)
  })

  test.each<[string, Failure]>([
    ['sleeps', 'asleep'],
    ['mute', 'asleep'],
    ['spins', 'too slow'],
    ['eats-memory', 'too much memory'],
    ['dies', 'crashed'],
    ['kills-itself', 'crashed'],
    ['garbage', 'garbage'],
    ['half-garbage', 'garbage'],
    ['not-json', 'garbage'],
    ['endless', 'garbage'],
    ['talkative', 'garbage'],
  ])('that %s is named for it: %s', async (fault, how) => {
    expect(await failureOf(fault)).toEqual([how, expect.stringMatching(/./)])
  })

  test('that gives up is said to once', async () => {
    expect(await failureOf('gives-up')).toEqual(['gave up', 'error -46'])
  })

  // Linux: where the scheduler cannot be asked, nothing is called asleep.
  test.runIf(existsSync('/proc/self/schedstat'))('one that gets no turn is not asleep', async () => {
    const engine = start(faulty('spins'))
    await engine.hello()
    await engine.compile('a+', '')
    await engine.text([{ text: 'aab', times: 3 }])
    const onFirstCore = ['-c', '0', process.execPath, '-e', 'for (;;);']
    const others = Array.from({ length: 12 }, () => spawn('taskset', onFirstCore, { stdio: 'ignore' }))
    try {
      await once(spawn('taskset', ['-cp', '0', `${engine.pid}`], { stdio: 'ignore' }), 'close')
      setPriority(engine.pid!, 19)
      // Where it gets none it is given ten times as long on the clock.
      await expect(engine.run('test', 1, 0.2)).rejects.toMatchObject({ how: 'too slow' })
    } finally {
      for (const other of others) other.kill('SIGKILL')
    }
  })

  test('a program that does not exist is a crash with its name', async () => {
    const engine = start({ id: 'x', command: ['/no/such/program'], missing: () => null })
    await expect(engine.hello()).rejects.toThrow(/no\/such\/program/)
  })

  test('what it started ends with it', async () => {
    const shell = {
      id: 'x',
      command: ['/bin/sh', '-c', 'sleep 600 & sleep 600'] as const,
      missing: () => null,
    }
    const engine = start(shell, { ...LIMITS, seconds: 0.3 })
    await expect(engine.hello()).rejects.toThrow(/no answer/)
    await expect.poll(() => leftOf(engine.pid!)).toEqual([])
  })
})

/** Processes of a group that still run. */
function leftOf(group: number): string[] {
  if (!existsSync('/proc/self/stat')) return []
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const [state, , groupOf] = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ')
      return Number(groupOf) === group && state !== 'Z'
    } catch {
      return false
    }
  })
}
