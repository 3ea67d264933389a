/** All commands, and the parser that takes them: strict, so that a flag nobody knows is an error and not ignored. */
import yargs, { type Argv, type CommandModule } from 'yargs'
import { UsageError } from './exit.ts'

/** By name. A command's own modules are loaded with it: most need none of the others', which take a second. */
export const COMMANDS: Readonly<Record<string, () => Promise<CommandModule>>> = {
  run: async () => (await import('./run.ts')).run,
  list: async () => (await import('./list.ts')).list,
  check: async () => (await import('./check.ts')).check,
  schema: async () => (await import('./schema.ts')).schema,
  report: async () => (await import('./report.ts')).report,
  compare: async () => (await import('./compare.ts')).compare,
  open: async () => (await import('./open.ts')).open,
  init: async () => (await import('./init.ts')).init,
  bench: async () => (await import('./bench.ts')).bench,
  gate: async () => (await import('./gate.ts')).gate,
  history: async () => (await import('./history.ts')).history,
  profile: async () => (await import('./profile.ts')).profile,
  serve: async () => (await import('./serve.ts')).serve,
  regex: async () => (await import('./regex.ts')).regex,
}

export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS)

/** A parser for these arguments. `parseAsync` runs the command; it throws `UsageError`, or what the command throws. */
export async function commandLine(args: readonly string[]): Promise<Argv> {
  const one = Object.hasOwn(COMMANDS, args[0] ?? '') ? COMMANDS[args[0]!]! : null
  const commands = await Promise.all((one === null ? Object.values(COMMANDS) : [one]).map((load) => load()))
  return yargs([...args])
    .scriptName('flowbench')
    .usage(
      '$0 <command>\n\nA lab for the plumbing under AI services: scenario files in, an answer with an interval out.',
    )
    .command(commands)
    .demandCommand(1, 'which command?')
    .strict()
    .help()
    .version()
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .fail((message, error, parser) => {
      // yargs' own errors are about the arguments, too: a value that is missing.
      if (error && error.name !== 'YError') throw error
      parser.showHelp('error')
      throw new UsageError(message || error.message)
    })
}
