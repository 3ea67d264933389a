/**
 * rebar's search definitions, each with the count it must give: all of them, and those that are about one thing.
 *
 * The libraries that are called through koffi pay for every call, which is once a match and once for there being no
 * more. What that makes is told by two further rows for them alone: one over texts where calls are few, and one over all
 * with their calls taken off.
 */
import { compile } from '../../../../engines/regex/index.ts'
import { loadDefinitions, optionsFor } from '../../../../engines/regex/testing/index.ts'
import type { Definition } from '../../../../engines/regex/testing/index.ts'
import type { Burst, Contestant, Parts, Row, Rows } from '../../harness/row.ts'
import { pcre2, tre, vectorscan } from '../../peers/regex/native.ts'
import { flowbench } from '../../peers/regex/ours.ts'
import { megabytes, withFreeCalls } from '../../peers/regex/peer.ts'
import type { RegexPeer, Task } from '../../peers/regex/peer.ts'
import { PEERS } from '../../peers/regex/peers.ts'
import { re2 } from '../../peers/regex/re2.ts'

function taskOf(definition: Definition): Task {
  const { pattern, ignoreCase, unicode, haystack, expected, model } = definition
  const ask = model === 'count-spans' ? 'spans' : 'count'
  return { pattern, ignoreCase, unicode, text: haystack, ask, expected }
}

const isSearch = ({ model }: Definition): boolean => model !== 'compile'

/** Definitions of rebar's, one part each. */
function rebar(peer: RegexPeer, wanted: (definition: Definition) => boolean = isSearch): Contestant {
  return {
    id: peer.id,
    get version() {
      return peer.version
    },
    missing: () => peer.missing(),
    prepare: (): Parts => {
      const { definitions, absent } = loadDefinitions()
      if (absent.length > 0 && peer === flowbench && wanted === isSearch) {
        console.error(`regex/rebar-geomean: ${absent.length} definitions left out, their text is not here`)
      }
      const parts = definitions.filter(wanted).map((definition) => ({
        id: definition.name,
        prepare: async (): Promise<Burst> => {
          const task = taskOf(definition)
          return { ...(await peer.ask(task)), work: megabytes(task) }
        },
      }))
      return { parts, close: () => peer.close?.() }
    },
  }
}

/** Bytes of text for each call of a library that finds one match a call. */
const SPARSE_BYTES = 200

/** A call finds a match, or that there are no more. */
function isSparse(definition: Definition): boolean {
  if (!isSearch(definition)) return false
  const { model, pattern, haystack, expected } = definition
  const matches = model === 'count' ? expected : compile(pattern, optionsFor(definition)).count(haystack)
  return haystack.length >= SPARSE_BYTES * (matches + 1)
}

export const rebarRows: Rows = [
  {
    id: 'regex/rebar-geomean',
    unit: 'MB/s',
    better: 'higher',
    summary: "Geometric mean over rebar's search definitions; every count is verified.",
    ours: rebar(flowbench),
    peers: PEERS.map((peer) => rebar(peer)),
    atMost: { rounds: 7, samples: 1 },
  },
  {
    id: 'regex/rebar-sparse',
    unit: 'MB/s',
    better: 'higher',
    summary:
      'The same for libraries in C, over definitions with at least 200 bytes of text for each call that finds a match or none.',
    ours: rebar(flowbench, isSparse),
    peers: [pcre2, tre, vectorscan, re2].map((peer) => rebar(peer, isSparse)),
    atMost: { rounds: 7, samples: 1 },
  },
  {
    id: 'regex/rebar-free-calls',
    unit: 'MB/s',
    better: 'higher',
    summary:
      'The same over all definitions, less the time of as many calls of a C function that does nothing; ours pays for its own.',
    ours: rebar(flowbench),
    peers: [pcre2, tre, re2].map((peer) => rebar(withFreeCalls(peer))),
    atMost: { rounds: 7, samples: 1 },
  },
]

/** One literal in a text that is not so short that only calling is measured. */
const isLiteral = ({ model, pattern, ignoreCase, haystack }: Definition): boolean =>
  model !== 'compile' && !ignoreCase && haystack.length > 30_000 && /^[^\\^$.*+?()[\]{}|]+$/.test(pattern)

/** The yardstick: what the platform's own search for bytes does. */
const indexOf: RegexPeer = {
  id: 'indexOf',
  version: process.versions.node,
  missing: () => null,
  ask: ({ pattern, text, ask, expected }) => {
    const bytes = Buffer.from(text)
    const needle = Buffer.from(pattern)
    const each = ask === 'count' ? 1 : needle.length
    const run = (): number => {
      let sum = 0
      for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length))
        sum += each
      return sum
    }
    return { run, expected }
  },
}

export const literalRow: Row = {
  id: 'regex/literal-1',
  unit: 'MB/s',
  better: 'higher',
  summary:
    "Geometric mean over rebar's definitions of one literal in 30 kB and more; indexOf is Buffer.indexOf in a loop.",
  ours: rebar(flowbench, isLiteral),
  peers: [indexOf, ...PEERS].map((peer) => rebar(peer, isLiteral)),
  atMost: { rounds: 9, samples: 1 },
}

/** The text of several rows: a novel, 595 kB. */
export const novel = (): Uint8Array<ArrayBuffer> =>
  loadDefinitions((name) => name === 'hyperscan/literal-suffix-nosom').definitions[0]!.haystack
