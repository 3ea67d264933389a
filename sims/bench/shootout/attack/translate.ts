/**
 * A pattern of another dialect as one of ECMAScript that takes the same ways on the same texts, as far as there is one: the
 * search for attacks reads no other. Where there is none the nearest is made, which finds most attacks, and what it does
 * not do justice to is named: that no attack was found then says nothing.
 *
 * Much that others read in a way of their own ECMAScript takes without complaint for something else: `\A` for the letter,
 * `[[:digit:]]` for a class and a bracket. So every pattern is read from begin to end, not only those that it refuses.
 */
import { complement, inClass, isPattern, literal, rangesOf } from './characters.ts'
import { COMMON, NAMED, type Dialect, type Ranges } from './dialects.ts'

export interface Translation {
  readonly source: string
  readonly flags: string
  /** The first part that is not read as the dialect does, null for none. */
  readonly differs: string | null
}

interface Switches {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
  readonly x: boolean
}

/** A bracket that is open, or the whole pattern. */
interface Frame {
  readonly switches: Switches
  /** Where it stands in what has been written. */
  readonly at: number
  /** What ends it. */
  readonly close: string
  /** Whether it is read from its end. */
  readonly behind: boolean
  /** Brackets that a switch in its middle has opened: each branch has them anew. */
  opened: string[]
}

/** Null for what is no pattern of any dialect, or one whose parts cannot be told apart. */
export function translate(pattern: string, flags: string, dialect: Dialect): Translation | null {
  try {
    return new Translator(pattern, flags, dialect).translate()
  } catch (error) {
    if (error instanceof Unreadable) return null
    throw error
  }
}

class Unreadable extends Error {}

/**
 * That `$` holds before a last newline, too, makes no difference to how time grows, unless something asks for what is not
 * taken, or counts on a first way: all that is behind it there is one character.
 */
const MINDS_LAST_NEWLINE = /\(\?<?[=!]|\(\?>|[*+?}]\+|\\[zZGKRkg1-9]|\(\?P[=>]|\(\?\(|\(\*/

class Translator {
  private readonly pattern: string
  private readonly dialect: Dialect
  private readonly unicode: boolean
  private readonly mindsLastNewline: boolean
  private readonly out: string[] = []
  private readonly names = new Map<string, number>()
  private readonly frames: Frame[] = []
  private at = 0
  private groups = 0
  private atomics = 0
  private switches: Switches
  /** `i` of the whole, in ECMAScript's flags. */
  private ignoresCase: boolean
  private usesProperties = false
  private differs: string | null = null
  /** Where the last atom was begun to be written, what a count is of; null where none can be. */
  private atom: number | null = null

  constructor(pattern: string, flags: string, dialect: Dialect) {
    this.pattern = pattern
    this.dialect = dialect
    this.unicode = flags.includes('u') && !dialect.bytes
    this.mindsLastNewline = MINDS_LAST_NEWLINE.test(pattern)
    this.ignoresCase = flags.includes('i')
    this.switches = { i: this.ignoresCase, m: flags.includes('m'), s: flags.includes('s'), x: false }
  }

  translate(): Translation {
    this.open('', '')
    while (this.at < this.pattern.length) this.next()
    this.closeFrame()
    if (this.frames.length > 0) throw new Unreadable()
    const flags = `${this.ignoresCase ? 'i' : ''}${this.unicode || this.usesProperties ? 'u' : ''}`
    return { source: this.out.join(''), flags, differs: this.differs }
  }

  private next(): void {
    const char = this.peek()
    switch (char) {
      case '\\':
        return this.escape()
      case '[':
        return this.bracket()
      case '(':
        return this.group()
      case ')':
        this.at++
        this.closeFrame()
        if (this.frames.length === 0) throw new Unreadable()
        return
      case '|':
        this.at++
        this.branch()
        return
      case '^':
      case '$':
      case '.':
        this.at++
        return char === '.' ? this.write(this.dot()) : this.write(this.anchor(char), null)
      case '*':
      case '+':
      case '?':
        this.at++
        return this.count(char)
      case '{':
        return this.brace()
      default:
        if (this.switches.x && this.skipComment()) return
        this.character(this.take(/[^]/uy))
    }
  }

  private peek(): string {
    return this.pattern[this.at] ?? ''
  }

  /** What stands here, which must be that. */
  private take(what: RegExp): string {
    const text = this.look(what)?.[0]
    if (text === undefined) throw new Unreadable()
    this.at += text.length
    return text
  }

  private look(what: RegExp): RegExpExecArray | null {
    what.lastIndex = this.at
    return what.exec(this.pattern)
  }

  /** What it is at the moment is not read as the dialect does. */
  private unlike(what: string): void {
    this.differs ??= what
  }

  private unlikeUnlessKnown(what: string): void {
    if (!this.dialect.isKnown) this.unlike(what)
  }

  private write(text: string, atom: number | null = this.out.length): void {
    this.out.push(text)
    this.atom = atom
  }

  private character(char: string): void {
    this.checkCharacter(char)
    this.write(literal(char))
  }

  private checkCharacter(char: string): void {
    if (char.codePointAt(0)! < 0x80) return
    if (this.dialect.bytes) this.unlike(char)
    else this.unlikeUnlessKnown(char)
  }

  private dot(): string {
    return this.switches.s || this.dialect.hasNoLines ? '[^]' : '[^\\n]'
  }

  private anchor(char: '^' | '$'): string {
    if (this.dialect.hasNoLines && !this.switches.m) return char
    if (!this.switches.m) return char === '$' && this.mindsLastNewline ? '(?=\\n?$)' : char
    if (char === '$') return '(?![^\\n])'
    return this.dialect.hasLastLine ? '(?<![^\\n])' : '(?:^|(?<=\\n)(?=[^]))'
  }

  private skipComment(): boolean {
    const found = this.look(/[\t-\r ]+|#[^\n]*\n?/y)
    if (found === null) return false
    this.at += found[0].length
    return true
  }

  // Brackets.

  private open(text: string, close: string, behind = this.frames.at(-1)?.behind ?? false): void {
    this.frames.push({ switches: this.switches, at: this.out.length, close, behind, opened: [] })
    this.write(text, null)
  }

  private closeFrame(): void {
    const frame = this.frames.pop()
    if (frame === undefined) throw new Unreadable()
    this.out.push(')'.repeat(frame.opened.length), frame.close)
    this.switches = frame.switches
    this.atom = frame.at
  }

  private branch(): void {
    const { opened } = this.frames.at(-1)!
    this.write(`${')'.repeat(opened.length)}|${opened.join('')}`, null)
  }

  private group(): void {
    if (this.look(/\(\*/y)) return this.verb()
    if (!this.look(/\(\?/y)) {
      this.at++
      return this.capture(null)
    }
    const comment = this.look(/\(\?#[^)]*\)/y)
    if (comment !== null) {
      this.at += comment[0].length
      return
    }
    const around = this.look(/\(\?(?::|\||<?[=!])/y)
    if (around !== null) {
      const [text] = around
      this.at += text.length
      const isBehind = text.startsWith('(?<')
      return this.open(text === '(?|' ? '(?:' : text, ')', isBehind || undefined)
    }
    if (this.look(/\(\?>/y)) {
      this.at += 3
      return this.atomic()
    }
    const named = this.look(/\(\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/y)
    if (named !== null) {
      this.at += named[0].length
      return this.capture(named[1] ?? named[2]!)
    }
    const switched = this.look(/\(\?(\^?[A-Za-z]*(?:-[A-Za-z]*)?)([:)])/y)
    if (switched !== null && !switched[1]!.startsWith('R')) {
      this.at += switched[0].length
      return this.switch(switched[1]!, switched[2] === ':')
    }
    const back = this.look(/\(\?P=(\w+)\)/y)
    if (back !== null) return this.reference(back[0], back[1]!)
    const condition = this.look(/\(\?\((?:<\w+>|'\w+'|\w+)\)/y)
    if (condition !== null) {
      this.at += condition[0].length
      this.unlike(condition[0])
      return this.open('(?:', ')')
    }
    // What the pattern calls of itself has no end that could be written.
    const call = this.look(/\(\?(?:R|[-+]?\d+|&\w+|P>\w+|C\d*)\)/y)
    if (call === null) throw new Unreadable()
    this.at += call[0].length
    this.unlike(call[0])
    this.write('(?:)')
  }

  private capture(name: string | null): void {
    this.groups++
    if (name !== null && !this.names.has(name)) this.names.set(name, this.groups)
    this.open(`(?<g${this.groups}>`, ')')
  }

  /** Looking ahead does not come back to what it has found: what it took is then all that there is to take. */
  private atomic(): void {
    this.unlikeUnlessKnown('(?>')
    const { behind } = this.frames.at(-1)!
    if (behind) this.unlike('(?>')
    const name = `p${++this.atomics}`
    this.open(`(?:(?=(?<${name}>`, `))\\k<${name}>)`)
  }

  private verb(): void {
    const [text] = this.look(/\(\*[^:)]*[:)]/y) ?? []
    if (text === undefined) throw new Unreadable()
    this.at += text.length
    this.unlike(text)
    if (text.endsWith(':')) this.open('(?:', ')')
  }

  private switch(letters: string, isGroup: boolean): void {
    const [on = '', off = ''] = letters.split('-')
    for (const letter of `${on}${off}`.replace('^', '')) {
      if (!this.dialect.switches.includes(letter)) this.unlike(`(?${letters}`)
    }
    if (on.includes('xx')) this.unlike(`(?${letters}`)
    const before = this.switches
    const base = on.startsWith('^') ? { i: false, m: false, s: false, x: false } : before
    const has = (letter: keyof Switches): boolean =>
      !off.includes(letter) && (on.includes(letter) || base[letter])
    const after: Switches = { i: has('i'), m: has('m'), s: has('s'), x: has('x') }
    const bracket = after.i === before.i ? null : after.i ? '(?i:' : '(?-i:'
    if (isGroup) this.open(bracket ?? '(?:', ')')
    else if (bracket !== null && this.out.join('') === '') this.ignoresCase = after.i
    else if (bracket !== null) {
      this.frames.at(-1)!.opened.push(bracket)
      this.write(bracket, null)
    }
    this.switches = after
  }

  // What stands for one character, or for a place.

  private escape(): void {
    const { dialect } = this
    if (dialect.hasQuotes && this.look(/\\Q/y)) return this.quote()
    const code = this.codeOf()
    if (code !== null) return this.character(String.fromCodePoint(code))
    const property = this.property()
    if (property !== null) return this.write(`[${property}]`)
    const named = this.look(/\\(?:k(?:<(\w+)>|'(\w+)'|\{(\w+)\})|g\{?(-?\w+)\}?|([1-9]\d?))/y)
    if (named !== null && !dialect.hasPlainLetters)
      return this.reference(
        named[0],
        named.slice(1).find((name) => name !== undefined)!,
      )
    if (named?.[5] !== undefined) return this.reference(named[0], named[5])
    const text = this.take(/\\[^]/uy)
    const letter = text.slice(1)
    if (!COMMON.has(letter) && (/[A-Za-z0-9]/.test(letter) || letter in dialect.letters))
      this.unlikeUnlessKnown(text)
    if (letter === 'b' || letter === 'B')
      return this.write(dialect.letters[letter] ?? this.boundary(letter === 'B'), null)
    const set = this.setOf(letter.toLowerCase())
    if (set !== null) return this.write(`[${/[A-Z]/.test(letter) ? '^' : ''}${set}]`)
    const known = dialect.letters[letter]
    if (known === '') return
    if (known !== undefined) return this.write(known, /^[\\[](?!b)/.test(known) ? this.out.length : null)
    this.checkLetter(text)
    if (letter === 'G') return this.write('^', null)
    if (letter === 'R') return this.write('(?:\\r\\n|[\\n-\\r])')
    if (letter === 'X' || letter === 'C') return this.write('[^]')
    if (letter === 'K') return
    this.character(letter)
  }

  private checkLetter(text: string): void {
    if (/^\\[A-Za-z0-9]/.test(text) && !this.dialect.hasPlainLetters) this.unlike(text)
  }

  private boundary(isNegated: boolean): string {
    if (!this.dialect.allLetters) return isNegated ? '\\B' : '\\b'
    const word = `[${this.setOf('w')!}]`
    return isNegated
      ? `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`
      : `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
  }

  /** A set's ranges as they stand in a class; null for a letter that is no set. */
  private setOf(letter: string): string | null {
    const lower = letter.toLowerCase()
    const ranges = Object.hasOwn(this.dialect.sets, lower) ? this.dialect.sets[lower]! : null
    if (ranges === null) return null
    const isNegated = letter !== lower
    if (this.dialect.allLetters && lower in UNICODE) {
      this.usesProperties = true
      const set = UNICODE[lower as keyof typeof UNICODE]
      if (!isNegated) return set
      // The opposite of several sets cannot stand among others.
      if (lower !== 'd') this.unlike(`\\${letter}`)
      return lower === 'd' ? '\\P{Nd}' : `\\${letter}`
    }
    return rangesOf(isNegated ? this.rest(ranges) : ranges)
  }

  private rest(ranges: Ranges): Ranges {
    return complement(ranges, this.unicode ? 0x10_ffff : 0xffff)
  }

  /** A character by its number, null where there is none. */
  private codeOf(): number | null {
    const { dialect } = this
    const found = this.look(
      /\\(?:x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|x([0-9A-Fa-f]?)|o\{([0-7]{1,7})\}|0([0-7]{0,2})|([0-3][0-7]{2})|c([A-Za-z]))/y,
    )
    if (found === null) return null
    const [text, braced, two, fewer, octal, zero, three, control] = found
    if (three !== undefined && !dialect.hasOctal) return null
    if (dialect.hasPlainLetters && !text.startsWith('\\x')) return null
    this.at += text.length
    // Which of them there are differs.
    if (two === undefined && (fewer !== undefined || zero !== '')) this.unlikeUnlessKnown(text)
    if (control !== undefined) return control.toUpperCase().charCodeAt(0) ^ 0x40
    const code =
      octal !== undefined || zero !== undefined || three !== undefined
        ? Number.parseInt((octal ?? zero ?? three) || '0', 8)
        : Number.parseInt((braced ?? two ?? fewer) || '0', 16)
    if (code > 0x10_ffff) throw new Unreadable()
    return code
  }

  /** `\p{L}` as it stands in a class, null where there is none. */
  private property(): string | null {
    const found = this.dialect.hasPlainLetters ? null : this.look(/\\([pP])(?:\{(\^?)([\w&= ]+)\}|([A-Z]))/y)
    if (found === null) return null
    const [text, capital, caret, long, short] = found
    this.at += text.length
    this.usesProperties = true
    const name = (long ?? short)!
    const escaped = (capital === 'P') !== (caret === '^') ? '\\P' : '\\p'
    const known = [name, `Script=${name}`].find((one) => isPattern(`\\p{${one}}`, 'u'))
    // On bytes, what is a letter beyond ASCII hangs on the byte.
    if (known === undefined || this.dialect.bytes || !this.dialect.isKnown) this.unlike(text)
    return known === undefined ? rangesOf(NAMED['word']!) : `${escaped}{${known}}`
  }

  private quote(): void {
    const found = this.look(/\\Q([^]*?)(?:\\E|$)/y)!
    this.unlikeUnlessKnown('\\Q')
    this.at += found[0].length
    for (const char of found[1]!) this.character(char)
  }

  /** A group that has taken nothing is taken for nothing by ECMAScript, and is no match with others. */
  private reference(text: string, name: string): void {
    this.at += text.length
    this.unlike(text)
    const group = /^\d+$/.test(name)
      ? Number(name)
      : /^-\d+$/.test(name)
        ? this.groups + 1 + Number(name)
        : this.names.get(name)
    this.write(group !== undefined && group > 0 && group <= this.groups ? `\\k<g${group}>` : '(?:)')
  }

  // Classes.

  private bracket(): void {
    const word = this.look(/\[\[:([<>]):\]\]/y)
    if (word !== null && this.dialect.hasNamedClasses) {
      this.at += word[0].length
      this.unlikeUnlessKnown(word[0])
      return this.write(word[1] === '<' ? '\\b(?=\\w)' : '\\b(?<=\\w)', null)
    }
    const begin = this.at
    const open = this.take(/\[\^?/y)
    const members: string[] = []
    for (let isFirst = true; isFirst || this.peek() !== ']'; isFirst = false) {
      if (this.at >= this.pattern.length) throw new Unreadable()
      if (isFirst && this.peek() === ']') this.unlikeUnlessKnown(`${open}]`)
      members.push(this.member())
    }
    this.at++
    // What takes other classes in, cuts them off, or passes blanks over, is read by some so.
    const text = this.pattern.slice(begin + open.length, this.at - 1)
    if (/\[(?!:)|&&|--|~~/.test(text) || (this.switches.x && /[\t-\r #]/.test(text)))
      this.unlikeUnlessKnown(this.pattern.slice(begin, this.at))
    this.write(`${open}${members.join('')}]`)
  }

  private member(): string {
    const first = this.classItem()
    if (typeof first === 'string') return first
    const isRange = this.look(/-(?!\])/y) !== null
    if (!isRange) return inClass(first)
    this.at++
    const last = this.classItem()
    if (typeof last === 'number') return `${inClass(first)}-${inClass(last)}`
    this.unlike('a range that ends in a set')
    return `${inClass(first)}\\-${last}`
  }

  /** A character, or the text of a set. */
  private classItem(): number | string {
    const { dialect } = this
    const named = this.look(/\[:(\^?)(\w+):\]/y)
    if (named !== null && dialect.hasNamedClasses) {
      const [text, caret, name] = named
      this.at += text.length
      this.unlikeUnlessKnown(text)
      const ranges = NAMED[name!]
      if (ranges === undefined) throw new Unreadable()
      if (dialect.allLetters && name !== 'ascii') this.unlike(text)
      return rangesOf(caret === '^' ? this.rest(ranges) : ranges)
    }
    if (this.look(/\[[.=]/y) && dialect.hasNamedClasses) this.unlike('[.')
    if (this.peek() !== '\\' || dialect.hasPlainClasses) return this.classCharacter(this.take(/[^]/uy))
    if (dialect.hasQuotes && this.look(/\\[QE]/y)) {
      this.unlike(this.take(/\\[QE]/y))
      return this.classItem()
    }
    const code = this.codeOf()
    if (code !== null) return this.classCharacter(String.fromCodePoint(code))
    const property = this.property()
    if (property !== null) return property
    const text = this.take(/\\[^]/uy)
    const letter = text.slice(1)
    if (letter === 'b') return 0x08
    const set = this.setOf(letter)
    if (set !== null) {
      if (!COMMON.has(letter)) this.unlikeUnlessKnown(text)
      return set
    }
    if (/[A-Za-z0-9]/.test(letter)) {
      const known = CLASS_LETTERS[letter]
      if (known !== undefined && letter in dialect.letters) {
        if (!COMMON.has(letter)) this.unlikeUnlessKnown(text)
        return known
      }
      this.unlike(text)
    }
    return this.classCharacter(letter)
  }

  private classCharacter(char: string): number {
    this.checkCharacter(char)
    return char.codePointAt(0)!
  }

  // Counts.

  private brace(): void {
    const found = this.look(/\{(\d*)(?:(,)(\d*))?\}/y)
    const spaced = this.look(/\{[\d, ]* [\d, ]*\}/y)
    if (spaced !== null && this.dialect.openCount === 'unsure') this.unlike(spaced[0])
    const isOpen = found !== null && found[1] === '' && found[2] === ','
    if (isOpen && this.dialect.openCount === 'unsure') this.unlike(found[0])
    const isCount = found !== null && (found[1] !== '' || isOpen)
    if (!isCount) {
      this.at++
      return this.write('\\{')
    }
    this.at += found[0].length
    this.count(`{${found[1] === '' ? '0' : found[1]}${found[2] ?? ''}${found[3] ?? ''}}`)
  }

  /** A count of the last atom, and what it says about how many are tried first. */
  private count(often: string): void {
    if (this.atom === null) throw new Unreadable()
    const begin = this.atom
    const more = this.look(/[?+]/y)?.[0]
    if (more === '?') {
      this.at++
      this.out.push(`${often}?`)
    } else if (more === '+' && this.dialect.hasPossessive) {
      this.at++
      this.unlikeUnlessKnown('a possessive count')
      if (this.frames.at(-1)!.behind) this.unlike('a possessive count')
      const name = `p${++this.atomics}`
      this.out.splice(begin, 0, `(?:(?=(?<${name}>`)
      this.out.push(`${often}))\\k<${name}>)`)
    } else this.out.push(often)
    // A count of a count is one of a group.
    this.atom = null
    if (!this.look(/[*+?]|\{\d*,?\d*\}/y)) return
    this.unlikeUnlessKnown('a count of a count')
    this.out.splice(begin, 0, '(?:')
    this.write(')', begin)
  }
}

const CLASS_LETTERS: Readonly<Record<string, number>> = {
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  f: 0x0c,
  v: 0x0b,
  a: 0x07,
  e: 0x1b,
}

/** With all letters, within a class. */
const UNICODE = { d: '\\p{Nd}', w: '\\p{L}\\p{N}_', s: '\\t-\\r\\u0085\\p{Z}' } as const
