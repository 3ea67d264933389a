/**
 * When an option acts. One that does nothing is a mistake of the caller's, and refused by its name: a file that is not
 * written and a check that is not made must not look like a pass.
 *
 * A command says this of each of its options, as the compiler asks it to; `acts.test.ts` holds what it says against a table
 * of all options in all modes.
 */
import { UsageError } from './exit.ts'

type Arguments = Readonly<Record<string, unknown>>

export interface Acts {
  /** Only with one of these. */
  readonly with?: readonly string[]
  /** With none of these; each with the reason, which may be empty. */
  readonly without?: Readonly<Record<string, string>>
  /** What among the arguments it does not go with, in words; null where there is nothing. */
  readonly unless?: (args: Arguments) => string | null
  /** How it is called where it is no flag. */
  readonly called?: string
}

export const ALWAYS: Acts = {}

export const goesWith = (...flags: readonly string[]): Acts => ({ with: flags })

export const notWith = (...flags: readonly string[]): Acts => ({
  without: Object.fromEntries(flags.map((flag) => [flag, ''])),
})

/** Throws `UsageError` for the first that was given and does not act. */
export function refuseIdle(
  all: Readonly<Record<string, Acts>>,
  isGiven: (name: string) => boolean,
  args: Arguments,
): void {
  for (const [name, acts] of Object.entries(all)) {
    if (!isGiven(name)) continue
    const { with: needed, without = {}, unless, called = `--${name}` } = acts
    const clash = Object.keys(without).find(isGiven)
    if (clash !== undefined) {
      const why = without[clash]!
      throw new UsageError(`${called} does not go with --${clash}${why === '' ? '' : `: ${why}`}`)
    }
    const said = unless?.(args) ?? null
    if (said !== null) throw new UsageError(`${called} does not go with ${said}`)
    if (needed !== undefined && !needed.some(isGiven)) {
      throw new UsageError(`${called} goes with ${needed.map((flag) => `--${flag}`).join(' or ')}`)
    }
  }
}
