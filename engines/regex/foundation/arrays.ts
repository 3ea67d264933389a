/**
 * Typed arrays that the engine writes to by index: made here, and grown here.
 *
 * A typed array swallows what is written outside of it, so a loop with a wrong bound is not a crash but a wrong answer
 * somewhere else. Tests therefore put a guard in the way (`guardArrays`): every array made from then on checks each
 * index. Without one, nothing is between the engine and its arrays.
 */

export type Numbers =
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
export type Guard = <T extends Numbers>(array: T) => T

/** The largest number that an element of an Int32Array holds; a larger one comes back negative. */
export const MAX_INT32 = 0x7fffffff

let guard: Guard | null = null

/** For tests: arrays made from now on go through `wanted`; null makes them plain again. */
export function guardArrays(wanted: Guard | null): void {
  guard = wanted
}

const guarded = <T extends Numbers>(array: T): T => (guard === null ? array : guard(array))

export const int32s = (length: number): Int32Array<ArrayBuffer> => guarded(new Int32Array(length))
export const uint32s = (length: number): Uint32Array<ArrayBuffer> => guarded(new Uint32Array(length))
export const uint8s = (length: number): Uint8Array<ArrayBuffer> => guarded(new Uint8Array(length))
export const float64s = (length: number): Float64Array<ArrayBuffer> => guarded(new Float64Array(length))

/**
 * The array, if it holds `least` numbers; else one with the same content, twice as long or as long as needed.
 * @param most never longer than this, unless needed
 */
export function grown<T extends Numbers>(array: T, least: number, most = Infinity): T {
  if (array.length >= least) return array
  const Kind = array.constructor as new (length: number) => T
  const larger = guarded(new Kind(Math.max(least, Math.min(most, array.length * 2))))
  larger.set(array)
  return larger
}
