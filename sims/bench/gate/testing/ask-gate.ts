/** A gate that is asked for by no command line. */
import type { GateDocument } from '../document.ts'
import { runGate, type GateOptions } from '../gate.ts'

/** Of what is compared in this folder: the working tree against its last commit, if nothing else is said. */
export async function askGate(
  options: Pick<GateOptions, 'from' | 'folder'> & Partial<GateOptions>,
): Promise<GateDocument> {
  return await runGate({
    base: 'HEAD',
    today: '2026-12-01',
    errorRates: null,
    signal: new AbortController().signal,
    onProgress: () => {},
    repeat: 'again',
    ...options,
  })
}
