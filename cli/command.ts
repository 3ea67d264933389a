/** The shape of a command file: yargs' module, with its arguments' types kept. */
import type { Argv, ArgumentsCamelCase, CommandModule } from 'yargs'
import { refuseIdle, type Acts } from './acts.ts'
import { UsageError } from './exit.ts'

export interface CommandDefinition<A> {
  readonly command: string
  readonly describe: string
  builder(parser: Argv): Argv<A>
  /** When each of the options acts. */
  readonly acts: { readonly [name in keyof NoInfer<A>]: Acts }
  handler(args: ArgumentsCamelCase<A>): void | Promise<void>
}

// yargs takes a list of modules of one argument type; each of ours has its own, so the type is dropped here, once.
export function defineCommand<A>(definition: CommandDefinition<A>): CommandModule<object, object> {
  const builder = (parser: Argv): Argv<A> =>
    definition.builder(parser).check((args, given) => {
      const options = given as unknown as Options
      refuseRepeated(args, options)
      const { defaulted } = parser.parsed as unknown as Parsed
      refuseIdle(definition.acts, (name) => isGiven(name, args, options, defaulted), args)
      return true
    }, false)
  return { ...definition, builder } as unknown as CommandModule<object, object>
}

/** What yargs knows of a command's options, and tells a check. */
interface Options {
  readonly array: readonly string[]
  readonly boolean: readonly string[]
  readonly default: Readonly<Record<string, unknown>>
}

/** What yargs has parsed, as far as its types do not say. */
interface Parsed {
  readonly defaulted: Readonly<Record<string, true>>
}

/** Whether somebody asked for it: a default is nobody's wish, nor is a flag that is as it would be without. */
function isGiven(
  name: string,
  args: Readonly<Record<string, unknown>>,
  options: Options,
  defaulted: Parsed['defaulted'],
): boolean {
  const value = args[name]
  if (options.boolean.includes(name)) return (value ?? false) !== (options.default[name] ?? false)
  return value !== undefined && !Object.hasOwn(defaulted, name)
}

/** yargs makes a list of an option that is given twice, also where the command expects one value. */
function refuseRepeated(args: Readonly<Record<string, unknown>>, options: Options): void {
  const lists = new Set(options.array)
  for (const [name, value] of Object.entries(args)) {
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    if (!Array.isArray(value) || name === '_' || lists.has(name) || lists.has(flag)) continue
    throw new UsageError(`--${flag} takes one value, and was given ${value.length}: ${value.join(', ')}`)
  }
}

/** Of an option: that it takes a whole number. (yargs' own numbers take nothing for 0, and text for NaN.) */
export function wholeNumber(name: string, least: number, most = Number.MAX_SAFE_INTEGER) {
  return {
    type: 'string',
    requiresArg: true,
    coerce: (given: unknown): number => {
      const value = String(given).trim() === '' ? Number.NaN : Number(given)
      if (Number.isInteger(value) && value >= least && value <= most) return value
      const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`
      throw new UsageError(`--${name} takes a whole number, ${range}, not "${String(given)}"`)
    },
  } as const
}
