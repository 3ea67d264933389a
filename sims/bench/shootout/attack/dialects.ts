/**
 * What dialects of patterns make of what ECMAScript reads otherwise, or does not read: the tables of `translate.ts`.
 *
 * Each is that of an engine that is called here, as it is called here: on bytes, or on characters with flag u.
 */

/** Whose pattern it is. `other`: an engine of which nothing is known but that it has regular expressions. */
export const DIALECTS = ['ecmascript', 'python', 'pcre2', 'tre', 'other'] as const
export type DialectName = (typeof DIALECTS)[number]

/** Ranges of characters, both ends included. */
export type Ranges = readonly (readonly [low: number, high: number])[]

export interface Dialect {
  /** Whether all that it reads is known: else what differs among dialects is read as most do, and said to be unknown. */
  readonly isKnown: boolean
  /** Whether characters are bytes, and none of them beyond ASCII is one. */
  readonly bytes: boolean
  /** Whether `\w` and its like know all letters. */
  readonly allLetters: boolean
  /** Whether `.` takes a newline, and `$` is the very end. */
  readonly hasNoLines: boolean
  /** Whether `^` holds behind a last newline with flag m. */
  readonly hasLastLine: boolean
  /** Letters behind a backslash, as ECMAScript has it; `^` and `$` are the text's ends. */
  readonly letters: Readonly<Record<string, string>>
  /** Sets behind a backslash; the capital letter is what is not in it. */
  readonly sets: Readonly<Record<string, Ranges>>
  /** Letters of which nothing is known stand for themselves; else they are unknown. */
  readonly hasPlainLetters: boolean
  /** Whether a backslash in a class is one character, as in POSIX. */
  readonly hasPlainClasses: boolean
  /** `[:alpha:]` in a class. */
  readonly hasNamedClasses: boolean
  /** `\Q...\E`. */
  readonly hasQuotes: boolean
  /** `a++`. */
  readonly hasPossessive: boolean
  /** Letters of `(?i)` that are known to do what they say. */
  readonly switches: string
  /** `{,3}`: from none to three, or, by its version, the text. */
  readonly openCount: 'count' | 'unsure'
  /** Whether `\ddd` is an octal number where it might be a reference back. */
  readonly hasOctal: boolean
}

/** The last newline of a text is no line of its own. */
const BEFORE_LAST_NEWLINE = '(?=\\n?$)'
const DIGITS: Ranges = [[0x30, 0x39]]
const WORD: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]
const SPACE: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
]
const BLANK: Ranges = [
  [0x09, 0x09],
  [0x20, 0x20],
]
const ALL_BLANKS: Ranges = [
  ...BLANK,
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x180e, 0x180e],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
]
const VERTICAL: Ranges = [[0x0a, 0x0d]]
const ALL_VERTICALS: Ranges = [...VERTICAL, [0x85, 0x85], [0x2028, 0x2029]]
const UPPER: Ranges = [[0x41, 0x5a]]
const LOWER: Ranges = [[0x61, 0x7a]]

/** `[:alpha:]` and its like. */
export const NAMED: Readonly<Record<string, Ranges>> = {
  alpha: [...UPPER, ...LOWER],
  digit: DIGITS,
  alnum: [...DIGITS, ...UPPER, ...LOWER],
  upper: UPPER,
  lower: LOWER,
  space: SPACE,
  blank: BLANK,
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  print: [[0x20, 0x7e]],
  graph: [[0x21, 0x7e]],
  cntrl: [
    [0x00, 0x1f],
    [0x7f, 0x7f],
  ],
  xdigit: [...DIGITS, [0x41, 0x46], [0x61, 0x66]],
  word: WORD,
  ascii: [[0x00, 0x7f]],
}

/** The same everywhere. */
const LETTERS = { n: '\\n', r: '\\r', t: '\\t', f: '\\f' }
const SETS = { d: DIGITS, w: WORD, s: SPACE }
export const COMMON = new Set('nrtfbBdDwWsS')

const python: Dialect = {
  isKnown: true,
  bytes: true,
  allLetters: false,
  hasNoLines: false,
  hasLastLine: true,
  letters: { ...LETTERS, a: '\\u0007', v: '\\v', A: '^', Z: '$', z: '$' },
  sets: SETS,
  hasPlainLetters: false,
  hasPlainClasses: false,
  hasNamedClasses: false,
  hasQuotes: false,
  hasPossessive: true,
  switches: 'imsxa',
  openCount: 'count',
  hasOctal: true,
}

const pcre2 = (flags: string): Dialect => {
  const all = flags.includes('u')
  return {
    isKnown: true,
    bytes: !all,
    allLetters: all,
    hasNoLines: false,
    hasLastLine: false,
    letters: {
      ...LETTERS,
      a: '\\u0007',
      e: '\\u001b',
      A: '^',
      Z: BEFORE_LAST_NEWLINE,
      z: '$',
      N: '[^\\n]',
      E: '',
    },
    sets: { ...SETS, h: all ? ALL_BLANKS : BLANK, v: all ? ALL_VERTICALS : VERTICAL },
    hasPlainLetters: false,
    hasPlainClasses: false,
    hasNamedClasses: true,
    hasQuotes: true,
    hasPossessive: true,
    switches: 'imsxnJ',
    openCount: 'unsure',
    hasOctal: false,
  }
}

const tre: Dialect = {
  isKnown: true,
  bytes: true,
  allLetters: false,
  hasNoLines: true,
  hasLastLine: true,
  letters: {
    ...LETTERS,
    a: '\\u0007',
    e: '\\u001b',
    '<': '\\b(?=\\w)',
    '>': '\\b(?<=\\w)',
    // The text's ends are ends of words to it, whatever stands there.
    b: '(?:^|$|\\b)',
    B: '(?!^|$)\\B',
  },
  sets: SETS,
  hasPlainLetters: true,
  hasPlainClasses: true,
  hasNamedClasses: true,
  hasQuotes: true,
  hasPossessive: false,
  switches: 'i',
  openCount: 'count',
  hasOctal: false,
}

/** Perl's in the main, as most are. */
const other = (flags: string): Dialect => ({
  ...pcre2(`${flags}u`),
  isKnown: false,
  bytes: false,
  allLetters: false,
  letters: { ...pcre2('').letters, '<': '\\b(?=\\w)', '>': '\\b(?<=\\w)' },
  switches: 'imsx',
})

export function dialectOf(name: Exclude<DialectName, 'ecmascript'>, flags: string): Dialect {
  switch (name) {
    case 'python':
      return python
    case 'pcre2':
      return pcre2(flags)
    case 'tre':
      return tre
    default:
      return other(flags)
  }
}
