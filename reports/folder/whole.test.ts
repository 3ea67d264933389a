/** Whatever ends a replacement, and whenever somebody reads: the old files, the new ones, or a folder that says it is neither. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RunFolderError } from './folder.ts'
import { readWhole, replaceFile, replaceFiles, type FolderFile } from './whole.ts'

/** Asked before each step that changes the disk, counted from 1; what it throws is what the disk says. */
let onStep: (step: number) => Promise<void> | void = () => {}
let steps = 0
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const stepping =
    <A extends unknown[], R>(does: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await onStep(++steps)
      return await does(...args)
    }
  return {
    ...real,
    rename: stepping(real.rename),
    rm: stepping(real.rm),
    // Half of it is there where it fails.
    writeFile: async (...args: Parameters<typeof real.writeFile>) => {
      await real.writeFile(args[0], 'cut')
      await onStep(++steps)
      await real.writeFile(...args)
    },
  }
})

const NAMES = ['result.json', 'charts/a.svg', 'page.html']
const filesOf = (state: string): FolderFile[] => NAMES.map((name) => ({ name, bytes: `${state} ${name}` }))
const OLD = [...filesOf('old'), { name: 'charts/gone.svg', bytes: 'old charts/gone.svg' }]
const NEW = filesOf('new')
const OVER = ['charts/gone.svg']

let dir: string
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'flowbench-whole-'))
  onStep = () => {}
  await replaceFiles(dir, OLD)
  writeFileSync(join(dir, 'notes.txt'), 'mine')
  steps = 0
})
afterEach(() => {
  onStep = () => {}
  rmSync(dir, { recursive: true, force: true })
})

/** Which state a reader sees; `mixed` must never be. */
async function seen(): Promise<string> {
  try {
    const texts = await readWhole(dir, 'result.json', () =>
      Promise.all(NAMES.map((name) => readFile(join(dir, name), 'utf8'))),
    )
    const states = new Set(
      texts.map((text, i) => (text.endsWith(` ${NAMES[i]}`) ? text.split(' ')[0]! : 'cut')),
    )
    return states.size === 1 ? [...states][0]! : 'mixed'
  } catch (error) {
    if (error instanceof RunFolderError && error.message.includes('is unfinished')) return 'unfinished'
    throw error
  }
}

/** How many steps a replacement takes. */
async function count(): Promise<number> {
  steps = 0
  await replaceFiles(dir, NEW, OVER)
  return steps
}

describe('the files of a folder', () => {
  test('are replaced, others are left, and nothing else stays', async () => {
    expect(await count()).toBeGreaterThan(10)
    expect(await seen()).toBe('new')
    expect(readdirSync(dir).toSorted()).toEqual(['charts', 'notes.txt', 'page.html', 'result.json'])
    expect(readdirSync(join(dir, 'charts'))).toEqual(['a.svg'])
  })

  test('are seen whole, or said to be unfinished, at every step', async () => {
    const states: string[] = []
    onStep = async () => {
      const hook = onStep
      onStep = () => {}
      states.push(await seen())
      onStep = hook
    }
    await replaceFiles(dir, NEW, OVER)
    states.push(await seen())
    // In this order, and each of them.
    expect(states.join(' ')).toMatch(/^(?:old )+(?:unfinished )+(?:new )+new$/)
  })

  // A kill ends everything from some step on; a disk refuses one step, and what is tidied up then works.
  test.each([
    ['killed', (at: number) => (step: number) => step >= at],
    ['refused by the disk', (at: number) => (step: number) => step === at],
  ])(
    'are never mixed or cut where a replacement is %s, at any step, and the next one mends it',
    async (_, fails) => {
      const last = await count()
      const states = new Set<string>()
      for (let at = 1; at <= last; at++) {
        onStep = () => {}
        await replaceFiles(dir, OLD)
        const isOver = fails(at)
        steps = 0
        onStep = (step) => {
          if (isOver(step)) throw Object.assign(new Error('disk'), { code: 'ENOSPC' })
        }
        await expect(replaceFiles(dir, NEW, OVER)).rejects.toThrow(/RunFolderError|no space is left/)
        onStep = () => {}
        const state = await seen()
        states.add(state)
        // While they are written elsewhere, the old ones are what they were: to remove what a kill left, the files, and what says so.
        expect([at, state === 'old' || at > 2 + NEW.length]).toEqual([at, true])
        await replaceFiles(dir, NEW, OVER)
        expect([at, await seen(), existsSync(join(dir, '.new'))]).toEqual([at, 'new', false])
      }
      expect([...states].toSorted()).toEqual(['new', 'old', 'unfinished'])
    },
  )

  test('are read again where they were replaced meanwhile', async () => {
    let times = 0
    const texts = await readWhole(dir, 'result.json', async () => {
      const first = await readFile(join(dir, NAMES[0]!), 'utf8')
      if (++times === 1) await replaceFiles(dir, NEW, OVER)
      return [first, await readFile(join(dir, NAMES[2]!), 'utf8')]
    })
    expect([times, texts]).toEqual([2, ['new result.json', 'new page.html']])
    // Nor is a failure told that is one of the time between.
    times = 0
    const again = await readWhole(dir, 'result.json', async () => {
      if (++times > 1) return 'read'
      await replaceFiles(dir, OLD)
      throw new Error('is missing')
    })
    expect([times, again]).toEqual([2, 'read'])
    await expect(readWhole(dir, 'result.json', () => Promise.reject(new Error('own')))).rejects.toThrow('own')
  })

  test('a folder in the way is told with its place', async () => {
    rmSync(join(dir, 'page.html'))
    mkdirSync(join(dir, 'page.html'))
    await expect(replaceFiles(dir, NEW, OVER)).rejects.toThrow(
      /page\.html: cannot be written to: a folder is in the way/,
    )
    expect(await seen()).toBe('unfinished')
  })
})

test('one file is the old one or the new one, whatever step fails', async () => {
  const path = join(dir, 'page.html')
  for (const at of [1, 2]) {
    steps = 0
    onStep = (step) => {
      if (step === at) throw Object.assign(new Error('disk'), { code: 'ENOSPC' })
    }
    await expect(replaceFile(path, 'new')).rejects.toThrow(
      /page\.html: cannot be written to: no space is left/,
    )
    onStep = () => {}
    expect(readFileSync(path, 'utf8')).toBe('old page.html')
    expect(readdirSync(dir).toSorted()).toEqual(['charts', 'notes.txt', 'page.html', 'result.json'])
  }
  await replaceFile(path, 'new')
  expect(readFileSync(path, 'utf8')).toBe('new')
})
