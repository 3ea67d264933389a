#!/usr/bin/env node
/** flowbench's command line: parse, call, print. Exit codes: 0 pass, 99 failed, 2 usage, 3 unmeasured, 1 a bug. */
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { bench } from './bench.ts'
import { check } from './check.ts'
import { compare } from './compare.ts'
import { EXIT, exitCodeOf, explain, UsageError } from './exit.ts'
import { gate } from './gate.ts'
import { history } from './history.ts'
import { init } from './init.ts'
import { list } from './list.ts'
import { open } from './open.ts'
import { profile } from './profile.ts'
import { regex } from './regex.ts'
import { report } from './report.ts'
import { run } from './run.ts'
import { schema } from './schema.ts'
import { serve } from './serve.ts'

try {
  await yargs(hideBin(process.argv))
    .scriptName('flowbench')
    .usage(
      '$0 <command>\n\nA lab for the plumbing under AI services: scenario files in, an answer with an interval out.',
    )
    .command([
      run,
      list,
      check,
      schema,
      report,
      compare,
      open,
      init,
      bench,
      gate,
      history,
      profile,
      serve,
      regex,
    ])
    .demandCommand(1, 'which command?')
    .strict()
    .help()
    .version()
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .fail((message, error, parser) => {
      if (error) throw error
      parser.showHelp('error')
      throw new UsageError(message)
    })
    .parseAsync()
} catch (error) {
  process.stderr.write(explain(error))
  process.exitCode = exitCodeOf(error)
}
// A pool that was stopped in the middle may leave handles; everything is written by now.
if (process.exitCode === EXIT.interrupted) process.exit()
