/** Work that a signal ends, and that is never long silent: nothing that was started may be left behind. */
import { BenchInterrupted } from '../sims/bench/harness/errors.ts'
import { alive } from './alive.ts'
import { EXIT } from './exit.ts'

/** What ends a command from outside: a work tree must not be left behind by any of them. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interruption = new AbortController()
  const interrupt = () => {
    // A second one ends at once; the work tree is removed all the same.
    if (interruption.signal.aborted) process.exit(EXIT.interrupted)
    interruption.abort(new BenchInterrupted())
  }
  for (const signal of SIGNALS) process.on(signal, interrupt)
  try {
    await alive('starting', () => work(interruption.signal))
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}
