/** Quantities for people: three digits and the unit that suits the size. What is written here can be read back. */
import type { Unit } from './sim.ts'
import { BINARY, exactText, parseQuantity, PREFIXES, takesBareNumber } from './units.ts'

/** The suffixes that the formatter uses, ascending, and the displayed number from which the next one takes over. */
interface Step {
  readonly suffix: string
  readonly scale: number
  readonly until: number
}

const SI_STEPS = (unit: string): Step[] =>
  PREFIXES.map(([prefix, ten]) => ({ suffix: prefix + unit, scale: 10 ** ten, until: 1000 }))

const FORMAT_STEPS: Readonly<Record<string, readonly Step[]>> = {
  s: [
    { suffix: 'ns', scale: 1e-9, until: 1000 },
    { suffix: '\u00b5s', scale: 1e-6, until: 1000 },
    { suffix: 'ms', scale: 1e-3, until: 1000 },
    { suffix: 's', scale: 1, until: 120 },
    { suffix: 'min', scale: 60, until: 120 },
    { suffix: 'h', scale: 3600, until: 96 },
    { suffix: 'd', scale: 86_400, until: Infinity },
  ],
  bytes: [
    { suffix: 'B', scale: 1, until: 1024 },
    ...BINARY.map(([suffix, { times }]) => ({ suffix, scale: times!, until: 1024 })),
  ],
  '1/s': SI_STEPS('/s'),
  'bit/s': SI_STEPS('bit/s'),
}

/** The unit of an axis that ends at `most`, and its size in base units: nobody reads 240,000 s. */
export function axisUnit(most: number, unit: Unit): { readonly suffix: string; readonly scale: number } {
  const step =
    unit === 's' && most >= 120
      ? FORMAT_STEPS['s']!.find(({ scale, until }) => most / scale < until)
      : undefined
  return step ?? { suffix: unit, scale: 1 }
}

/** Counts below this are shown to the last digit before the point. */
const PLAIN_COUNT = 10_000

/**
 * For people: three digits and the unit that suits the size: `4.2 ms`, `10.3 M`, `3 %`, `1.3 GiB`, `446/s`,
 * `24 hosts`. Parses back to within half a percent. A share near one keeps two digits of what is missing
 * (`99.995 %`). Infinities and NaN read as themselves.
 */
export function formatQuantity(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return String(value)
  if (value < 0) return `-${formatQuantity(-value, unit)}`
  if (unit === 'share') return `${percent(value)} %`
  const steps = FORMAT_STEPS[unit]
  if (steps !== undefined && Object.hasOwn(FORMAT_STEPS, unit)) {
    if (value === 0) return joined('0', steps.find((step) => step.scale === 1)!.suffix)
    const { text, suffix } = inSteps(value, steps)
    return joined(text, suffix)
  }
  const noun = unit === 'count' ? '' : unit
  const plain = threeDigits(value)
  const { text, suffix } =
    plain < PLAIN_COUNT ? { text: String(plain), suffix: '' } : inSteps(value, SI_STEPS(''))
  return [text, suffix, noun].filter((word) => word !== '').join(' ')
}

/**
 * A parameter's value with its unit: as `formatQuantity` has it where that is exact, else with every digit. What is counted by
 * the dozen is named by its parameter: nobody has `servers = 21 servers`.
 */
export function formatParameter(value: number, unit: Unit): string {
  if (takesBareNumber(unit) && value < PLAIN_COUNT) return String(value)
  const shown = formatQuantity(value, unit)
  const read = parseQuantity(shown, unit)
  if (read.ok && read.value === value) return shown
  return exactText(value, unit).replace(/(?<=\d)(?=[%a-zA-Z]+(?:\/s)?$)/, ' ')
}

/** Three digits, or all that stand before the point. */
const threeDigits = (value: number) => (value < 100 ? Number(value.toPrecision(3)) : Math.round(value))

const joined = (text: string, suffix: string) => (suffix === '/s' ? text + suffix : `${text} ${suffix}`)

/** The smallest step that the value does not outgrow; one that rounds up to the next step is carried there. */
function inSteps(value: number, steps: readonly Step[]): { text: string; suffix: string } {
  for (const { suffix, scale, until } of steps.slice(0, -1)) {
    if (value / scale >= until) continue
    const shown = threeDigits(value / scale)
    if (shown < until) return { text: String(shown), suffix }
    return inSteps(until * scale, steps)
  }
  const { suffix, scale } = steps.at(-1)!
  return { text: String(threeDigits(value / scale)), suffix }
}

function percent(share: number): string {
  const hundred = share * 100
  if (share <= 0.9 || share >= 1) return String(Number(hundred.toPrecision(3)))
  const missing = 100 - hundred
  const decimals = Math.min(12, Math.max(1, 1 - Math.floor(Math.log10(missing))))
  return String(Number(hundred.toFixed(decimals)))
}
