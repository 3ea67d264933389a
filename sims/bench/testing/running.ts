/** Whether a process runs: for tests of what has to end. */
import { spawnSync } from 'node:child_process'

/** One that has ended and that nobody has asked for does not. (Who asks for orphans may take seconds to do so.) */
export const isRunning = (pid: number): boolean =>
  /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim())
