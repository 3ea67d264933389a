/** How a server may be started. */
import type { EngineOptions } from '../server/engine.ts'
import { LEAST_OUTPUT_LIMIT } from '../server/engine.ts'
import { ONLY_THIS_MACHINE } from '../server/config.ts'
import { readPassword } from './password-file.ts'

export interface ServeOptions extends Pick<EngineOptions, 'password' | 'debug' | 'arenaLimit'> {
  readonly host?: string
  /** 0: a free one. */
  readonly port?: number
  /** File of the password, in place of `password`; made with a random one when it is not there. */
  readonly passwordFile?: string
  /** Where to keep the data; without it nothing is kept. */
  readonly dir?: string
  readonly fsync?: 'always' | 'everysec' | 'no'
  /** Bytes of a client's replies that may wait, 1,024 or more; beyond it is cut off. */
  readonly outputLimit?: number
  /** Steps that one search may take. */
  readonly maxSteps?: number
  /** Cut a damaged log even where whole records lie behind the damage. */
  readonly cut?: boolean
  /** False: long commands run to their end at once; for measuring what it costs to let others in between. */
  readonly yields?: boolean
  readonly onNotice?: (line: string) => void
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** The server may not listen where it was told to. */
export class UnsafeAddress extends Error {
  override readonly name = 'UnsafeAddress'
}

/** What may wait for a client, or what a search may take, is no whole number, or too small. */
export class BadLimit extends Error {
  override readonly name = 'BadLimit'
}

/** Other machines reach a server that listens there. */
export const isOpen = (host: string): boolean => !LOOPBACK.has(host)

/** What was asked for, the password read from its file. @throws UnsafeAddress, BadLimit, BadPasswordFile */
export function checked(given: ServeOptions): ServeOptions & { readonly host: string } {
  const { passwordFile, host = '127.0.0.1' } = given
  const password = passwordFile === undefined ? given.password : readPassword(passwordFile)
  if (isOpen(host) && (password ?? '') === '') throw new UnsafeAddress(`${ONLY_THIS_MACHINE}, not ${host}`)
  for (const [name, least] of [
    ['outputLimit', LEAST_OUTPUT_LIMIT],
    ['maxSteps', 1],
  ] as const) {
    const limit = given[name] ?? least
    if (!Number.isInteger(limit) || limit < least) {
      throw new BadLimit(`${name} must be a whole number of ${least} or more, not ${limit}`)
    }
  }
  return { ...given, host, ...(password === undefined ? {} : { password }) }
}
