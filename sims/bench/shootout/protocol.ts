/**
 * The line protocol: how the shoot-out asks an engine in a process of its own, and how anybody adds an engine.
 *
 * One request a line on standard input, one reply a line on standard output, words separated by one space. Patterns and
 * texts are UTF-8 in hexadecimal, `-` when empty, so that no language needs a parser for more than words.
 *
 *     hello                        ok {"version":"1.2","semantics":"leftmost-first","units":"bytes","promise":"linear",
 *                                      "called":"...","refuses":"..."}
 *     compile FLAGS PATTERN        ok NANOSECONDS      FLAGS: some of i m s u, `-` for none
 *                                  refused WHY         the engine does not take this pattern or flag
 *     text HEX TIMES HEX TIMES ..  ok BYTES            the text is these pieces, each so many times
 *     file PATH                    ok BYTES            the text is this file
 *     run ASK REPEATS              ok CHECK NS         the last of REPEATS answers to one question, and the time of all
 *                                  refused WHY         the engine has no answer to this question
 *     find LIMIT                   ok S E;S E;..       the first matches: start and end in the engine's own units
 *     groups LIMIT                 ok S E S E ..;..    the same with all groups, -1 -1 for one that is unset
 *
 * `failed WHY` answers what the engine gave up on or did not understand. What an engine writes to standard error is shown
 * when it fails.
 *
 * Times are processor time of the engine where it can read that, else time of the clock. On Linux that is the clock of the
 * thread (`CLOCK_THREAD_CPUTIME_ID`) or getrusage: engines run under a limit of processor time, and with one the clock of
 * the process moves only with the scheduler's tick, some milliseconds at once.
 */
import type { EngineFacts } from './engines/facts.ts'

/**
 * `test`: 1 when there is a match; `first`: 1 + the start of the first, 0 when there is none; `count`: matches;
 * `spans`: the sum of their lengths; `captures`: the sum of the lengths of their groups; `hash`: FNV-1a of all starts and
 * ends; `lines`: lines that have a match, split while the clock runs; `arena`: the same, split before.
 */
export const ASKS = ['test', 'first', 'count', 'spans', 'captures', 'hash', 'lines', 'arena'] as const
export type Ask = (typeof ASKS)[number]

/** A piece of a text and how many times it stands there. */
export interface Piece {
  readonly text: string | Uint8Array
  readonly times: number
}

export const hex = (text: string | Uint8Array): string => Buffer.from(text as string).toString('hex') || '-'
export const unhex = (word: string): Buffer => (word === '-' ? Buffer.alloc(0) : Buffer.from(word, 'hex'))

export const request = {
  hello: (): string => 'hello',
  compile: (flags: string, pattern: string): string => `compile ${flags || '-'} ${hex(pattern)}`,
  text: (pieces: readonly Piece[]): string =>
    `text ${pieces.map(({ text, times }) => `${hex(text)} ${times}`).join(' ')}`,
  file: (path: string): string => `file ${path}`,
  run: (ask: Ask, repeats: number): string => `run ${ask} ${repeats}`,
  find: (limit: number): string => `find ${limit}`,
  groups: (limit: number): string => `groups ${limit}`,
}

/** An engine that answered something that is no answer. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

export type Reply =
  | { readonly is: 'ok'; readonly rest: string }
  | { readonly is: 'refused' | 'failed'; readonly why: string }

const shown = (line: string): string => JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}...` : line)

export function parseReply(line: string): Reply {
  const space = line.indexOf(' ')
  const word = space < 0 ? line : line.slice(0, space)
  const rest = space < 0 ? '' : line.slice(space + 1)
  if (word === 'ok') return { is: 'ok', rest }
  if (word === 'refused' || word === 'failed') return { is: word, why: rest || 'it does not say why' }
  throw new ProtocolError(`answered ${shown(line)}`)
}

/** Whole numbers, at least `least` of them. */
export function parseNumbers(rest: string, least: number): number[] {
  const numbers = rest === '' ? [] : rest.split(' ').map(Number)
  if (numbers.length < least || !numbers.every((value) => Number.isSafeInteger(value))) {
    throw new ProtocolError(`answered ${shown(rest)} where ${least} or more whole numbers belong`)
  }
  return numbers
}

/** Matches, each a list of starts and ends. */
export function parseMatches(rest: string, numbersEach: number | null): number[][] {
  if (rest === '') return []
  return rest.split(';').map((one) => {
    const numbers = parseNumbers(one, 2)
    const wrong = numbersEach === null ? numbers.length % 2 !== 0 : numbers.length !== numbersEach
    if (wrong) throw new ProtocolError(`answered ${shown(one)} where a match belongs`)
    return numbers
  })
}

const SEMANTICS: ReadonlySet<unknown> = new Set(['leftmost-first', 'leftmost-longest', 'all-ends'])

export function parseHello(rest: string): EngineFacts {
  let facts: unknown
  try {
    facts = JSON.parse(rest)
  } catch {
    throw new ProtocolError(`said hello with ${shown(rest)}, which is no JSON`)
  }
  const { version, semantics, units, promise, groups, called, refuses } = (facts ?? {}) as Record<
    string,
    unknown
  >
  const wrong = (field: string, value: unknown): never => {
    throw new ProtocolError(`said hello with ${field}: ${shown(JSON.stringify(value) ?? 'nothing')}`)
  }
  if (typeof version !== 'string' || version === '') wrong('version', version)
  if (!SEMANTICS.has(semantics)) wrong('semantics', semantics)
  if (units !== 'bytes' && units !== 'utf16') wrong('units', units)
  if (promise !== 'linear' && promise !== null) wrong('promise', promise)
  return {
    version: version as string,
    semantics: semantics as EngineFacts['semantics'],
    units: units as EngineFacts['units'],
    promise: promise as EngineFacts['promise'],
    ...(groups === 'posix' ? { groups } : {}),
    called: typeof called === 'string' ? called : 'not said',
    refuses: typeof refuses === 'string' ? refuses : 'not said',
  }
}

/** FNV-1a of the starts and ends of matches, each as four bytes, least first. */
export function hashSpans(offsets: Iterable<number>): number {
  let hash = 0x811c_9dc5
  for (const offset of offsets) {
    for (let shift = 0; shift < 32; shift += 8)
      hash = Math.imul(hash ^ ((offset >>> shift) & 255), 0x0100_0193)
  }
  return hash >>> 0
}
