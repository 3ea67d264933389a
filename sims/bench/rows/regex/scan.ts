/**
 * Is-match over 500,000 fragments of notes, 70 MB: what a search over a sparse array of Markdown asks.
 *
 * The yardstick `js-dfa` is a plain loop in JavaScript over a 256-wide table of 16-bit states which stops at a match;
 * its automaton is written down here by hand. The other peers get one call a fragment, and only the first of the
 * fragments where all would take too long; figures are per megabyte either way.
 */
import { arena, compile } from '../../../../engines/regex/index.ts'
import type { Burst, Contestant, Row } from '../../harness/row.ts'
import { v8 } from '../../peers/regex/javascript.ts'
import { nativeText } from '../../peers/regex/library.ts'
import { fragmentMatcher, pcre2, tre, vectorscan } from '../../peers/regex/native.ts'
import type { LibraryName } from '../../peers/regex/native.ts'
import { VERSION } from '../../harness/version.ts'
import type { RegexPeer } from '../../peers/regex/peer.ts'
import { re2 } from '../../peers/regex/re2.ts'
import { markdown } from './texts.ts'
import type { Fragments } from './texts.ts'

const FRAGMENTS = 500_000
/** Fragments for peers that need a microsecond or more for each. */
const FEW = 50_000
/** A person and a year. No literal helps: every step is an automaton's. */
const PATTERN = '[A-Z][a-z]+ [A-Z][a-z]+, [0-9]{4}'

/** How many of the first `count` fragments match, by V8: the check value of all. */
function expectedOf(all: Fragments, text: Uint8Array, count: number): number {
  const regex = new RegExp(PATTERN)
  const string = Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1')
  let hits = 0
  for (let k = 0; k < count; k++) if (regex.test(string.slice(all.starts[k], all.ends[k]))) hits++
  return hits
}

type Asks = (all: Fragments, text: Uint8Array<ArrayBuffer>) => () => number

function burst(count: number, run: Asks): Burst {
  const all = markdown(count)
  const text = new Uint8Array(all.bytes)
  all.writeTo(text)
  return { run: run(all, text), work: all.bytes / 1e6, expected: expectedOf(all, text, count) }
}

const ours: Contestant = {
  id: 'flowbench',
  version: VERSION,
  missing: () => null,
  prepare: () => {
    const regex = compile(PATTERN, { captures: false, encoding: 'bytes' })
    const scan: Asks = (all, text) => {
      const region = arena.allocate(text.length)
      region.bytes.set(text)
      return () => regex.scan(region.bytes, all.starts, all.ends, 0).hits.length
    }
    return { ...burst(FRAGMENTS, scan), counters: () => ({ ...regex.counters }) }
  },
}

/** The pattern's states: nothing yet; then as many as there are steps to it. */
function handMadeTable(): { table: Uint16Array; accept: number } {
  const upper = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a
  const lower = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a
  const digit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39
  const accept = 10
  /** U: upper seen; N: a first name; then a space, upper, last name, comma, space, three digits, match. */
  const step = (state: number, byte: number): number => {
    if (state === accept) return accept
    const anew = upper(byte) ? 1 : 0
    switch (state) {
      case 1:
        return lower(byte) ? 2 : anew
      case 2:
        return lower(byte) ? 2 : byte === 0x20 ? 3 : anew
      case 3:
        return upper(byte) ? 4 : 0
      case 4:
        return lower(byte) ? 5 : anew
      case 5:
        // A last name may be the first name of the next.
        return lower(byte) ? 5 : byte === 0x2c ? 6 : byte === 0x20 ? 3 : anew
      case 6:
        return byte === 0x20 ? 7 : anew
      case 7:
      case 8:
      case 9:
        return digit(byte) ? state + 1 : anew
      default:
        return anew
    }
  }
  const table = new Uint16Array(11 * 256)
  for (let state = 0; state <= accept; state++) {
    for (let byte = 0; byte < 256; byte++) table[state * 256 + byte] = step(state, byte) * 256
  }
  return { table, accept: accept * 256 }
}

const jsDfa: Contestant = {
  id: 'js-dfa',
  version: process.versions.node,
  missing: () => null,
  prepare: () =>
    burst(FRAGMENTS, (all, text) => {
      const { table, accept } = handMadeTable()
      const { starts, ends } = all
      return () => {
        let hits = 0
        for (let k = 0; k < starts.length; k++) {
          let state = 0
          for (let at = starts[k]!, end = ends[k]!; at < end; at++) {
            state = table[state + text[at]!]!
            if (state === accept) {
              hits++
              break
            }
          }
        }
        return hits
      }
    }),
}

/** A string for each fragment, as a program that keeps strings has them. */
const v8Strings: Contestant = {
  id: v8.id,
  version: v8.version,
  missing: () => null,
  prepare: () =>
    burst(FEW, (all, text) => {
      const regex = new RegExp(PATTERN)
      const strings = Array.from(all.starts, (start, k) =>
        Buffer.from(text.subarray(start, all.ends[k])).toString('latin1'),
      )
      return () => {
        let hits = 0
        for (const string of strings) if (regex.test(string)) hits++
        return hits
      }
    }),
}

function library(peer: RegexPeer, which: LibraryName): Contestant {
  return {
    id: peer.id,
    get version() {
      return peer.version
    },
    missing: () => peer.missing(),
    prepare: () =>
      burst(FEW, (all, text) => {
        const test = fragmentMatcher(which, PATTERN)
        const fragments = Array.from(all.starts, (start, k) => nativeText(text.subarray(start, all.ends[k])))
        return () => {
          let hits = 0
          for (const one of fragments) hits += test(one)
          return hits
        }
      }),
  }
}

export const scanRow: Row = {
  id: 'regex/scan-500k-fragments',
  unit: 'MB/s',
  better: 'higher',
  summary:
    'Which of 500,000 Markdown fragments of about 140 bytes match, hits counted; js-dfa is a plain JavaScript table loop.',
  ours,
  peers: [
    jsDfa,
    v8Strings,
    library(pcre2, 'pcre2'),
    library(tre, 'tre'),
    library(vectorscan, 'vectorscan'),
    library(re2, 're2'),
  ],
  atMost: { rounds: 9, samples: 1 },
}
