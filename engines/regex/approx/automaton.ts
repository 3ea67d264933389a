/**
 * The pattern as an automaton over characters, in which errors can be made.
 *
 * Thompson's construction again, but a step is a whole character (errors are counted in characters, not in bytes) and
 * every state knows the region whose settings hold there. At a STEP a character of the text can be matched or, with an
 * error, substituted or inserted, and the STEP can be passed over: a deletion. An insertion is possible at every state
 * that something waits in; it makes no difference before a FORK, so nothing waits there.
 */
import { buildAlphabet, Sets } from '../captures/alphabet.ts'
import type { Alphabet } from '../captures/alphabet.ts'
import { farSide } from '../automaton/context.ts'
import { DEFAULT_STATES, sizeOf } from '../automaton/size.ts'
import type { AssertKind, Node, Parsed } from '../syntax/ast.ts'
import { RegexBudgetError } from '../types.ts'
import type { Budget } from '../types.ts'

import type { ErrorRegion, Regions } from './settings.ts'

export const STEP = 0
export const FORK = 1
export const ASSERT = 2
export const ENTER = 3
export const EXIT = 4
export const ACCEPT = 5

export interface ApproxNfa {
  readonly kind: Uint8Array
  /** Next state; of a FORK, the first of its targets in `forkTo`. */
  readonly next: Int32Array
  /** STEP: its set. FORK: number of targets. ASSERT: its masks. ENTER, EXIT: the region. */
  readonly value: Int32Array
  /** The region in force. */
  readonly region: Int32Array
  readonly forkTo: Int32Array
  readonly masks: readonly Uint8Array[]
  readonly asserts: readonly AssertKind[]
  readonly start: number
}

export interface Pattern {
  readonly parsed: Parsed
  readonly regions: readonly ErrorRegion[]
  readonly regionOf: Regions['of']
  readonly alphabet: Alphabet
  readonly sets: Sets
  readonly forward: ApproxNfa
  readonly backward: ApproxNfa
  /** Whether some assertion looks at the text around a place. */
  readonly asserts: boolean
}

/** States of a character. */
const ONE = { nodes: 1, edges: 0 }
/** ENTER and EXIT. */
const BORDERS = 2

class ApproxNfaBuilder {
  private readonly kind: number[] = []
  private readonly next: number[] = []
  private readonly value: number[] = []
  private readonly region: number[] = []
  private readonly forks: number[] = []
  private readonly asserts: AssertKind[] = []
  private readonly sets: Sets
  private readonly regions: Regions
  private readonly reverse: boolean

  constructor(sets: Sets, regions: Regions, reverse: boolean) {
    this.sets = sets
    this.regions = regions
    this.reverse = reverse
  }

  private add(kind: number, next: number, value: number, region: number): number {
    this.next.push(next)
    this.value.push(value)
    this.region.push(region)
    return this.kind.push(kind) - 1
  }

  private fork(targets: readonly number[], region: number): number {
    const first = this.forks.length
    for (const target of targets) this.forks.push(target)
    return this.add(FORK, first, targets.length, region)
  }

  private build(node: Node, next: number, region: number): number {
    switch (node.kind) {
      case 'empty':
        return next
      case 'set':
        return this.add(STEP, next, this.sets.add(node.ranges), region)
      case 'assert':
        return this.add(ASSERT, next, this.asserts.push(node.what) - 1, region)
      case 'cat': {
        let at = next
        for (const part of this.reverse ? node.parts : node.parts.toReversed())
          at = this.build(part, at, region)
        return at
      }
      case 'alt':
        return this.fork(
          node.parts.map((part) => this.build(part, next, region)),
          region,
        )
      case 'repeat':
        return this.repeat(node.node, node.min, node.max, next, region)
      case 'approx': {
        const inner = this.regions.of.get(node)!
        if (inner === region) return this.build(node.node, next, region)
        const exit = this.add(EXIT, next, inner, inner)
        return this.add(ENTER, this.build(node.node, exit, inner), inner, region)
      }
      default:
        return this.build(node.node, next, region)
    }
  }

  private repeat(node: Node, min: number, max: number, next: number, region: number): number {
    let at = next
    let rest = min
    if (max === Infinity) {
      const loop = this.fork([0, next], region)
      const body = this.build(node, loop, region)
      this.forks[this.next[loop]!] = body
      at = min === 0 ? loop : body
      rest = Math.max(0, min - 1)
    } else for (let i = min; i < max; i++) at = this.fork([this.build(node, at, region), next], region)
    for (let i = 0; i < rest; i++) at = this.build(node, at, region)
    return at
  }

  finish(root: Node): ApproxNfa {
    const start = this.build(root, this.add(ACCEPT, -1, 0, 0), 0)
    return {
      kind: Uint8Array.from(this.kind),
      next: Int32Array.from(this.next),
      value: Int32Array.from(this.value),
      region: Int32Array.from(this.region),
      forkTo: Int32Array.from(this.forks),
      masks: this.asserts.map((what) => farSide(what, this.reverse)),
      asserts: this.asserts,
      start,
    }
  }
}

/** @throws RegexBudgetError `states`, `compileBytes` */
export function buildPattern(parsed: Parsed, regions: Regions, budget: Budget = {}): Pattern {
  const size = sizeOf(parsed.root, () => ONE, BORDERS).nodes + 1
  const states = budget.states ?? DEFAULT_STATES
  if (size > states) throw new RegexBudgetError('states', size, states)
  const sets = new Sets()
  const forward = new ApproxNfaBuilder(sets, regions, false).finish(parsed.root)
  const backward = new ApproxNfaBuilder(sets, regions, true).finish(parsed.root)
  return {
    parsed,
    regions: regions.list,
    regionOf: regions.of,
    alphabet: buildAlphabet(parsed, sets, budget.compileBytes),
    sets,
    forward,
    backward,
    asserts: parsed.hasAssertions,
  }
}
