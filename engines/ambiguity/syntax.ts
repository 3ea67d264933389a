/** ECMAScript's patterns as a small tree: what the automaton and the matcher are built from. */
import { RegExpParser, type AST } from '@eslint-community/regexpp'
import {
  complement,
  ESCAPES,
  foldCase,
  MAX_POINT,
  MAX_UNIT,
  NEWLINE,
  union,
  type CharSet,
} from './charset.ts'

export type Node =
  | { readonly is: 'set'; readonly set: CharSet }
  | { readonly is: 'sequence' | 'choice'; readonly items: readonly Node[] }
  | {
      readonly is: 'repeat'
      readonly item: Node
      readonly min: number
      readonly max: number
      readonly greedy: boolean
    }
  | { readonly is: 'group'; readonly item: Node; readonly index: number }
  | { readonly is: 'start' | 'end' | 'word' | 'not-word' }
  | { readonly is: 'look'; readonly behind: boolean; readonly negate: boolean; readonly item: Node }
  | { readonly is: 'back'; readonly index: number }

export interface Pattern {
  readonly root: Node
  /** Groups, the whole match not counted. */
  readonly groups: number
  readonly ignoreCase: boolean
  /** `^` and `$` match around newlines. */
  readonly multiline: boolean
  /** Characters are code points; else UTF-16 units. */
  readonly unicode: boolean
}

/** What this does not read: no pattern of ECMAScript, or one with sets of strings (flag v). */
export class UnreadablePattern extends Error {
  override readonly name = 'UnreadablePattern'
}

interface Flags {
  readonly ignoreCase: boolean
  readonly dotAll: boolean
  readonly unicode: boolean
}

/** Throws `UnreadablePattern`. `flags`: some of i, m, s, u. */
export function parsePattern(source: string, flags = ''): Pattern {
  const unicode = flags.includes('u')
  let tree: AST.Pattern
  try {
    tree = new RegExpParser({ ecmaVersion: 2025 }).parsePattern(source, 0, source.length, { unicode })
  } catch (error) {
    throw new UnreadablePattern(error instanceof Error ? error.message : String(error))
  }
  const groups: AST.CapturingGroup[] = []
  const reader = new Reader({ ignoreCase: flags.includes('i'), dotAll: flags.includes('s'), unicode }, groups)
  reader.number(tree)
  const root = reader.choice(tree.alternatives)
  return {
    root,
    groups: groups.length,
    ignoreCase: flags.includes('i'),
    multiline: flags.includes('m'),
    unicode,
  }
}

class Reader {
  private readonly flags: Flags
  private readonly groups: AST.CapturingGroup[]

  constructor(flags: Flags, groups: AST.CapturingGroup[]) {
    this.flags = flags
    this.groups = groups
  }

  /** Groups in the order of their opening brackets. */
  number(node: AST.Pattern | AST.Element): void {
    if (node.type === 'CapturingGroup') this.groups.push(node)
    if (node.type === 'Quantifier') this.number(node.element)
    if (!('alternatives' in node)) return
    for (const { elements } of node.alternatives) for (const one of elements) this.number(one)
  }

  choice(alternatives: readonly AST.Alternative[]): Node {
    const items = alternatives.map(({ elements }): Node => {
      const sequence = elements.map((element) => this.element(element))
      return sequence.length === 1 ? sequence[0]! : { is: 'sequence', items: sequence }
    })
    return items.length === 1 ? items[0]! : { is: 'choice', items }
  }

  private element(node: AST.Element): Node {
    switch (node.type) {
      case 'Group':
        return this.choice(node.alternatives)
      case 'CapturingGroup':
        return { is: 'group', item: this.choice(node.alternatives), index: 1 + this.groups.indexOf(node) }
      case 'Quantifier':
        return {
          is: 'repeat',
          item: this.element(node.element),
          min: node.min,
          max: node.max,
          greedy: node.greedy,
        }
      case 'Assertion':
        switch (node.kind) {
          case 'start':
          case 'end':
            return { is: node.kind }
          case 'word':
            return { is: node.negate ? 'not-word' : 'word' }
          default:
            return {
              is: 'look',
              behind: node.kind === 'lookbehind',
              negate: node.negate,
              item: this.choice(node.alternatives),
            }
        }
      case 'Backreference': {
        const [resolved] = [node.resolved].flat()
        return { is: 'back', index: resolved ? 1 + this.groups.indexOf(resolved) : 0 }
      }
      case 'Character':
        return this.set([node.value, node.value])
      case 'CharacterSet':
        return this.set(this.escape(node))
      case 'CharacterClass': {
        const sets = node.elements.map((element) => this.member(element))
        return this.set(union(sets), node.negate)
      }
      default:
        throw new UnreadablePattern(`${node.type} is not read`)
    }
  }

  private member(element: AST.CharacterClass['elements'][number]): CharSet {
    if (element.type === 'Character') return [element.value, element.value]
    if (element.type === 'CharacterClassRange') return [element.min.value, element.max.value]
    if (element.type === 'CharacterSet') return this.escape(element)
    throw new UnreadablePattern(`${element.type} is not read`)
  }

  private escape(node: AST.CharacterSet): CharSet {
    if (node.kind === 'any') return this.flags.dotAll ? [0, this.max] : complement(NEWLINE, this.max)
    if (node.kind === 'property') return property(node.raw, this.max)
    const set = ESCAPES[node.kind]
    return node.negate ? complement(set, this.max) : set
  }

  private get max(): number {
    return this.flags.unicode ? MAX_POINT : MAX_UNIT
  }

  private set(set: CharSet, negate = false): Node {
    const folded = this.flags.ignoreCase ? foldCase(set, this.flags.unicode) : set
    return { is: 'set', set: negate ? complement(folded, this.max) : folded }
  }
}

const properties = new Map<string, CharSet>()

/** Every code point is asked once: there is no other way to the tables that the platform has. */
function property(raw: string, max: number): CharSet {
  const known = properties.get(raw)
  if (known !== undefined) return known
  const regex = new RegExp(`^${raw}$`, 'u')
  const out: number[] = []
  for (let char = 0; char <= max; char++) {
    if (!regex.test(String.fromCodePoint(char))) continue
    if (out.at(-1) === char - 1) out[out.length - 1] = char
    else out.push(char, char)
  }
  properties.set(raw, out)
  return out
}
