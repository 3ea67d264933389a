/**
 * What Teddy runs for a set of literals: which bytes it looks at, who is in which bucket, what is compared.
 *
 * Worth (`npm run regex:paths`, teddy): 13 to 14 times the automaton of Aho and Corasick for five names in the novel.
 */
import type { KernelProgram } from '../wasm/engine.ts'
import { TEDDY } from '../wasm/kernels/teddy.ts'
import { PROGRAM_BYTES } from '../wasm/memory.ts'
import { foldMask } from './fold.ts'
import { FREQUENCY } from './frequency.ts'

const BUCKETS = 8
const PLACES = 3
/** Beyond, buckets hold so many literals that comparing them costs more than hashing would. */
export const TEDDY_LITERALS = 64

interface Member {
  readonly which: number
  readonly bytes: Uint8Array
}

const padded = (bytes: Uint8Array): number => Math.ceil(bytes.length / 16) * 16

/** Null when the literals do not fit. They are folded already where `ignoreCase`; of equal ones the first counts. */
export function teddyProgram(literals: readonly Uint8Array[], ignoreCase: boolean): KernelProgram | null {
  const members = distinct(literals)
  const { size } = TEDDY.entry
  const dataStart = TEDDY.entries + Math.ceil(((members.length + BUCKETS) * size) / 16) * 16
  const total = members.reduce((sum, { bytes }) => sum + 2 * padded(bytes), dataStart)
  if (members.length > TEDDY_LITERALS || total > PROGRAM_BYTES) return null

  const program = new Uint8Array(total)
  const words = new DataView(program.buffer)
  const places = rarestPlaces(
    members.map(({ bytes }) => bytes),
    ignoreCase,
  )
  const buckets = deal(members, places)
  let entry: number = TEDDY.entries
  let data = dataStart
  for (const [bucket, list] of buckets.entries()) {
    words.setUint32(TEDDY.buckets + 4 * bucket, entry, true)
    for (const { bytes, which } of list.toSorted((a, b) => b.bytes.length - a.bytes.length)) {
      words.setUint32(entry + TEDDY.entry.length, bytes.length, true)
      words.setUint32(entry + TEDDY.entry.which, which, true)
      words.setUint32(entry + TEDDY.entry.values, data, true)
      words.setUint32(entry + TEDDY.entry.padded, padded(bytes), true)
      entry += size
      program.fill(0xff, data, data + 2 * padded(bytes))
      program.set(bytes, data)
      program.set(
        bytes.map((byte) => foldMask(byte, ignoreCase)),
        data + padded(bytes),
      )
      data += 2 * padded(bytes)
    }
    // A length of 0, already there, ends the bucket.
    entry += size
  }
  writeTables(program, words, buckets, places, ignoreCase)
  return { bytes: program }
}

function distinct(literals: readonly Uint8Array[]): Member[] {
  const seen = new Set<string>()
  const members: Member[] = []
  for (const [which, bytes] of literals.entries()) {
    const key = Buffer.from(bytes).toString('latin1')
    if (!seen.has(key)) members.push({ which, bytes })
    seen.add(key)
  }
  return members
}

/** The places, within the shortest literal, whose bytes are the least common in text; at most three. */
function rarestPlaces(literals: readonly Uint8Array[], ignoreCase: boolean): number[] {
  const shortest = Math.min(...literals.map((literal) => literal.length))
  const commonness = (place: number): number => {
    let sum = 0
    for (const literal of literals) {
      const byte = literal[place]!
      const other = byte ^ foldMask(byte, ignoreCase)
      // The fourth power: one literal with a common byte spoils a place more than two with a fair one.
      sum += Math.max(FREQUENCY[byte]!, FREQUENCY[other]!) ** 4
    }
    return sum
  }
  return Array.from({ length: shortest }, (_, place) => ({ place, cost: commonness(place) }))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, PLACES)
    .map(({ place }) => place)
}

/** Literals that agree in the looked-at bytes share a bucket: it then lets fewer mixtures through. */
function deal(members: readonly Member[], places: readonly number[]): Member[][] {
  const key = ({ bytes }: Member): number => places.reduce((sum, place) => sum * 256 + bytes[place]!, 0)
  const sorted = members.toSorted((a, b) => key(a) - key(b))
  const perBucket = Math.ceil(sorted.length / BUCKETS)
  return Array.from({ length: BUCKETS }, (_, bucket) =>
    sorted.slice(bucket * perBucket, (bucket + 1) * perBucket),
  )
}

function writeTables(
  program: Uint8Array,
  words: DataView,
  buckets: readonly Member[][],
  places: readonly number[],
  ignoreCase: boolean,
): void {
  for (let index = 0; index < PLACES; index++) {
    const place = places[index]
    words.setUint32(TEDDY.places + 4 * index, place ?? 0, true)
    const low = TEDDY.tables + 32 * index
    const high = low + 16
    if (place === undefined) {
      program.fill(0xff, low, low + 32)
      continue
    }
    for (const [bucket, list] of buckets.entries()) {
      for (const { bytes } of list) {
        const byte = bytes[place]!
        for (const form of [byte, byte ^ foldMask(byte, ignoreCase)]) {
          program[low + (form & 15)]! |= 1 << bucket
          program[high + (form >> 4)]! |= 1 << bucket
        }
      }
    }
  }
}
