/** What the command line makes of arguments, without anything being run: for tests. */
import { vi } from 'vitest'
import type { CommandModule } from 'yargs'
import { commandLine, COMMANDS } from '../command-line.ts'
import { ENGINES } from '../serve/engines.ts'

/** What the command would be given: parsed, checked and coerced as ever. Throws as the command line does. */
export async function parsed(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const commands: CommandModule[] = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  const taken: Readonly<Record<string, unknown>>[] = []
  const spies = [...commands, ...ENGINES].map((command: CommandModule) =>
    vi.spyOn(command, 'handler').mockImplementation((given) => void taken.push(given)),
  )
  try {
    await (await commandLine(args)).parseAsync()
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  if (taken.length !== 1) throw new Error(`${args.join(' ')}: taken by ${taken.length} commands`)
  return taken[0]!
}
