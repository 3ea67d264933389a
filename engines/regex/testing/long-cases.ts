/**
 * Patterns and long texts for `long.ts`: texts of 2 KB to 1 MB in which matches stand dense, sparse, in bursts, and in
 * such numbers that batches end where the matches do; literals of very different lengths; near misses.
 *
 * Each pattern comes with what JavaScript's engine is given for the same meaning, where it has one: alternatives sorted
 * so that the first that matches is the longest, no letters beyond ASCII in texts.
 */
import type { Options } from '../types.ts'
import { randomPattern } from './generate.ts'
import type { Random } from './random.ts'

export interface LongPattern {
  readonly pattern: string
  readonly options: Options
  /** The same for JavaScript's engine, global; null where it has no such meaning. */
  readonly javascript: RegExp | null
  /** What texts are made of: matches, what nearly matches, and what lies between. */
  readonly hits: readonly string[]
  readonly misses: readonly string[]
}

interface Family {
  /** A dot means no newline here, as in JavaScript. */
  readonly pattern: string
  /** Where it differs from the pattern. */
  readonly javascript?: string
  /** False: anchors hold at the edges of the text only. */
  readonly newline?: boolean
  readonly hits: readonly string[]
  readonly misses?: readonly string[]
}

const FAMILIES: readonly Family[] = [
  { pattern: '\\d', hits: ['1', '22', '7'] },
  { pattern: '[ab]', hits: ['a', 'b', 'ab'] },
  { pattern: '', hits: ['a'] },
  { pattern: 'a*', hits: ['a', 'aaa'], misses: ['b'] },
  { pattern: '[ab]*b', hits: ['ab', 'b', 'aab'], misses: ['aaaa'] },
  { pattern: '\\w+', hits: ['word', 'a', 'word_2'] },
  { pattern: '\\b\\w+\\b', hits: ['word', 'a'] },
  { pattern: '[a-z]{2,4}', hits: ['ab', 'abcd', 'abcdefghij'], misses: ['a'] },
  { pattern: '^\\w+', hits: ['\nab', '\nx'], misses: ['ab', '\n'] },
  { pattern: '\\w+$', hits: ['ab\n', 'x\n'], misses: ['ab ', '\n'] },
  { pattern: '\\w+$', newline: false, hits: ['ab'], misses: ['ab '] },
  { pattern: '\\b[a-z]{1,12}ing\\b', hits: ['sitting', 'king'], misses: ['sitter', 'in', 'ings'] },
  {
    pattern: '\\w+\\s+Holmes',
    hits: ['Mr Holmes', 'Sherlock  Holmes'],
    misses: ['Holmes', 'Mr Holme', 'word '],
  },
  { pattern: 'needle[0-9]{1,3}', hits: ['needle1', 'needle4567'], misses: ['needle', 'needl1'] },
  { pattern: 'a.*b', hits: ['a b\n', 'ab\n'], misses: ['a\n', 'b\n'] },
  { pattern: 'x[^z]{0,40}needle', hits: ['x.needle', 'x......needle'], misses: ['xz', 'needle', 'x'] },
  // Behind a match stands what would complete one begun inside of it.
  {
    pattern: '[a-i]\\d|\\dxyz|xq|yz',
    hits: ['a1', 'b2', 'a1b2c3', 'a1xyz', '1xyz', 'yz'],
    misses: ['xyz', 'x', 'a', '1'],
  },
  {
    pattern: '[a-c][=:]|[=:][xy]{3}z|x[ab]|y{1,2}z',
    hits: ['a=', 'b:', 'a=b:', 'a=xyyz', ':yxyz', 'yyz'],
    misses: ['xyz', 'yx', 'c', '='],
  },
  { pattern: '(foo|bar)+baz', hits: ['foobaz', 'barfoobarbaz'], misses: ['foobar', 'ba', 'foo'] },
  // Minimal repetitions: the first choice counts, as in JavaScript.
  { pattern: '<.+?>', hits: ['<a>', '<b c>'], misses: ['<', '\n', '<>', '>'] },
  { pattern: '"[^"]*?"', hits: ['"a"', '""', '"b c"'], misses: ['x'] },
  {
    pattern: 'ERROR.*?timeout',
    hits: ['ERROR 5 timeout\n', 'ERRORtimeout\n'],
    misses: ['ERROR 5\n', 'timeout\n'],
  },
  { pattern: 'a[^c]{0,20}?b', hits: ['ab', 'aaab', 'a....b'], misses: ['a', 'ac', 'b'] },
  {
    pattern: '[[:alnum:]_.-]{0,12}?(key|token)=',
    javascript: '[\\w.-]{0,12}?(key|token)=',

    hits: ['key=', 'my.token=', 'a-b-key='],
    misses: ['key', 'word', 'a.b'],
  },
  { pattern: 'x.*?y|x', hits: ['xy\n', 'x..y\n', 'x\n'], misses: ['y\n'] },
  {
    pattern: '^.{0,30}?(bot|Bot)',

    hits: ['\nbot', '\na Bot'],
    misses: ['bot', '\nabc'],
  },
  { pattern: '(a|ab)*?c', hits: ['c', 'ac', 'ababc'], misses: ['ab', 'a'] },
  { pattern: '[a-z]+?\\d', hits: ['ab1', 'x2'], misses: ['abc', ' ', '9'] },
]

/** What lies between matches; none of it a letter or digit of the patterns but where that is wished. */
const FILLERS = ['.', ' ', '-', '\n', '::', '. . ', '→', '😀', '----', ', ']

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
const lettersOf = (random: Random, letters: string, length: number): string =>
  Array.from({ length }, () => letters[random.below(letters.length)]).join('')

/** Literals whose lengths differ much, some of them inside others. */
function literalSet(random: Random): LongPattern {
  const letters = random.pick(['ab', 'abc', 'abcdefgh'])
  const wanted = random.pick([1, 2, 2, 3, 6, 40, 90])
  const literals = new Set<string>()
  for (let i = 0; i < wanted; i++) {
    const length = random.pick([1, 2, 3, 5, 8, 17, 50, 81, 200, 400])
    const [known] = literals
    const inside = known !== undefined && random.oneIn(3) ? known.slice(0, 4) : ''
    literals.add(lettersOf(random, letters, length) + inside + lettersOf(random, letters, random.below(4)))
  }
  const all = [...literals]
  const ignoreCase = random.oneIn(5)
  const sorted = all.toSorted((a, b) => b.length - a.length).map(escaped)
  const short = all.toSorted((a, b) => a.length - b.length)[0]!
  return {
    pattern: all.map(escaped).join('|'),
    options: ignoreCase ? { ignoreCase } : {},
    javascript: new RegExp(sorted.join('|'), ignoreCase ? 'gi' : 'g'),
    hits: [...all, short, short, ...(ignoreCase ? [short.toUpperCase()] : [])],
    misses: all.map((one) => one.slice(0, -1)),
  }
}

/** A pattern and what its texts are made of. */
export function longPattern(random: Random): LongPattern {
  if (random.oneIn(3)) return literalSet(random)
  if (random.oneIn(40)) {
    // Anything: only the slow reference can judge it.
    const { pattern, options } = randomPattern(random)
    return { pattern, options, javascript: null, hits: ['ab', 'a', 'b', 'ba'], misses: [' ', '\n', 'c'] }
  }
  const family = random.pick(FAMILIES)
  const options = { newline: family.newline !== false }
  // A complement leaves the newline out, too.
  const same = (family.javascript ?? family.pattern).replaceAll(/\[\^([^\]]*)/g, '[^$1\\n')
  return {
    pattern: family.pattern,
    options,
    javascript: new RegExp(same, options.newline ? 'gmu' : 'gu'),
    hits: family.hits,
    misses: family.misses ?? [],
  }
}

/** Numbers of matches at which a batch ends, or a buffer grows, or just not. */
const EDGES = [1, 2, 63, 64, 65, 66, 127, 128, 129, 255, 257, 511, 513, 1023, 1024, 1025, 1026, 2047, 2049]

/** Characters of a text: mostly 2 to 3 KB, one in two thousand up to 1 MB. */
function sizeOf(random: Random): number {
  if (random.oneIn(2000)) return 1 << (14 + random.below(7))
  if (random.oneIn(60)) return 8192 << random.below(3)
  return 2048 + random.below(random.oneIn(8) ? 6000 : 800)
}

/** How often a match stands in a stretch. */
const EVERY = [1, 1, 2, 6, 60, 200]
const STRETCH = 600

/** The texts of one pattern: a few stretches of each kind, put together anew each time. */
export class LongTexts {
  private readonly pattern: LongPattern
  private readonly random: Random
  private readonly stretches: string[]

  constructor(pattern: LongPattern, random: Random) {
    this.pattern = pattern
    this.random = random
    this.stretches = EVERY.flatMap((every) => [this.stretch(every), this.stretch(every)])
  }

  next(): string {
    const { random } = this
    const size = sizeOf(random)
    const parts: string[] = random.oneIn(4) ? [this.counted(size)] : []
    // Of one kind or of all: dense to the end, or dense, sparse and dense again.
    const only = random.oneIn(2) ? random.pick(this.stretches) : null
    for (let length = parts[0]?.length ?? 0; length < size;) {
      const between = length > 0 && random.oneIn(6)
      const part = between
        ? '. '.repeat(random.pick([1, 20, 300, 1000]))
        : (only ?? random.pick(this.stretches))
      parts.push(part)
      length += part.length
    }
    const text = parts.join('').slice(0, Math.max(2048, size))
    // Half a pair is no character.
    return /[\ud800-\udbff]$/.test(text) ? `${text.slice(0, -1)}.` : text
  }

  /** As many matches as fill a batch, one more or less. */
  private counted(size: number): string {
    const { random } = this
    const hit = random.pick(this.pattern.hits) + random.pick(['', ' ', '-', '\n'])
    return hit.repeat(Math.min(random.pick(EDGES), 1 + Math.floor(size / hit.length)))
  }

  /** Pieces, a match in one of `every`. */
  private stretch(every: number): string {
    const { random } = this
    const { hits, misses } = this.pattern
    const parts: string[] = []
    const between = random.oneIn(4) ? [''] : FILLERS
    const single = random.oneIn(3) ? random.pick(FILLERS) : null
    for (let length = 0; length < STRETCH;) {
      let part = ''
      if (random.oneIn(every)) part = random.pick(hits)
      else if (misses.length > 0 && random.oneIn(12)) part = random.pick(misses)
      else if (every > 8 && random.oneIn(20)) part = '. '.repeat(100)
      part += single ?? random.pick(between)
      parts.push(part)
      length += part.length + 1
    }
    return parts.join('')
  }
}
