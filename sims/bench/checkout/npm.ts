/** `npm ci`. When it has ended, nothing that its scripts have started writes into the folder any more. */
import { CouldNotMeasure } from '../harness/errors.ts'
import { runProgram } from '../harness/program.ts'
import { gitEnvironment } from './git.ts'

/** No budget is running yet: of a gate it counts from when there is something to compare. */
const LONGEST_SECONDS = 900

export interface NpmOptions {
  /** Besides ours. */
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal | undefined
  readonly seconds?: number
}

/** Throws CouldNotMeasure where it fails or does not end, and the signal's reason. */
export async function npmCi(
  folder: string,
  { env, signal, seconds = LONGEST_SECONDS }: NpmOptions,
): Promise<void> {
  try {
    const { code, told, isLate } = await runProgram(
      ['npm', 'ci', '--include=dev', '--no-audit', '--no-fund', '--prefer-offline'],
      // Within a hook of git's, scripts that use git mean the folder that they run in, too.
      { cwd: folder, env: { ...gitEnvironment(), ...env }, signal, seconds, leavesNothing: true },
    )
    if (isLate) throw new Error(`it had not ended after ${seconds} s`)
    if (code !== 0)
      throw new Error(told.trim().split('\n').slice(-3).join('; ') || `exit ${code ?? 'by a signal'}`)
  } catch (error) {
    signal?.throwIfAborted()
    const { message } = error as Error
    throw new CouldNotMeasure(`npm ci for the other commit failed: ${message}`, { cause: error })
  }
}
