/**
 * The judge of approximate matching: slow, obvious, for tests only. It knows nothing of automata or dominance.
 *
 * A question "what can become of this node from symbol i on" is answered with everything that can: all ends, with all
 * counts of insertions, deletions and substitutions. A region drops what its limits forbid when it is through; nothing
 * else is ever dropped, but for one thing: an iteration that takes no text and is not needed, which only adds errors.
 */
import { wordRanges } from '../../syntax/classes.ts'
import { contains } from '../../syntax/ranges.ts'
import type { AssertKind, Node, Parsed } from '../../syntax/ast.ts'
import type { ApproxLimits } from '../../types.ts'

export interface Outcome {
  readonly end: number
  readonly inserts: number
  readonly deletes: number
  readonly substitutes: number
  readonly cost: number
}

export interface ExhaustiveMatch extends Outcome {
  readonly start: number
}

export interface ExhaustiveOptions {
  readonly approx?: ApproxLimits
  readonly from?: number
  readonly notBol?: boolean
  readonly notEol?: boolean
}

/** Costs of the region around a node; null where no errors may happen. */
interface Prices {
  readonly insert: number
  readonly delete: number
  readonly substitute: number
}
interface Place {
  readonly open: boolean
  readonly prices: Prices
}

const within = (limits: ApproxLimits, { inserts, deletes, substitutes, cost }: Outcome): boolean =>
  inserts <= (limits.maxInsert ?? Infinity) &&
  deletes <= (limits.maxDelete ?? Infinity) &&
  substitutes <= (limits.maxSubstitute ?? Infinity) &&
  inserts + deletes + substitutes <= (limits.maxErrors ?? Infinity) &&
  cost <= (limits.maxCost ?? Infinity)

function inside(limits: ApproxLimits | undefined, around: Prices): Place {
  return {
    open: limits !== undefined,
    prices: {
      insert: limits?.costInsert ?? around.insert,
      delete: limits?.costDelete ?? around.delete,
      substitute: limits?.costSubstitute ?? around.substitute,
    },
  }
}

function unique(outcomes: readonly Outcome[]): Outcome[] {
  const seen = new Map<string, Outcome>()
  for (const outcome of outcomes) {
    const { end, inserts, deletes, substitutes, cost } = outcome
    seen.set(`${end} ${inserts} ${deletes} ${substitutes} ${cost}`, outcome)
  }
  return [...seen.values()]
}

class Exhaustive {
  private readonly text: readonly number[]
  private readonly options: ExhaustiveOptions
  private readonly words: readonly number[]
  private readonly known = new Map<Place, Map<Node, Map<number, Outcome[]>>>()
  private readonly places = new Map<Node, Map<Place, Place>>()

  constructor(text: readonly number[], bytes: boolean, options: ExhaustiveOptions) {
    this.text = text
    this.options = options
    this.words = wordRanges(bytes)
  }

  private holds(what: AssertKind, i: number): boolean {
    const { text, options } = this
    const word = (at: number): boolean => at >= 0 && at < text.length && contains(this.words, text[at]!)
    const first = i === 0 && options.notBol !== true
    const last = i === text.length && options.notEol !== true
    switch (what) {
      case 'textStart':
        return first
      case 'textEnd':
        return last
      case 'lineStart':
        return first || text[i - 1] === 10
      case 'lineEnd':
        return last || text[i] === 10
      case 'wordStart':
        return !word(i - 1) && word(i)
      case 'wordEnd':
        return word(i - 1) && !word(i)
      case 'wordBoundary':
        return word(i - 1) !== word(i)
      default:
        return word(i - 1) === word(i)
    }
  }

  outcomes(node: Node, i: number, place: Place): Outcome[] {
    let ofPlace = this.known.get(place)
    if (!ofPlace) this.known.set(place, (ofPlace = new Map()))
    let ofNode = ofPlace.get(node)
    if (!ofNode) ofPlace.set(node, (ofNode = new Map()))
    let known = ofNode.get(i)
    if (!known) ofNode.set(i, (known = unique(this.find(node, i, place))))
    return known
  }

  /** One after the other. */
  private followedBy(outcomes: readonly Outcome[], next: (end: number) => readonly Outcome[]): Outcome[] {
    return unique(
      outcomes.flatMap((a) =>
        next(a.end).map((b) => ({
          end: b.end,
          inserts: a.inserts + b.inserts,
          deletes: a.deletes + b.deletes,
          substitutes: a.substitutes + b.substitutes,
          cost: a.cost + b.cost,
        })),
      ),
    )
  }

  /** Any number of insertions. */
  private extra(i: number, { open, prices }: Place): Outcome[] {
    const count = open ? this.text.length - i : 0
    return Array.from({ length: count + 1 }, (_, n) => ({
      ...nothing(i + n),
      inserts: n,
      cost: n * prices.insert,
    }))
  }

  /** What happens at a leaf of the tree, with insertions on both sides. */
  private between(i: number, place: Place, leaf: (i: number) => readonly Outcome[]): Outcome[] {
    return this.followedBy(this.followedBy(this.extra(i, place), leaf), (end) => this.extra(end, place))
  }

  private find(node: Node, i: number, place: Place): Outcome[] {
    switch (node.kind) {
      case 'empty':
        return this.extra(i, place)
      case 'assert':
        return this.between(i, place, (at) => (this.holds(node.what, at) ? [nothing(at)] : []))
      case 'set':
        return this.between(i, place, (at) => this.character(node.ranges, at, place))
      case 'cat': {
        let all = [nothing(i)]
        for (const part of node.parts) all = this.followedBy(all, (end) => this.outcomes(part, end, place))
        return all
      }
      case 'alt':
        return node.parts.flatMap((part) => this.outcomes(part, i, place))
      case 'repeat':
        return this.followedBy(this.extra(i, place), (at) => this.iterations(node, at, place))
      case 'approx': {
        const inner = this.innerPlace(node, place)
        return this.between(i, place, (at) =>
          this.outcomes(node.node, at, inner).filter((outcome) => within(node.limits, outcome)),
        )
      }
      default:
        return this.outcomes(node.node, i, place)
    }
  }

  private innerPlace(node: Extract<Node, { kind: 'approx' }>, place: Place): Place {
    let of = this.places.get(node)
    if (!of) this.places.set(node, (of = new Map()))
    let inner = of.get(place)
    if (!inner) of.set(place, (inner = inside(node.limits, place.prices)))
    return inner
  }

  private character(ranges: readonly number[], i: number, { open, prices }: Place): Outcome[] {
    const all: Outcome[] = []
    if (i < this.text.length) {
      if (contains(ranges, this.text[i]!)) all.push(nothing(i + 1))
      else if (open) all.push({ ...nothing(i + 1), substitutes: 1, cost: prices.substitute })
    }
    if (open) all.push({ ...nothing(i), deletes: 1, cost: prices.delete })
    return all
  }

  private iterations(node: Extract<Node, { kind: 'repeat' }>, i: number, place: Place): Outcome[] {
    let running = [nothing(i)]
    for (let n = 0; n < node.min; n++)
      running = this.followedBy(running, (end) => this.outcomes(node.node, end, place))
    const all = [...running]
    for (let n = node.min; n < node.max && running.length > 0; n++) {
      running = this.followedBy(running, (at) =>
        this.outcomes(node.node, at, place).filter(({ end }) => end > at),
      )
      all.push(...running)
    }
    return all
  }
}

const nothing = (end: number): Outcome => ({ end, inserts: 0, deletes: 0, substitutes: 0, cost: 0 })

/** Below 0: `a` is better. Cost, start, length; then fewest errors, insertions, deletions. */
export function compareMatches(a: ExhaustiveMatch, b: ExhaustiveMatch): number {
  const errors = (m: Outcome): number => m.inserts + m.deletes + m.substitutes
  return (
    a.cost - b.cost ||
    a.start - b.start ||
    b.end - a.end ||
    errors(a) - errors(b) ||
    a.inserts - b.inserts ||
    a.deletes - b.deletes
  )
}

/** The best match in `text` (code points, or bytes where `parsed.bytes`), offsets in symbols; null: none. */
export function exhaustiveFind(
  parsed: Parsed,
  text: readonly number[],
  options: ExhaustiveOptions = {},
): ExhaustiveMatch | null {
  const search = new Exhaustive(text, parsed.bytes, options)
  const whole = inside(options.approx, { insert: 1, delete: 1, substitute: 1 })
  let best: ExhaustiveMatch | null = null
  for (let start = options.from ?? 0; start <= text.length; start++) {
    for (const outcome of search.outcomes(parsed.root, start, whole)) {
      const match = { start, ...outcome }
      if (within(options.approx ?? {}, outcome) && (!best || compareMatches(match, best) < 0)) best = match
    }
  }
  return best
}

/** All matches, one after the other; an empty match where the last one ended is not reported. */
export function exhaustiveAll(
  parsed: Parsed,
  text: readonly number[],
  options: ExhaustiveOptions,
): ExhaustiveMatch[] {
  const found: ExhaustiveMatch[] = []
  let last = -1
  for (let from = options.from ?? 0; from <= text.length;) {
    const match = exhaustiveFind(parsed, text, { ...options, from })
    if (!match) break
    const empty = match.end === match.start
    if (!empty || match.end !== last) {
      found.push(match)
      last = match.end
      from = match.end
    } else from = match.end + 1
  }
  return found
}
