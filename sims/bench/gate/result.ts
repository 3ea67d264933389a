/** What a task returned, as text that can be compared across processes. */
import { createHash, type Hash } from 'node:crypto'
import { pathToFileURL } from 'node:url'

/** At no cost beside the work: of an object only that it is one. */
export function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return AN_OBJECT
  return typeof value === 'function' ? 'a function' : String(value)
}

const AN_OBJECT = 'an object'

/** What the first run returned. It is held as it is, and told when it is asked for: no run pays for that. */
export class FirstResult {
  private isOpen: boolean
  private value: unknown
  private text: string | null = null

  /** Where nobody asks, nothing is held: what a task returns may be large. */
  constructor(isWanted: boolean) {
    this.isOpen = isWanted
  }

  take(value: unknown): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.value = value
  }

  /** As text in which `folder`, the side's own, is not named; null where it returned nothing. */
  in(folder: string): string | null {
    if (this.value !== undefined) this.text = resultOf(this.value, folder)
    this.value = undefined
    return this.text
  }
}

/** Shorter ones are as soon written again; what is told by its digest is longer. */
const REMEMBERED = 24
/** Longer than this, a text is told by its length and its digest. */
const LONGEST = 200

/**
 * What one run returned, objects by all that they hold; null where it returned nothing. Sides lie in folders of their own,
 * and a result that names one of its files is no other for that.
 */
export function resultOf(value: unknown, folder: string): string | null {
  if (value === undefined) return null
  const places = [pathToFileURL(folder).href, folder]
  const placeless = (text: string): string => places.reduce((left, place) => left.replaceAll(place, ''), text)
  if (typeof value !== 'object' || value === null) return brief(placeless(shown(value)))
  try {
    return new Content(placeless).of(value) ?? AN_OBJECT
  } catch {
    // It holds itself, or too deep, or will not be read.
    return AN_OBJECT
  }
}

/**
 * Objects by what they hold, as JSON has it: the same text for the same content, in whatever order its keys were made.
 * What is long is told by its digest, and told once: one that is held in many places is not written out in each.
 */
class Content {
  private readonly placeless: (text: string) => string
  private readonly long = new Map<object, string>()
  private readonly open = new Set<object>()

  constructor(placeless: (text: string) => string) {
    this.placeless = placeless
  }

  /** Undefined for what JSON leaves out. */
  of(value: unknown): string | undefined {
    switch (typeof value) {
      case 'string':
        return brief(JSON.stringify(this.placeless(value)))
      case 'bigint':
        return `${value}n`
      case 'number':
      case 'boolean':
        return String(value)
      case 'object':
        return value === null ? 'null' : this.ofObject(value)
      default:
        return undefined
    }
  }

  private ofObject(value: object): string | undefined {
    const known = this.long.get(value)
    if (known !== undefined) return known
    if (this.open.has(value)) throw new Error('it holds itself')
    this.open.add(value)
    const text = this.written(value)
    this.open.delete(value)
    if (text !== undefined && text.length >= REMEMBERED) this.long.set(value, text)
    return text
  }

  private written(value: object): string | undefined {
    if (ArrayBuffer.isView(value))
      return bytesSaid(value, new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
      return bytesSaid(value, new Uint8Array(value))
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      const said: unknown = value.toJSON()
      if (said !== value) return this.of(said)
    }
    if (Array.isArray(value)) return this.list(value)
    if (value instanceof Map) return `{"map":${this.list(value)}}`
    if (value instanceof Set) return `{"set":${this.list(value)}}`
    const written = new Writing()
    written.add('{')
    for (const [name, one] of Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const text = this.of(one)
      if (text !== undefined) written.next(`${JSON.stringify(this.placeless(name))}:${text}`)
    }
    return written.end('}')
  }

  private list(values: Iterable<unknown>): string {
    const written = new Writing()
    written.add('[')
    for (const one of values) written.next(this.of(one) ?? 'null')
    return written.end(']')
  }
}

function bytesSaid(value: object, bytes: Uint8Array): string {
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1)
  return `${kind} of ${bytes.length} bytes with the digest ${digestOf(createHash('sha256').update(bytes))}`
}

const digestOf = (hash: Hash): string => hash.digest('hex').slice(0, 16)

/** A text of any length, of which no more is held than a stretch. */
class Writing {
  private text = ''
  private length = 0
  private hash: Hash | null = null
  private between = ''

  add(part: string): void {
    this.length += part.length
    this.text += part
    if (this.text.length < STRETCH) return
    this.hash ??= createHash('sha256')
    this.hash.update(this.text)
    this.text = ''
  }

  next(part: string): void {
    this.add(this.between)
    this.add(part)
    this.between = ','
  }

  end(part: string): string {
    this.add(part)
    if (this.length <= LONGEST) return this.text
    const digest = digestOf((this.hash ?? createHash('sha256')).update(this.text))
    return `${this.length} characters with the digest ${digest}`
  }
}

const STRETCH = 1 << 16

function brief(text: string): string {
  const written = new Writing()
  return written.end(text)
}
