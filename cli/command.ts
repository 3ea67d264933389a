/** The shape of a command file: yargs' module, with its arguments' types kept. */
import type { Argv, ArgumentsCamelCase, CommandModule } from 'yargs'

export interface CommandDefinition<A> {
  readonly command: string
  readonly describe: string
  builder(parser: Argv): Argv<A>
  handler(args: ArgumentsCamelCase<A>): void | Promise<void>
}

// yargs takes a list of modules of one argument type; each of ours has its own, so the type is dropped here, once.
export function defineCommand<A>(definition: CommandDefinition<A>): CommandModule<object, object> {
  return definition as unknown as CommandModule<object, object>
}
