/** What the arrays of a store have done so far: exact, the same for the same calls on every machine. */
import type { Space } from '../space/space.ts'
import type { Texts } from './text.ts'

export interface ArrayWork {
  /** Blocks of memory asked for. */
  readonly allocations: number
  /** Elements looked for: to be read, to be set, and once more where a slice had to be rebuilt to take one. */
  readonly looks: number
  readonly slicesRebuilt: number
  /** Bytes of words moved, of text moved to keep it in order, and of text written. */
  readonly wordBytesMoved: number
  readonly textBytesMoved: number
  readonly textBytesWritten: number
}

export function workOf({ space, texts }: { readonly space: Space; readonly texts: Texts }): ArrayWork {
  return {
    allocations: space.allocations,
    looks: space.looks,
    slicesRebuilt: space.rebuilt,
    wordBytesMoved: space.moved,
    textBytesMoved: texts.moved,
    textBytesWritten: texts.written,
  }
}
