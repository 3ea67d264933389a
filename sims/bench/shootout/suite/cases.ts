/** The shared case file: what every engine must find, by its own rule. An engine that is wrong is shown wrong. */
import { readFileSync } from 'node:fs'
import type { EngineFacts, EngineSpec } from '../engines/facts.ts'
import { EngineFailed, EngineProcess, EngineRefused, type Limits } from '../process/engine-process.ts'
import { explainDifference, type Difference } from './difference.ts'

type Spans = readonly (readonly number[])[]

export interface Case {
  readonly id: string
  readonly pattern: string
  readonly text: string
  readonly why: string
  /** Matches by each rule, in bytes; a rule that is not there is not asked. */
  readonly longest?: Spans
  readonly first?: Spans
  /** What Rust's rule of empty matches makes of it: none where the last one ended. */
  readonly orRust?: Spans
  /** The first match with POSIX's groups, for engines that say that theirs are. */
  readonly groups?: Spans
}

export interface CaseResult {
  readonly id: string
  readonly pattern: string
  readonly text: string
  readonly engines: readonly {
    readonly engine: string
    readonly outcome: 'right' | 'wrong' | 'refused' | 'failed' | 'not asked'
    readonly found: Spans | null
    readonly difference: Difference | null
    readonly why: string | null
  }[]
}

const FILE = new URL('../data/cases.json', import.meta.url)
const LIMITS: Limits = { seconds: 5, bytes: 1 << 30 }

export function loadCases(): Case[] {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Case[]
}

export async function runCases(
  specs: readonly EngineSpec[],
  signal?: AbortSignal,
  cases = loadCases(),
): Promise<CaseResult[]> {
  const limits = { ...LIMITS, ...(signal && { signal }) }
  const columns = await Promise.all(specs.map((spec) => runEngine(spec, cases, limits)))
  return cases.map(({ id, pattern, text }, at) => {
    return { id, pattern, text, engines: columns.map((column) => column[at]!) }
  })
}

type Cell = CaseResult['engines'][number]

async function runEngine(spec: EngineSpec, cases: readonly Case[], limits: Limits): Promise<Cell[]> {
  let engine = new EngineProcess(spec, limits)
  const cells: Cell[] = []
  const nothing = { engine: spec.id, found: null, difference: null, why: null }
  for (const one of cases) {
    if (engine.ended) engine = new EngineProcess(spec, limits)
    try {
      const facts = await engine.hello()
      await engine.compile(one.pattern, '')
      await engine.text([{ text: one.text, times: 1 }])
      cells.push(await judge(one, engine, facts))
    } catch (error) {
      if (error instanceof EngineRefused) cells.push({ ...nothing, outcome: 'refused', why: error.message })
      else if (error instanceof EngineFailed)
        cells.push({ ...nothing, outcome: 'failed', why: `${error.how}: ${error.message}` })
      else throw error
    }
  }
  engine.close()
  return cells
}

async function judge(one: Case, engine: EngineProcess, facts: EngineFacts): Promise<Cell> {
  const base = { engine: engine.id, found: null, difference: null, why: null }
  if (one.groups !== undefined && facts.groups === 'posix') {
    const found = await engine.groups(1)
    if (!same(found, one.groups))
      return { ...base, outcome: 'wrong', found, why: 'groups that are not POSIX' }
  }
  const expected = facts.semantics === 'leftmost-first' ? one.first : one.longest
  if (expected === undefined) {
    const asked = one.groups !== undefined && facts.groups === 'posix'
    return { ...base, outcome: asked ? 'right' : 'not asked' }
  }
  const found = await engine.find(1_000)
  if (facts.semantics === 'all-ends') {
    // Each end that the longest rule has must be among all that there are; its start is the leftmost that fits.
    const missed = expected.filter(([start, end]) => end! > start! && !found.some((span) => span[1] === end))
    return missed.length === 0
      ? { ...base, outcome: 'right', found }
      : {
          ...base,
          outcome: 'wrong',
          found,
          why: `does not report ${missed.map((span) => span.join('-')).join(' ')}`,
        }
  }
  if (same(found, expected) || (one.orRust !== undefined && same(found, one.orRust)))
    return { ...base, outcome: 'right', found }
  const difference = explainDifference({ ...one, text: Buffer.from(one.text), flags: '' }, found, facts)
  return { ...base, outcome: 'wrong', found, difference }
}

const same = (a: Spans, b: Spans): boolean => JSON.stringify(a) === JSON.stringify(b)
