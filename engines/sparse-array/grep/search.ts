/** ARGREP: which elements of a range satisfy the predicates. */
import { RegexBudgetError } from '../../regex/index.ts'
import type { ScanResult } from '../../regex/index.ts'
import { indexText } from '../array/index64.ts'
import type { Tree } from '../array/tree.ts'
import { Walk } from '../array/walk.ts'
import type { Job } from '../job.ts'
import { Reply } from '../resp/reply.ts'
import { Blocks } from './context.ts'
import { Gathered } from './gather.ts'
import { leastSteps } from './plan.ts'
import type { Matcher, Plan } from './plan.ts'

export interface SearchOptions {
  readonly limit: number
  readonly withValues: boolean
  readonly count: boolean
  /** Neighbours on each side of a hit; -1 for hits alone. */
  readonly context: number
  /** Units of work that the search may take in all. */
  readonly maxSteps: number
  readonly protocol: number
}

/** Ends of the range: the search goes from a to b, downwards when a is the larger. */
export interface Ends {
  readonly aHi: number
  readonly aLo: number
  readonly bHi: number
  readonly bLo: number
}

/** What an element costs beside its bytes. */
const ELEMENT = 8
/** Texts that one call of a matcher gets at most, when others wait. */
const LEAST_PORTION = 4_096
/** 32 MiB of text in a slice is looked at as a whole. */
const MOST_STRETCHES = 1_024
const stretchStarts = new Uint32Array(MOST_STRETCHES)
const stretchEnds = new Uint32Array(MOST_STRETCHES)
const stretchFirsts = new Int32Array(MOST_STRETCHES)

/** Texts of a run that a further matcher is judging: those that every one before it has hit, or, with OR, none. */
interface Sifting {
  /** Their numbers in the run. */
  readonly texts: Uint32Array
  readonly matcher: number
  /** How many of them it has judged, and those that it has hit. */
  at: number
  readonly hits: number[]
}

export class Search implements Job {
  /** Number of hits. */
  hits = 0
  /** Units of work so far: bytes looked at by each matcher, their further steps, and some for each element. */
  work = 0
  /** Why the search ended before its time; a client's error. */
  error: string | null = null
  private readonly walk: Walk
  private readonly plan: Plan
  private readonly options: SearchOptions
  private readonly gathered: Gathered
  private readonly body = new Reply()
  private readonly blocks: Blocks | null
  private snapshot: Tree | null = null
  private readonly looks = { done: 0, found: 0 }
  /** Offsets of the slice that are still to be judged, what comes first last. */
  private readonly ranges: { readonly from: number; readonly to: number }[] = []
  /** Those that are being judged. */
  private range = { from: 0, to: 0 } as { readonly from: number; readonly to: number }
  private inSlice = false
  /** Some elements are judged: only then may the budget end the search, so that each call gets somewhere. */
  private hasJudged = false
  /** Work at which the slice at hand has taken too much. */
  private most: number
  /** All texts of the slice are judged, and so many of its elements collected. */
  private isJudged = false
  private collected = 0
  private run = 0
  private at = 0
  private sifting: Sifting | null = null
  private flags = new Uint8Array(0)

  constructor(tree: Tree, { aHi, aLo, bHi, bLo }: Ends, plan: Plan, options: SearchOptions) {
    this.walk = new Walk(tree, aHi, aLo, bHi, bLo)
    this.plan = plan
    this.options = options
    this.most = options.maxSteps
    this.gathered = new Gathered(tree.store)
    this.body.protocol = options.protocol
    const wanted = options.context >= 0 && !options.count
    this.blocks = wanted ? new Blocks(this.walk.reverse, options.context, this.body) : null
  }

  get pending(): number {
    return this.body.length
  }

  step(units: number): boolean {
    const { walk, options } = this
    const { space } = walk.tree.store
    const until = this.work + units
    while (this.work < until) {
      space.refresh()
      if (!this.inSlice) {
        if (this.hits >= options.limit) return this.end()
        if (this.ranges.length === 0) {
          if (!walk.next()) return this.end()
          if (this.work > options.maxSteps && this.hasJudged && this.isSomethingThere())
            return this.exceeded(this.first)
          this.look()
          continue
        }
        const range = this.ranges.pop()!
        this.gathered.gather(walk.slice, range.from, range.to)
        if (this.gathered.count === 0) continue
        if (this.work > options.maxSteps && this.hasJudged) return this.exceeded(this.first)
        this.begin(range)
      }
      try {
        const units = Math.max(LEAST_PORTION, Math.min(until, this.most) - this.work)
        if (!this.isJudged && !this.judge(units)) {
          if (this.work <= this.most || this.gathered.count === 1) continue
          if (this.hasJudged) return this.exceeded(this.first)
          // Half of what was judged of the slice is sure to be judged with as much again.
          this.most = this.work + options.maxSteps
          this.divide(Math.max(1, this.judged >> 1))
          continue
        }
      } catch (error) {
        if (!(error instanceof RegexBudgetError)) throw error
        if (this.hasJudged) return this.exceeded(this.first)
        if (this.gathered.count === 1) return this.impossible()
        this.divide(1)
        continue
      }
      this.isJudged = this.hasJudged = true
      space.refresh()
      this.inSlice = !this.collect(until)
      if (this.error !== null) return true
    }
    return false
  }

  detach(): void {
    if (this.snapshot !== null) return
    this.snapshot = this.walk.tree.snapshot()
    this.walk.tree = this.snapshot
  }

  reply(out: Reply): void {
    if (this.error !== null) out.error(this.error)
    else if (this.options.count) out.integer(this.hits)
    else {
      out.array(this.blocks === null ? this.hits : this.blocks.count)
      out.append(this.body)
    }
  }

  close(): void {
    this.gathered.free()
    this.snapshot?.release()
    this.snapshot = null
  }

  /** A look at memory is work, and may find nothing in slice after slice: the budget is looked at before each. */
  private isSomethingThere(): boolean {
    this.gathered.gather(this.walk.slice, this.walk.from, this.walk.to)
    return this.gathered.count > 0
  }

  /**
   * Finds out which part of the slice has to be judged: all of it, or what a look at its memory as a whole cannot rule
   * out.
   */
  private look(): void {
    const { walk, plan, looks, ranges } = this
    const { slices, texts, space } = walk.tree.store
    const all = { from: walk.from, to: walk.to }
    // Where most stretches have an occurrence, looking for one first is work in vain.
    const isVain = looks.found > 16 && looks.found * 4 > looks.done
    const whole = walk.from === 0 && walk.to === slices.size - 1
    const n =
      plan.prefilters === null || isVain || !whole
        ? -1
        : texts.stretches(walk.slice, stretchStarts, stretchEnds, stretchFirsts)
    if (n < 0) {
      ranges.push(all)
      return
    }
    const starts = stretchStarts.subarray(0, n)
    const ends = stretchEnds.subarray(0, n)
    let bytes = 0
    for (let i = 0; i < n; i++) bytes += ends[i]! - starts[i]!
    const found = new Set<number>()
    for (const prefilter of plan.prefilters!) {
      this.work += bytes
      for (const hit of prefilter.scan(space.u8, starts, ends, 0).hits) found.add(hit)
    }
    space.refresh()
    const hits = Array.from(found).toSorted((a, b) => a - b)
    looks.done += n
    looks.found += hits.length
    for (const hit of hits) {
      if (stretchFirsts[hit]! < 0) {
        // A stray may be anywhere.
        ranges.splice(0, ranges.length, all)
        return
      }
      const isLast = hit + 1 === n || stretchFirsts[hit + 1]! < 0
      ranges.push({ from: stretchFirsts[hit]!, to: isLast ? walk.to : stretchFirsts[hit + 1]! - 1 })
    }
    if (!walk.reverse) ranges.reverse()
    if (ranges.length === 0) this.hasJudged = true
  }

  /** Judges the elements that come first by themselves, and then what is left. */
  private divide(elements: number): void {
    const { gathered, walk, ranges, range } = this
    const { from, to } = range
    const last = gathered.offsets[walk.reverse ? gathered.count - elements : elements - 1]!
    if (walk.reverse) ranges.push({ from, to: last - 1 }, { from: last, to })
    else ranges.push({ from: last + 1, to }, { from, to: last })
    this.inSlice = false
  }

  /** How many elements of the slice the first matcher has judged. */
  private get judged(): number {
    const done = this.gathered.runs.slice(0, this.run)
    return done.reduce((sum, { from, to }) => sum + to - from, this.at)
  }

  private begin(range: { readonly from: number; readonly to: number }): void {
    const { count } = this.gathered
    this.range = range
    if (this.flags.length < count) this.flags = new Uint8Array(count)
    else this.flags.fill(0, 0, count)
    if (this.plan.matchers.length === 0) this.flags.fill(1, 0, count)
    this.inSlice = true
    this.isJudged = false
    this.collected = 0
    this.run = 0
    this.at = 0
    this.sifting = null
    this.work += ELEMENT * count
  }

  /** Judges texts of the slice for about so many units; true when all are judged. */
  private judge(units: number): boolean {
    const { gathered, plan } = this
    const [first] = plan.matchers
    if (first === undefined) return true
    const until = this.work + units
    for (; this.run < gathered.runs.length; this.run++, this.at = 0) {
      const { from, to } = gathered.runs[this.run]!
      const starts = gathered.starts.subarray(from, to)
      const ends = gathered.ends.subarray(from, to)
      while (this.at < to - from || this.sifting !== null) {
        if (this.work >= until) return false
        if (this.sifting !== null) {
          this.sift(this.sifting, starts, ends, until)
          continue
        }
        const begin = this.at
        const { hits, next } = this.scan(first, starts, ends, begin, until)
        this.at = next
        if (plan.all || plan.matchers.length === 1) this.hand(hits, 1)
        else {
          this.mark(hits)
          const texts = Uint32Array.from({ length: next - begin }, (_, i) => begin + i)
          this.hand(this.unmarked(texts), 1)
        }
      }
    }
    return true
  }

  private scan(
    matcher: Matcher,
    starts: Uint32Array,
    ends: Uint32Array,
    from: number,
    until: number,
  ): ScanResult {
    const { plan, walk } = this
    const { space } = walk.tree.store
    const before = plan.steps()
    try {
      const result = matcher.scan(space.u8, starts, ends, from, { budget: until - this.work })
      for (let k = from; k < result.next; k++) this.work += ends[k]! - starts[k]!
      return result
    } finally {
      this.work += plan.steps() - before
      space.refresh()
    }
  }

  /** Texts are for the next matcher, if there is one: behind the last, those that AND has left are hits. */
  private hand(texts: Uint32Array, matcher: number): void {
    const { plan } = this
    const goesOn = matcher < plan.matchers.length && texts.length > 0
    this.sifting = goesOn ? { texts, matcher, at: 0, hits: [] } : null
    if (!goesOn && (plan.all || plan.matchers.length === 1)) this.mark(texts)
  }

  /** The same texts may cost one matcher a thousand times what they cost another: so each has turns of its own. */
  private sift(sifting: Sifting, starts: Uint32Array, ends: Uint32Array, until: number): void {
    const { plan } = this
    const { texts, matcher, hits } = sifting
    const someStarts = texts.map((k) => starts[k]!)
    const someEnds = texts.map((k) => ends[k]!)
    const found = this.scan(plan.matchers[matcher]!, someStarts, someEnds, sifting.at, until)
    for (const i of found.hits) hits.push(texts[i]!)
    sifting.at = found.next
    if (sifting.at < texts.length) return
    if (plan.all) this.hand(Uint32Array.from(hits), matcher + 1)
    else {
      this.mark(hits)
      this.hand(this.unmarked(texts), matcher + 1)
    }
  }

  /** Texts of the run that are hits. */
  private mark(texts: Iterable<number>): void {
    const { elements, runs } = this.gathered
    const { from } = runs[this.run]!
    for (const k of texts) this.flags[elements[from + k]!] = 1
  }

  private unmarked(texts: Uint32Array): Uint32Array {
    const { elements, runs } = this.gathered
    const { from } = runs[this.run]!
    return texts.filter((k) => this.flags[elements[from + k]!] === 0)
  }

  /** Writes the slice's hits, in the walk's direction, until there is enough work done; true when all are written. */
  private collect(until: number): boolean {
    const { gathered, walk, options, body, flags } = this
    const { count, offsets, words } = gathered
    const { space } = walk.tree.store
    for (; this.collected < count && this.hits < options.limit; this.collected++) {
      const k = walk.reverse ? count - 1 - this.collected : this.collected
      if (flags[k] === 0) continue
      if (options.count) {
        this.hits++
        continue
      }
      if (this.work > options.maxSteps && this.hits > 0) return this.exceeded(k)
      if (this.work >= until) return false
      this.hits++
      const before = body.length
      const lo = walk.baseLo + offsets[k]!
      if (this.blocks !== null) {
        this.work += ELEMENT * this.blocks.hit(walk.tree, walk.baseHi, lo, words[k]!)
      } else if (options.withValues) {
        body.array(2)
        body.index(walk.baseHi, lo)
        body.value(space, words[k]!)
      } else body.index(walk.baseHi, lo)
      this.work += body.length - before
    }
    return true
  }

  private end(): true {
    this.blocks?.end(this.walk.tree)
    return true
  }

  /** Which of the slice's elements comes first. */
  private get first(): number {
    return this.walk.reverse ? this.gathered.count - 1 : 0
  }

  /** The first element by itself takes too much: no other range gets beyond it. */
  private impossible(): true {
    this.exceeded(0)
    this.error += `, which alone takes argrep-max-steps above ${leastSteps(this.options.maxSteps)}`
    return true
  }

  /** Everything before element k of the slice is judged. */
  private exceeded(k: number): true {
    const { gathered, walk } = this
    const index = indexText(walk.baseHi, walk.baseLo + gathered.offsets[k]!)
    this.error = `ERR ARGREP budget exceeded at index ${index}`
    return true
  }
}
