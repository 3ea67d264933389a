/**
 * Parameter types for sims: zod codecs whose YAML form carries its unit and whose parsed form is a number in the
 * base unit.
 *
 *     params: z.object({
 *       weeklyActiveUsers: count().describe('people who use the service in a week'),
 *       voiceShare: uncertain(share()).describe('share of them who talk to it'),
 *       turn: duration({ above: 0 }).prefault('20 s').describe('one voice turn'),
 *       policy: choice(['svix', 'outpost']).describe('retry policy'),
 *     })
 *
 * A default is written as in YAML, with `.prefault('20 s')`; zod's `.default(20)` would be in base units.
 *
 * The codecs do their own checks (instead of zod's string and number checks) so that one message says what was
 * expected, what was found and what was probably meant; `issue.params` carries those parts to the loader. What the
 * loader, the JSON Schema and the reports must know of a parameter is in `quantityOf(schema)`.
 */
import { z } from 'zod'
import type { Unit } from './sim.ts'
import type { Problem } from './problem.ts'
import { formatQuantity } from './format.ts'
import { nearest } from './nearest.ts'
import { exactText, orList, parseQuantity, patternOf, takesBareNumber } from './units.ts'

export { formatQuantity } from './format.ts'
export { exactText, parseQuantity } from './units.ts'

/** Bounds in the base unit. Every quantity is at least 0 unless `min` says otherwise. */
export interface Bounds {
  readonly min?: number
  readonly max?: number
  /** Exclusive lower bound. */
  readonly above?: number
  /** Exclusive upper bound. */
  readonly below?: number
}

/** What is known of a quantity parameter besides its name. */
export interface QuantityMeta {
  /** A `Unit` of sim.ts. */
  readonly unit: string
  readonly integer: boolean
  readonly bounds: Bounds
  /** `point`: one value. `uncertain`: may be an interval, its mid is parsed. `interval`: parsed as an interval. */
  readonly form: 'point' | 'uncertain' | 'interval'
}

export interface IntervalValue {
  readonly low: number
  readonly mid: number
  readonly high: number
}

/** The extra facts of a custom issue, for the loader's errors. */
export interface IssueFacts extends Omit<Problem, 'message'> {
  /** The key is wrong, not its value: point at the key. */
  readonly blamesKey?: boolean
}

export type Quantity = z.ZodCodec<z.ZodUnknown, z.ZodNumber>
export type QuantityInterval = z.ZodCodec<z.ZodUnknown, z.ZodType<IntervalValue, IntervalValue>>

const quantities = z.registry<QuantityMeta>()

/** The metadata of a schema made here, looking through defaults, optionals and the like. */
export function quantityOf(schema: z.ZodType): QuantityMeta | undefined {
  let current: z.ZodType | undefined = schema
  while (current !== undefined) {
    const meta = quantities.get(current)
    if (meta !== undefined) return meta
    current = wrapped(current)
  }
  return undefined
}

/** The schema inside an optional, a default and the like. */
export const wrapped = (schema: z.ZodType): z.ZodType | undefined =>
  (schema.def as { innerType?: z.ZodType }).innerType

/** A count: `5`, `12k`, `900M`, `1.5G`. With a `unit` noun the text may name it: `24 hosts`. */
export const count = (options: Bounds & { unit?: string } = {}): Quantity =>
  quantity(options.unit ?? 'count', options)

/** A whole count. */
export const integer = (options: Bounds & { unit?: string } = {}): Quantity =>
  quantity(options.unit ?? 'count', options, true)

/** A duration in seconds: `20ms`, `1.5 s`, `72h`, `7d`, `1h30m`. */
export const duration = (bounds: Bounds = {}): Quantity => quantity('s', bounds)

/** A share, 0..1 unless `max` says otherwise: `3%`. A bare number is an error: 3 and 0.03 are both plausible. */
export const share = (bounds: Bounds = {}): Quantity => quantity('share', { max: 1, ...bounds })

/** Bytes, decimal and binary multiples: `64MB`, `1.2KiB`. */
export const bytes = (bounds: Bounds = {}): Quantity => quantity('bytes', bounds)

/** Events per second: `50/s`, `3k/s`, `10/min`. */
export const rate = (bounds: Bounds = {}): Quantity => quantity('1/s', bounds)

/** Bits per second: `25 Gbit/s`. */
export const bitrate = (bounds: Bounds = {}): Quantity => quantity('bit/s', bounds)

/** One of a few names. */
export function choice<const T extends readonly [string, ...string[]]>(
  names: T,
): z.ZodEnum<{ [K in T[number]]: K }> {
  return z.enum(names, {
    error: (issue) => ({
      message: wrong(`one of ${orList(names)}`, issue.input),
    }),
  })
}

/** Text of 1..`max` characters. */
export const text = (max = 1000): z.ZodString => z.string().min(1).max(max)

function quantity(unit: Unit, options: Bounds & { unit?: string }, whole = false): Quantity {
  const { unit: _noun, ...bounds } = options
  const meta: QuantityMeta = {
    unit,
    integer: whole,
    bounds: bounds.above === undefined ? { min: 0, ...bounds } : bounds,
    form: 'point',
  }
  const codec = z.codec(z.unknown().meta(jsonSchemaOfPoint(meta)), z.number(), {
    decode(input, ctx) {
      const parsed = parsePoint(input, meta)
      if (parsed.ok) return parsed.value
      ctx.issues.push(issueOf(input, parsed))
      return z.NEVER
    },
    encode: (value) => exactText(value, unit),
  })
  return codec.register(quantities, meta)
}

/**
 * A parameter that nobody knows exactly: `5%`, or an assumption `{low: 1%, mid: 5%, high: 10%}` whose mid is what
 * runs. The loader lists the interval among the scenario's assumptions.
 */
export function uncertain(codec: Quantity): Quantity {
  const meta = pointMeta(codec)
  const outer = z.codec(z.unknown().meta(jsonSchemaOfUncertain(meta)), z.number(), {
    decode: (input, ctx) => decodeInterval(input, meta, ctx)?.mid ?? z.NEVER,
    encode: (value) => exactText(value, meta.unit),
  })
  return outer.register(quantities, { ...meta, form: 'uncertain' })
}

/** As `uncertain`, but the sim gets all three numbers (and may sample between them); one value means all three. */
export function interval(codec: Quantity): QuantityInterval {
  const meta = pointMeta(codec)
  const parsed: z.ZodType<IntervalValue, IntervalValue> = z.object({
    low: z.number(),
    mid: z.number(),
    high: z.number(),
  })
  const outer = z.codec(z.unknown().meta(jsonSchemaOfUncertain(meta)), parsed, {
    decode: (input, ctx) => decodeInterval(input, meta, ctx) ?? z.NEVER,
    encode: ({ low, mid, high }) => ({
      low: exactText(low, meta.unit),
      mid: exactText(mid, meta.unit),
      high: exactText(high, meta.unit),
    }),
  })
  return outer.register(quantities, { ...meta, form: 'interval' })
}

function pointMeta(codec: Quantity): QuantityMeta {
  const meta = quantityOf(codec)
  if (meta?.form !== 'point') throw new TypeError('an interval is made of a quantity such as share()')
  return meta
}

type PointProblem = { readonly ok: false } & Problem
type Point = { readonly ok: true; readonly value: number } | PointProblem

/** One value of this parameter: parsed, whole where it must be, within bounds. */
export function parsePoint(input: unknown, meta: QuantityMeta): Point {
  const { unit, bounds } = meta
  const parsed = parseQuantity(input, unit)
  if (!parsed.ok) {
    const isAbsent = input === undefined || input === null
    const message = wrong(parsed.expected, input) + (isAbsent ? '' : `: ${parsed.problem}`)
    return { ok: false, message, expected: parsed.expected, found: show(input), nearest: parsed.nearest }
  }
  const { value } = parsed
  const impossible = (rule: string): PointProblem => {
    const found = show(input)
    return { ok: false, message: `impossible value ${found}: must be ${rule}`, expected: rule, found }
  }
  // "at least 1", not "at least 1 hosts".
  const quoted = (bound: number) => formatQuantity(bound, takesBareNumber(unit) ? 'count' : unit)
  if (meta.integer && !Number.isInteger(value)) return impossible('a whole number')
  if (meta.integer && !Number.isSafeInteger(value)) return impossible('at most 2^53 - 1')
  if (bounds.min !== undefined && value < bounds.min) return impossible(`at least ${quoted(bounds.min)}`)
  if (bounds.max !== undefined && value > bounds.max) return impossible(`at most ${quoted(bounds.max)}`)
  if (bounds.above !== undefined && value <= bounds.above) return impossible(`above ${quoted(bounds.above)}`)
  if (bounds.below !== undefined && value >= bounds.below) return impossible(`below ${quoted(bounds.below)}`)
  return { ok: true, value }
}

const ENDS = ['low', 'mid', 'high'] as const

/** True for anything written as a map, which only intervals may be. */
export const isMap = (input: unknown): input is Record<string, unknown> =>
  typeof input === 'object' && input !== null && !Array.isArray(input)

function decodeInterval(
  input: unknown,
  meta: QuantityMeta,
  ctx: z.core.ParsePayload,
): IntervalValue | undefined {
  if (!isMap(input)) {
    const point = parsePoint(input, meta)
    if (point.ok) return { low: point.value, mid: point.value, high: point.value }
    ctx.issues.push(issueOf(input, point))
    return undefined
  }
  const before = ctx.issues.length
  const read = (end: (typeof ENDS)[number]): number => {
    const point = parsePoint(Object.hasOwn(input, end) ? input[end] : undefined, meta)
    if (point.ok) return point.value
    ctx.issues.push({ ...issueOf(input[end], point), path: [end] })
    return NaN
  }
  const value: IntervalValue = { low: read('low'), mid: read('mid'), high: read('high') }
  for (const key of Object.keys(input)) {
    if ((ENDS as readonly string[]).includes(key)) continue
    ctx.issues.push({
      code: 'custom',
      input,
      path: [key],
      message: 'unknown key: an interval has low, mid and high',
      params: { blamesKey: true, expected: 'low, mid, high', found: key, nearest: nearest(key, ENDS) },
    })
  }
  if (ctx.issues.length > before) return undefined
  if (value.low <= value.mid && value.mid <= value.high) return value
  ctx.issues.push({
    code: 'custom',
    input,
    message: `impossible interval ${ENDS.map((end) => show(input[end])).join(', ')}: must be low <= mid <= high`,
    params: { expected: 'low <= mid <= high', found: ENDS.map((end) => show(input[end])).join(', ') },
  })
  return undefined
}

function issueOf(input: unknown, { message, ok: _ok, ...params }: PointProblem): z.core.$ZodRawIssue {
  return { code: 'custom', input, message, params }
}

/** `expected X, found Y`, `is missing: expected X`, or `is empty: expected X`. */
export function wrong(expected: string, input: unknown): string {
  if (input === undefined) return `is missing: expected ${expected}`
  if (input === null) return `is empty: expected ${expected}`
  return `expected ${expected}, found ${show(input)}`
}

/** A found value in one short line. */
export function show(input: unknown): string {
  if (input === undefined) return 'nothing'
  if (Array.isArray(input)) return 'a list'
  if (isMap(input)) return 'a map'
  // JSON would write these as null.
  if (typeof input === 'number' && !Number.isFinite(input)) return String(input)
  const text = JSON.stringify(input) ?? typeof input
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function jsonSchemaOfPoint(meta: QuantityMeta): Record<string, unknown> {
  const textForm = { type: 'string', pattern: patternOf(meta.unit) }
  if (!takesBareNumber(meta.unit)) return textForm
  const { min, max, above, below } = meta.bounds
  const numberForm = {
    type: meta.integer ? 'integer' : 'number',
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
    ...(above === undefined ? {} : { exclusiveMinimum: above }),
    ...(below === undefined ? {} : { exclusiveMaximum: below }),
  }
  return { anyOf: [numberForm, textForm] }
}

function jsonSchemaOfUncertain(meta: QuantityMeta): Record<string, unknown> {
  const point = jsonSchemaOfPoint(meta)
  const ends = {
    type: 'object',
    properties: { low: point, mid: point, high: point },
    required: [...ENDS],
    additionalProperties: false,
  }
  return { anyOf: [...((point['anyOf'] as unknown[] | undefined) ?? [point]), ends] }
}
