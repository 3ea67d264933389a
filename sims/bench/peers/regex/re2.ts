/**
 * RE2 itself, through the mangled names of its C++ interface: no compiler, no add-on built for one V8.
 *
 * This is libre2.so.9 (Debian 12; 2020 to 2022), whose texts are `re2::StringPiece`: a pointer and a size, passed by
 * reference. Later ones take `std::string_view` by value under other names, and are not found here.
 *
 * Its class lies in memory of ours. What is known of its insides is the layout of `RE2::Options`, as its public header
 * declares it; the library's own constructor fills that, and what it wrote is compared before anything is changed.
 *
 * It is asked for what POSIX asks: the longest of the leftmost matches, and a dot that matches a newline.
 */
import { spawnSync } from 'node:child_process'
import { asking, idleFunction, missingLibrary, opened, version } from './library.ts'
import type { Compile, NativeText } from './library.ts'
import type { RegexPeer } from './peer.ts'

const RE2 = 'libre2.so.9'
const DEBIAN = 'libre2-9'

/** Where things lie in one block; an RE2 has 216 bytes. */
const REGEX = 0
const OPTIONS = 1024
const PATTERN = 1280
const TEXT = 1296
const GROUPS = 1536
const PIECE = 16

/** `RE2::Quiet`: the defaults, and no log of patterns that it refuses. */
const QUIET = 3
const ENCODING_UTF8 = 1
const ENCODING_LATIN1 = 2
const UNANCHORED = 0
const DEFAULT_MEMORY = 8 << 20
/** Four times the cache that our engine has: its automata shall not want for room. */
const MEMORY = 64 << 20

/** Offsets in `RE2::Options`. */
const ENCODING = 0
const LONGEST_MATCH = 5
const LOG_ERRORS = 6
const MAX_MEM = 8
const DOT_NL = 18
const CASE_SENSITIVE = 20

function checkLayout(options: DataView): void {
  const expected: readonly [number, number][] = [
    [options.getUint32(ENCODING, true), ENCODING_UTF8],
    [options.getUint8(LONGEST_MATCH), 0],
    [options.getUint8(LOG_ERRORS), 0],
    [Number(options.getBigInt64(MAX_MEM, true)), DEFAULT_MEMORY],
    [options.getUint8(DOT_NL), 0],
    [options.getUint8(CASE_SENSITIVE), 1],
  ]
  for (const [is, should] of expected) {
    if (is !== should) throw new Error(`${RE2}: RE2::Options has another layout than is known here`)
  }
}

/** In a pattern of code points, those escapes that mean Unicode's classes to us and ASCII's to RE2. */
const ASCII_ONLY = /\\[wWsSbB<>]/

/** Capturing groups of a pattern: with an empty alternative any pattern matches, and V8 lists its groups. */
const groupsOf = (pattern: string): number => new RegExp(`${pattern}|`).exec('')!.length - 1

export const compileRe2: Compile = (pattern, { ignoreCase, unicode, ask }) => {
  if (unicode && ASCII_ONLY.test(pattern))
    throw new Error('not the same language: its \\w, \\s, \\b are ASCII')
  const { koffi, library } = opened(RE2)
  const wanted = ask === 'test' ? 0 : ask === 'groups' ? 1 + groupsOf(pattern) : 1
  const source = Buffer.from(pattern)
  const sourceAt = GROUPS + PIECE * wanted
  const bytes = sourceAt + source.length
  const block = koffi.alloc('uint8_t', bytes)
  const memory = new DataView(koffi.view(block, bytes))
  const [regex, options, textPiece, groupPieces] = [REGEX, OPTIONS, TEXT, GROUPS].map(
    (at) => block + BigInt(at),
  )
  const setPiece = (at: number, { address, length }: Omit<NativeText, 'bytes'>): void => {
    memory.setBigUint64(at, address, true)
    memory.setBigUint64(at + 8, BigInt(length), true)
  }

  library.func('void _ZN3re23RE27OptionsC1ENS0_13CannedOptionsE(void *options, int canned)')(options, QUIET)
  checkLayout(new DataView(memory.buffer, OPTIONS))
  memory.setUint32(OPTIONS + ENCODING, unicode ? ENCODING_UTF8 : ENCODING_LATIN1, true)
  memory.setUint8(OPTIONS + LONGEST_MATCH, 1)
  memory.setBigInt64(OPTIONS + MAX_MEM, BigInt(MEMORY), true)
  memory.setUint8(OPTIONS + DOT_NL, 1)
  memory.setUint8(OPTIONS + CASE_SENSITIVE, ignoreCase ? 0 : 1)

  new Uint8Array(memory.buffer).set(source, sourceAt)
  setPiece(PATTERN, { address: block + BigInt(sourceAt), length: source.length })
  library.func(
    'void _ZN3re23RE2C1ERKNS_11StringPieceERKNS0_7OptionsE(void *regex, void *pattern, void *options)',
  )(regex, block + BigInt(PATTERN), options)
  const close = (): void => {
    library.func('void _ZN3re23RE2D1Ev(void *regex)')(regex)
    koffi.free(block)
  }
  if (Number(library.func('int _ZNK3re23RE211ProgramSizeEv(void *regex)')(regex)) < 0) {
    close()
    throw new Error('refused')
  }

  const parameters = 'void *regex, void *text, size_t from, size_t to, int anchor, void *groups, int wanted'
  const match = library.func(`bool _ZNK3re23RE25MatchERKNS_11StringPieceEmmNS0_6AnchorEPS1_i(${parameters})`)
  const nothing = idleFunction(koffi, 'bool', parameters)
  const idle = (text: NativeText): void => {
    nothing(regex, textPiece, 0, text.length, UNANCHORED, groupPieces, wanted)
  }
  // Words of 32 bits: BigInts of every match would cost as much as calling.
  const words = new Uint32Array(memory.buffer, GROUPS, 4 * wanted)
  const found = { start: 0, end: 0, groups: 0 }
  let current: NativeText | null = null
  let base = 0
  const next = (text: NativeText, from: number): boolean => {
    if (text !== current) {
      setPiece(TEXT, text)
      base = Number(text.address)
      current = text
    }
    if (match(regex, textPiece, from, text.length, UNANCHORED, groupPieces, wanted) !== true) return false
    if (wanted === 0) return true
    found.start = words[0]! + words[1]! * 2 ** 32 - base
    found.end = found.start + words[2]!
    if (ask === 'groups') {
      found.groups = 0
      for (let g = 1; g < wanted; g++) found.groups += words[4 * g + 2]!
    }
    return true
  }
  const groupSpans = (): number[] =>
    Array.from({ length: wanted }, (_, g) => {
      // An unset group is an empty piece at no address.
      const at = words[4 * g]! + words[4 * g + 1]! * 2 ** 32
      return at === 0 ? [-1, -1] : [at - base, at - base + words[4 * g + 2]!]
    }).flat()
  return { next, found, idle, groupSpans, close }
}

/** The package's version, as the library does not tell its own. */
function packageVersion(): string {
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', DEBIAN], { encoding: 'utf8' })
  return status === 0 ? stdout.replace(/[+-].*/, '') : RE2
}

export const re2: RegexPeer = {
  id: 're2',
  get version() {
    return version(RE2, packageVersion)
  },
  missing: () => missingLibrary(RE2, DEBIAN),
  ask: asking(compileRe2),
}
