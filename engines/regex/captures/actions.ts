/**
 * What happens to captures on an edge, as one number: `group << 2 | kind`, or for FORGET `index << 2 | kind`. Forward, the
 * last word counts because it is written last; backward, because it is met first.
 */

export const OPEN = 1
export const CLOSE = 2
/** A new iteration begins: the groups `forgets[2 * index]` to `forgets[2 * index + 1]` become unset. */
export const FORGET = 3

/** What is known of a group on the way back: nothing, its end, all. */
export const UNSET = 0
export const ENDED = 1
export const SETTLED = 2

/** Does to `captures[base...]` what the actions of a path say at text position `at`. */
export function apply(
  actions: readonly number[],
  at: number,
  captures: Int32Array,
  base: number,
  forgets: Int32Array,
): void {
  for (const action of actions) {
    const index = action >> 2
    const kind = action & 3
    if (kind === OPEN) captures[base + 2 * index] = at
    else if (kind === CLOSE) captures[base + 2 * index + 1] = at
    else if (kind === FORGET) {
      // A loop: a call to fill costs more than the few places it fills.
      const end = base + 2 * forgets[2 * index + 1]! + 2
      for (let i = base + 2 * forgets[2 * index]!; i < end; i++) captures[i] = -1
    }
  }
}

/** Takes the actions in reverse: the last word on each group counts. The number of groups settled by them. */
export function undo(
  actions: readonly number[],
  at: number,
  spans: Int32Array,
  fate: Uint8Array,
  forgets: Int32Array,
): number {
  let settled = 0
  for (let i = actions.length - 1; i >= 0; i--) {
    const action = actions[i]!
    const index = action >> 2
    const kind = action & 3
    if (kind === CLOSE) {
      if (fate[index] === UNSET) {
        fate[index] = ENDED
        spans[2 * index + 1] = at
      }
    } else if (kind === OPEN) {
      // If it has not ended, the walk began in the middle of the group.
      if (fate[index] !== SETTLED) {
        fate[index] = SETTLED
        spans[2 * index] = at
        settled++
      }
    } else {
      for (let group = forgets[2 * index]!; group <= forgets[2 * index + 1]!; group++) {
        if (fate[group] === UNSET) {
          fate[group] = SETTLED
          settled++
        }
      }
    }
  }
  return settled
}
