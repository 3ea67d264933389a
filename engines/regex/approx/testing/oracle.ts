/**
 * Everything that approximate matching must show, printed.
 *
 *     node engines/regex/approx/testing/oracle.ts [--runs N] [--seed N]
 *
 * The published cases, N random patterns against exhaustive search on each path (default 5000), and speed: on a novel,
 * and on random DNA, where sets hardly ever come again. `flowbench bench regex` has TRE beside it in the same run.
 */
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import fc from 'fast-check'
import { parse } from '../../syntax/parse.ts'
import { Random } from '../../testing/random.ts'
import type { Options } from '../../types.ts'
import { compareWithExhaustive, NOT_THIS_WAY, runOracle, runRetest } from './check.ts'
import { patterns, settings, texts, bitLimits } from './generate.ts'
import { buildApprox } from '../index.ts'

const EDGES = { notBol: false, notEol: false }
const NOVEL = new URL('../../testdata/rebar/data/haystacks/sherlock.txt', import.meta.url)

function argument(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}

function random(
  runs: number,
  seed: number,
  path: 'any' | 'rows',
): { compared: number; failure: string | undefined } {
  let compared = 0
  const encoder = new TextEncoder()
  const check = fc.property(
    patterns,
    texts,
    path === 'any' ? settings : bitLimits.map((approx) => ({ options: { approx } as Options, edges: EDGES })),
    fc.nat(3),
    (pattern, text, { options, edges }, from) => {
      const differs = compareWithExhaustive(pattern, options, encoder.encode(text), from, edges, path)
      if (differs === NOT_THIS_WAY) return
      compared++
      if (differs !== undefined) throw new Error(differs)
    },
  )
  const result = fc.check(check, { numRuns: runs, seed })
  const failure = result.failed
    ? `${JSON.stringify(result.counterexample)}: ${String(result.errorInstance)}`
    : undefined
  return { compared, failure }
}

/** Megabytes a second of the third of three searches over the whole text, which has no match that costs nothing. */
function speed(pattern: string, text: Uint8Array, byRows: boolean): string {
  const matcher = buildApprox(parse(pattern, {}), {})
  if (byRows && !matcher.search.useBits()) return 'not possible'
  const rates = Array.from({ length: 3 }, () => {
    const begin = performance.now()
    matcher.find(text, 0, EDGES)
    return text.length / 1000 / (performance.now() - begin)
  })
  const show = (rate: number | undefined): string => rate?.toFixed(rate < 10 ? 2 : 0) as string
  return `${show(Math.max(...rates))} MB/s (first search ${show(rates[0])})`
}

/** Random DNA, and pieces of other such DNA as patterns. */
function reportDna(): void {
  const random = new Random(1)
  const letters = (length: number): string =>
    Array.from({ length }, () => 'acgt'.charAt(random.below(4))).join('')
  const text = new TextEncoder().encode(letters(200_000))
  console.log('random DNA; aN stands for N letters:')
  // A class is no literal, so nothing is filtered out.
  const bits = [31, 64, 128, 250].flatMap((length) =>
    [4, 8].map((errors) => [length, `{~${errors}}`] as const),
  )
  for (const [length, setting] of [...bits, [31, '{+2-2#2}'], [31, '{ 2i + 1d + 3s < 7}']] as const) {
    const pattern = `([ac]${letters(length - 1)})${setting}`
    console.log(`(a${length})${setting}: rows ${speed(pattern, text, true)}`)
  }
  const inner = `((${letters(31)}){~5}|(${letters(64)}){~5})`
  const asserting = `(\\b|\\B)(${letters(31)}){~8}`
  console.log(`((a31){~5}|(a64){~5}): sets ${speed(inner, text.subarray(0, 50_000), false)}`)
  console.log(`(\\b|\\B)(a31){~8}: sets ${speed(asserting, text.subarray(0, 50_000), false)}`)
}

function main(): void {
  let failed = 0
  const report = (line: string, failures: readonly string[]): void => {
    console.log(line)
    failed += failures.length
    for (const failure of failures) console.log(`    ${failure}`)
  }
  const oracle = runOracle()
  report(
    `approx-oracle: ${oracle.right} of ${oracle.cases} costs and spans as exhaustive search (TRE ${oracle.treRight}); ` +
      `same counts as TRE in ${oracle.sameCounts} of ${oracle.shared} shared matches`,
    oracle.failures,
  )
  const retest = runRetest()
  report(
    `TRE suite, approximate: ${retest.right} of ${retest.cases}, groups included; none left out`,
    retest.failures,
  )

  const runs = argument('--runs', 5000)
  const seed = argument('--seed', 1)
  for (const path of ['any', 'rows'] as const) {
    const { compared, failure } = random(runs, seed, path)
    const name = path === 'any' ? 'sets' : 'rows of bits'
    report(
      `random against exhaustive search, ${name}: ${compared} compared`,
      failure === undefined ? [] : [failure],
    )
  }

  const text = readFileSync(NOVEL)
  for (let errors = 0; errors <= 3; errors++) {
    const pattern = `(Xyzzyqw){~${errors}}`
    // An alternation with itself is no literal, so nothing is filtered out.
    const plain = `(Xyzzyqw|Xyzzyqw){~${errors}}`
    const sets = `filter and sets ${speed(pattern, text, false)}, sets alone ${speed(plain, text, false)}`
    console.log(`${pattern}: ${sets}, rows alone ${speed(plain, text, true)}`)
  }
  reportDna()
  process.exitCode = failed > 0 ? 1 : 0
}

main()
