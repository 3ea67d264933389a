/**
 * C and C++ libraries through koffi: what the peers that call them have in common.
 *
 * They find one match a call, and a call costs 0.2 us or more beside its own work (pointers are passed as numbers: a
 * typed array costs another 0.1 us). So on texts with very many matches, and on very short ones, they look slower than
 * they are in C. Two rows say by how much: `regex/rebar-sparse` leaves such texts out, and in `regex/rebar-free-calls`
 * as many calls of a function that does nothing are timed too, and taken off.
 */
import { createRequire } from 'node:module'
import type { Question, RegexPeer, Task } from './peer.ts'

const require = createRequire(import.meta.url)

export type Native = (...args: unknown[]) => unknown
export interface Library {
  func(definition: string): Native
}
export interface Koffi {
  /** Reads the settings, or changes them, which is for before the first call. */
  config(): Readonly<Record<string, number>>
  config(settings: Readonly<Record<string, number>>): void
  /** Null: what the process itself has loaded, C's library among it. */
  load(name: string | null): Library
  /** Memory that no garbage collector moves or frees. */
  alloc(type: 'uint8_t', bytes: number): bigint
  free(pointer: bigint): void
  address(bytes: Uint8Array): bigint
  view(pointer: unknown, bytes: number): ArrayBuffer
  proto(definition: string): unknown
  pointer(type: unknown): unknown
  register(callback: (...args: never[]) => number, type: unknown): unknown
  unregister(callback: unknown): void
}

/** The stack of a C program's main thread on Linux; on koffi's own 2 MiB TRE, which keeps its sets there, runs over. */
const STACK_BYTES = 8 << 20

let prepared: Koffi | null = null

/** koffi, ready for calls. Throws when it is not here. */
function koffiReady(): Koffi {
  if (prepared !== null) return prepared
  const koffi = require('koffi') as Koffi
  const settings = koffi.config()
  if (settings['sync_stack_size'] !== STACK_BYTES) koffi.config({ ...settings, sync_stack_size: STACK_BYTES })
  return (prepared = koffi)
}

/** Null when koffi or the library is not here. */
function load(name: string): { koffi: Koffi; library: Library } | null {
  try {
    const koffi = koffiReady()
    return { koffi, library: koffi.load(name) }
  } catch {
    return null
  }
}

export function opened(name: string): { koffi: Koffi; library: Library } {
  const both = load(name)
  if (both === null) throw new Error(`${name} cannot be loaded`)
  return both
}

export function missingLibrary(name: string, debian: string): ReturnType<RegexPeer['missing']> {
  if (load(name) !== null) return null
  return { why: `${name} cannot be loaded`, install: `apt-get install ${debian}` }
}

export function version(name: string, read: (library: Library) => string): string {
  const both = load(name)
  return both === null ? 'none' : read(both.library)
}

/** A text as C takes it. */
export interface NativeText {
  /** Good for as long as this object is held. */
  readonly address: bigint
  readonly length: number
  /** What is at the address. */
  readonly bytes: Uint8Array
}

/** V8 keeps arrays up to this size in its own heap, where they move. */
const MOVES_BYTES = 64

export function nativeText(text: Uint8Array): NativeText {
  let bytes = text
  if (text.buffer.byteLength <= MOVES_BYTES) {
    bytes = new Uint8Array(MOVES_BYTES + 1).subarray(0, text.length)
    bytes.set(text)
  }
  const koffi = koffiReady()
  return { address: koffi.address(bytes), length: bytes.length, bytes }
}

/** A compiled pattern that finds one match at a time. */
export interface Matcher {
  /** Looks for a match in `text` from an offset on, and says in `found` what it is. */
  readonly next: (text: NativeText, from: number) => boolean
  readonly found: Found
  /** Calls a function that does nothing with the arguments of `next`. */
  readonly idle: (text: NativeText) => void
  /** Starts and ends of all groups of the match found last, -1 where unset; for a matcher that was asked for groups. */
  readonly groupSpans: () => number[]
  close?(): void
}

export interface Found {
  start: number
  end: number
  /** Sum of the groups' lengths, where groups are asked for. */
  groups: number
}

/**
 * A function of C's library that returns at once, under a prototype as long as that of the function it stands for:
 * arguments it does not know of do not reach it.
 */
export function idleFunction(koffi: Koffi, result: string, parameters: string): Native {
  return koffi.load(null).func(`${result} abs(${parameters})`)
}

/** What `ask` asks of a text, by one call a match. */
function sumOver(
  { next, found }: Pick<Matcher, 'next' | 'found'>,
  text: NativeText,
  ask: Task['ask'],
): number {
  let sum = 0
  for (let from = 0; from <= text.length && next(text, from);) {
    if (ask === 'test') return 1
    sum += ask === 'count' ? 1 : ask === 'groups' ? found.groups : found.end - found.start
    from = found.end > found.start ? found.end : found.end + 1
  }
  return sum
}

export type Compile = (pattern: string, how: Pick<Task, 'ignoreCase' | 'unicode' | 'ask'>) => Matcher

function countCalls({ next, found }: Matcher, text: NativeText, ask: Task['ask']): number {
  let calls = 0
  const counted: Matcher['next'] = (text, from) => {
    calls++
    return next(text, from)
  }
  sumOver({ next: counted, found }, text, ask)
  return calls
}

export const asking =
  (compile: Compile): RegexPeer['ask'] =>
  (task): Question => {
    const matcher = compile(task.pattern, task)
    const text = nativeText(task.text)
    let calls: number | undefined
    return {
      expected: task.expected,
      run: () => sumOver(matcher, text, task.ask),
      idle: () => {
        calls ??= countCalls(matcher, text, task.ask)
        for (let call = 0; call < calls; call++) matcher.idle(text)
      },
      close: () => matcher.close?.(),
    }
  }
