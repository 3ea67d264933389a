/** What arrays of one slice size share: memory, the forms of what lies in it, and what is still to be freed. */
import type { Space } from '../space/space.ts'
import { Directories } from './directory.ts'
import { Slices } from './slice.ts'
import { Texts } from './text.ts'

export interface Store {
  readonly space: Space
  readonly directories: Directories
  readonly slices: Slices
  readonly texts: Texts
  /** Directories, and slices, that somebody let go of and that are still to be freed. */
  readonly doomed: number[]
  readonly loose: number[]
  /** Redis's array-sparse-kmax and -kmin: when a slice counts as dense, and when no more. */
  kmax: number
  kmin: number
}

/** Memory for arrays whose slices have 2^bits elements. */
export function createStore(space: Space, bits: number): Store {
  const slices = new Slices(space, bits)
  const directories = new Directories(space)
  const texts = new Texts(space, slices)
  return { space, directories, slices, texts, doomed: [], loose: [], kmax: 10, kmin: 5 }
}

/** Something is still to be freed. */
export const isBurying = ({ doomed, loose }: Store): boolean => doomed.length > 0 || loose.length > 0

/** Frees up to about `steps` blocks of memory that nobody holds any more, a slice at least; false when nothing is left. */
export function bury(store: Store, steps: number): boolean {
  const { space, doomed, loose, directories } = store
  let left = steps
  space.refresh()
  while (loose.length > 0 && left > 0) left -= releaseSlice(store, loose.pop()!)
  while (doomed.length > 0 && left > 0) {
    const block = doomed.at(-1)!
    left--
    if (directories.refsOf(block) > 1) {
      directories.addRefs(block, -1)
      doomed.pop()
      continue
    }
    let n = directories.slicesIn(block)
    while (n > 0 && left > 0) left -= releaseSlice(store, directories.sliceAt(block, --n))
    directories.truncate(block, n)
    if (n > 0) return true
    space.free(block)
    doomed.pop()
  }
  return isBurying(store)
}

/** Lets go of a slice; whoever does so last frees it. Returns how many blocks of memory that took. */
function releaseSlice({ space, slices, texts }: Store, slice: number): number {
  if (slices.refsOf(slice) > 1) {
    slices.addRefs(slice, -1)
    return 1
  }
  const blocks = texts.free(slice)
  space.free(slice)
  return blocks + 1
}
