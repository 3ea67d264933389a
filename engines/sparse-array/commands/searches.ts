/** The commands of the array type that walk a range and may take long: ARGREP, AROP, ARSCAN, ARGETRANGE. */
import { parsed } from '../array/index64.ts'
import type { Tree } from '../array/tree.ts'
import { FoldJob, OPERATIONS } from '../grep/fold.ts'
import { compilePlan, PredicateError } from '../grep/plan.ts'
import type { Plan, Predicate } from '../grep/plan.ts'
import { RangeReplyJob, ScanJob } from '../grep/scan.ts'
import { Search } from '../grep/search.ts'
import type { Ends } from '../grep/search.ts'
import type { Job } from '../job.ts'
import type { Args } from '../resp/args.ts'
import { latin1 } from '../resp/args.ts'
import type { Engine } from '../server/engine.ts'
import type { Session } from '../server/session.ts'
import { array, arrayRecord, index } from './access.ts'
import type { Command } from './command.ts'
import { NOT_INTEGER, READ, SYNTAX } from './command.ts'

const MOST_PLACES = 1_000_000
const MOST_PREDICATES = 250
const MOST_ERRORS = 8n
/** Neighbours are found in one go. */
const MOST_CONTEXT = 10_000n

/** Reads the two indices in arguments 2 and 3; null when one is none, and the error is written. */
function endsOf(session: Session, args: Args): Ends | null {
  if (!index(session, args, 2)) return null
  const { hi: aHi, lo: aLo } = parsed
  if (!index(session, args, 3)) return null
  return { aHi, aLo, bHi: parsed.hi, bLo: parsed.lo }
}

function treeOf(session: Session, record: number): Tree {
  return session.keyspace.arrayOf(record).tree
}

function argetrange(session: Session, args: Args): Job | undefined {
  const ends = endsOf(session, args)
  if (ends === null) return undefined
  const record = arrayRecord(session, args)
  if (record < 0) return undefined
  const { aHi, aLo, bHi, bLo } = ends
  const places = Math.abs((bHi - aHi) * 2 ** 32 + (bLo - aLo)) + 1
  if (places > MOST_PLACES) {
    session.out.error(`ERR range exceeds maximum of ${MOST_PLACES} items`)
    return undefined
  }
  if (record > 0) return new RangeReplyJob(treeOf(session, record), ends, places, session.protocol)
  session.out.array(places)
  session.out.nils(places)
  return undefined
}

/** A LIMIT in argument i; null, and the error is written, when it is none. */
function limitIn(session: Session, args: Args, i: number): number | null {
  const limit = args.integer(i)
  if (limit === null) session.out.error(NOT_INTEGER)
  else if (limit <= 0n) session.out.error('ERR LIMIT must be positive')
  else return Number(limit)
  return null
}

function arscan(session: Session, args: Args): Job | undefined {
  if (args.count === 5 || args.count > 6) {
    session.out.error("ERR wrong number of arguments for 'arscan' command")
    return undefined
  }
  const ends = endsOf(session, args)
  if (ends === null) return undefined
  let limit = Infinity
  if (args.count === 6) {
    if (!args.is(4, 'limit')) {
      session.out.error(SYNTAX)
      return undefined
    }
    const given = limitIn(session, args, 5)
    if (given === null) return undefined
    limit = given
  }
  const record = arrayRecord(session, args)
  if (record > 0) return new ScanJob(treeOf(session, record), ends, limit, session.protocol)
  if (record === 0) session.out.array(0)
  return undefined
}

function arop(session: Session, args: Args): Job | undefined {
  const { out } = session
  const ends = endsOf(session, args)
  if (ends === null) return undefined
  const operation = OPERATIONS.find((name) => args.is(4, name))
  if (operation === undefined) {
    out.error('ERR unknown operation')
    return undefined
  }
  if (operation === 'match' && args.count === 5) {
    out.error('ERR MATCH requires a value argument')
    return undefined
  }
  if (args.count > (operation === 'match' ? 6 : 5)) {
    out.error("ERR wrong number of arguments for 'arop' command")
    return undefined
  }
  const record = arrayRecord(session, args)
  if (record < 0) return undefined
  if (record > 0) {
    const wanted = operation === 'match' ? args.view(5).slice() : new Uint8Array()
    return new FoldJob(treeOf(session, record), ends, operation, wanted)
  }
  if (operation === 'used' || operation === 'match') out.integer(0)
  else out.nil()
  return undefined
}

interface Query {
  readonly predicates: readonly Predicate[]
  readonly all: boolean
  readonly ignoreCase: boolean
  readonly withValues: boolean
  readonly count: boolean
  readonly limit: number
  readonly context: number
}

/** Predicates and options, in any order; a word behind a predicate is its pattern, whatever it says. */
function parseQuery(session: Session, args: Args): Query | null {
  const { out } = session
  const predicates: Predicate[] = []
  let all = false
  let ignoreCase = false
  let withValues = false
  let count = false
  let limit = Infinity
  let context = -1
  for (let i = 4; i < args.count; i++) {
    const kind = (['exact', 'match', 'glob', 're', 'approx'] as const).find((name) => args.is(i, name))
    const isLast = i + 1 === args.count
    if (kind !== undefined) {
      if (isLast || (kind === 'approx' && i + 2 >= args.count)) {
        out.error(SYNTAX)
        return null
      }
      if (predicates.length === MOST_PREDICATES) {
        out.error(`ERR too many predicates, maximum is ${MOST_PREDICATES}`)
        return null
      }
      const pattern = args.view(++i).slice()
      let errors = 0n
      if (kind === 'approx') {
        const given = args.integer(++i)
        if (given === null || given < 0n || given > MOST_ERRORS) {
          out.error(given === null ? NOT_INTEGER : `ERR APPROX allows 0 to ${MOST_ERRORS} errors`)
          return null
        }
        errors = given
      }
      predicates.push({ kind, pattern, errors: Number(errors) })
    } else if (args.is(i, 'and')) all = true
    else if (args.is(i, 'or')) all = false
    else if (args.is(i, 'nocase')) ignoreCase = true
    else if (args.is(i, 'withvalues')) withValues = true
    else if (args.is(i, 'count')) count = true
    else if (args.is(i, 'limit') && !isLast) {
      const given = limitIn(session, args, ++i)
      if (given === null) return null
      limit = given
    } else if (args.is(i, 'context') && !isLast) {
      const given = args.integer(++i)
      if (given === null || given < 0n || given > MOST_CONTEXT) {
        out.error(given === null ? NOT_INTEGER : `ERR CONTEXT must be 0 to ${MOST_CONTEXT}`)
        return null
      }
      context = Number(given)
    } else {
      out.error(SYNTAX)
      return null
    }
  }
  if (predicates.length === 0) {
    out.error(SYNTAX)
    return null
  }
  return { predicates, all, ignoreCase, withValues, count, limit, context }
}

const MOST_PLANS = 8

/** Clients ask the same again and again, and a plan that has run knows more of its automaton. */
function planFor({ plans, maxSteps }: Engine, { predicates, all, ignoreCase }: Query): Plan {
  const parts = predicates.map(
    ({ kind, pattern, errors }) => `${kind}${errors},${pattern.length}:${latin1(pattern)}`,
  )
  const key = `${String(all)}${String(ignoreCase)}${maxSteps};${parts.join('')}`
  const plan = plans.get(key) ?? compilePlan(predicates, all, ignoreCase, maxSteps)
  plans.delete(key)
  plans.set(key, plan)
  if (plans.size > MOST_PLANS) plans.delete(plans.keys().next().value!)
  return plan
}

function argrep(session: Session, args: Args): Job | undefined {
  const { out, engine } = session
  const low = args.length(2) === 1 ? args.text(2) : ''
  const high = args.length(3) === 1 ? args.text(3) : ''
  const isEnd = (text: string): boolean => text === '-' || text === '+'
  // `-` and `+` can only be resolved once the array is known; whatever is wrong is said before.
  if (!isEnd(low) && !index(session, args, 2)) return undefined
  const { hi: lowHi, lo: lowLo } = parsed
  if (!isEnd(high) && !index(session, args, 3)) return undefined
  const { hi: highHi, lo: highLo } = parsed
  const query = parseQuery(session, args)
  if (query === null) return undefined
  let plan: Plan
  try {
    plan = planFor(engine, query)
  } catch (error) {
    if (!(error instanceof PredicateError)) throw error
    out.error(`ERR ${error.message}`)
    return undefined
  }
  const record = arrayRecord(session, args)
  if (record < 0) return undefined
  if (record === 0) {
    if (query.count) out.integer(0)
    else out.array(0)
    return undefined
  }
  const tree = treeOf(session, record)
  const { hi, lo } = tree.length
  const last = lo === 0 ? { hi: hi - 1, lo: 0xffff_ffff } : { hi, lo: lo - 1 }
  const resolve = (text: string, iHi: number, iLo: number): readonly [number, number] =>
    text === '-' ? [0, 0] : text === '+' ? [last.hi, last.lo] : [iHi, iLo]
  const [aHi, aLo] = resolve(low, lowHi, lowLo)
  const [bHi, bLo] = resolve(high, highHi, highLo)
  engine.stats.searches++
  return new Search(tree, { aHi, aLo, bHi, bLo }, plan, {
    ...query,
    maxSteps: engine.maxSteps,
    protocol: session.protocol,
  })
}

export const searches: readonly Command[] = [
  array('argetrange', 4, READ, argetrange),
  array('arscan', -4, READ, arscan),
  array('argrep', -6, READ, argrep),
  array('arop', -5, READ, arop),
]
