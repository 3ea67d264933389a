/** How commands are made, and what many of them reply. */
import type { Command } from '../server/session.ts'

export * from '../server/flags.ts'
export type { Command }

export const command = (
  group: string,
  name: string,
  arity: number,
  flags: number,
  keys: Command['keys'],
  run: Command['run'],
): Command => ({ group, name, arity, flags, keys, run })

export const NO_KEYS = [0, 0, 0] as const
export const ONE_KEY = [1, 1, 1] as const

export const WRONG_TYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value'
export const SYNTAX = 'ERR syntax error'
export const NOT_INTEGER = 'ERR value is not an integer or out of range'
