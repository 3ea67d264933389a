/** What a request may hold: every member known, of its kind, and bounded. */
import { invalid, HttpError } from './refuse.ts'
import { memberTexts } from './members.ts'

/** Dots divide a type into words; nothing that could end a header line or hide in a log. */
const TYPE = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/
const TYPE_CHARS = 128
const KEY = /^[ -~]{1,256}$/
const MOST_RATE = 100_000

/** A request's JSON object, member by member. */
export class Fields {
  private readonly values: Readonly<Record<string, unknown>>
  private readonly texts: ReadonlyMap<string, string>

  constructor(values: Readonly<Record<string, unknown>>, texts: ReadonlyMap<string, string>) {
    this.values = values
    this.texts = texts
  }

  has(name: string): boolean {
    return this.texts.has(name)
  }

  /** The member's JSON text, as it came. */
  text(name: string): string {
    const text = this.texts.get(name)
    if (text === undefined) throw invalid(`${name} is missing`, name)
    return text
  }

  string(name: string): string {
    const value = this.has(name) ? this.values[name] : undefined
    if (value === undefined) throw invalid(`${name} is missing`, name)
    if (typeof value !== 'string') throw invalid(`${name} must be a string`, name)
    return value
  }

  oneOf<const T extends string>(name: string, choices: readonly T[]): T {
    const value = this.string(name)
    const choice = choices.find((one) => one === value)
    if (choice === undefined) throw invalid(`${name} must be one of ${choices.join(', ')}`, name)
    return choice
  }

  number(name: string): number {
    const value = this.values[name]
    if (typeof value !== 'number') throw invalid(`${name} must be a number`, name)
    return value
  }

  eventType(name: string): string {
    const value = this.string(name)
    if (value.length > TYPE_CHARS || !TYPE.test(value)) {
      throw invalid(
        `${name} is words of letters, digits, _ and -, divided by full stops; ${TYPE_CHARS} characters`,
        name,
      )
    }
    return value
  }

  idempotencyKey(name: string): string | null {
    if (!this.has(name)) return null
    const value = this.string(name)
    if (!KEY.test(value)) throw invalid(`${name} is 1 to 256 printable ASCII characters`, name)
    return value
  }

  /** Attempts a second. */
  rate(name: string): number | null {
    if (!this.has(name) || this.values[name] === null) return null
    const value = this.number(name)
    if (!(value > 0 && value <= MOST_RATE))
      throw invalid(`${name} is above 0 and at most ${MOST_RATE} a second`, name)
    return value
  }

  /** A moment: ISO 8601 in UTC, or ms since 1970. Returns ms. */
  time(name: string): number {
    const value = this.has(name) ? this.values[name] : undefined
    if (value === undefined) throw invalid(`${name} is missing`, name)
    const ms =
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(value)
        ? Date.parse(value)
        : value
    if (typeof ms !== 'number' || !(ms >= 0 && ms <= 4e12)) {
      throw invalid(`${name} is a time like 2026-01-31T12:00:00Z, or ms since 1970`, name)
    }
    return ms
  }
}

/** Reads a request's object; members other than `known` are refused. @throws HttpError */
export function readFields(text: string, known: readonly string[]): Fields {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalid('the body must be JSON')
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalid('the body must be a JSON object')
  }
  const texts = memberTexts(text)
  if (texts === null) throw invalid('a member occurs twice')
  for (const name of texts.keys()) {
    if (!known.includes(name))
      throw invalid(`unknown member; known are ${known.join(', ')}`, name.slice(0, 64))
  }
  return new Fields(value as Record<string, unknown>, texts)
}

/** Query parameters, all known and each once. @throws HttpError */
export function queryOf(query: URLSearchParams, known: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of query) {
    if (!known.includes(name))
      throw invalid(`unknown parameter; known are ${known.join(', ')}`, name.slice(0, 64))
    if (found.has(name)) throw new HttpError(400, 'invalid', `${name} occurs twice`, name)
    found.set(name, value)
  }
  return found
}
