/** Arrays that refuse what typed arrays swallow: an index that is not one of theirs, written or read. */
import { guardArrays } from '../foundation/arrays.ts'
import type { Numbers } from '../foundation/arrays.ts'

/** Reads beyond the end are undefined, which comparisons take for "no"; the engine never means that in its own arrays. */
function checked<T extends Numbers>(array: T): T {
  const placeOf = (key: string | symbol): number | undefined =>
    typeof key === 'string' && /^-?\d+$|^NaN$|^-?\d+\.\d+$/.test(key) ? Number(key) : undefined
  const check = (place: number, what: string): void => {
    if (!Number.isInteger(place) || place < 0 || place >= array.length)
      throw new RangeError(`${what} at ${place} of an array of ${array.length}`)
  }
  return new Proxy<T>(array, {
    get(target, key) {
      const place = placeOf(key)
      if (place !== undefined) {
        check(place, 'read')
        return target[place]
      }
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' && key !== 'constructor'
        ? (value as (...args: unknown[]) => unknown).bind(target)
        : value
    },
    set(target, key, value: number) {
      const place = placeOf(key)
      if (place === undefined) return Reflect.set(target, key, value, target)
      check(place, 'write')
      target[place] = value
      return true
    },
  })
}

/** Runs `work` with every array that the engine makes meanwhile guarded: what is compiled inside keeps them. */
export function withGuardedArrays<T>(work: () => T): T {
  guardArrays(checked)
  try {
    return work()
  } finally {
    guardArrays(null)
  }
}
