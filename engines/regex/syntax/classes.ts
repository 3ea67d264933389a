/**
 * The POSIX character classes. Over bytes they are ASCII's; over code points they follow Unicode's own recommendation
 * for POSIX compatibility (UTS #18, Annex C), but for three that are as C libraries and TRE have them: digit and xdigit
 * are ASCII's, and punct is all of graph that is not alnum. That is more than Annex C's punctuation and symbols: marks
 * (U+0301), numbers that are no digits (U+00B2), formats (U+200D) and private use are in it too.
 */
import type { Ranges } from './ast.ts'
import { complement, decodeRanges, HIGHEST_CODE_POINT, intersect, union } from './ranges.ts'
import {
  ALPHABETIC,
  DECIMAL,
  LOWERCASE,
  SPACE_SEPARATOR,
  UNASSIGNED,
  UPPERCASE,
  WHITE_SPACE,
} from './unicode.ts'

const ASCII = {
  alpha: [0x41, 0x5a, 0x61, 0x7a],
  upper: [0x41, 0x5a],
  lower: [0x61, 0x7a],
  digit: [0x30, 0x39],
  xdigit: [0x30, 0x39, 0x41, 0x46, 0x61, 0x66],
  alnum: [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a],
  space: [0x09, 0x0d, 0x20, 0x20],
  blank: [0x09, 0x09, 0x20, 0x20],
  punct: [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e],
  print: [0x20, 0x7e],
  graph: [0x21, 0x7e],
  cntrl: [0x00, 0x1f, 0x7f, 0x7f],
} as const

export type ClassName = keyof typeof ASCII

const CONTROL = [0x00, 0x1f, 0x7f, 0x9f]
const SURROGATES = [0xd800, 0xdfff]

const unicodeClasses: Record<ClassName, () => Ranges> = {
  alpha: () => decodeRanges(ALPHABETIC),
  upper: () => decodeRanges(UPPERCASE),
  lower: () => decodeRanges(LOWERCASE),
  digit: () => ASCII.digit,
  xdigit: () => ASCII.xdigit,
  alnum: () => union(unicodeClass('alpha'), decodeRanges(DECIMAL)),
  space: () => decodeRanges(WHITE_SPACE),
  blank: () => union([0x09, 0x09], decodeRanges(SPACE_SEPARATOR)),
  punct: () => intersect(unicodeClass('graph'), complement(unicodeClass('alnum'), HIGHEST_CODE_POINT)),
  print: () => union(unicodeClass('graph'), decodeRanges(SPACE_SEPARATOR)),
  graph: () => {
    const absent = union(union(CONTROL, SURROGATES), decodeRanges(UNASSIGNED))
    return complement(union(absent, decodeRanges(WHITE_SPACE)), HIGHEST_CODE_POINT)
  },
  cntrl: () => CONTROL,
}

const cache = new Map<ClassName, Ranges>()

function unicodeClass(name: ClassName): Ranges {
  let ranges = cache.get(name)
  if (!ranges) {
    ranges = unicodeClasses[name]()
    cache.set(name, ranges)
  }
  return ranges
}

/** The class called `name`, or undefined where there is none. */
export function posixClass(name: string, bytes: boolean): Ranges | undefined {
  if (!Object.hasOwn(ASCII, name)) return undefined
  return bytes ? ASCII[name as ClassName] : unicodeClass(name as ClassName)
}

let unicodeWord: Ranges | undefined

/** What `\w`, `\<`, `\>` and `\b` take for a word character: letters, digits and the underscore. */
export function wordRanges(bytes: boolean): Ranges {
  if (bytes) return [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]
  unicodeWord ??= union(unicodeClass('alnum'), [0x5f, 0x5f])
  return unicodeWord
}
