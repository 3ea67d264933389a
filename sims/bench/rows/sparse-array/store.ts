/** ARGET and ARSET in the process, at random among a million elements. */
import { createStore, Space, SparseArray, workOf } from '../../../../engines/sparse-array/index.ts'
import type { Burst, Row } from '../../harness/row.ts'
import { sequence } from '../regex/texts.ts'
import { ours, yardstick } from './contestants.ts'

const ELEMENTS = 1_000_000
const PLACES = 200_000
/**
 * Calls of one run, which takes some milliseconds; the next run goes on where it ended. All places together are more than
 * the caches hold. Short runs let contestants take turns often, so that what slows the machine slows them alike.
 */
const CALLS = 20_000
const VALUES = 1_000

interface Load {
  readonly values: readonly Uint8Array[]
  /** The next run's indices, in an order that no cache foresees. */
  readonly next: () => Uint32Array
}

function load(kind: 'int' | '64-bytes'): Load {
  const below = sequence(31)
  const encoder = new TextEncoder()
  const values = Array.from({ length: VALUES }, (_, i) =>
    encoder.encode(kind === 'int' ? String(1_000_000 + i * 7_919) : String(1_000 + i).padStart(64, 'value ')),
  )
  const order = Uint32Array.from(
    { length: PLACES },
    () => ((below(256) << 12) | (below(256) << 4) | below(16)) % ELEMENTS,
  )
  let begin = 0
  const next = (): Uint32Array => {
    const part = order.subarray(begin, begin + CALLS)
    begin = (begin + CALLS) % PLACES
    return part
  }
  return { values, next }
}

/** After `CALLS` sets the sum of what was overwritten is the same every time. */
function arraySets(kind: 'int' | '64-bytes'): Burst {
  const { values, next } = load(kind)
  const array = new SparseArray(createStore(new Space(), 12))
  for (let i = 0; i < ELEMENTS; i++) array.set(0, i, values[i % VALUES]!, 0, values[i % VALUES]!.length)
  return {
    run: () => {
      const order = next()
      let made = 0
      for (let i = 0; i < CALLS; i++) {
        const value = values[i % VALUES]!
        if (array.set(0, order[i]!, value, 0, value.length)) made++
      }
      return made + array.count
    },
    work: CALLS,
    expected: ELEMENTS,
    counters: () => ({ ...workOf(array.tree.store) }),
  }
}

function arrayGets(kind: 'int' | '64-bytes'): Burst {
  const { values, next } = load(kind)
  const array = new SparseArray(createStore(new Space(), 12))
  for (let i = 0; i < ELEMENTS; i++) array.set(0, i, values[i % VALUES]!, 0, values[i % VALUES]!.length)
  return {
    run: () => {
      const order = next()
      let found = 0
      for (let i = 0; i < CALLS; i++) if (array.tree.find(0, order[i]!) !== 0) found++
      return found
    },
    work: CALLS,
    expected: CALLS,
    counters: () => ({ ...workOf(array.tree.store) }),
  }
}

/** Bytes are copied in, as the array does: a caller's buffer is used again. */
function mapSets(kind: 'int' | '64-bytes'): Burst {
  const { values, next } = load(kind)
  const map = new Map<number, Uint8Array>()
  for (let i = 0; i < ELEMENTS; i++) map.set(i, values[i % VALUES]!.slice())
  return {
    run: () => {
      const order = next()
      for (let i = 0; i < CALLS; i++) map.set(order[i]!, values[i % VALUES]!.slice())
      return map.size
    },
    work: CALLS,
    expected: ELEMENTS,
  }
}

function mapGets(kind: 'int' | '64-bytes'): Burst {
  const { values, next } = load(kind)
  const map = new Map(Array.from({ length: ELEMENTS }, (_, i) => [i, values[i % VALUES]!.slice()]))
  return {
    run: () => {
      const order = next()
      let found = 0
      for (let i = 0; i < CALLS; i++) if (map.get(order[i]!) !== undefined) found++
      return found
    },
    work: CALLS,
    expected: CALLS,
  }
}

function holeySets(kind: 'int' | '64-bytes'): Burst {
  const { values, next } = load(kind)
  const array: Uint8Array[] = Array.from({ length: ELEMENTS }, (_, i) => values[i % VALUES]!.slice())
  return {
    run: () => {
      const order = next()
      for (let i = 0; i < CALLS; i++) array[order[i]!] = values[i % VALUES]!.slice()
      return array.length
    },
    work: CALLS,
    expected: ELEMENTS,
  }
}

const FILLED = 60_000

/**
 * From nothing: whole numbers and texts of 20 to 250 bytes set at random places near and far, every fourth deleted again,
 * so that slices take every form and texts are moved. What it counted goes on from run to run.
 */
function fill(): Burst {
  const below = sequence(57)
  const wide = (): number => ((below(256) << 12) | (below(256) << 4) | below(16)) >>> 0
  // A third of all places lie close to each other, a third are spread over a million, a third over 2^32.
  const places = Uint32Array.from({ length: FILLED }, (_, i) => {
    const place = wide()
    return i % 3 === 0 ? place % FILLED : i % 3 === 1 ? place : Math.imul(place, 2_654_435_761) >>> 0
  })
  const encoder = new TextEncoder()
  const values = Array.from({ length: VALUES }, (_, i) =>
    encoder.encode(i % 2 === 0 ? String(i * 7_919) : 'v'.repeat(20 + ((i * 37) % 231))),
  )
  const left = new Set<number>()
  places.forEach((place, i) => {
    left.add(place)
    if (i % 4 === 3) left.delete(places[i - 2]!)
  })
  const done: Record<string, number> = {}
  return {
    run: () => {
      const space = new Space()
      const array = new SparseArray(createStore(space, 12))
      for (let i = 0; i < FILLED; i++) {
        const value = values[i % VALUES]!
        array.set(0, places[i]!, value, 0, value.length)
        if (i % 4 === 3) array.tree.delete(0, places[i - 2]!)
      }
      for (const [name, n] of Object.entries(workOf(array.tree.store))) done[name] = (done[name] ?? 0) + n
      const { count } = array
      space.release()
      return count
    },
    work: FILLED,
    expected: left.size,
    counters: () => ({ ...done }),
  }
}

const fillRow: Row = {
  id: 'sparse-array/fill',
  unit: 'calls/s',
  better: 'higher',
  summary:
    'An array filled from nothing with numbers and texts at random places near and far, a quarter deleted again; the number of elements is verified.',
  ours: ours(fill),
  peers: [],
  atMost: { rounds: 9, samples: 3 },
}

const callRows: readonly Row[] = (['int', '64-bytes'] as const).flatMap((kind): Row[] => [
  {
    id: `sparse-array/set-${kind}`,
    unit: 'calls/s',
    better: 'higher',
    summary: `ARSET of ${kind === 'int' ? 'whole numbers' : 'values of 64 bytes'} in the process, at random among a million; the number of elements is verified.`,
    ours: ours(() => arraySets(kind)),
    peers: [yardstick('map', () => mapSets(kind)), yardstick('array', () => holeySets(kind))],
    atMost: { rounds: 9, samples: 3 },
  },
  {
    id: `sparse-array/get-${kind}`,
    unit: 'calls/s',
    better: 'higher',
    summary: `ARGET of ${kind === 'int' ? 'whole numbers' : 'values of 64 bytes'} in the process, at random among a million; that each is found is verified.`,
    ours: ours(() => arrayGets(kind)),
    peers: [yardstick('map', () => mapGets(kind))],
    atMost: { rounds: 9, samples: 3 },
  },
])

export const storeRows: readonly Row[] = [...callRows, fillRow]
