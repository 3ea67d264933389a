/** What happened on the best path through a bracket, as far as it matters still. */
import { grown, int32s } from '../foundation/arrays.ts'
import { FORGET } from './actions.ts'
import type { Brackets } from './brackets.ts'

export class Events {
  private readonly brackets: Brackets
  /** Three numbers each: action, place, -1; or an inner bracket, its start, its end. */
  private list = int32s(48)
  private count = 0

  constructor(brackets: Brackets) {
    this.brackets = brackets
  }

  clear(): void {
    this.count = 0
  }

  all(): Int32Array {
    return this.list.slice(0, this.count)
  }

  /** Notes an action. A new iteration makes what the last one did unimportant. */
  note(action: number, at: number): void {
    const { forgets } = this.brackets.automaton
    if ((action & 3) === FORGET) {
      const { list, brackets } = this
      const first = forgets[2 * (action >> 2)]!
      const last = forgets[2 * (action >> 2) + 1]!
      for (let n = this.count - 3; n >= 0; n -= 3) {
        const what = list[n]!
        const index = what >> 2
        let low = index
        let high = index
        if (list[n + 2]! >= 0) {
          low = brackets.firstGroup[what]!
          high = brackets.lastGroup[what]!
        } else if ((what & 3) === FORGET) {
          low = forgets[2 * index]!
          high = forgets[2 * index + 1]!
        }
        if (low < first || high > last) break
        this.count = n
      }
    }
    this.push(action, at, -1)
  }

  push(what: number, at: number, end: number): void {
    const n = this.count
    this.list = grown(this.list, n + 3)
    this.list[n] = what
    this.list[n + 1] = at
    this.list[n + 2] = end
    this.count = n + 3
  }
}
