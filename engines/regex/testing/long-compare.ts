/**
 * One pattern on long texts, by everything that may go wrong where texts are long: all matches in batches, searches from
 * anywhere and in loops, iterations interleaved with other calls, scans in pages, views of the arena across all of that.
 */
import { arena, compile } from '../index.ts'
import type { Regex, Region } from '../index.ts'
import { parse } from '../syntax/parse.ts'
import { symbolsOf } from './engines.ts'
import { withGuardedArrays } from './guard.ts'
import type { LongPattern } from './long-cases.ts'
import type { Random } from './random.ts'
import { referenceAll, TooMuchWork } from './reference.ts'

/** Its table is far larger than the window: kernels that load it are who once moved the memory. */
const LARGE = compile('(a|b)(a|b|c){11}d|k[a-z]*t{2}en')
const LARGE_TEXT = new TextEncoder().encode('abcabcabbadkitten')

/** Longest text for the reference, and for one that takes anything for a pattern. */
const REFERENCE_BYTES = 8192
/** Ends that the reference may look at in one text: a second or two. */
const MOST_WORK = 2e7
const ANYTHING_BYTES = 3000
/** Nor may it be asked to repeat anything over a longer line: it tries every way. */
const REFERENCE_LINE = 400
const LOOPED = 40
const encoder = new TextEncoder()

export interface Tried {
  /** What differs, in words. */
  readonly difference: string | undefined
  readonly byReference: boolean
}

/** All spans that JavaScript finds, less the empty ones at the end of another. */
function spansOf(pattern: RegExp, text: string, from = 0, most = Infinity): number[] {
  const found: number[] = []
  let last = -1
  pattern.lastIndex = from
  while (found.length < 2 * most) {
    const match = pattern.exec(text)
    if (match === null) break
    const [{ length }] = match
    if (length === 0) pattern.lastIndex += text.codePointAt(match.index)! > 0xffff ? 2 : 1
    if (length === 0 && match.index === last) continue
    last = match.index + length
    found.push(match.index, last)
  }
  return found
}

/** The first place where two lists differ, in words. */
function unlike(what: string, got: ArrayLike<number>, want: ArrayLike<number>): string | undefined {
  const length = Math.max(got.length, want.length)
  for (let i = 0; i < length; i++) {
    if (got[i] === want[i]) continue
    const at = i - (i & 1)
    const pair = (list: ArrayLike<number>): string => `${list[at]}-${list[at + 1]}`
    return `${what}: match ${at / 2} of ${want.length / 2} is ${pair(got)}, expected ${pair(want)}`
  }
  return undefined
}

/** Whether the reference gets through. */
function isCalm(pattern: string, text: string): boolean {
  if (!/[*+{]/.test(pattern)) return true
  return text.split('\n').every((line) => line.length <= REFERENCE_LINE)
}

const firstOf = (spans: Int32Array | undefined): number[] => (spans ? [spans[0]!, spans[1]!] : [])

export class LongSubject {
  readonly source: LongPattern
  private readonly regex: Regex
  private readonly guarded: boolean
  private readonly random: Random
  /** The text before, and what is in it: for a second iteration beside the first. */
  private before: { text: string; want: number[] } | null = null

  constructor(source: LongPattern, random: Random) {
    this.source = source
    this.random = random
    this.guarded = random.oneIn(60)
    const make = (): Regex => compile(source.pattern, { ...source.options, captures: false })
    this.regex = this.guarded ? withGuardedArrays(make) : make()
  }

  try(text: string): Tried {
    const { random, source } = this
    const bytes = encoder.encode(text)
    const { javascript } = source
    const most = javascript === null ? ANYTHING_BYTES : REFERENCE_BYTES
    if (this.guarded && bytes.length > REFERENCE_BYTES) return { difference: undefined, byReference: false }
    const slowly =
      bytes.length <= most && (javascript === null || random.oneIn(20)) && isCalm(source.pattern, text)
    let byReference = false
    const run = (): string | undefined => {
      const slow = slowly ? this.bySlowReference(text, bytes) : null
      byReference = slow !== null
      return slow ?? (javascript === null ? undefined : this.byJavascript(javascript, text, bytes))
    }
    // Arrays may be made later on as well.
    const difference = this.guarded ? withGuardedArrays(run) : run()
    return { difference, byReference }
  }

  /** Null where it cannot tell. */
  private bySlowReference(text: string, bytes: Uint8Array): string | undefined | null {
    const { source } = this
    const parsed = parse(source.pattern, source.options)
    const { symbols, offsets } = symbolsOf(bytes, parsed.bytes)
    let all: readonly Int32Array[]
    try {
      all = referenceAll(parsed, symbols, source.options.rules ?? 'posix', { left: MOST_WORK })
    } catch (error) {
      if (error instanceof TooMuchWork) return null
      // It recurses along a repetition: matches of thousands of characters are beyond it.
      if (error instanceof RangeError && /call stack/.test(error.message)) return null
      throw error
    }
    const want = all.flatMap((spans) => [offsets[spans[0]!]!, offsets[spans[1]!]!])
    return (
      unlike('spans of bytes, against the reference', this.regex.spans(bytes), want) ??
      this.into(bytes, want) ??
      this.counts(text, want.length / 2)
    )
  }

  /** Arrays with room for any number of the matches, none and all included. */
  private into(bytes: Uint8Array, want: readonly number[]): string | undefined {
    const room = this.random.below(want.length / 2 + 2)
    const spans = new Int32Array(2 * room)
    const count = this.regex.spansInto(bytes, spans)
    return unlike('spans into an array', spans.subarray(0, 2 * count), want.slice(0, 2 * room))
  }

  private counts(text: string, want: number): string | undefined {
    const got = this.regex.count(text)
    return got === want ? undefined : `count: ${got}, expected ${want}`
  }

  private byJavascript(javascript: RegExp, text: string, bytes: Uint8Array): string | undefined {
    const { regex, random } = this
    const want = spansOf(javascript, text)
    const ascii = bytes.length === text.length
    const difference =
      this.fromAnywhere(javascript, text, bytes, ascii) ??
      unlike('spans of a string', regex.spans(text), want) ??
      (ascii ? unlike('spans of bytes', regex.spans(bytes), want) : undefined) ??
      (ascii ? this.into(bytes, want) : undefined) ??
      this.counts(text, want.length / 2) ??
      (regex.test(text) === want.length > 0 ? undefined : `test: ${regex.test(text)}`) ??
      (random.oneIn(3) ? this.interleaved(text, want, javascript) : undefined) ??
      (want.length < 2 * LOOPED ? this.loop(text, want) : undefined) ??
      (random.oneIn(8) ? this.pages(javascript, text) : undefined)
    this.before = { text, want }
    return difference
  }

  /** The first match at or behind places that have nothing to do with each other. */
  private fromAnywhere(
    javascript: RegExp,
    text: string,
    bytes: Uint8Array,
    ascii: boolean,
  ): string | undefined {
    const { regex, random } = this
    let from = 0
    for (let k = 0; k < 3; k++) {
      const [first] = [spansOf(javascript, text, from, 1)]
      const wrong =
        unlike(`exec from ${from}`, firstOf(regex.exec(text, { from })?.spans), first) ??
        (ascii
          ? unlike(`exec of bytes from ${from}`, firstOf(regex.exec(bytes, { from })?.spans), first)
          : undefined)
      if (wrong !== undefined) return wrong
      from = random.oneIn(2)
        ? random.below(text.length + 1)
        : Math.min(text.length, (first[1] ?? from) + random.below(3))
      const unit = text.charCodeAt(from)
      if (unit >= 0xdc00 && unit <= 0xdfff) from--
    }
    return undefined
  }

  /** An iteration by hand: from the end of the match before. */
  private loop(text: string, want: readonly number[]): string | undefined {
    const { regex } = this
    const got: number[] = []
    let last = -1
    for (let from = 0; got.length <= want.length && from <= text.length;) {
      const match = regex.exec(text, { from })
      if (match === null) break
      const [start, end] = [match.spans[0]!, match.spans[1]!]
      if (start < from) return `exec loop: from ${from} finds ${start}-${end}`
      if (end > start || end !== last) got.push(start, end)
      last = end
      from = end > start ? end : end + (text.codePointAt(end)! > 0xffff ? 2 : 1)
    }
    return unlike('exec loop', got, want)
  }

  /** Two iterations by turns, and other calls of the same regex in between. */
  private interleaved(text: string, want: number[], javascript: RegExp): string | undefined {
    const { regex, random } = this
    const other = this.before ?? { text, want }
    const [one, two] = [regex.findAll(text), regex.findAll(encoder.encode(other.text))]
    const got: number[][] = [[], []]
    const steps = random.oneIn(30) ? 2500 : 40
    for (let step = 0; step < steps; step++) {
      const turn = random.oneIn(3) ? 1 : 0
      const { done, value } = (turn === 0 ? one : two).next()
      if (done !== true) got[turn]!.push(...firstOf(value.spans))
      if (step % 20 !== 7) continue
      const from = random.below(text.length + 1)
      const unit = text.charCodeAt(from)
      if (unit >= 0xdc00 && unit <= 0xdfff) continue
      const wrong = unlike(
        `exec from ${from} during an iteration`,
        firstOf(regex.exec(text, { from })?.spans),
        spansOf(javascript, text, from, 1),
      )
      if (wrong !== undefined) return wrong
    }
    // Bytes are not units: of the second one only ASCII texts are compared.
    const ascii = Buffer.byteLength(other.text) === other.text.length
    return (
      unlike('findAll', got[0]!, want.slice(0, got[0]!.length)) ??
      (ascii ? unlike('findAll beside another', got[1]!, other.want.slice(0, got[1]!.length)) : undefined)
    )
  }

  /** The text cut into fragments, scanned in pages, in the arena or not, its memory growing in between. */
  private pages(javascript: RegExp, text: string): string | undefined {
    const { regex, random } = this
    const fragments: string[] = []
    for (let at = 0; at < text.length && fragments.length < 3000;) {
      let end = Math.min(text.length, at + random.below(random.oneIn(3) ? 600 : 60))
      const unit = text.charCodeAt(end)
      if (unit >= 0xdc00 && unit <= 0xdfff) end++
      fragments.push(text.slice(at, end))
      at = end + 0
      if (end === at && random.oneIn(50)) fragments.push('')
      if (fragments.at(-1) === '') at += text.codePointAt(at)! > 0xffff ? 2 : 1
    }
    const parts = fragments.map((fragment) => encoder.encode(fragment))
    const starts = new Uint32Array(parts.length)
    const ends = new Uint32Array(parts.length)
    let length = 0
    for (const [k, part] of parts.entries()) {
      starts[k] = length
      ends[k] = length += part.length
    }
    const region = random.oneIn(2) ? arena.allocate(length) : null
    const bytes = region?.bytes ?? new Uint8Array(length)
    for (const [k, part] of parts.entries()) bytes.set(part, starts[k])
    const single = new RegExp(javascript.source, javascript.flags.replace('g', ''))
    const want = [...fragments.keys()].filter((k) => single.test(fragments[k]!))
    try {
      return this.turnPages(regex, region, bytes, starts, ends, want)
    } finally {
      region?.free()
    }
  }

  private turnPages(
    regex: Regex,
    region: Region | null,
    view: Uint8Array,
    starts: Uint32Array,
    ends: Uint32Array,
    want: readonly number[],
  ): string | undefined {
    const { random } = this
    let bytes = view
    const got: number[] = []
    for (let next = 0, page = 0; next < starts.length; page++) {
      const options = { budget: 200 + random.below(4000), limit: 1 + random.below(60) }
      const result = regex.scan(bytes, starts, ends, next, options)
      got.push(...result.hits)
      if (result.next <= next) return `scan: page ${page} from ${next} ends at ${result.next}`
      next = result.next
      if (random.oneIn(4)) LARGE.scan(LARGE_TEXT, Uint32Array.of(0), Uint32Array.of(LARGE_TEXT.length), 0)
      if (region === null) continue
      if (region.bytes !== bytes) return `scan: page ${page} took the view of the arena from its owner`
      if (random.oneIn(200)) arena.allocate(1 << (14 + random.below(5))).free()
      // Whoever allocates takes a new view.
      ;({ bytes } = region)
    }
    return got.join() === want.join() ? undefined : `scan: ${got.length} fragments, expected ${want.length}`
  }
}
