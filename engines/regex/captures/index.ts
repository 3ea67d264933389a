/**
 * Where the groups of a match are. The span of the match is known already: this finds the parse of it.
 *
 * Three ways, each its own file, taken in this order: one pass where the pattern leaves no choice (`onepass.ts`); two
 * passes over determinised rankings (`multipass.ts`); simulation of the rankings where the text leads to ever new ones
 * (`simulate.ts`). All of them read the automaton of `automaton.ts`, so they differ in cost only. A pattern with a minimal
 * repetition has no longest match to be found first: `findMinimal` searches and captures at once.
 */
import { isOpen } from '../foundation/paths.ts'
import { DEFAULT_COMPILE_BYTES } from '../automaton/size.ts'
import { Meter } from '../dfa/meter.ts'
import { DEFAULT_CACHE_BYTES } from '../dfa/program.ts'
import { newTally } from '../dfa/tally.ts'
import { onStack } from '../foundation/depth.ts'
import type { Parsed } from '../syntax/ast.ts'
import { depthOf } from '../syntax/parse.ts'
import type { Options } from '../types.ts'
import type { RankedNfa } from './automaton.ts'
import { buildAutomaton } from './automaton.ts'
import { Future, LiveSets } from './future.ts'
import { MinimalSearch, simulateSearch } from './minimal.ts'
import type { Outlook } from './minimal.ts'
import { Multipass } from './multipass.ts'
import { OnePass } from './onepass.ts'
import type { Edges } from '../automaton/context.ts'
import { simulate } from './simulate.ts'
import { Stepper } from './stepper.ts'

/** Captures take this part of the cache that a Regex may have; the automata for spans take the rest. */
const SHARES = 4
/** A cache that ran full this often is tried again only after so many characters: other texts may come. */
const MAX_FAILURES = 3
const AGAIN = 1 << 18

/** States times groups beyond which one step's record may take hundreds of megabytes: then nothing is recorded. */
const MAX_RECORD = 1 << 24

export type CapturePath = 'one-pass' | 'multi-pass' | 'simulation'

/** Whether a way that needs a cache is worth trying. */
class Trials {
  private readonly closed: boolean
  private failures = 0
  /** Characters that had to go another way since the last failure. */
  missed = 0

  constructor(closed: boolean) {
    this.closed = closed
  }

  get worthwhile(): boolean {
    return !this.closed && (this.failures < MAX_FAILURES || this.missed >= AGAIN)
  }

  fail(): void {
    this.failures++
    this.missed = 0
  }
}

export class Captures {
  private readonly automaton: RankedNfa
  /** What all of the Regex may have: simulation, which keeps nothing, may take it for the time of a call. */
  private readonly allBytes: number
  private readonly cacheBytes: number
  private readonly meter: Meter
  /** Nobody else begins its calls. */
  private readonly ownMeter: boolean
  /** Undefined: not looked at yet. */
  private onePass: OnePass | null | undefined
  private multipass: Multipass | undefined
  private search: MinimalSearch | undefined
  private liveSets: LiveSets | undefined
  private ownStepper: Stepper | undefined
  private readonly searches = new Trials(!isOpen('ranked search'))
  private readonly passes = new Trials(!isOpen('multi-pass'))
  private readonly recordable: boolean
  /** Characters given to each way so far. */
  readonly counters: Record<CapturePath, number> = {
    'one-pass': 0,
    'multi-pass': 0,
    simulation: 0,
  }

  constructor(automaton: RankedNfa, cacheBytes: number, meter: Meter, ownMeter: boolean) {
    this.automaton = automaton
    this.allBytes = cacheBytes
    this.cacheBytes = Math.floor(cacheBytes / SHARES)
    this.meter = meter
    this.ownMeter = ownMeter
    this.recordable = automaton.states * automaton.groups <= MAX_RECORD
  }

  /** The same with a cache of another size. */
  withCache(cacheBytes: number): Captures {
    return new Captures(this.automaton, cacheBytes, this.meter, this.ownMeter)
  }

  private get stepper(): Stepper {
    return (this.ownStepper ??= new Stepper(this.automaton))
  }

  /**
   * Start and end of each group of the match [start, end) of `text`, in bytes; null if the pattern does not match
   * exactly there. What lies around the span is context for assertions.
   *
   * @param path takes this way whatever would be chosen; where it cannot, simulation.
   * @throws RegexBudgetError `stepsPerCall`, `cacheBytes`
   */
  run(text: Uint8Array, start: number, end: number, edges: Edges, path?: CapturePath): Int32Array | null {
    const { counters, meter } = this
    if (this.ownMeter) meter.begin()
    if (this.recordable && (path === undefined || path === 'one-pass')) {
      if (this.onePass === undefined) this.onePass = isOpen('one-pass') ? OnePass.build(this.stepper) : null
      if (this.onePass !== null) {
        counters['one-pass'] += end - start
        return this.onePass.run(text, start, end, edges, meter)
      }
    }
    if (this.recordable && (path ?? 'multi-pass') === 'multi-pass' && this.passes.worthwhile) {
      this.multipass ??= new Multipass(this.stepper, this.cacheBytes)
      const spans = this.multipass.run(text, start, end, edges, meter)
      if (spans !== undefined) {
        counters['multi-pass'] += end - start
        return spans
      }
      this.passes.fail()
    }
    counters.simulation += end - start
    this.passes.missed += end - start
    return simulate(this.stepper, text, start, end, edges, meter, this.allBytes)
  }

  /**
   * The first match at or after `from` with its groups, in bytes, for a pattern with a minimal repetition.
   *
   * @throws RegexBudgetError `stepsPerCall`, `cacheBytes`
   */
  findMinimal(
    text: Uint8Array,
    from: number,
    edges: Edges,
    path?: CapturePath,
    outlook: Outlook = { future: null, spansOnly: false, reached: 0 },
  ): Int32Array | null {
    if (this.ownMeter) this.meter.begin()
    if (path !== 'simulation' && this.recordable && this.searches.worthwhile) {
      this.search ??= new MinimalSearch(this.stepper, this.cacheBytes)
      const spans = this.search.find(text, from, edges, this.meter, outlook)
      if (spans !== undefined) return spans
      this.searches.fail()
      this.search = undefined
    }
    const spans = simulateSearch(this.stepper, text, from, edges, this.meter, outlook, this.allBytes)
    this.searches.missed += outlook.reached - from
    return spans
  }

  /** What can still be reached from everywhere in the rest of a text; two passes over it. */
  future(text: Uint8Array, from: number, meter: Meter): Future {
    this.liveSets ??= new LiveSets(this.automaton, this.cacheBytes)
    return new Future(this.liveSets, text, from, meter)
  }
}

/**
 * Builds what finds the groups of a match. Nothing is determinised before the first run. Work is counted in `meter`, whose
 * calls somebody else begins; without one, each run may take what the options' budget says.
 *
 * @throws RegexBudgetError `compileBytes`: of it, this automaton may take as much as the one for spans
 */
export function buildCaptures(parsed: Parsed, options: Options = {}, meter?: Meter): Captures {
  const {
    compileBytes = DEFAULT_COMPILE_BYTES,
    cacheBytes = DEFAULT_CACHE_BYTES,
    stepsPerCall = Infinity,
  } = options.budget ?? {}
  const automaton = onStack(
    () => depthOf(parsed.root),
    () => buildAutomaton(parsed, compileBytes, options.rules),
  )
  const counted = meter ?? new Meter(newTally(), stepsPerCall)
  return new Captures(automaton, cacheBytes, counted, meter === undefined)
}
