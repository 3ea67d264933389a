/** Programs of the system that tests need: there, or skipped with a line; in CI they must be there. */
import { execFileSync } from 'node:child_process'

/** Whether the program runs here. Throws in CI when it does not. */
export function systemPart(program: string, version: readonly string[] = ['--version']): boolean {
  try {
    execFileSync(program, version, { stdio: 'ignore' })
    return true
  } catch (error) {
    if (process.env['CI'] === 'true') throw new Error(`${program} is missing`, { cause: error })
    console.warn(`skipped: ${program} is not installed`)
    return false
  }
}
