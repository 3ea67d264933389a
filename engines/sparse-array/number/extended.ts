/**
 * Numbers of x86's 80-bit format, as AROP's SUM, MIN and MAX need them: 64 bits of mantissa, rounded to even after each
 * step, printed with 17 digits like C's `%.17Lg`. Whole numbers below 2^53 stay doubles, as their sums are exact.
 *
 * A finite value is mantissa x 2^exponent with a mantissa of at most 64 bits. Exponents go on below and beyond the
 * format's: only what overflows it is infinite.
 */
export type Extended = Finite | { readonly special: 'inf' | '-inf' | 'nan' }

interface Finite {
  readonly mantissa: bigint
  readonly exponent: number
  readonly minus: boolean
}

const BITS = 64
const MOST_EXPONENT = 16_384
/** Below, everything is 0 to Redis. */
const LEAST_EXPONENT = -16_445

const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length)

/** numerator / denominator x 2^exponent, rounded to the format. */
function rounded(numerator: bigint, denominator: bigint, exponent: number, minus: boolean): Extended {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0, minus }
  // Scaled so that the quotient has two bits more than needed, or a few beyond.
  const shift = BITS + 2 - (bitLength(numerator) - bitLength(denominator))
  const scaled = shift > 0 ? numerator << BigInt(shift) : numerator
  const divisor = shift < 0 ? denominator << BigInt(-shift) : denominator
  const quotient = scaled / divisor
  const sticky = scaled % divisor !== 0n
  const excess = BigInt(bitLength(quotient) - BITS)
  let mantissa = quotient >> excess
  const rest = quotient - (mantissa << excess)
  const half = 1n << (excess - 1n)
  if (rest > half || (rest === half && (sticky || (mantissa & 1n) === 1n))) mantissa++
  const power = exponent - shift + Number(excess)
  if (bitLength(mantissa) + power > MOST_EXPONENT) return { special: minus ? '-inf' : 'inf' }
  return { mantissa, exponent: power, minus }
}

export const fromInteger = (value: number | bigint): Extended => {
  const exact = BigInt(value)
  return rounded(exact < 0n ? -exact : exact, 1n, 0, exact < 0n || Object.is(value, -0))
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)(?:\.([\da-f]*))?(?:p([+-]?\d+))?$/i
const MOST_TEXT = 255

/** What C's `strtold` makes of the whole text and Redis takes for a number; null for all else. */
export function parseExtended(text: string): Extended | null {
  if (text.length === 0 || text.length > MOST_TEXT) return null
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text)
  if (infinite !== null) return { special: infinite[1] === '-' ? '-inf' : 'inf' }
  const decimal = DECIMAL.exec(text)
  const parts = decimal ?? HEXADECIMAL.exec(text)
  if (parts === null) return null
  const [, sign, whole = '', fraction = '', power = '0'] = parts
  if (whole === '' && fraction === '') return null
  const digits = decimal === null ? BigInt(`0x${whole}${fraction}`) : BigInt(whole + fraction)
  const minus = sign === '-'
  const exponent = Math.max(-100_000, Math.min(100_000, Number(power)))
  let value: Extended
  if (decimal === null) value = rounded(digits, 1n, exponent - 4 * fraction.length, minus)
  else {
    const tens = exponent - fraction.length
    if (digits !== 0n && Math.abs(tens) > 10_000) return null
    value = rounded(
      tens > 0 ? digits * 10n ** BigInt(tens) : digits,
      tens < 0 ? 10n ** BigInt(-tens) : 1n,
      0,
      minus,
    )
  }
  // Out of the format's range, which Redis does not take.
  if ('special' in value) return null
  const isTiny = value.mantissa !== 0n && bitLength(value.mantissa) + value.exponent < LEAST_EXPONENT
  return isTiny ? null : value
}

const signed = ({ mantissa, minus }: Finite): bigint => (minus ? -mantissa : mantissa)

export function add(a: Extended, b: Extended): Extended {
  if ('special' in a) return 'special' in b && a.special !== b.special ? { special: 'nan' } : a
  if ('special' in b) return b
  const exponent = Math.min(a.exponent, b.exponent)
  const sum = (signed(a) << BigInt(a.exponent - exponent)) + (signed(b) << BigInt(b.exponent - exponent))
  if (sum === 0n) return { mantissa: 0n, exponent: 0, minus: a.minus && b.minus }
  return rounded(sum < 0n ? -sum : sum, 1n, exponent, sum < 0n)
}

/** Less than 0, 0, more than 0. NaN is never compared. */
export function compareExtended(a: Extended, b: Extended): number {
  const order = (value: Extended): number => ('special' in value ? (value.special === 'inf' ? 1 : -1) : 0)
  if ('special' in a || 'special' in b) return order(a) - order(b)
  const exponent = Math.min(a.exponent, b.exponent)
  const left = signed(a) << BigInt(a.exponent - exponent)
  const right = signed(b) << BigInt(b.exponent - exponent)
  return left < right ? -1 : left > right ? 1 : 0
}

/** Towards zero, within 64 bits with sign; null beyond. */
export function toInt64(value: Extended): bigint | null {
  if ('special' in value || bitLength(value.mantissa) + value.exponent > 64) return null
  const { mantissa, exponent, minus } = value
  const whole = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa >> BigInt(-exponent)
  const result = minus ? -whole : whole
  return result >= 2n ** 63n || result < -(2n ** 63n) ? null : result
}

const DIGITS = 17

/** As `%.17Lg` prints it. */
export function formatExtended(value: Extended): string {
  if ('special' in value) return value.special
  const { mantissa, exponent, minus } = value
  const sign = minus ? '-' : ''
  if (mantissa === 0n) return `${sign}0`
  const numerator = exponent > 0 ? mantissa << BigInt(exponent) : mantissa
  const denominator = exponent < 0 ? 1n << BigInt(-exponent) : 1n
  // The power of ten of the first digit: an estimate that may be one too low or too high.
  let tens = Math.floor((bitLength(mantissa) - 1 + exponent) * Math.LOG10E * Math.LN2)
  let digits = digitsAt(numerator, denominator, tens)
  if (digits >= 10n ** BigInt(DIGITS)) digits = digitsAt(numerator, denominator, ++tens)
  else if (digits < 10n ** BigInt(DIGITS - 1)) digits = digitsAt(numerator, denominator, --tens)
  if (digits === 10n ** BigInt(DIGITS)) {
    digits /= 10n
    tens++
  }
  const text = String(digits).replace(/0+$/, '')
  if (tens < -4 || tens >= DIGITS) {
    const power = `${tens < 0 ? '-' : '+'}${String(Math.abs(tens)).padStart(2, '0')}`
    return `${sign}${text[0]!}${text.length > 1 ? `.${text.slice(1)}` : ''}e${power}`
  }
  if (tens < 0) return `${sign}0.${'0'.repeat(-tens - 1)}${text}`
  const whole = text.slice(0, tens + 1).padEnd(tens + 1, '0')
  return `${sign}${whole}${text.length > tens + 1 ? `.${text.slice(tens + 1)}` : ''}`
}

/** numerator / denominator as a whole number of 17 digits when 10^tens is its first digit's place; halves to even. */
function digitsAt(numerator: bigint, denominator: bigint, tens: number): bigint {
  const shift = DIGITS - 1 - tens
  const scaled = shift > 0 ? numerator * 10n ** BigInt(shift) : numerator
  const divisor = shift < 0 ? denominator * 10n ** BigInt(-shift) : denominator
  const quotient = scaled / divisor
  const twice = 2n * (scaled % divisor)
  return twice > divisor || (twice === divisor && (quotient & 1n) === 1n) ? quotient + 1n : quotient
}
