/** Work that a signal ends, and that is never long silent: nothing that was started may be left behind. */
import { BenchInterrupted } from '../sims/bench/harness/errors.ts'
import { alive } from './alive.ts'
import { EXIT } from './exit.ts'

/** What ends a command from outside: neither a work tree nor a process may be left behind by any of them. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** `what`: what it is at until it writes something. */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  what = 'starting',
): Promise<T> {
  const interruption = new AbortController()
  const interrupt = () => {
    // A second one ends at once; work trees are removed and processes ended all the same.
    if (interruption.signal.aborted) process.exit(EXIT.interrupted)
    interruption.abort(new BenchInterrupted())
  }
  for (const signal of SIGNALS) process.on(signal, interrupt)
  try {
    return await alive(what, () => work(interruption.signal))
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}
