/**
 * Runs the command line in this process: for tests of what ends before it has begun, of which nearly all would be the start of
 * a process. What could hang, or leave something behind, is for `flowbench.ts`.
 */
import { vi } from 'vitest'
import { commandLine } from '../command-line.ts'
import { exitCodeOf, explain } from '../exit.ts'
import type { Finished } from './flowbench.ts'

/** What `main.ts` would end with and have written. */
export async function refused(args: readonly string[]): Promise<Finished> {
  let code: number
  let stdout = ''
  let stderr = ''
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((line) => void (stdout += `${line}\n`)),
    vi.spyOn(console, 'error').mockImplementation((line) => void (stderr += `${line}\n`)),
    vi.spyOn(process.stdout, 'write').mockImplementation((part) => (stdout += part) !== ''),
    vi.spyOn(process.stderr, 'write').mockImplementation((part) => (stderr += part) !== ''),
  ]
  try {
    await (await commandLine(args)).parseAsync()
    code = Number(process.exitCode ?? 0)
    process.exitCode = undefined
  } catch (error) {
    code = exitCodeOf(error)
    stderr += explain(error)
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  return { code, stdout, stderr }
}
