/**
 * 300 patterns whose growth on V8 is known, classified: `npm run regex:growth-set`. Exits 1 when fewer than 97 % are right,
 * a linear one is called exponential, or attacks are longer than they should be.
 *
 * 233 of them are in `../data`; all are read from beside the checkout where they are there.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { DEFAULTS } from '../inspect.ts'
import { shootOut } from '../shootout.ts'
import { builtIn } from './specs.ts'

interface Known {
  readonly id: string
  readonly pattern: string
  readonly flags: string
  readonly growth: 'linear' | 'polynomial' | 'exponential'
  readonly degree: number | null
}

const HERE = new URL('../data/growth-patterns.json', import.meta.url)
const BESIDE = new URL('../../../../../shared/data/regex/growth-patterns.json', import.meta.url)

/** Where a stronger attack than the one of the label shows more: a slope of 4.8 to a second, by pumps that start over. */
const CORRECTED: Readonly<Record<string, number>> = { 'gp-189': 5 }

const LEAST_RIGHT = 0.967
/** Median characters that cost V8 a second. */
const LONGEST = { exponential: 40, quadratic: 60_000 }

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

export function knownPatterns(): Known[] {
  const known = JSON.parse(readFileSync(existsSync(BESIDE) ? BESIDE : HERE, 'utf8')) as Known[]
  return known.map((one) => ({ ...one, degree: CORRECTED[one.id] ?? one.degree }))
}

async function main(only: readonly string[], to: string | undefined): Promise<number> {
  const known = knownPatterns().filter(({ id }) => only.length === 0 || only.includes(id))
  const rows: { one: Known; right: boolean; got: string; length: number | null; seconds: number | null }[] =
    []
  for (const [flags, those] of Map.groupBy(known, (one) => one.flags)) {
    const entries = those.map(({ id, pattern }, at) => ({ pattern, line: at, name: id }))
    await shootOut(entries, [builtIn('v8')], {
      ...DEFAULTS,
      flags,
      findAll: false,
      lanes: 2,
      onReport: ({ name }, { verdict, degree, exponent, attack, seconds, why }) => {
        const one = known.find(({ id }) => id === name)!
        const right = verdict === one.growth && (verdict !== 'polynomial' || degree === one.degree)
        const got = `${verdict}${verdict === 'polynomial' ? ` ${degree}` : ''}`
        rows.push({ one, right, got, length: attack?.length ?? null, seconds })
        if (right) return
        const wanted = `${one.growth}${one.growth === 'polynomial' ? ` ${one.degree}` : ''}`
        const slope = exponent === null ? '' : ` (slope ${exponent.value.toFixed(2)})`
        console.log(
          `${name}: ${wanted}, measured ${got}${slope}${why ? `: ${why}` : ''}  ${one.pattern.slice(0, 70)}`,
        )
      },
    })
  }
  const right = rows.filter((row) => row.right).length
  const falseExponential = rows.filter(
    ({ one, got }) => one.growth === 'linear' && got === 'exponential',
  ).length
  const lengths = (growth: string): number[] =>
    rows.flatMap(({ got, length, seconds }) =>
      got === growth && length !== null && seconds! > 0.5 ? [length] : [],
    )
  const [exponential, quadratic] = [median(lengths('exponential')), median(lengths('polynomial 2'))]
  console.log(`${right} of ${rows.length} right; ${falseExponential} linear ones called exponential`)
  console.log(`median length that costs V8 a second: exponential ${exponential}, quadratic ${quadratic}`)
  if (to !== undefined) writeFileSync(to, JSON.stringify(rows))
  const isGood = right >= LEAST_RIGHT * rows.length && falseExponential === 0
  return isGood && !(exponential > LONGEST.exponential) && !(quadratic > LONGEST.quadratic) ? 0 : 1
}

if (import.meta.main) {
  const { parseArgs } = await import('node:util')
  const { values, positionals } = parseArgs({ options: { to: { type: 'string' } }, allowPositionals: true })
  process.exitCode = await main(positionals, values.to)
}
