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
  | { readonly is: 'start' | 'end' | 'line-start' | 'line-end' | 'word' | 'not-word' }
  | { readonly is: 'look'; readonly behind: boolean; readonly negate: boolean; readonly item: Node }
  /** What that one of the groups took which has taken something: several may have one name, no two of which can. */
  | { readonly is: 'back'; readonly indices: readonly number[]; readonly ignoreCase: boolean }

export interface Pattern {
  readonly root: Node
  /** Groups, the whole match not counted. */
  readonly groups: number
  /** Characters are code points; else UTF-16 units. */
  readonly unicode: boolean
}

/** What this does not read: no pattern of ECMAScript, one with sets of strings (flag v), or one nested too deep. */
export class UnreadablePattern extends Error {
  override readonly name = 'UnreadablePattern'
}

interface Flags {
  readonly ignoreCase: boolean
  /** `^` and `$` match around newlines. */
  readonly multiline: boolean
  readonly dotAll: boolean
}

const SWITCHES = ['ignoreCase', 'multiline', 'dotAll'] as const

/** Throws `UnreadablePattern`. `flags`: some of i, m, s, u. */
export function parsePattern(source: string, flags = ''): Pattern {
  const unicode = flags.includes('u')
  const groups: AST.CapturingGroup[] = []
  const reader = new Reader(
    {
      ignoreCase: flags.includes('i'),
      multiline: flags.includes('m'),
      dotAll: flags.includes('s'),
    },
    unicode,
    groups,
  )
  try {
    const tree = new RegExpParser({ ecmaVersion: 2025 }).parsePattern(source, 0, source.length, { unicode })
    reader.number(tree)
    return { root: reader.choice(tree.alternatives), groups: groups.length, unicode }
  } catch (error) {
    // Of nesting that the stack does not hold, a RangeError.
    if (error instanceof SyntaxError || error instanceof RangeError)
      throw new UnreadablePattern(error.message, { cause: error })
    throw error
  }
}

class Reader {
  /** Those that hold where the reading is: `(?i:...)` switches them for what is inside. */
  private flags: Flags
  private readonly unicode: boolean
  private readonly groups: AST.CapturingGroup[]

  constructor(flags: Flags, unicode: boolean, groups: AST.CapturingGroup[]) {
    this.flags = flags
    this.unicode = unicode
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
      case 'Group': {
        const outside = this.flags
        this.flags = switched(outside, node.modifiers)
        const inside = this.choice(node.alternatives)
        this.flags = outside
        return inside
      }
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
            return { is: this.flags.multiline ? `line-${node.kind}` : node.kind }
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
        const indices = [node.resolved].flat().map((group) => 1 + this.groups.indexOf(group))
        return { is: 'back', indices, ignoreCase: this.flags.ignoreCase }
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
    return this.unicode ? MAX_POINT : MAX_UNIT
  }

  private set(set: CharSet, negate = false): Node {
    const folded = this.flags.ignoreCase ? foldCase(set, this.unicode) : set
    return { is: 'set', set: negate ? complement(folded, this.max) : folded }
  }
}

function switched(flags: Flags, modifiers: AST.Modifiers | null): Flags {
  if (modifiers === null) return flags
  const out = { ...flags }
  for (const name of SWITCHES) {
    if (modifiers.add[name]) out[name] = true
    if (modifiers.remove?.[name]) out[name] = false
  }
  return out
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
