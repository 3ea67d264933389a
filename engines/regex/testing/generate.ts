/**
 * Random patterns, options and texts, made to disagree about: few letters, so that parts overlap; many stars, empty
 * alternatives and nested bounds; all that the syntax has, but rarely.
 */
import type { Options } from '../types.ts'
import type { Broken } from './compare.ts'
import type { Random } from './random.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export interface Generated {
  readonly pattern: string
  readonly options: Options
}

/** Spellings that differ between extended and basic syntax. */
interface Spelling {
  readonly open: string
  readonly close: string
  readonly braceOpen: string
  readonly braceClose: string
  readonly extended: boolean
}

const ERE: Spelling = { open: '(', close: ')', braceOpen: '{', braceClose: '}', extended: true }
const BRE: Spelling = { open: '\\(', close: '\\)', braceOpen: '\\{', braceClose: '\\}', extended: false }

const COMMON = ['a', 'a', 'a', 'b', 'b', '.', '[ab]']
const RARE = [
  'c',
  '[^a]',
  '[^b\n]',
  '[[:alpha:]]',
  '\\w',
  '\\W',
  '\\s',
  '\\d',
  'é',
  '[é-ü]',
  'B',
  '_',
  ' ',
  '\n',
  '1',
  '😀',
  // Where bytes and characters differ, and 32 above a letter, as a small letter is above a capital.
  '\u0081',
  '[a\u0081]',
  '[b\u0082]',
  '[\u0080-ÿ]',
]
const ASSERTS = ['^', '$', '\\b', '\\B', '\\<', '\\>']
const BOUNDS = ['0,1', '1', '2', '3', '1,2', '2,3', '0,2', '1,3', '2,', '1,', ',2', '0', '0,', '3,4']
const FLAGS = ['i', '-i', 'n', '-n', 'r', '-r', 'U', '-U']

class PatternMaker {
  private readonly random: Random
  private readonly spelling: Spelling
  private readonly asserts: boolean
  private readonly minimal: boolean
  private readonly rare: number

  constructor(random: Random, spelling: Spelling) {
    this.random = random
    this.spelling = spelling
    this.asserts = random.oneIn(4)
    this.minimal = spelling.extended && random.oneIn(5)
    this.rare = random.pick([3, 12, 1000, 1000])
  }

  alternation(depth: number): string {
    const { random, spelling } = this
    const count = spelling.extended && random.oneIn(3) ? 2 + random.below(2) : 1
    const branches = Array.from({ length: count }, () =>
      count > 1 && random.oneIn(8) ? '' : this.branch(depth),
    )
    return branches.join('|')
  }

  private branch(depth: number): string {
    return Array.from({ length: 1 + this.random.below(3) }, () => this.piece(depth)).join('')
  }

  private piece(depth: number): string {
    const atom = this.atom(depth)
    if (!this.random.oneIn(3) || ASSERTS.includes(atom)) return atom
    return atom + this.repetition()
  }

  private repetition(): string {
    const { random, spelling } = this
    let mark = random.pick(['*', '*', '+', '?', 'bound'])
    if (mark === 'bound' || (!spelling.extended && mark !== '*')) {
      mark = spelling.braceOpen + random.pick(BOUNDS) + spelling.braceClose
    }
    return this.minimal && random.oneIn(2) ? `${mark}?` : mark
  }

  private atom(depth: number): string {
    const { random, spelling } = this
    if (depth > 0 && random.oneIn(2)) {
      const inner = this.alternation(depth - 1)
      if (!spelling.extended || !random.oneIn(6)) return spelling.open + inner + spelling.close
      return random.oneIn(8) ? `(?${random.pick(FLAGS)}:${inner})` : `(?:${inner})`
    }
    if (this.asserts && random.oneIn(4)) return random.pick(ASSERTS)
    return random.pick(random.oneIn(this.rare) ? RARE : COMMON)
  }
}

export function randomPattern(random: Random): Generated {
  const options: Mutable<Options> = {}
  if (random.oneIn(3)) options.rules = 'tre'
  if (random.oneIn(7)) options.ignoreCase = true
  if (random.oneIn(7)) options.newline = true
  if (random.oneIn(5)) options.encoding = 'bytes'
  if (random.oneIn(40)) options.ungreedy = true
  if (random.oneIn(30)) options.rightAssoc = true
  if (random.oneIn(50)) options.syntax = 'literal'
  const basic = !options.syntax && random.oneIn(20)
  if (basic) options.syntax = 'bre'
  const maker = new PatternMaker(random, basic ? BRE : ERE)
  return { pattern: maker.alternation(random.pick([1, 1, 2, 2, 2, 3])), options }
}

const LETTERS = [
  ['a'],
  ['a', 'b'],
  ['a', 'a', 'b'],
  ['a', 'b', 'c', ' '],
  ['a', 'b', '\n', ' ', '_'],
  ['a', 'é', 'É', 'b', 'ß', '😀', '1'],
  ['a', 'A', 'b', 'B'],
  ['a', 'b', '\u0081', '\u0082', 'ÿ'],
]

export function randomText(random: Random): string {
  const letters = random.pick(LETTERS)
  const length = random.oneIn(12) ? 8 + random.below(8) : random.below(8)
  return Array.from({ length }, () => random.pick(letters)).join('')
}

/** A lead alone, sequences cut short, bytes without a lead, too long a form, a surrogate, what never occurs. */
const BROKEN = [
  'e9',
  'c3',
  'e980',
  'f0',
  'f09f',
  'f09f98',
  '80',
  'bf',
  'c080',
  'eda080',
  'f48f',
  'f490',
  'ff',
]

/** A few pieces of bytes that are no UTF-8, and where in the text they stand; next to each other they may be again. */
export function randomBroken(random: Random, text: string): Broken[] {
  const places = Array.from({ length: 1 + random.below(3) }, () =>
    wholeCharacters(text, random.below(text.length + 1)),
  )
  return places.sort((a, b) => a - b).map((at) => ({ at, bytes: random.pick(BROKEN) }))
}

/** The largest offset not above `at` that does not split a surrogate pair. */
export function wholeCharacters(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
}
