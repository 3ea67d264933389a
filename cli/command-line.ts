/** All commands, and the parser that takes them: strict, so that a flag nobody knows is an error and not ignored. */
import yargs, { type Argv } from 'yargs'
import { bench } from './bench.ts'
import { check } from './check.ts'
import { compare } from './compare.ts'
import { UsageError } from './exit.ts'
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

export const COMMANDS = [
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
] as const

/** A parser for these arguments. `parseAsync` runs the command; it throws `UsageError`, or what the command throws. */
export const commandLine = (args: readonly string[]): Argv =>
  yargs([...args])
    .scriptName('flowbench')
    .usage(
      '$0 <command>\n\nA lab for the plumbing under AI services: scenario files in, an answer with an interval out.',
    )
    .command([...COMMANDS])
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
