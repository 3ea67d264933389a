/**
 * The array type written down a second time, from its rules and as plainly as possible: a Map, sorted when asked.
 * Slow, and nothing in it is shared with the engine but the arithmetic of 80-bit numbers, which has a test of its own.
 *
 * Replies are plain values: `:1` an integer, `$text` a bulk string, `-text` an error, null, or a list.
 */
import { add, compareExtended, formatExtended, parseExtended, toInt64 } from '../number/extended.ts'
import type { Parsed } from './cli-format.ts'

export type Plain = string | null | readonly Plain[]

/** A reply of the server as the model writes it. */
export function plain(reply: Parsed): Plain {
  switch (reply.type) {
    case 'integer':
      return `:${reply.text}`
    case 'big':
      return `$${reply.text}`
    case 'bulk':
      return `$${Buffer.from(reply.bytes).toString('latin1')}`
    case 'error':
      return `-${reply.text}`
    case 'nil':
      return null
    case 'simple':
      return `+${reply.text}`
    case 'array':
    case 'set':
    case 'push':
      return reply.items.map(plain)
    default:
      throw new Error(`the model knows no ${reply.type}`)
  }
}

const LAST = 2n ** 64n - 2n
const NOWHERE = 2n ** 64n - 1n

interface ModelArray {
  elements: Map<bigint, string>
  next: bigint
}

const u64 = (value: bigint): string => (value > 2n ** 63n - 1n ? `$${value}` : `:${value}`)
const BAD_INDEX = '-ERR invalid array index'

/** An index as Redis reads one, without what is refused here. */
function readU64(text: string): bigint | null {
  const parts = /^[ \t\n\v\f\r]*([+-]?)(\d+)$/.exec(text)
  if (parts === null) return null
  const value = BigInt(parts[2]!)
  if (value > NOWHERE || (parts[1] === '-' && value !== 0n)) return null
  return value
}
const readIndex = (text: string): bigint | null => {
  const value = readU64(text)
  return value === NOWHERE ? null : value
}

export class Model {
  readonly keys = new Map<string, ModelArray>()

  /** What the server replies to this command. */
  run(command: readonly string[]): Plain {
    const [name = '', key = '', ...rest] = command
    switch (name) {
      case 'ARSET':
        return this.arset(key, rest[0]!, rest.slice(1))
      case 'ARMSET':
        return this.armset(key, rest)
      case 'ARGET': {
        const index = readIndex(rest[0]!)
        return index === null ? BAD_INDEX : this.value(key, index)
      }
      case 'ARMGET': {
        const indices = rest.map(readIndex)
        return indices.includes(null) ? BAD_INDEX : indices.map((index) => this.value(key, index!))
      }
      case 'ARLEN':
        return u64(this.length(key))
      case 'ARCOUNT':
        return `:${this.keys.get(key)?.elements.size ?? 0}`
      case 'ARDEL': {
        const indices = new Set(rest.map(readIndex))
        if (indices.has(null)) return BAD_INDEX
        return this.erase(key, (index) => indices.has(index))
      }
      case 'ARDELRANGE': {
        const ends = rest.map(readIndex)
        if (ends.includes(null)) return BAD_INDEX
        const inside = (index: bigint): boolean => {
          for (let i = 0; i < ends.length; i += 2) {
            const [a, b] = [ends[i]!, ends[i + 1]!]
            if ((index >= a && index <= b) || (index >= b && index <= a)) return true
          }
          return false
        }
        return this.erase(key, inside)
      }
      case 'ARINSERT':
        return this.arinsert(key, rest)
      case 'ARRING':
        return this.arring(key, rest[0]!, rest.slice(1))
      case 'ARNEXT': {
        const next = this.keys.get(key)?.next ?? 0n
        return next === NOWHERE ? null : u64(next)
      }
      case 'ARSEEK': {
        const index = readU64(rest[0]!)
        const array = this.keys.get(key)
        if (index === null) return BAD_INDEX
        if (array !== undefined) array.next = index
        return array === undefined ? ':0' : ':1'
      }
      case 'ARLASTITEMS':
        return this.arlastitems(key, BigInt(rest[0]!), rest[1] === 'REV')
      case 'ARSCAN':
        return this.arscan(key, rest)
      case 'ARGETRANGE':
        return this.argetrange(key, rest)
      case 'AROP':
        return this.arop(key, rest)
      case 'ARGREP':
        return this.argrep(key, rest)
      case 'DEL':
        return this.keys.delete(key) ? ':1' : ':0'
      case 'COPY':
        return this.copy(key, rest[0]!)
      case 'RENAME': {
        const array = this.keys.get(key)
        if (array === undefined) return '-ERR no such key'
        this.keys.delete(key)
        this.keys.set(rest[0]!, array)
        return '+OK'
      }
      case 'EXISTS':
        return this.keys.has(key) ? ':1' : ':0'
      case 'DEBUG':
        return '+OK'
      default:
        throw new Error(`the model knows no ${name}`)
    }
  }

  length(key: string): bigint {
    let length = 0n
    for (const index of this.keys.get(key)?.elements.keys() ?? []) if (index >= length) length = index + 1n
    return length
  }

  /** Existing elements from a to b, downwards when a is larger. */
  private range(key: string, a: bigint, b: bigint): [bigint, string][] {
    const [low, high] = a <= b ? [a, b] : [b, a]
    const found = [...(this.keys.get(key)?.elements ?? [])].filter(([index]) => index >= low && index <= high)
    found.sort(([x], [y]) => (x < y ? -1 : 1))
    return a <= b ? found : found.reverse()
  }

  private value(key: string, index: bigint): Plain {
    const value = this.keys.get(key)?.elements.get(index)
    return value === undefined ? null : `$${value}`
  }

  private open(key: string): ModelArray {
    let array = this.keys.get(key)
    if (array === undefined) this.keys.set(key, (array = { elements: new Map(), next: 0n }))
    return array
  }

  private arset(key: string, at: string, values: readonly string[]): Plain {
    const index = readIndex(at)
    if (index === null) return BAD_INDEX
    if (index + BigInt(values.length) - 1n > LAST) return '-ERR array index overflow'
    const { elements } = this.open(key)
    const before = elements.size
    values.forEach((value, i) => elements.set(index + BigInt(i), value))
    return `:${elements.size - before}`
  }

  private armset(key: string, pairs: readonly string[]): Plain {
    if (pairs.length % 2 !== 0) return "-ERR wrong number of arguments for 'armset' command"
    for (let i = 0; i < pairs.length; i += 2) if (readIndex(pairs[i]!) === null) return BAD_INDEX
    const { elements } = this.open(key)
    const before = elements.size
    for (let i = 0; i < pairs.length; i += 2) elements.set(readIndex(pairs[i]!)!, pairs[i + 1]!)
    return `:${elements.size - before}`
  }

  private erase(key: string, isGone: (index: bigint) => boolean): Plain {
    const elements = this.keys.get(key)?.elements
    if (elements === undefined) return ':0'
    const before = elements.size
    for (const index of elements.keys()) if (isGone(index)) elements.delete(index)
    if (elements.size === 0) this.keys.delete(key)
    return `:${before - elements.size}`
  }

  private arinsert(key: string, values: readonly string[]): Plain {
    const next = this.keys.get(key)?.next ?? 0n
    if (next + BigInt(values.length) > NOWHERE) return '-ERR insert index overflow'
    const array = this.open(key)
    for (const value of values) array.elements.set(array.next++, value)
    return u64(array.next - 1n)
  }

  private anchor(key: string): bigint {
    const { next } = this.keys.get(key)!
    const length = this.length(key)
    return next === 0n || next > length ? length - 1n : next - 1n
  }

  private arring(key: string, sizeText: string, values: readonly string[]): Plain {
    const size = BigInt(sizeText)
    if (size <= 0n) return '-ERR size must be positive'
    const array = this.open(key)
    const length = this.length(key)
    const hasWrapped = array.next > 0n && array.next < length
    if (length > 0n && (size < length || (size > length && hasWrapped))) {
      const kept: string[] = []
      let at = this.anchor(key)
      while (BigInt(kept.length) < (size < length ? size : length) && array.elements.has(at)) {
        kept.unshift(array.elements.get(at)!)
        at = at === 0n ? length - 1n : at - 1n
      }
      array.elements = new Map(kept.map((value, i) => [BigInt(i), value]))
      array.next = BigInt(kept.length)
    }
    let last = 0n
    for (const value of values) {
      last = array.next === NOWHERE ? 0n : array.next % size
      array.elements.set(last, value)
      array.next = last + 1n
    }
    return u64(last)
  }

  private arlastitems(key: string, count: bigint, reverse: boolean): Plain {
    const array = this.keys.get(key)
    if (count <= 0n || array === undefined) return []
    const length = this.length(key)
    const places = count < length ? count : length
    if (places > 1_000_000n && places > BigInt(array.elements.size)) {
      return '-ERR count exceeds maximum of 1000000 items'
    }
    const items: Plain[] = []
    let at = this.anchor(key)
    for (let i = 0n; i < places; i++) {
      items.push(this.value(key, at))
      at = at === 0n ? length - 1n : at - 1n
    }
    return reverse ? items : items.reverse()
  }

  private ends(rest: readonly string[]): readonly [bigint, bigint] | null {
    const [a, b] = [readIndex(rest[0]!), readIndex(rest[1]!)]
    return a === null || b === null ? null : [a, b]
  }

  private arscan(key: string, rest: readonly string[]): Plain {
    const ends = this.ends(rest)
    if (ends === null) return BAD_INDEX
    const limit = rest[2] === 'LIMIT' ? Number(rest[3]) : Infinity
    if (limit <= 0) return '-ERR LIMIT must be positive'
    return this.range(key, ...ends)
      .slice(0, limit)
      .map(([index, value]) => [u64(index), `$${value}`])
  }

  private argetrange(key: string, rest: readonly string[]): Plain {
    const ends = this.ends(rest)
    if (ends === null) return BAD_INDEX
    const [a, b] = ends
    const places = (a < b ? b - a : a - b) + 1n
    if (places > 1_000_000n) return '-ERR range exceeds maximum of 1000000 items'
    return Array.from({ length: Number(places) }, (_, i) =>
      this.value(key, a <= b ? a + BigInt(i) : a - BigInt(i)),
    )
  }

  private arop(key: string, rest: readonly string[]): Plain {
    const ends = this.ends(rest)
    if (ends === null) return BAD_INDEX
    const values = this.range(key, ...ends).map(([, value]) => value)
    const operation = rest[2]!
    if (operation === 'USED') return `:${values.length}`
    if (operation === 'MATCH') return `:${values.filter((value) => value === rest[3]).length}`
    const numbers = values.map(parseExtended).filter((number) => number !== null)
    if (operation === 'SUM' || operation === 'MIN' || operation === 'MAX') {
      if (numbers.length === 0) return null
      const pick = (a: (typeof numbers)[0], b: (typeof numbers)[0], sign: number) =>
        sign * compareExtended(b, a) > 0 ? b : a
      const result = numbers.reduce((a, b) =>
        operation === 'SUM' ? add(a, b) : pick(a, b, operation === 'MAX' ? 1 : -1),
      )
      return `$${formatExtended(result)}`
    }
    const whole = numbers.map(toInt64).filter((number) => number !== null)
    if (whole.length === 0) return null
    const result = whole.reduce((a, b) => (operation === 'AND' ? a & b : operation === 'OR' ? a | b : a ^ b))
    return `:${result}`
  }

  private argrep(key: string, rest: readonly string[]): Plain {
    const last = this.length(key) - 1n
    const end = (text: string): bigint | null =>
      text === '-' ? 0n : text === '+' ? (last < 0n ? 0n : last) : readIndex(text)
    const [a, b] = [end(rest[0]!), end(rest[1]!)]
    if (a === null || b === null) return BAD_INDEX
    const tests: ((value: string) => boolean)[] = []
    const fold = rest.includes('NOCASE')
    let all = false
    let limit = Infinity
    let context = -1
    let count = false
    let withValues = false
    for (let i = 2; i < rest.length; i++) {
      const word = rest[i]!
      if (word === 'AND') all = true
      else if (word === 'OR') all = false
      else if (word === 'LIMIT') limit = Number(rest[++i])
      else if (word === 'CONTEXT') context = Number(rest[++i])
      else if (word === 'COUNT') count = true
      else if (word === 'WITHVALUES') withValues = true
      else if (word === 'APPROX') tests.push(approximately(rest[++i]!, Number(rest[++i]), fold))
      else if (word !== 'NOCASE') tests.push(predicate(word, rest[++i]!, fold))
    }
    const isHit = (value: string): boolean =>
      all ? tests.every((test) => test(value)) : tests.some((test) => test(value))
    const hits = this.range(key, a, b)
      .filter(([, value]) => isHit(value))
      .slice(0, limit)
    if (count) return `:${hits.length}`
    if (context >= 0)
      return this.blocks(
        key,
        hits.map(([index]) => index),
        context,
        a > b,
      )
    return hits.map(([index, value]) => (withValues ? [u64(index), `$${value}`] : u64(index)))
  }

  /** Windows of positions among the existing elements, those that share one joined. */
  private blocks(key: string, hits: readonly bigint[], width: number, reverse: boolean): Plain {
    const all = this.range(key, reverse ? LAST : 0n, reverse ? 0n : LAST)
    const windows: [number, number][] = []
    for (const hit of hits) {
      const at = all.findIndex(([index]) => index === hit)
      const [from, to] = [Math.max(0, at - width), Math.min(all.length - 1, at + width)]
      const last = windows.at(-1)
      if (last !== undefined && from <= last[1]) last[1] = to
      else windows.push([from, to])
    }
    return windows.map(([from, to]) =>
      all
        .slice(from, to + 1)
        .map(([index, value]) => [u64(index), `$${value}`, hits.includes(index) ? ':1' : ':0']),
    )
  }

  private copy(from: string, to: string): Plain {
    if (from === to) return '-ERR source and destination objects are the same'
    const array = this.keys.get(from)
    if (array === undefined || this.keys.has(to)) return ':0'
    this.keys.set(to, { elements: new Map(array.elements), next: array.next })
    return ':1'
  }
}

const lower = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

function predicate(kind: string, pattern: string, fold: boolean): (value: string) => boolean {
  if (kind === 'RE') {
    const regex = new RegExp(pattern, `s${fold ? 'i' : ''}`)
    return (value) => regex.test(value)
  }
  const wanted = fold ? lower(pattern) : pattern
  const of = (value: string): string => (fold ? lower(value) : value)
  if (kind === 'EXACT') return (value) => of(value) === wanted
  if (kind === 'MATCH') return (value) => of(value).includes(wanted)
  return (value) => globs(wanted, of(value))
}

/** Glob by trying everything, `*` at each length. */
export function globs(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  const head = pattern[0]!
  if (head === '*') {
    const rest = pattern.slice(1)
    for (let i = 0; i <= text.length; i++) if (globs(rest, text.slice(i))) return true
    return false
  }
  if (text === '') return false
  if (head === '?') return globs(pattern.slice(1), text.slice(1))
  if (head === '\\' && pattern.length > 1) {
    return pattern[1] === text[0] && globs(pattern.slice(2), text.slice(1))
  }
  if (head !== '[') return head === text[0] && globs(pattern.slice(1), text.slice(1))
  let at = 1
  const negated = pattern[at] === '^'
  if (negated) at++
  let isIn = false
  while (at < pattern.length && pattern[at] !== ']') {
    if (pattern[at] === '\\' && at + 1 < pattern.length) {
      isIn ||= pattern[at + 1] === text[0]
      at += 2
    } else if (pattern[at + 1] === '-' && at + 2 < pattern.length) {
      const [low, high] = [pattern[at]!, pattern[at + 2]!].toSorted()
      isIn ||= text[0]! >= low! && text[0]! <= high!
      at += 3
    } else isIn ||= pattern[at++] === text[0]
  }
  return isIn !== negated && globs(pattern.slice(at + 1), text.slice(1))
}

/** Whether some stretch of the value is at most so many insertions, deletions and substitutions away (Sellers). */
function approximately(pattern: string, errors: number, fold: boolean): (value: string) => boolean {
  const wanted = fold ? lower(pattern) : pattern
  return (value) => {
    const text = fold ? lower(value) : value
    let row = Array.from({ length: wanted.length + 1 }, (_, i) => i)
    let best = row.at(-1)!
    for (const character of text) {
      const next = [0]
      for (let i = 1; i <= wanted.length; i++) {
        const same = row[i - 1]! + (wanted[i - 1] === character ? 0 : 1)
        next.push(Math.min(same, row[i]! + 1, next[i - 1]! + 1))
      }
      row = next
      best = Math.min(best, row.at(-1)!)
    }
    return best <= errors
  }
}
