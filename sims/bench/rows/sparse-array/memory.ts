/** What the array takes: bytes an element by stride, by number in a slice, and whether MEMORY USAGE tells the truth. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createStore, Engine, Space, SparseArray } from '../../../../engines/sparse-array/index.ts'
import { Client } from '../../../../engines/sparse-array/testing/index.ts'
import type { Burst, Row } from '../../harness/row.ts'
import { markdown } from '../regex/texts.ts'
import { arrayRedis, fillArray } from '../../peers/sparse-array/array-redis.ts'
import type { ArrayRedis } from '../../peers/sparse-array/array-redis.ts'
import { figure, ours, yardstick } from './contestants.ts'

const ELEMENTS = 100_000
/** Bytes an element in Redis 84318433162e, x86-64, libc malloc, by stride (MEMORY USAGE). */
const REDIS: Readonly<Record<number, number>> = {
  1: 8.02,
  2: 16,
  10: 80.2,
  100: 801,
  372: 2_980,
  410: 14.5,
  1_000: 20.7,
  4_096: 80.1,
  10_000: 91.8,
  100_000: 268,
  1_000_000: 2_032,
  8_388_608: 16_489,
}

const digits = new TextEncoder().encode('123456')

function arrayAtStride(stride: number, elements: number): SparseArray {
  const array = new SparseArray(createStore(new Space(), 12))
  for (let i = 0; i < elements; i++) {
    const index = i * stride
    array.set(Math.floor(index / 2 ** 32), index >>> 0, digits, 0, digits.length)
  }
  return array
}

/** Everything that is not reachable is gone. */
function collect(): void {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

/** Bytes by which JavaScript's heap grows when `make` is called. */
function heapGrowth(make: () => unknown): number {
  collect()
  const before = process.memoryUsage().heapUsed
  const made = make()
  collect()
  const grown = process.memoryUsage().heapUsed - before
  if (made === null) throw new Error('nothing was made')
  return grown
}

function mapAtStride(stride: number): Map<number, number> {
  const map = new Map<number, number>()
  for (let i = 0; i < ELEMENTS; i++) map.set(i * stride, 123_456)
  return map
}

function holeyAtStride(stride: number): number[] {
  const array: number[] = []
  for (let i = 0; i < ELEMENTS; i++) array[i * stride] = 123_456
  return array
}

const strides: readonly Row[] = Object.keys(REDIS).map((text): Row => {
  const stride = Number(text)
  return {
    id: `sparse-array/bytes-stride-${stride}`,
    unit: 'bytes',
    better: 'lower',
    summary: `Bytes an element of ${ELEMENTS} whole numbers at stride ${stride}; at most 1.02 times Redis's ${REDIS[stride]} or the row fails. Map and Array keep doubles, without texts.`,
    ours: ours(() => {
      let bytes = Infinity
      return figure(
        () => (bytes = arrayAtStride(stride, ELEMENTS).bytes / ELEMENTS),
        () => bytes <= 1.02 * REDIS[stride]! && (stride !== 8_388_608 || bytes <= 600),
      )
    }),
    peers: [
      yardstick('map', () => figure(() => heapGrowth(() => mapAtStride(stride)) / ELEMENTS)),
      // Beyond 2^32 - 2 an index of an Array is a property's name.
      ...(stride > 10_000
        ? []
        : [yardstick('array', () => figure(() => heapGrowth(() => holeyAtStride(stride)) / ELEMENTS))]),
      arrayRedis(async (redis) => {
        await fillArray(redis, ELEMENTS, (i) => [String(i * stride), '123456'])
        return usage(redis, ELEMENTS)
      }),
    ],
    atMost: { rounds: 1, samples: 1 },
  }
})

/** What a Redis says that its array takes, an element. */
const usage = ({ client, key }: ArrayRedis, elements: number): Burst =>
  figure(async () => Number(await client.ask('MEMORY', 'USAGE', key)) / elements)

/** The largest share of 12 n + 600 bytes that n elements of one slice take, spread evenly and at random. */
function worstShare(): number {
  let worst = 0
  let seed = 9
  const below = (n: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0
    return Math.floor(((seed >>> 8) * n) / 2 ** 24)
  }
  for (let n = 1; n <= 4_096; n += n < 400 ? 1 : 61) {
    for (const kind of ['even', 'shuffled', 'random'] as const) {
      const order = Array.from({ length: n }, (_, i) => Math.floor((i * 4_096) / n))
      if (kind === 'shuffled') order.sort(() => below(3) - 1)
      if (kind === 'random') for (let i = 0; i < n; i++) order[i] = below(4_096)
      const array = new SparseArray(createStore(new Space(), 12))
      for (const offset of order) array.set(0, offset, digits, 0, digits.length)
      worst = Math.max(worst, array.bytes / (12 * array.count + 600))
      array.tree.store.space.release()
    }
  }
  return worst
}

const FRAGMENTS = 200_000

/** Growth of resident size when `fill` fills a new engine, over what MEMORY USAGE says of key `k`. */
function honesty(fill: (array: SparseArray) => void): number {
  collect()
  const client = new Client(new Engine())
  client.send('ARSET', 'k', '0', 'x')
  const { keyspaces } = client.engine
  const array = keyspaces[0]!.arrayOf(keyspaces[0]!.find(Buffer.from('k'), 0, 1))
  // What the code itself needs is there before: compiled functions, JavaScript's young generation.
  fill(new SparseArray(createStore(new Space(), 12)))
  collect()
  const before = process.memoryUsage.rss()
  fill(array)
  collect()
  const grown = process.memoryUsage.rss() - before
  const [usage] = client.send('MEMORY', 'USAGE', 'k')
  const bytes = usage?.type === 'integer' ? Number(usage.text) : NaN
  return grown / bytes
}

const FILLS: Readonly<Record<string, (array: SparseArray) => void>> = {
  dense(array) {
    for (let i = 0; i < 3_000_000; i++) array.set(0, i, digits, 0, digits.length)
  },
  slices(array) {
    const text = new TextEncoder().encode('x'.repeat(900))
    for (let i = 0; i < 100_000; i++) array.set(0, i * 4_096, text, 0, text.length)
  },
  fragments(array) {
    const all = markdown(FRAGMENTS)
    const text = new Uint8Array(4_096 * 160)
    const some = markdown(4_096)
    some.writeTo(text)
    for (let i = 0; i < all.starts.length; i++) {
      array.set(0, i, text, some.starts[i % 4_096]!, some.ends[i % 4_096]!)
    }
  },
}

const honest: readonly Row[] = Object.entries(FILLS).map(([name, fill]): Row => ({
  id: `sparse-array/memory-usage-${name}`,
  unit: 'ratio',
  better: 'lower',
  summary: `Growth of resident size over MEMORY USAGE (${name}); within 10 % or the row fails.`,
  ours: ours(() => {
    // Once a process: memory that a first filling left behind would hide a second's.
    let ratio = 0
    return figure(
      () => (ratio = ratio === 0 ? honesty(fill) : ratio),
      () => ratio > 0.9 && ratio < 1.1,
    )
  }),
  peers: [],
  atMost: { rounds: 1, samples: 1 },
}))

export const memoryRows: readonly Row[] = [
  ...strides,
  {
    id: 'sparse-array/bytes-slice-worst',
    unit: 'ratio',
    better: 'lower',
    summary:
      'n whole numbers in one slice, n = 1 to 4,096, even, shuffled and random: the largest share of 12 n + 600 bytes; above 1 the row fails.',
    ours: ours(() => {
      let worst = Infinity
      return figure(
        () => (worst = worstShare()),
        () => worst <= 1,
      )
    }),
    peers: [],
    atMost: { rounds: 1, samples: 1 },
  },
  {
    id: 'sparse-array/bytes-fragment',
    unit: 'bytes',
    better: 'lower',
    summary: `Bytes of a Markdown fragment of 140, ${FRAGMENTS} of them (Redis: 157); above 157 the row fails. Map keeps strings of one byte a character.`,
    ours: ours(() => {
      let bytes = Infinity
      return figure(
        () => {
          const all = markdown(FRAGMENTS)
          const text = new Uint8Array(all.bytes)
          all.writeTo(text)
          const array = new SparseArray(createStore(new Space(), 12))
          for (let i = 0; i < FRAGMENTS; i++) array.set(0, i, text, all.starts[i]!, all.ends[i]!)
          return (bytes = array.bytes / FRAGMENTS)
        },
        () => bytes <= 157,
      )
    }),
    peers: [
      yardstick('map', () =>
        figure(() => {
          const all = markdown(FRAGMENTS)
          const text = Buffer.alloc(all.bytes)
          all.writeTo(text)
          return (
            heapGrowth(() => {
              const map = new Map<number, string>()
              for (let i = 0; i < FRAGMENTS; i++)
                map.set(i, text.toString('latin1', all.starts[i], all.ends[i]))
              return map
            }) / FRAGMENTS
          )
        }),
      ),
      arrayRedis(async (redis) => {
        const all = markdown(FRAGMENTS)
        const text = Buffer.alloc(all.bytes)
        all.writeTo(text)
        await fillArray(redis, FRAGMENTS, (i) => [
          String(i),
          text.toString('latin1', all.starts[i], all.ends[i]),
        ])
        return usage(redis, FRAGMENTS)
      }),
    ],
    atMost: { rounds: 1, samples: 1 },
  },
  ...honest,
]
