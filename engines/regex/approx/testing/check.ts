/** The checks of approximate matching that both the tests and `oracle.ts` make: published answers, exhaustive search. */
import type { Edges } from '../../automaton/context.ts'
import { readFileSync } from 'node:fs'
import { decodeAt, widthOf } from '../../foundation/utf8.ts'
import { parse } from '../../syntax/parse.ts'
import { judge, treCases } from '../../testing/cases.ts'
import type { ApproxLimits, Options } from '../../types.ts'
import { exhaustiveAll, exhaustiveFind } from './exhaustive.ts'
import type { ExhaustiveMatch } from './exhaustive.ts'
import { buildApprox } from '../index.ts'
import type { ApproxMatch } from '../index.ts'

interface OracleCase {
  readonly pattern: string
  readonly string: string
  readonly params: Record<string, number>
  readonly tre: { so: number; eo: number; cost: number; ins: number; del: number; subst: number } | null
  readonly best: { so: number; eo: number; cost: number } | null
}

const LATIN1 = { syntax: 'literal', encoding: 'bytes' } as const
const EDGES: Edges = { notBol: false, notEol: false }
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.codePointAt(0)!)

function limitsOf(params: Record<string, number>): ApproxLimits {
  const names: Record<string, keyof ApproxLimits> = {
    max_cost: 'maxCost',
    cost_ins: 'costInsert',
    cost_del: 'costDelete',
    cost_subst: 'costSubstitute',
  }
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [names[name] as string, value]))
}

export interface OracleResult {
  readonly cases: number
  /** Cost and span as exhaustive search has them. */
  readonly right: number
  /** The same for TRE's recorded answers. */
  readonly treRight: number
  /** Matches on whose span TRE agrees, and those of them with the same three counts. */
  readonly shared: number
  readonly sameCounts: number
  readonly failures: readonly string[]
}

/** The 600 random literals. */
export function runOracle(): OracleResult {
  const file = new URL('../testdata/approx-oracle.json', import.meta.url)
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: OracleCase[] }
  const result = { cases: cases.length, right: 0, treRight: 0, shared: 0, sameCounts: 0 }
  const failures: string[] = []
  for (const { pattern, string, params, tre, best } of cases) {
    const options = { ...LATIN1, approx: limitsOf(params) }
    const found = buildApprox(parse(pattern, options), options).find(latin1(string), 0, EDGES)
    const show = (m: { so: number; eo: number; cost: number } | null): string =>
      m ? `${m.so}-${m.eo} at ${m.cost}` : 'none'
    const got = show(found && { so: found.start, eo: found.end, cost: found.cost })
    if (got === show(best)) result.right++
    else failures.push(`${pattern} on ${JSON.stringify(string)}: expected ${show(best)}, got ${got}`)
    if (show(tre) !== show(best)) continue
    result.treRight++
    if (!found || !tre) continue
    result.shared++
    if (found.inserts === tre.ins && found.deletes === tre.del && found.substitutes === tre.subst) {
      result.sameCounts++
    }
  }
  return { ...result, failures }
}

/** The approximate cases of TRE's own suite, captures included. */
export function runRetest(): { cases: number; right: number; failures: readonly string[] } {
  const failures: string[] = []
  const cases = treCases().filter((test) => test.suite === 'tre retest approximate')
  for (const test of cases) {
    const parsed = parse(test.pattern, test.options)
    const matcher = buildApprox(parsed, test.options)
    const found = matcher.find(test.text, 0, test)
    const wrong = judge(test, found && matcher.captures(test.text, found, test))
    if (wrong !== undefined)
      failures.push(`${test.id} ${new TextDecoder('latin1').decode(test.pattern)}: ${wrong}`)
  }
  return { cases: cases.length, right: cases.length - failures.length, failures }
}

/** Characters of a text, -1 for a broken byte, and the byte offset of each and of the end. */
function symbolsOf(text: Uint8Array, bytes: boolean): { symbols: number[]; offsets: number[] } {
  const symbols: number[] = []
  const offsets = [0]
  for (let at = 0; at < text.length;) {
    const code = bytes ? text[at]! : decodeAt(text, at, text.length)
    symbols.push(code)
    at += bytes ? 1 : widthOf(code)
    offsets.push(at)
  }
  return { symbols, offsets }
}

const show = (m: { start: number; end: number } & Omit<ApproxMatch, 'start' | 'end'>): string =>
  `${m.start}-${m.end} at ${m.cost} (+${m.inserts} -${m.deletes} #${m.substitutes})`

/** The pattern cannot be searched for along the path asked for. */
export const NOT_THIS_WAY = 'not this way'

/** Searches one text for one pattern in every way; says what differs from exhaustive search, or nothing. */
export function compareWithExhaustive(
  pattern: string,
  options: Options,
  text: Uint8Array,
  start: number,
  edges: Edges,
  path: 'any' | 'rows' = 'any',
): string | undefined {
  const parsed = parse(pattern, options)
  const { symbols, offsets } = symbolsOf(text, parsed.bytes)
  const from = Math.min(start, symbols.length)
  const inBytes = (m: ExhaustiveMatch): string =>
    show({ ...m, start: offsets[m.start]!, end: offsets[m.end]! })
  const settings = { ...(options.approx && { approx: options.approx }), ...edges, from }
  const matcher = buildApprox(parsed, options)
  if (path === 'rows' && !matcher.search.useBits()) return NOT_THIS_WAY
  const at = offsets[from]!

  const first = exhaustiveFind(parsed, symbols, settings)
  const expected = first ? inBytes(first) : 'none'
  const found = matcher.find(text, at, edges)
  const got = found ? show(found) : 'none'
  if (got !== expected) return `find: expected ${expected}, got ${got}`
  if (matcher.test(text, at, edges) !== (first !== null)) return `test: expected ${first !== null}`

  const all = exhaustiveAll(parsed, symbols, settings).map(inBytes).join(', ')
  for (const thrifty of [false, true]) {
    matcher.search.thrifty = thrifty
    const gotAll = [...matcher.findAll(text, at, edges)].map(show).join(', ')
    if (gotAll !== all) return `findAll${thrifty ? ' without waste' : ''}: expected ${all}, got ${gotAll}`
  }
  return undefined
}
