/** What an engine that lives in a process of ours must give; `serve.ts` puts it behind the line protocol. */
import type { EngineFacts } from './facts.ts'

/** The engine does not take this pattern, this flag or this question. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

export interface Adapter {
  readonly facts: EngineFacts
  /** Throws `Refused`. */
  compile(pattern: string, flags: string): Compiled
}

export interface Compiled {
  /** Makes the text what the engine takes; no clock runs. */
  bind(text: Buffer<ArrayBuffer>): Bound
  close?(): void
}

/** One pattern over one text. Offsets are in the engine's own units. */
export interface Bound {
  test(): boolean
  /** Every match, until `visit` says no. */
  each(visit: (start: number, end: number) => boolean): void
  /** Every match with all its groups as starts and ends, -1 where unset. */
  eachGroups?(visit: (offsets: readonly number[]) => boolean): void
  /** Where the engine counts quicker than by `each`. */
  count?(): number
}

/** Throws `Refused` for flags that the engine has not. */
export function flagsAmong(flags: string, known: string): Set<string> {
  for (const flag of flags) if (!known.includes(flag)) throw new Refused(`it has no flag ${flag}`)
  return new Set(flags)
}
