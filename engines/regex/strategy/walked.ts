/** Patterns whose spans are found without their groups: by a search for strings, or by walks. */
import { bolOf, EDGE, eolOf, PLAIN } from '../automaton/context.ts'
import type { Edges } from '../automaton/context.ts'
import type { Program } from '../dfa/program.ts'
import type { SpanSource } from '../dfa/spans.ts'
import type { Match, Options } from '../types.ts'
import { OfProgram } from './of-program.ts'
import { matchOf, spanOf, withOwnBudget } from './strategy.ts'
import type { Search, Strategy, StrategyName } from './strategy.ts'

/** Matches looked for at a time where all are wanted. */
const BATCH = 64

export class Walked extends OfProgram implements Strategy {
  readonly name: StrategyName
  private readonly source: () => SpanSource
  /** For calls that begin and end at once. */
  private readonly spanSource: SpanSource

  constructor(name: StrategyName, program: Program, options: Options, source: () => SpanSource) {
    super(program, options)
    this.name = name
    this.source = source
    this.spanSource = source()
  }

  execString(text: string): Match | null | undefined {
    const { program } = this
    // A literal is found in a string by the platform; groups and budgets want bytes.
    if (this.capturing || program.meter.limited || program.skip?.string == null) return undefined
    const start = program.skip.findString(text)
    return start < 0 ? null : matchOf(spanOf(start, start + program.lengths.min))
  }

  exec(text: Uint8Array, from: number, edges: Edges): Match | null {
    const { spanSource } = this
    this.program.meter.begin()
    spanSource.begin(text, from, bolOf(edges), eolOf(edges), 1)
    const found = spanSource.next()
    spanSource.release()
    return found ? this.match(text, spanSource.start, spanSource.end, edges) : null
  }

  count(text: Uint8Array): number {
    const count = this.began(text).count()
    this.spanSource.release()
    return count
  }

  spans(text: Uint8Array): Int32Array {
    const spans = this.began(text).all()
    this.spanSource.release()
    return spans
  }

  spansInto(text: Uint8Array, into: Int32Array): number {
    this.program.meter.begin()
    return this.spanSource.into(text, into)
  }

  private began(text: Uint8Array): SpanSource {
    const { spanSource } = this
    this.program.meter.begin()
    spanSource.begin(text, 0, EDGE, EDGE, BATCH)
    return spanSource
  }

  findAll(text: Uint8Array): Search {
    this.program.meter.begin()
    // An iteration lives on between other calls, so it has a source of its own.
    const source = this.source()
    source.begin(text, 0, EDGE, EDGE, 1)
    const search = {
      next: () => source.next(),
      match: () => this.match(text, source.start, source.end, PLAIN),
    }
    return withOwnBudget(search, this.program.meter)
  }

  private match(text: Uint8Array, start: number, end: number, edges: Edges): Match {
    if (!this.capturing) return matchOf(spanOf(start, end))
    const spans = this.captures.run(text, start, end, edges)
    // The two automata would not agree on what the pattern is: groups that are missing would look like groups unset.
    if (spans === null) throw new Error(`a match at ${start} to ${end} without a parse`)
    return matchOf(spans)
  }
}
