/** A load generator: processes that do nothing but spin, so that a measurement has to hold its own beside them. */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** One spinning process a core; the returned function ends them. They end by themselves when this process does. */
export function startLoad(processes = availableParallelism()): () => void {
  // A pipe that nobody writes to ends when we do, whatever ended us.
  const program = `process.stdin.on('end', () => process.exit()).resume()
const spin = () => { for (const until = performance.now() + 50; performance.now() < until;); setImmediate(spin) }
spin()`
  const spinners = Array.from({ length: processes }, () =>
    spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'ignore', 'ignore'] }),
  )
  return () => spinners.forEach((spinner) => spinner.kill('SIGKILL'))
}
