/**
 * A plain backtracking matcher that counts its steps: ECMAScript's rules, written from the standard's text and not from
 * any engine. It ranks attacks before an engine is asked to run them, and it is the slow judge of whose match is right:
 * it knows which end comes first by the order of alternatives, and which ends there are.
 *
 * The pattern becomes a small program (Pike's instructions, with counters for bounds); the matcher walks it depth first,
 * keeping its choices and what to restore on one stack.
 */
import {
  Alphabet,
  casesOf,
  has,
  MAX_POINT,
  MAX_UNIT,
  NEWLINE,
  PatternTooLarge,
  WORD,
  type CharSet,
} from './charset.ts'
import type { Node, Pattern } from './syntax.ts'

const OP = {
  set: 0,
  split: 1,
  jump: 2,
  save: 3,
  start: 4,
  end: 5,
  word: 6,
  notWord: 7,
  back: 8,
  look: 9,
  reset: 10,
  loop: 11,
  mark: 12,
  progressed: 13,
  match: 14,
  clear: 15,
  lineStart: 16,
  lineEnd: 17,
} as const

const ASKS = {
  start: OP.start,
  end: OP.end,
  'line-start': OP.lineStart,
  'line-end': OP.lineEnd,
  word: OP.word,
  'not-word': OP.notWord,
} as const

/** Instructions of five numbers: the operation and what it needs. */
const WIDTH = 5
/** Larger programs are refused. */
const MOST_INSTRUCTIONS = 200_000

export interface Tally {
  /** Steps taken; more than the budget when it ran out. */
  readonly steps: number
  readonly outOfBudget: boolean
  /** Start, end of the match and of its groups; null when there is none or the budget ran out. */
  readonly match: readonly number[] | null
}

export class Backtracker {
  private readonly pattern: Pattern
  private readonly code: number[] = []
  private readonly sets: CharSet[] = []
  private readonly setIds = new Map<string, number>()
  /** Of each reference back, the groups that it may mean. */
  private readonly references: (readonly number[])[] = []
  private readonly tables: boolean[][]
  private readonly alphabet: Alphabet
  private registers: number
  private readonly max: number

  /** Throws `PatternTooLarge`. */
  constructor(pattern: Pattern) {
    this.pattern = pattern
    this.max = pattern.unicode ? MAX_POINT : MAX_UNIT
    // Registers: starts and ends of groups, then counters and marks.
    this.registers = 2 * (pattern.groups + 1)
    this.compile(pattern.root, false)
    this.emit(OP.match)
    this.alphabet = new Alphabet([...this.sets, WORD, NEWLINE], this.max)
    this.tables = this.sets.map((set) => this.alphabet.within(set))
  }

  /** Instructions. */
  get size(): number {
    return this.here
  }

  /** Characters as the pattern counts them: UTF-16 units, or code points with flag u. */
  characters(text: string): Uint32Array {
    return this.pattern.unicode
      ? Uint32Array.from(text, (char) => char.codePointAt(0)!)
      : Uint32Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
  }

  /** The first match at or after `from`. */
  search(text: Uint32Array, budget: number, from = 0): Tally {
    const walk = this.walk(text, budget)
    for (let start = from; start <= text.length; start++) {
      const match = walk.matchAt(start)
      if (match !== null || walk.outOfBudget) return { ...walk.tally(), match }
    }
    return { ...walk.tally(), match: null }
  }

  /** The match that starts here, if one does. */
  matchAt(text: Uint32Array, start: number, budget: number): Tally {
    const walk = this.walk(text, budget)
    const match = walk.matchAt(start)
    return { ...walk.tally(), match }
  }

  /** All ends of matches that start here, in the order in which a backtracking matcher meets them. */
  endsAt(text: Uint32Array, start: number, budget: number): { ends: number[]; outOfBudget: boolean } {
    const ends = new Set<number>()
    const walk = this.walk(text, budget)
    walk.matchAt(start, (end) => {
      ends.add(end)
      return false
    })
    return { ends: [...ends], outOfBudget: walk.outOfBudget }
  }

  /** Steps of finding all matches, as a program that searches anew after each. */
  findAll(text: Uint32Array, budget: number): Tally & { readonly matches: number } {
    let steps = 0
    let matches = 0
    for (let from = 0; from <= text.length;) {
      const one = this.search(text, budget - steps, from)
      steps += one.steps
      if (one.outOfBudget) return { steps, outOfBudget: true, match: null, matches }
      if (one.match === null) break
      matches++
      from = one.match[1]! > one.match[0]! ? one.match[1]! : one.match[1]! + 1
    }
    return { steps, outOfBudget: false, match: null, matches }
  }

  private walk(text: Uint32Array, budget: number): Walk {
    const classes = Int32Array.from(text, (char) => this.alphabet.classOf(char))
    return new Walk(
      {
        code: this.code,
        tables: this.tables,
        registers: this.registers,
        references: this.references,
        groups: this.pattern.groups,
      },
      text,
      classes,
      budget,
    )
  }

  private emit(op: number, a = 0, b = 0, c = 0, d = 0): number {
    const at = this.code.length / WIDTH
    if (at >= MOST_INSTRUCTIONS) throw new PatternTooLarge(`more than ${MOST_INSTRUCTIONS} instructions`)
    this.code.push(op, a, b, c, d)
    return at
  }

  private setId(set: CharSet): number {
    const key = set.join()
    const id = this.setIds.get(key) ?? this.sets.push(set) - 1
    this.setIds.set(key, id)
    return id
  }

  private patch(at: number, operand: number, value: number): void {
    this.code[at * WIDTH + operand] = value
  }

  private get here(): number {
    return this.code.length / WIDTH
  }

  private compile(node: Node, backward: boolean): void {
    switch (node.is) {
      case 'set':
        this.emit(OP.set, this.setId(node.set), backward ? 1 : 0)
        return
      case 'sequence':
        for (const item of backward ? node.items.toReversed() : node.items) this.compile(item, backward)
        return
      case 'choice': {
        const exits: number[] = []
        for (const [k, item] of node.items.entries()) {
          if (k === node.items.length - 1) this.compile(item, backward)
          else {
            const split = this.emit(OP.split)
            this.patch(split, 1, this.here)
            this.compile(item, backward)
            exits.push(this.emit(OP.jump))
            this.patch(split, 2, this.here)
          }
        }
        for (const exit of exits) this.patch(exit, 1, this.here)
        return
      }
      case 'group':
        this.emit(OP.save, 2 * node.index + (backward ? 1 : 0))
        this.compile(node.item, backward)
        this.emit(OP.save, 2 * node.index + (backward ? 0 : 1))
        return
      case 'look': {
        const look = this.emit(OP.look, node.negate ? 1 : 0)
        this.compile(node.item, node.behind)
        this.emit(OP.match)
        this.patch(look, 2, this.here)
        return
      }
      case 'back':
        this.references.push(node.indices)
        this.emit(OP.back, this.references.length - 1, backward ? 1 : 0, node.ignoreCase ? 1 : 0)
        return
      case 'repeat':
        this.repeat(node, backward)
        return
      default:
        this.emit(ASKS[node.is])
    }
  }

  private repeat({ item, min, max, greedy }: Node & { is: 'repeat' }, backward: boolean): void {
    const counter = this.registers++
    const mark = this.registers++
    const groups = groupsIn(item)
    this.emit(OP.reset, counter)
    const loop = this.emit(OP.loop, counter, min, max === Infinity ? -1 : max, greedy ? 1 : 0)
    // The word after `loop` is where it goes when it is done.
    const exit = this.emit(OP.jump)
    this.emit(OP.mark, mark)
    if (groups.length > 0) this.emit(OP.clear, groups[0], groups.at(-1))
    this.compile(item, backward)
    this.emit(OP.progressed, mark, counter, min)
    this.emit(OP.jump, loop)
    this.patch(exit, 1, this.here)
  }
}

function groupsIn(node: Node): number[] {
  if (node.is === 'group') return [node.index, ...groupsIn(node.item)].toSorted((a, b) => a - b)
  if ('items' in node) return node.items.flatMap(groupsIn).toSorted((a, b) => a - b)
  return 'item' in node ? groupsIn(node.item) : []
}

interface Program {
  readonly code: readonly number[]
  readonly tables: readonly (readonly boolean[])[]
  readonly registers: number
  readonly references: readonly (readonly number[])[]
  readonly groups: number
}

/** On the stack, a choice is (pc, at, -1); what is to be restored is (value, register, -2). */
const CHOICE = -1
const RESTORE = -2

class Walk {
  private readonly program: Program
  private readonly text: Uint32Array
  private readonly classes: Int32Array
  private readonly budget: number
  private readonly registers: Int32Array
  private readonly stack: number[] = []
  private steps = 0
  outOfBudget = false

  constructor(program: Program, text: Uint32Array, classes: Int32Array, budget: number) {
    this.program = program
    this.text = text
    this.classes = classes
    this.budget = budget
    this.registers = new Int32Array(program.registers)
  }

  tally(): { steps: number; outOfBudget: boolean } {
    return { steps: this.steps, outOfBudget: this.outOfBudget }
  }

  /** `accept` may say no to an end, and the matcher goes on. */
  matchAt(start: number, accept: (end: number) => boolean = () => true): number[] | null {
    this.registers.fill(-1)
    this.stack.length = 0
    const end = this.run(0, start, accept, 0)
    if (end < 0) return null
    const match = Array.from(this.registers.subarray(0, 2 * (this.program.groups + 1)))
    match[0] = start
    match[1] = end
    return match
  }

  private set(register: number, value: number): void {
    this.stack.push(this.registers[register]!, register, RESTORE)
    this.registers[register] = value
  }

  /** Walks from `pc` until a match, -1 when there is none; leaves the stack no lower than `floor`. */
  private run(pc: number, at: number, accept: (end: number) => boolean, floor: number): number {
    const { text, classes, stack, registers } = this
    const { code, tables } = this.program
    for (;;) {
      if (++this.steps > this.budget) {
        this.outOfBudget = true
        return -1
      }
      const base = pc * WIDTH
      let ok = true
      switch (code[base]) {
        case OP.set:
          if (code[base + 2] === 1) {
            ok = at > 0 && tables[code[base + 1]!]![classes[at - 1]!]!
            at--
          } else {
            ok = at < text.length && tables[code[base + 1]!]![classes[at]!]!
            at++
          }
          pc++
          break
        case OP.split:
          stack.push(code[base + 2]!, at, CHOICE)
          pc = code[base + 1]!
          break
        case OP.jump:
          pc = code[base + 1]!
          break
        case OP.save:
          this.set(code[base + 1]!, at)
          pc++
          break
        case OP.clear:
          for (let register = 2 * code[base + 1]!; register < 2 * code[base + 2]! + 2; register++)
            if (registers[register] !== -1) this.set(register, -1)
          pc++
          break
        case OP.start:
          ok = at === 0
          pc++
          break
        case OP.end:
          ok = at === text.length
          pc++
          break
        case OP.lineStart:
          ok = at === 0 || has(NEWLINE, text[at - 1]!)
          pc++
          break
        case OP.lineEnd:
          ok = at === text.length || has(NEWLINE, text[at]!)
          pc++
          break
        case OP.word:
        case OP.notWord: {
          const before = at > 0 && has(WORD, text[at - 1]!)
          const after = at < text.length && has(WORD, text[at]!)
          ok = (before !== after) === (code[base] === OP.word)
          pc++
          break
        }
        case OP.back: {
          const moved = this.back(code[base + 1]!, code[base + 2] === 1, code[base + 3] === 1, at)
          ok = moved >= 0
          at = moved
          pc++
          break
        }
        case OP.look: {
          const height = stack.length
          const found = this.run(pc + 1, at, () => true, height)
          if (this.outOfBudget) return -1
          ok = found >= 0 === (code[base + 1] === 0)
          // Its choices are gone; what it set stays for a positive one and can still be restored.
          if (found >= 0) this.dropChoices(height, code[base + 1] === 1)
          pc = code[base + 2]!
          break
        }
        case OP.reset:
          this.set(code[base + 1]!, 0)
          pc++
          break
        case OP.loop: {
          const count = registers[code[base + 1]!]!
          const most = code[base + 3]!
          // `pc + 1` leaves the loop, `pc + 2` goes round once more.
          if (count < code[base + 2]!) {
            this.set(code[base + 1]!, count + 1)
            pc += 2
          } else if (most >= 0 && count >= most) pc++
          else if (code[base + 4] === 1) {
            stack.push(pc + 1, at, CHOICE)
            this.set(code[base + 1]!, count + 1)
            pc += 2
          } else {
            // Lazy: going round is the choice that is left for later, with the counter as it will be then.
            stack.push(~(pc + 2), at, CHOICE)
            pc++
          }
          break
        }
        case OP.mark:
          this.set(code[base + 1]!, at)
          pc++
          break
        case OP.progressed:
          // A round that took nothing, beyond those that must be, is no round.
          ok = registers[code[base + 1]!] !== at || registers[code[base + 2]!]! <= code[base + 3]!
          pc++
          break
        default:
          if (accept(at)) return at
          ok = false
      }
      if (ok) continue
      // Back to the last choice.
      for (;;) {
        if (stack.length <= floor) return -1
        const kind = stack.pop()!
        const second = stack.pop()!
        const first = stack.pop()!
        if (kind === RESTORE) {
          registers[second] = first
          continue
        }
        at = second
        pc = first
        if (first < 0) {
          // The round of a lazy loop that was left for later.
          pc = ~first
          const counter = code[(pc - 2) * WIDTH + 1]!
          this.set(counter, registers[counter]! + 1)
        }
        break
      }
    }
  }

  private back(reference: number, backward: boolean, ignoreCase: boolean, at: number): number {
    const { registers } = this
    const group = this.program.references[reference]!.find(
      (one) => registers[2 * one]! >= 0 && registers[2 * one + 1]! >= 0,
    )
    if (group === undefined) return at
    const start = registers[2 * group]!
    const length = registers[2 * group + 1]! - start
    const from = backward ? at - length : at
    if (from < 0 || from + length > this.text.length) return -1
    for (let k = 0; k < length; k++) {
      const one = this.text[start + k]!
      const other = this.text[from + k]!
      if (one !== other && !(ignoreCase && casesOf(one).includes(other))) return -1
    }
    this.steps += length
    return backward ? from : from + length
  }

  /** Removes the choices above `height`; what was set is restored at once, or kept for when the walk comes back here. */
  private dropChoices(height: number, restore: boolean): void {
    const kept: number[] = []
    while (this.stack.length > height) {
      const kind = this.stack.pop()!
      const second = this.stack.pop()!
      const first = this.stack.pop()!
      if (kind !== RESTORE) continue
      if (restore) this.registers[second] = first
      else kept.push(kind, second, first)
    }
    this.stack.push(...kept.toReversed())
  }
}
