/**
 * `npm run clinic:smoke`: each of Clinic's tools on a small scenario; its page must be there and not be empty. Clinic is
 * installed in a folder of its own first, where it is not there.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CLINIC_TOOLS, clinicProgram, clinicRun, installClinic } from '../clinic.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')

const room = mkdtempSync(join(tmpdir(), 'flowbench-clinic-'))
let failed = 0
if (clinicProgram(ROOT) === null) installClinic()
try {
  for (const tool of CLINIC_TOOLS) {
    const page = join(room, `${tool}.html`)
    try {
      const args = [join(ROOT, 'scenarios', 'mm-c-theory.yaml'), '--env', 'quick']
      await clinicRun(tool, { root: ROOT, args, signal: new AbortController().signal }, page)
      const { size } = statSync(page)
      console.log(`clinic ${tool}: a page of ${Math.round(size / 1000)} kB`)
    } catch (error) {
      failed++
      console.log(`clinic ${tool}: FAILED: ${(error as Error).message}`)
    }
  }
} finally {
  rmSync(room, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1
