import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

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
