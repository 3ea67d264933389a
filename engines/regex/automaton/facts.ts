/** What the builder asks of a node before it builds: computed once per node, from the leaves up. */
import type { Node } from '../syntax/ast.ts'

export interface Facts {
  /** No minimal repetition inside: the node wants to be as long as it can. */
  readonly plain: boolean
  /** No assertion inside: whether it can match nothing does not depend on where it stands. */
  readonly pure: boolean
  /** It can match nothing, if the assertions inside agree. */
  readonly nullable: boolean
  /** It can match something. */
  readonly consumes: boolean
  /** Characters it matches, where that is one number; else -1. */
  readonly length: number
  /** First and last group inside; first > last where there is none. */
  readonly firstGroup: number
  readonly lastGroup: number
}

/** Whether a repetition wants to be short. A fixed count leaves nothing to wish for. */
export const isMinimal = (node: Extract<Node, { kind: 'repeat' }>): boolean =>
  !node.greedy && node.min !== node.max

/** Whether it matters how the node is parsed, beside how long it is. */
export const hasGroups = (node: Node): boolean => factsOf(node).firstGroup <= factsOf(node).lastGroup

const known = new WeakMap<Node, Facts>()

const leaf: Facts = {
  plain: true,
  pure: true,
  nullable: true,
  consumes: false,
  length: 0,
  firstGroup: Infinity,
  lastGroup: -Infinity,
}

export function factsOf(node: Node): Facts {
  let facts = known.get(node)
  if (!facts) known.set(node, (facts = find(node)))
  return facts
}

function find(node: Node): Facts {
  switch (node.kind) {
    case 'empty':
      return leaf
    case 'assert':
      return { ...leaf, pure: false }
    case 'set':
      return { ...leaf, nullable: false, consumes: node.ranges.length > 0, length: 1 }
    case 'approx':
      return factsOf(node.node)
    case 'group': {
      const inner = factsOf(node.node)
      const firstGroup = Math.min(node.index, inner.firstGroup)
      return { ...inner, firstGroup, lastGroup: Math.max(node.index, inner.lastGroup) }
    }
    case 'alt':
      return findAlternation(node.parts.map(factsOf))
    case 'cat':
      return findConcatenation(node.parts.map(factsOf))
    default:
      return findRepeat(factsOf(node.node), node.min, node.max, isMinimal(node))
  }
}

function common(parts: readonly Facts[]): Pick<Facts, 'plain' | 'pure' | 'firstGroup' | 'lastGroup'> {
  return {
    plain: parts.every((part) => part.plain),
    pure: parts.every((part) => part.pure),
    firstGroup: parts.reduce((least, part) => Math.min(least, part.firstGroup), Infinity),
    lastGroup: parts.reduce((most, part) => Math.max(most, part.lastGroup), -Infinity),
  }
}

function findAlternation(parts: readonly Facts[]): Facts {
  const first = parts[0] as Facts
  return {
    ...common(parts),
    nullable: parts.some((part) => part.nullable),
    consumes: parts.some((part) => part.consumes),
    length: parts.every((part) => part.length === first.length) ? first.length : -1,
  }
}

function findConcatenation(parts: readonly Facts[]): Facts {
  const fixed = parts.every((part) => part.length >= 0)
  return {
    ...common(parts),
    nullable: parts.every((part) => part.nullable),
    consumes: parts.some((part) => part.consumes) && parts.every((part) => part.consumes || part.nullable),
    length: fixed ? parts.reduce((total, part) => total + part.length, 0) : -1,
  }
}

function findRepeat(body: Facts, min: number, max: number, minimal: boolean): Facts {
  return {
    ...body,
    plain: !minimal && body.plain,
    nullable: min === 0 || body.nullable,
    consumes: body.consumes && max > 0,
    length: max === 0 ? 0 : min === max && body.length >= 0 ? body.length * min : -1,
  }
}
