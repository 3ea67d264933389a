import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { claimFolder } from './claim.ts'

const folder = mkdtempSync(join(tmpdir(), 'flowbench-claim-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A mount of this run's own, which nobody else sees and which goes with its process. */
function inMount(options: string, command: string): { status: number | null; stderr: string } {
  const script = `mount -t tmpfs -o ${options} flowbench "$0" && ${command}`
  return spawnSync('unshare', ['--mount', 'sh', '-c', script, folder], { encoding: 'utf8' })
}

const CLAIM = `"${process.execPath}" --input-type=module --eval "
  import { claimFolder } from '${new URL('claim.ts', import.meta.url).href}'
  await claimFolder('${folder}/run').catch((error) => { console.error(error.name + ': ' + error.message); process.exitCode = 9 })"`

const mayMount = inMount('size=1m', 'true').status === 0
if (!mayMount) console.warn('skipped: full and read-only disks, since this user may not mount')

describe.runIf(mayMount)('a place that cannot be written to', () => {
  test.each([
    ['size=1m', /RunFolderError: .*run: cannot be written to: no space is left/],
    ['ro', /RunFolderError: .*run: cannot be written to: the file system is read-only/],
  ])('%s is told before anything is measured', (options, message) => {
    const { status, stderr } = inMount(options, CLAIM)
    expect(stderr).toMatch(message)
    expect(status).toBe(9)
  })
  test('one with room is claimed', () => {
    expect(inMount('size=64m', CLAIM)).toMatchObject({ status: 0 })
  })
})

/** Ended when a test is over, however that is. */
const begun: ChildProcess[] = []

describe('a claim', () => {
  const dir = join(folder, 'claimed')
  const holder = join(dir, '.in-use')
  afterEach(() => {
    for (const child of begun.splice(0)) child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })

  test('names its process to whoever is refused, and leaves nothing behind', async () => {
    const claim = await claimFolder(dir)
    await expect(claimFolder(dir)).rejects.toThrow(
      `claimed: is in use by another run, process ${process.pid}`,
    )
    await claim.release()
    expect(readdirSync(dir)).toEqual([])
    await (await claimFolder(dir)).release()
  })

  test.each([
    ['this very number, as in a container that begins anew', String(process.pid)],
    ['a number that is another’s by now', '1'],
    ['nothing, as it was killed while it wrote', ''],
  ])('of a process that is gone is taken over, be it that its file names %s', async (_, named) => {
    const child = claiming(dir)
    expect(await child.told()).toBe('claimed')
    child.end('SIGKILL')
    expect(await child.ended).toBe(null)
    expect(existsSync(holder)).toBe(true)
    writeFileSync(holder, named)
    await (await claimFolder(dir)).release()
    expect(readdirSync(dir)).toEqual([])
  })

  test.each([
    ['never claimed', async () => {}],
    [
      'left by a process that is gone',
      async () => {
        const gone = claiming(dir)
        await gone.told()
        gone.end('SIGKILL')
        await gone.ended
      },
    ],
  ])(
    'is had by one of many that try at once: %s',
    async (_, before) => {
      await before()
      const many = Array.from({ length: 6 }, () => claiming(dir))
      const told = await Promise.all(many.map((one) => one.told()))
      for (const one of many) one.end('SIGTERM')
      await Promise.all(many.map((one) => one.ended))
      expect(told.filter((one) => one === 'claimed')).toHaveLength(1)
      for (const one of told)
        expect(one).toMatch(/^claimed$|^RunFolderError: .*claimed: is in use by another run/)
    },
    60_000,
  )

  test('needs a file that can be locked', async () => {
    mkdirSync(dir)
    writeFileSync(join(dir, '.in-use.lock'), 'not ours')
    await expect(claimFolder(dir)).rejects.toThrow(/\.in-use\.lock: cannot be locked: /)
    expect(readdirSync(dir)).toEqual(['.in-use.lock'])
  })
})

/** A process that tries to claim the folder, tells what came of it, and holds it until it is ended. */
function claiming(dir: string) {
  const script = `import { claimFolder } from '${new URL('claim.ts', import.meta.url).href}'
globalThis.claim = await claimFolder(process.argv[1]).then(
  (claim) => { console.log('claimed'); return claim },
  (error) => console.log(error.name + ': ' + error.message))
setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  begun.push(child)
  const lines = createInterface(child.stdout)
  return {
    told: async (): Promise<string> => (await once(lines, 'line'))[0] as string,
    end: (signal: NodeJS.Signals) => child.kill(signal),
    ended: once(child, 'close').then(([code]) => code as number | null),
  }
}
