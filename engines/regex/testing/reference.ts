/**
 * The judge of every other matcher: a slow, obvious one that follows the rules word by word.
 *
 * It knows nothing of automata. A question "does this node match symbols i to j" is answered by trying every split;
 * answers are remembered, so short texts take polynomial time. The submatch rules are then read off directly:
 *
 * - overall, the leftmost match and of those the longest;
 * - an alternation takes its first alternative that matches the same span;
 * - a concatenation read to the right gives its first part the longest span that lets the rest match, then the second;
 *   read to the left, its last split is as far right as possible, then the one before;
 * - a repetition makes its first iteration as long as possible, then its second; an iteration beyond the minimum
 *   is never empty, except a first one (to have taken part with nothing beats not to have taken part);
 * - a group inside a repetition reports what the last iteration did.
 *
 * With a minimal repetition inside, "longest" would undo it, so the nodes around it have no wish of their own: their
 * parts choose one after the other, from left to right; alternatives are tried in order; a minimal repetition wants
 * to be short, whatever contains none of them wants to be long. The first choice that leads to a match is the answer.
 *
 * `exhaustive.ts` checks this file in turn, by making all parse trees and comparing them by Okui and Suzuki's order.
 */
import type { AssertKind, Node, Parsed } from '../syntax/ast.ts'
import { wordRanges } from '../syntax/classes.ts'
import { contains } from '../syntax/ranges.ts'

/** It would take too long to tell. */
export class TooMuchWork extends Error {}

export interface ReferenceOptions {
  /** How many ends may still be looked at, of all calls that share it; beyond, TooMuchWork. */
  readonly work?: { left: number }
  readonly from?: number
  readonly notBol?: boolean
  readonly notEol?: boolean
  /** TRE makes the last iteration of `*` and `+` begin as early as possible, not the first one end as late. */
  readonly rules?: 'posix' | 'tre'
}

type Repeat = Extract<Node, { kind: 'repeat' }>
type Cat = Extract<Node, { kind: 'cat' }>

/** A fixed count leaves nothing to wish for. */
const isMinimal = (node: Repeat): boolean => !node.greedy && node.min !== node.max

const lazyInside = new WeakMap<Node, boolean>()

/** Whether the node is, or contains, a minimal repetition. */
export function holdsMinimal(node: Node): boolean {
  let known = lazyInside.get(node)
  if (known === undefined) {
    if (node.kind === 'repeat') known = isMinimal(node) || holdsMinimal(node.node)
    else if (node.kind === 'cat' || node.kind === 'alt') known = node.parts.some(holdsMinimal)
    else known = (node.kind === 'group' || node.kind === 'approx') && holdsMinimal(node.node)
    lazyInside.set(node, known)
  }
  return known
}

/** A left-associative concatenation as nested pairs; others as they are. */
const paired = new WeakMap<Cat, Cat>()
function pairs(cat: Cat): Cat {
  if (cat.rightAssoc || cat.parts.length === 2) return cat
  let nested = paired.get(cat)
  if (!nested) {
    let node = cat.parts[0] as Node
    for (const part of cat.parts.slice(1)) node = { kind: 'cat', parts: [node, part], rightAssoc: false }
    nested = node as Cat
    paired.set(cat, nested)
  }
  return nested
}

class Reference {
  readonly text: readonly number[]
  readonly notBol: boolean
  readonly notEol: boolean
  readonly word: readonly number[]
  readonly lastFirst: boolean
  /** The ends a node can reach, by node and start; a cat's tails and a repeat's counts have keys of their own. */
  readonly reach = new Map<Node, Map<number, readonly number[]>>()
  readonly wishes = new Map<Node, Map<number, readonly number[]>>()
  private readonly work: { left: number }

  constructor(text: readonly number[], bytes: boolean, options: ReferenceOptions) {
    this.text = text
    this.notBol = options.notBol ?? false
    this.notEol = options.notEol ?? false
    this.word = wordRanges(bytes)
    this.lastFirst = options.rules === 'tre'
    this.work = options.work ?? { left: Infinity }
  }

  isWord(i: number): boolean {
    return i >= 0 && i < this.text.length && contains(this.word, this.text[i]!)
  }

  holds(what: AssertKind, i: number): boolean {
    const before = this.isWord(i - 1)
    const after = this.isWord(i)
    const first = i === 0 && !this.notBol
    const last = i === this.text.length && !this.notEol
    switch (what) {
      case 'textStart':
        return first
      case 'textEnd':
        return last
      case 'lineStart':
        return first || (i > 0 && this.text[i - 1] === 10)
      case 'lineEnd':
        return last || (i < this.text.length && this.text[i] === 10)
      case 'wordStart':
        return !before && after
      case 'wordEnd':
        return before && !after
      case 'wordBoundary':
        return before !== after
      default:
        return before === after
    }
  }

  /** The ends of `node` from `i`, rising. `step` numbers the part of a cat or the iterations already made. */
  ends(node: Node, i: number, step = 0): readonly number[] {
    let byStart = this.reach.get(node)
    if (!byStart) this.reach.set(node, (byStart = new Map()))
    const key = step * (this.text.length + 1) + i
    let known = byStart.get(key)
    if (known === undefined) byStart.set(key, (known = this.findEnds(node, i, step)))
    this.work.left -= known.length + 1
    if (this.work.left < 0) throw new TooMuchWork()
    return known
  }

  private findEnds(node: Node, i: number, step: number): readonly number[] {
    switch (node.kind) {
      case 'empty':
        return [i]
      case 'set':
        return i < this.text.length && contains(node.ranges, this.text[i]!) ? [i + 1] : []
      case 'assert':
        return this.holds(node.what, i) ? [i] : []
      case 'group':
      case 'approx':
        return this.ends(node.node, i)
      case 'alt':
        return rising(node.parts.flatMap((part) => this.ends(part, i)))
      case 'cat': {
        if (step === node.parts.length) return [i]
        return rising(this.ends(node.parts[step] as Node, i).flatMap((b) => this.ends(node, b, step + 1)))
      }
      default: {
        const next = nextStep(node, step)
        const more = this.iterationEnds(node, i, step).flatMap((b) => this.ends(node, b, next))
        return rising(step >= node.min ? [i, ...more] : more)
      }
    }
  }

  /** Ends, in order of preference, of the iteration that comes after `done` others. */
  iterationEnds(node: Repeat, i: number, done: number): readonly number[] {
    if (done >= node.max) return []
    const mayBeEmpty = done < Math.max(node.min, 1)
    return this.wish(node.node, i).filter((b) => b > i || mayBeEmpty)
  }

  matches(node: Node, i: number, j: number, step = 0): boolean {
    return this.ends(node, i, step).includes(j)
  }

  /** All ends of `node` from `i`, the most wanted first. */
  wish(node: Node, i: number, step = 0): readonly number[] {
    let byStart = this.wishes.get(node)
    if (!byStart) this.wishes.set(node, (byStart = new Map()))
    const key = step * (this.text.length + 1) + i
    let known = byStart.get(key)
    if (known === undefined) byStart.set(key, (known = this.findWish(node, i, step)))
    return known
  }

  private findWish(node: Node, i: number, step: number): readonly number[] {
    if (!holdsMinimal(node)) return [...this.ends(node, i, step)].reverse()
    switch (node.kind) {
      case 'group':
      case 'approx':
        return this.wish(node.node, i)
      case 'alt':
        return unique(node.parts.flatMap((part) => this.wish(part, i)))
      case 'cat': {
        const cat = pairs(node)
        if (cat !== node) return this.wish(cat, i)
        if (step === cat.parts.length) return [i]
        const heads = this.wish(cat.parts[step] as Node, i)
        return unique(heads.flatMap((b) => this.wish(cat, b, step + 1)))
      }
      case 'repeat': {
        if (isMinimal(node)) return this.ends(node, i)
        const next = nextStep(node, step)
        const more = this.iterationEnds(node, i, step).flatMap((b) => this.wish(node, b, next))
        return unique(step >= node.min ? [...more, i] : more)
      }
      default:
        throw new Error(`a ${node.kind} holds no repetition`)
    }
  }

  /** Writes the captures of the best parse of [i, j) by `node`, which must match there. */
  capture(node: Node, i: number, j: number, spans: Int32Array): void {
    switch (node.kind) {
      case 'group':
        spans[node.index * 2] = i
        spans[node.index * 2 + 1] = j
        this.capture(node.node, i, j, spans)
        return
      case 'approx':
        this.capture(node.node, i, j, spans)
        return
      case 'alt':
        this.capture(node.parts.find((part) => this.matches(part, i, j)) as Node, i, j, spans)
        return
      case 'cat':
        this.captureCat(pairs(node), i, j, spans)
        return
      case 'repeat':
        this.captureRepeat(node, i, j, spans)
        return
      default:
    }
  }

  private captureCat(cat: Cat, i: number, j: number, spans: Int32Array): void {
    let at = i
    cat.parts.forEach((part, step) => {
      const end = this.wish(part, at).find((b) => this.matches(cat, b, j, step + 1)) as number
      this.capture(part, at, end, spans)
      at = end
    })
  }

  private captureRepeat(node: Repeat, i: number, j: number, spans: Int32Array): void {
    if (this.lastFirst && node.max === Infinity && node.min < 2 && !holdsMinimal(node) && j > i) {
      // Whatever the iterations before the last captured is forgotten.
      const reached = this.ends(node, i).filter((b) => b > i && b < j)
      const last = [i, ...reached].find((b) => this.matches(node.node, b, j)) as number
      forget(node.node, spans)
      this.capture(node.node, last, j, spans)
      return
    }
    let at = i
    let step = 0
    for (;;) {
      if (isMinimal(node) && at === j && step >= node.min) return
      const next = nextStep(node, step)
      const end = this.iterationEnds(node, at, step).find((b) => this.matches(node, b, j, next))
      if (end === undefined) return
      forget(node.node, spans)
      this.capture(node.node, at, end, spans)
      at = end
      step = next
    }
  }
}

/** Iterations made, counted only as far as anyone asks. */
function nextStep(node: Repeat, step: number): number {
  return node.max === Infinity ? Math.min(step + 1, Math.max(node.min, 1)) : step + 1
}

/** Every group inside `node` becomes unset. */
function forget(node: Node, spans: Int32Array): void {
  if (node.kind === 'group') spans.fill(-1, node.index * 2, node.index * 2 + 2)
  if (node.kind === 'cat' || node.kind === 'alt') for (const part of node.parts) forget(part, spans)
  else if ('node' in node) forget(node.node, spans)
}

const unique = (list: readonly number[]): readonly number[] => (list.length < 2 ? list : [...new Set(list)])

const rising = (list: readonly number[]): readonly number[] =>
  list.length < 2 ? list : [...new Set(list)].sort((a, b) => a - b)

/**
 * The match in `text` (code points, or bytes where `parsed.bytes`), as start and end of each group in symbols, or null.
 */
export function referenceExec(
  parsed: Parsed,
  text: readonly number[],
  options: ReferenceOptions = {},
): Int32Array | null {
  if (parsed.hasApprox) throw new Error('the reference does not judge approximate matching')
  const reference = new Reference(text, parsed.bytes, options)
  for (let start = options.from ?? 0; start <= text.length; start++) {
    const end = reference.wish(parsed.root, start)[0]
    if (end === undefined) continue
    const spans = new Int32Array(2 * parsed.groups + 2).fill(-1)
    spans[0] = start
    spans[1] = end
    reference.capture(parsed.root, start, end, spans)
    return spans
  }
  return null
}

/** All matches, one after the other; an empty match where the last one ended is not reported. */
export function referenceAll(
  parsed: Parsed,
  text: readonly number[],
  rules: 'posix' | 'tre' = 'posix',
  work = { left: Infinity },
): Int32Array[] {
  const found: Int32Array[] = []
  let last = -1
  for (let from = 0; from <= text.length;) {
    const spans = referenceExec(parsed, text, { from, rules, work })
    if (!spans) break
    const [start, end] = spans as unknown as [number, number]
    if (end > start || end !== last) {
      found.push(spans)
      last = end
    }
    from = end > start ? end : end + 1
  }
  return found
}
