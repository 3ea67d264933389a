/** C libraries: PCRE2 with its JIT, TRE, Vectorscan. */
import { asking, idleFunction, missingLibrary, nativeText, opened, version } from './library.ts'
import type { Compile, NativeText } from './library.ts'
import type { Question, RegexPeer, Task } from './peer.ts'
import { compileRe2 } from './re2.ts'

const PCRE2 = 'libpcre2-8.so.0'
const PCRE2_CASELESS = 0x8
const PCRE2_UCP = 0x0002_0000
const PCRE2_UTF = 0x0008_0000
const PCRE2_NO_UTF_CHECK = 0x4000_0000
const PCRE2_JIT_COMPLETE = 1
const PCRE2_CONFIG_VERSION = 11
const PCRE2_NO_MATCH = -1
const PCRE2_MATCH_LIMIT = -47
const PCRE2_JIT_STACK_LIMIT = -46

export const compilePcre2: Compile = (pattern, { ignoreCase, unicode, ask }) => {
  const { koffi, library } = opened(PCRE2)
  const compile = library.func(
    'void *pcre2_compile_8(const uint8_t *pattern, size_t length, uint32_t options, void *error, void *at, void *context)',
  )
  const bytes = Buffer.from(pattern)
  const error = Buffer.alloc(16)
  const options = (ignoreCase ? PCRE2_CASELESS : 0) | (unicode ? PCRE2_UTF | PCRE2_UCP : 0)
  const code = compile(bytes, bytes.length, options, error, Buffer.alloc(16), null)
  if (code === null) throw new Error(`refused: error ${error.readInt32LE()}`)
  const jit = library.func('int pcre2_jit_compile_8(void *code, uint32_t options)')
  if (jit(code, PCRE2_JIT_COMPLETE) !== 0) throw new Error('refused by its JIT')
  const data = library.func('void *pcre2_match_data_create_from_pattern_8(void *code, void *context)')(
    code,
    null,
  )
  const context = library.func('void *pcre2_match_context_create_8(void *context)')(null)
  const stack = library.func('void *pcre2_jit_stack_create_8(size_t least, size_t most, void *context)')(
    32 << 10,
    1 << 20,
    null,
  )
  library.func('void pcre2_jit_stack_assign_8(void *context, void *callback, void *stack)')(
    context,
    null,
    stack,
  )
  const groups = Number(library.func('uint32_t pcre2_get_ovector_count_8(void *data)')(data))
  const pointer = library.func('void *pcre2_get_ovector_pointer_8(void *data)')(data)
  const offsets = new BigInt64Array(koffi.view(pointer, 16 * groups))
  const parameters =
    'void *code, void *text, size_t length, size_t from, uint32_t options, void *data, void *context'
  const match = library.func(`int pcre2_match_8(${parameters})`)
  const nothing = idleFunction(koffi, 'int', parameters)
  const idle = (text: NativeText): void => {
    nothing(code, text.address, text.length, 0, PCRE2_NO_UTF_CHECK, data, context)
  }
  const found = { start: 0, end: 0, groups: 0 }
  const next = (text: NativeText, from: number): boolean => {
    const result = Number(match(code, text.address, text.length, from, PCRE2_NO_UTF_CHECK, data, context))
    if (result === PCRE2_NO_MATCH) return false
    if (result === PCRE2_MATCH_LIMIT) throw new Error('gave up: more steps than its match limit allows')
    if (result === PCRE2_JIT_STACK_LIMIT) throw new Error('gave up: the stack of its JIT, 1 MiB, is full')
    if (result < 0) throw new Error(`gave up: error ${result}`)
    found.start = Number(offsets[0])
    found.end = Number(offsets[1])
    if (ask === 'groups') {
      found.groups = 0
      for (let g = 1; g < groups; g++) found.groups += Number(offsets[2 * g + 1]! - offsets[2 * g]!)
    }
    return true
  }
  const groupSpans = (): number[] => Array.from(offsets, Number)
  return { next, found, idle, groupSpans }
}

export const pcre2: RegexPeer = {
  id: 'pcre2',
  get version() {
    return version(PCRE2, (library) => {
      const text = Buffer.alloc(64)
      library.func('int pcre2_config_8(uint32_t what, void *where)')(PCRE2_CONFIG_VERSION, text)
      return `${text.toString('latin1', 0, text.indexOf(0))} JIT`
    })
  },
  missing: () => missingLibrary(PCRE2, 'libpcre2-8-0'),
  ask: asking(compilePcre2),
}

const TRE = 'libtre.so.5'
const REG_EXTENDED = 1
const REG_ICASE = 2
const REG_NOTBOL = 1
const REG_NOMATCH = 1

export const compileTre: Compile = (pattern, { ignoreCase, ask }) => {
  const { koffi, library } = opened(TRE)
  // regex_t: a size and a pointer.
  const regex = koffi.alloc('uint8_t', 16)
  const bytes = Buffer.from(pattern)
  const flags = REG_EXTENDED | (ignoreCase ? REG_ICASE : 0)
  const compile = library.func(
    'int tre_regncomp(void *regex, const uint8_t *pattern, size_t length, int flags)',
  )
  const result = Number(compile(regex, bytes, bytes.length, flags))
  if (result !== 0) throw new Error(`refused: error ${result}`)
  const groups = 1 + Number(new BigUint64Array(koffi.view(regex, 8))[0])
  const offsetsAt = koffi.alloc('uint8_t', 8 * groups)
  const offsets = new Int32Array(koffi.view(offsetsAt, 8 * groups))
  const wanted = ask === 'test' ? 0 : ask === 'groups' ? groups : 1
  const parameters = 'void *regex, void *text, size_t length, size_t groups, void *offsets, int flags'
  const match = library.func(`int tre_regnexec(${parameters})`)
  const nothing = idleFunction(koffi, 'int', parameters)
  const idle = (text: NativeText): void => {
    nothing(regex, text.address + BigInt(text.length), text.length, wanted, offsetsAt, 0)
  }
  const found = { start: 0, end: 0, groups: 0 }
  let base = 0
  const next = (text: NativeText, from: number): boolean => {
    base = from
    const rest = from === 0 ? text.address : text.address + BigInt(from)
    const result = Number(
      match(regex, rest, text.length - from, wanted, offsetsAt, from === 0 ? 0 : REG_NOTBOL),
    )
    if (result === REG_NOMATCH) return false
    if (result !== 0) throw new Error(`gave up: error ${result}`)
    found.start = from + offsets[0]!
    found.end = from + offsets[1]!
    if (ask === 'groups') {
      found.groups = 0
      for (let g = 1; g < groups; g++) found.groups += offsets[2 * g + 1]! - offsets[2 * g]!
    }
    return true
  }
  const groupSpans = (): number[] => Array.from(offsets, (offset) => (offset < 0 ? -1 : base + offset))
  return { next, found, idle, groupSpans }
}

/** Its interface has no start offset: after a match it is given the rest of the text, and told it is not the start. */
export const tre: RegexPeer = {
  id: 'tre',
  get version() {
    return version(TRE, (library) => String(library.func('const char *tre_version()')()))
  },
  missing: () => missingLibrary(TRE, 'libtre5'),
  ask: asking(compileTre),
}

const HS = 'libhs.so.5'
const HS_CASELESS = 1
const HS_UTF8_UCP = 32 | 64
const HS_START_OF_MATCH = 256
const HS_MODE_BLOCK = 1

/** Reports every end of every match, so it can only be compared where that gives the same count. */
export const vectorscan: RegexPeer = {
  id: 'vectorscan',
  get version() {
    return version(HS, (library) => String(library.func('const char *hs_version()')()).trim())
  },
  missing: () => missingLibrary(HS, 'libvectorscan5'),
  ask: ({ pattern, ignoreCase, unicode, text, ask, expected }): Question => {
    if (ask === 'groups') throw new Error('it has no groups')
    const { scan, close } = vectorscanScanner(pattern, ignoreCase, unicode, ask === 'spans')
    const native = nativeText(text)
    return { expected, run: () => scan(native, ask), close }
  },
}

/** One compiled pattern, for many texts. */
export function vectorscanScanner(
  pattern: string,
  ignoreCase: boolean,
  unicode: boolean,
  withStart: boolean,
) {
  const { koffi, library } = opened(HS)
  const compile = library.func(
    'int hs_compile(const char *pattern, unsigned int flags, unsigned int mode, void *platform, void *database, void *error)',
  )
  const flags =
    (ignoreCase ? HS_CASELESS : 0) | (unicode ? HS_UTF8_UCP : 0) | (withStart ? HS_START_OF_MATCH : 0)
  const database = new BigUint64Array(1)
  const result = Number(compile(pattern, flags, HS_MODE_BLOCK, null, database, new BigUint64Array(1)))
  if (result !== 0) throw new Error(`refused: error ${result}`)
  const scratch = new BigUint64Array(1)
  library.func('int hs_alloc_scratch(void *database, void *scratch)')(database[0], scratch)
  let count = 0
  let length = 0
  let first = false
  let kept: number[] | null = null
  const onMatch = (_id: number, from: number | bigint, to: number | bigint): number => {
    kept?.push(Number(from), Number(to))
    count++
    length += Number(to) - Number(from)
    // Anything but 0 stops the scan.
    return first ? 1 : 0
  }
  const type = koffi.proto(
    `int hs_match_${String(Math.trunc(performance.now() * 1000))}(unsigned int id, uint64_t from, uint64_t to, unsigned int flags, void *context)`,
  )
  const callback = koffi.register(onMatch, koffi.pointer(type))
  const scanNative = library.func(
    'int hs_scan(void *database, void *text, unsigned int length, unsigned int flags, void *scratch, void *callback, void *context)',
  )
  const scan = (text: NativeText, ask: Task['ask']): number => {
    count = 0
    length = 0
    first = ask === 'test'
    scanNative(database[0], text.address, text.length, 0, scratch[0], callback, null)
    return ask === 'spans' ? length : ask === 'test' ? Math.min(1, count) : count
  }
  /** Start and end of everything that it reports. */
  const list = (text: NativeText): number[] => {
    const all: number[] = (kept = [])
    scan(text, 'count')
    kept = null
    return all
  }
  return { scan, list, close: () => koffi.unregister(callback) }
}

export type LibraryName = 'pcre2' | 'tre' | 'vectorscan' | 're2'

const COMPILERS = { pcre2: compilePcre2, tre: compileTre, re2: compileRe2 } as const

/** Whether a text matches, 1 or 0, by one of the libraries: for a great many short texts. */
export function fragmentMatcher(which: LibraryName, pattern: string): (text: NativeText) => number {
  if (which === 'vectorscan') {
    const { scan } = vectorscanScanner(pattern, false, false, false)
    return (text) => scan(text, 'test')
  }
  const { next } = COMPILERS[which](pattern, { ignoreCase: false, unicode: false, ask: 'test' })
  return (text) => (next(text, 0) ? 1 : 0)
}
