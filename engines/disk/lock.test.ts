import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Locked, lockFile } from './lock.ts'

/** Ended when a test is over, however that is. */
const begun: ChildProcess[] = []
let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'flowbench-lock-'))
  path = join(dir, 'lock')
})
afterEach(() => {
  for (const child of begun.splice(0)) child.kill('SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

/** A process of its own that does this with `lockFile` and the `path`. */
function start(script: string) {
  const module = JSON.stringify(new URL('lock.ts', import.meta.url).href)
  const text = `import { lockFile, Locked } from ${module}
import { mkdirSync, rmdirSync } from 'node:fs'
const path = process.argv[1]
${script}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  begun.push(child)
  return child
}

describe('a lock', () => {
  test('is one party’s, until it is given back', () => {
    const first = lockFile(path)
    expect(() => lockFile(path)).toThrow(Locked)
    first.release()
    expect(existsSync(path)).toBe(true)
    const second = lockFile(path)
    expect(() => lockFile(path)).toThrow(Locked)
    second.remove()
    expect(existsSync(path)).toBe(false)
    lockFile(path).remove()
  })

  test('goes with its process, however that ends', async () => {
    const child = start(
      'globalThis.lock = lockFile(path); console.log("has it"); setInterval(() => {}, 1000)',
    )
    await once(child.stdout, 'data')
    expect(() => lockFile(path)).toThrow(Locked)
    child.kill('SIGKILL')
    await once(child, 'close')
    lockFile(path).release()
  })

  test('is had on a file that is empty already, and not where there is no file to lock', () => {
    writeFileSync(path, '')
    lockFile(path).release()
    writeFileSync(path, '12345')
    expect(() => lockFile(path)).toThrow('not a database')
    rmSync(path)
    mkdirSync(path)
    expect(() => lockFile(path)).toThrow('unable to open')
    expect(() => lockFile(join(dir, 'nowhere', 'lock'))).toThrow('ENOENT')
  })

  test('is never two processes’ at once, also while its file is taken away and made again', async () => {
    // Who has it makes a folder, which is there already where another has it, too.
    const race = `let both = 0
for (let won = 0; won < 100;) {
  let lock
  try { lock = lockFile(path) } catch (error) { if (error instanceof Locked) continue; throw error }
  try { mkdirSync(path + '.held'); rmdirSync(path + '.held') } catch { both++ }
  lock.remove()
  won++
}
console.log(both)`
    const counts = Array.from({ length: 4 }, async () => {
      const child = start(race)
      let told = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (told += text))
      await once(child, 'close')
      return told
    })
    expect(await Promise.all(counts)).toEqual(Array(4).fill('0\n'))
  }, 120_000)
})
