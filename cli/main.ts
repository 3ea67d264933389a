#!/usr/bin/env node
/** flowbench's command line: parse, call, print. Exit codes: `exit.ts`. */
import { enableCompileCache } from 'node:module'

// Half of the time to the first line was the compiling of some thousand modules that had not changed since the last
// start. Hence also the dynamic imports: a static one would be compiled before this line runs.
enableCompileCache()
const { hideBin } = await import('yargs/helpers')
const { commandLine } = await import('./command-line.ts')
const { EXIT, exitCodeOf, explain } = await import('./exit.ts')

// Whoever reads our lines may have read enough (`| head`); reports are still to be written.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

try {
  await (await commandLine(hideBin(process.argv))).parseAsync()
} catch (error) {
  process.stderr.write(explain(error))
  process.exitCode = exitCodeOf(error)
}
// A pool that was stopped in the middle may leave handles; everything is written by now.
if (process.exitCode === EXIT.interrupted) process.exit()
