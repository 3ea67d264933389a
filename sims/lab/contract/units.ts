/**
 * Quantities as people write them, and as the lab computes with them.
 *
 * Inside, every number is in a base unit: seconds, shares of one, bytes, 1/s, bit/s, or a plain count. Outside, a
 * number is text with a unit: `72h`, `3 %`, `1.2KiB`, `50/s`, `25 Gbit/s`, `900M`. One table per unit (`UNITS`)
 * says which suffixes exist and what they are worth; the parser, the error messages, the editor's patterns and the
 * formatter all read it.
 *
 * Two ways back to text: `exactText` loses nothing (it parses back to the same float, because powers of ten are
 * applied to the decimal digits, never multiplied), and `formatQuantity` of format.ts rounds for people.
 */
import type { Unit } from './sim.ts'
import { nearest } from './nearest.ts'

/** What a suffix is worth: value = digits x 10^ten x times / over. */
interface Scale {
  readonly ten?: number
  readonly times?: number
  readonly over?: number
}

interface UnitTable {
  /** "a duration": begins the sentence "expected ...". */
  readonly what: string
  readonly examples: readonly string[]
  /** In the order shown to people. The empty suffix means that a bare number is allowed. */
  readonly suffixes: ReadonlyMap<string, Scale>
  /** For messages, where the suffixes are too many to list. */
  readonly shown?: string
  /** Suffixes that are read but not shown. */
  readonly silent?: ReadonlyMap<string, Scale>
  /** Several terms in a row, the largest first: `1h30m`. */
  readonly compound?: boolean
}

export type Parsed =
  | { readonly ok: true; readonly value: number }
  | {
      readonly ok: false
      readonly expected: string
      readonly problem: string
      /** A text that would have been right, where one is likely. */
      readonly nearest?: string | undefined
    }

/** Longer texts are refused unread. */
const MAX_TEXT = 100

export const PREFIXES: readonly (readonly [string, number])[] = [
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
]

const prefixed = (unit: string) => PREFIXES.map(([prefix, ten]): [string, Scale] => [prefix + unit, { ten }])

const DURATION: [string, Scale][] = [
  ['ns', { ten: -9 }],
  ['us', { ten: -6 }],
  ['ms', { ten: -3 }],
  ['s', {}],
  ['min', { times: 60 }],
  ['h', { times: 3600 }],
  ['d', { times: 86_400 }],
  ['w', { times: 604_800 }],
]

export const BINARY: [string, Scale][] = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'].map((prefix, i) => [
  `${prefix}B`,
  { times: 1024 ** (i + 1) },
])

const COUNT: UnitTable = {
  what: 'a count',
  examples: ['5', '12k', '900M'],
  suffixes: new Map(prefixed('')),
}

const UNITS: Readonly<Record<string, UnitTable>> = {
  s: {
    what: 'a duration',
    examples: ['20ms', '1.5 s', '72h', '1h30m'],
    suffixes: new Map(DURATION),
    // Both code points that look like a micro sign, and the short minute of `1h30m`.
    silent: new Map<string, Scale>([
      ['\u00b5s', { ten: -6 }],
      ['\u03bcs', { ten: -6 }],
      ['m', { times: 60 }],
    ]),
    compound: true,
  },
  share: { what: 'a share', examples: ['3%', '0.01 %'], suffixes: new Map([['%', { ten: -2 }]]) },
  bytes: {
    what: 'a number of bytes',
    examples: ['64MB', '1.2KiB'],
    suffixes: new Map([...prefixed('B'), ...BINARY]),
  },
  '1/s': {
    what: 'a rate',
    examples: ['50/s', '3k/s', '10/min'],
    shown: `units are /s, /min, /h, /d and /w, with k, M, G, T or P before them`,
    suffixes: new Map(
      [
        ['s', 1],
        ['min', 60],
        ['h', 3600],
        ['d', 86_400],
        ['w', 604_800],
      ].flatMap(([per, over]) =>
        PREFIXES.map(([prefix, ten]): [string, Scale] => [`${prefix}/${per}`, { ten, over: Number(over) }]),
      ),
    ),
  },
  'bit/s': { what: 'a bit rate', examples: ['25 Gbit/s', '64kbit/s'], suffixes: new Map(prefixed('bit/s')) },
  count: COUNT,
}

/** Tables of nouns, made when first asked for; sims name a handful. */
const NOUNS = new Map<Unit, UnitTable>()

function tableOf(unit: Unit): UnitTable {
  const known = Object.hasOwn(UNITS, unit) ? UNITS[unit] : NOUNS.get(unit)
  if (known !== undefined) return known
  if (unit === '') return COUNT
  const made = nounTable(unit)
  NOUNS.set(unit, made)
  return made
}

function nounTable(unit: Unit): UnitTable {
  const noun = unit.replaceAll(/\s+/g, '')
  return {
    what: `a number of ${unit}`,
    examples: ['24', `24 ${unit}`],
    shown: `the unit is ${unit}, with k, M, G, T or P before it`,
    suffixes: new Map([...prefixed(''), ...prefixed(noun)]),
  }
}

/** True when a bare number is a quantity of this unit: counts and nouns. */
export const takesBareNumber = (unit: Unit): boolean => tableOf(unit).suffixes.has('')

/** `a duration such as 20ms, 1.5 s, 72h or 1h30m`. */
export function describeUnit(unit: Unit): string {
  const { what, examples } = tableOf(unit)
  return `${what} such as ${orList(examples)}`
}

/** `a, b or c`. */
export const orList = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`

const NUMBER = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?`
/** One number and all that follows, or, for compound units, what follows up to the next number. */
const WHOLE = new RegExp(String.raw`^\s*(${NUMBER})(.*)$`, 's')
const TERM = new RegExp(String.raw`^\s*(${NUMBER})([^\d.+\-]*)`)

/** A regular expression (no flags) for the text form, for editors; the parser's own messages are better. */
export function patternOf(unit: Unit): string {
  const { suffixes, silent, compound } = tableOf(unit)
  const all = [...suffixes.keys(), ...(silent?.keys() ?? [])].filter((suffix) => suffix !== '')
  const choice = all.map((suffix) => suffix.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('|')
  const suffix = `(?:${choice})${suffixes.has('') ? '?' : ''}`
  const term = String.raw`${NUMBER}\s*${suffix}`
  return compound ? `^(?:${term}\\s*)+$` : `^${term}$`
}

/**
 * The value, in the base unit, of a quantity written as text (or, where the unit allows it, as a bare number).
 * Never throws; anything but a text or number is a problem too.
 */
export function parseQuantity(input: unknown, unit: Unit): Parsed {
  const table = tableOf(unit)
  const fail = (problem: string, suggestion?: string): Parsed => ({
    ok: false,
    expected: describeUnit(unit),
    problem,
    nearest: suggestion,
  })
  if (input === undefined || input === null) return fail('a value is missing')
  if (typeof input !== 'string' && typeof input !== 'number') return fail('not a quantity')
  const text = String(input)
  if (text.length > MAX_TEXT) return fail(`longer than ${MAX_TEXT} characters`)
  if (text.trim() === '') return fail('a value is missing')

  const sign = text.trimStart().startsWith('-') ? -1 : 1
  let value = 0
  let lastWorth = Infinity
  let terms = 0
  let rest = text
  while (rest.trim() !== '') {
    const match = (table.compound ? TERM : WHOLE).exec(rest)
    if (match === null) return fail('not a quantity')
    const digits = match[1]!
    const suffix = (match[2] ?? '').replaceAll(/\s+/g, '')
    const scale = table.suffixes.get(suffix) ?? table.silent?.get(suffix)
    if (scale === undefined) {
      if (suffix === '') return fail(`missing unit (${listSuffixes(table)})`, guessUnit(digits, unit))
      const near = nearest(suffix, table.suffixes.keys())
      return fail(
        `unknown unit "${suffix}" (${listSuffixes(table)})`,
        near && `${text.slice(0, text.length - rest.length)}${digits}${near}${rest.slice(match[0].length)}`,
      )
    }
    const worth = applyScale('1', scale)
    if (worth >= lastWorth) return fail('the larger unit comes first, each once')
    if (terms > 0 && /^[+-]/.test(digits)) return fail('a sign inside a quantity')
    value += terms === 0 ? applyScale(digits, scale) : sign * applyScale(digits, scale)
    lastWorth = worth
    terms++
    rest = rest.slice(match[0].length)
  }
  if (!Number.isFinite(value)) return fail('too large')
  return { ok: true, value }
}

function listSuffixes(table: UnitTable): string {
  const shown = [...table.suffixes.keys()].filter((suffix) => suffix !== '')
  return table.shown ?? `${shown.length === 1 ? 'the unit is' : 'units are'} ${shown.join(', ')}`
}

/** A bare 3 can only be 3 %; a bare 0.5 may be either, and of other units none is likelier than the rest. */
const guessUnit = (digits: string, unit: Unit): string | undefined =>
  unit === 'share' && Math.abs(Number(digits)) > 1 ? `${digits}%` : undefined

/** Powers of ten are applied to the digits, so that 7 % is 0.07 and not 0.07000000000000001. */
function applyScale(digits: string, { ten = 0, times = 1, over = 1 }: Scale): number {
  return (Number(ten === 0 ? digits : shiftDecimal(digits, ten)) * times) / over
}

/** Decimal text times a power of ten: `shiftDecimal('7', -2)` is `7e-2`. */
function shiftDecimal(digits: string, ten: number): string {
  const [mantissa, exponent = '0'] = digits.toLowerCase().split('e')
  return `${mantissa}e${Number(exponent) + ten}`
}

/** Text that `parseQuantity` reads back as exactly this value. */
export function exactText(value: number, unit: Unit): string {
  switch (unit) {
    case 's':
      return `${value}s`
    case 'share':
      return `${exactPercent(value)}%`
    case 'bytes':
      return `${value}B`
    case '1/s':
      return `${value}/s`
    case 'bit/s':
      return `${value}bit/s`
    default:
      return String(value)
  }
}

/** As short as it can be without losing the float: 3 rather than 3e0. */
function exactPercent(share: number): string {
  const shifted = shiftDecimal(String(share), 2)
  const short = String(Number(shifted))
  return Number(shiftDecimal(short, -2)) === share ? short : shifted
}
