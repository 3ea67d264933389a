#!/usr/bin/env node
/** flowbench's command line: parse, call, print. Exit codes: 0 pass, 99 failed, 2 usage, 3 unmeasured, 1 a bug. */
import { hideBin } from 'yargs/helpers'
import { commandLine } from './command-line.ts'
import { EXIT, exitCodeOf, explain } from './exit.ts'

try {
  await commandLine(hideBin(process.argv)).parseAsync()
} catch (error) {
  process.stderr.write(explain(error))
  process.exitCode = exitCodeOf(error)
}
// A pool that was stopped in the middle may leave handles; everything is written by now.
if (process.exitCode === EXIT.interrupted) process.exit()
