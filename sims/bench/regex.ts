/**
 * The regex engine beside its peers.
 *
 * `rebar-geomean` takes rebar's search definitions, each with the count it must give; the other rows take one question
 * each. Peers answer in their own way where rules differ, so where an answer differs from POSIX's (a leftmost-first
 * alternation, a report of every end) the definition is named as wrong for that peer and left out of its ratio.
 */
import { compile } from '../../engines/regex/index.ts'
import type { Regex } from '../../engines/regex/index.ts'
import { loadDefinitions, optionsFor } from '../../engines/regex/testing/rebar.ts'
import type { Definition } from '../../engines/regex/testing/rebar.ts'
import type { Burst, Contestant, Parts, Row, Rows } from './bench.ts'
import { re2, re2js, rregex, v8, v8Linear } from './regex/javascript.ts'
import { pcre2, tre, vectorscan } from './regex/native.ts'
import { contestant } from './regex/peer.ts'
import type { RegexPeer, Task } from './regex/peer.ts'
import { python } from './regex/python.ts'
import { scanRow } from './regex/scan.ts'
import { logText } from './regex/texts.ts'

const PEERS = [v8, v8Linear, re2js, rregex, pcre2, tre, vectorscan, re2, python] as const
const VERSION = '0.1.0'
const MEGABYTE = 1e6
const LOG_BYTES = 200_000

/** What `ask` asks, put to our engine. */
function answer(regex: Regex, { text, ask }: Task): number {
  if (ask === 'count') return regex.count(text)
  if (ask === 'test') return regex.test(text) ? 1 : 0
  let sum = 0
  for (const { spans } of regex.findAll(text)) {
    if (ask === 'spans') sum += spans[1]! - spans[0]!
    else for (let g = 2; g < spans.length; g += 2) sum += spans[g + 1]! - spans[g]!
  }
  return sum
}

const flowbench: RegexPeer = {
  id: 'flowbench',
  version: VERSION,
  missing: () => null,
  ask: (task) => {
    const regex = compile(task.pattern, { ...optionsFor(task), captures: task.ask === 'groups' })
    return { expected: task.expected, run: () => answer(regex, task) }
  },
}

const megabytes = ({ text }: Task): number => text.length / MEGABYTE

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

const rebarRow: Row = {
  id: 'regex/rebar-geomean',
  unit: 'MB/s',
  better: 'higher',
  summary: "Geometric mean over rebar's search definitions; every count is verified.",
  ours: rebar(flowbench),
  peers: PEERS.map((peer) => rebar(peer)),
  atMost: { rounds: 7, samples: 1 },
}

interface Single {
  readonly id: string
  readonly summary: string
  readonly peers: readonly RegexPeer[]
  readonly task: () => Task
  readonly others?: readonly Contestant[]
}

function single({ id, summary, peers, task, others = [] }: Single): Row {
  return {
    id: `regex/${id}`,
    unit: 'MB/s',
    better: 'higher',
    summary,
    ours: contestant(flowbench, task, megabytes),
    peers: [...others, ...peers.map((peer) => contestant(peer, task, megabytes))],
    atMost: { rounds: 9, samples: 1 },
  }
}

const sherlock = (): Uint8Array<ArrayBuffer> =>
  loadDefinitions((name) => name === 'hyperscan/literal-suffix-nosom').definitions[0]!.haystack

const plain = { ignoreCase: false, unicode: false } as const

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

const literalRows: Rows = [
  {
    id: 'regex/literal-1',
    unit: 'MB/s',
    better: 'higher',
    summary:
      "Geometric mean over rebar's definitions of one literal in 30 kB and more; indexOf is Buffer.indexOf in a loop.",
    ours: rebar(flowbench, isLiteral),
    peers: [indexOf, ...PEERS].map((peer) => rebar(peer, isLiteral)),
    atMost: { rounds: 9, samples: 1 },
  },
  single({
    id: 'literal-5',
    summary: 'All occurrences of five names in the novel, counted.',
    task: () => ({
      ...plain,
      pattern: 'Sherlock Holmes|John Watson|Irene Adler|Inspector Lestrade|Professor Moriarty',
      text: sherlock(),
      ask: 'count',
      expected: 105,
    }),
    peers: PEERS,
  }),
]

/** One match a line; every group is fixed by the characters around it, so all rules agree. */
const captureRows: Rows = [
  single({
    id: 'captures-onepass',
    summary: 'Eight groups of every line of a log (200 kB), found and measured; the pattern is one-pass.',
    task: () => ({
      ...plain,
      pattern: '([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9:]+) ([A-Z]+) ([a-z]+)-([0-9]+) took ([0-9]+) ms',
      text: logText(LOG_BYTES),
      ask: 'groups',
      expected: 134_361,
    }),
    peers: [v8, v8Linear, re2js, pcre2, tre, re2, python],
  }),
  single({
    id: 'captures-heavy',
    summary:
      'Groups inside a repeated group, the last iteration of many; each line of a log (200 kB) is one match.',
    task: () => ({
      ...plain,
      pattern: '(([a-z]+|[A-Z]+|[0-9]+)([-_.:, ]*))+',
      text: logText(LOG_BYTES),
      ask: 'groups',
      expected: 16_412,
    }),
    peers: [v8, v8Linear, re2js, pcre2, tre, re2, python],
  }),
]

/** A peer that backtracks is asked for shorter texts first: no clock would see the end of the long one. */
function unlessExponential(peer: RegexPeer): RegexPeer {
  return {
    ...peer,
    get version() {
      return peer.version
    },
    ask: async (task) => {
      const seconds: number[] = []
      for (const length of [18, 21, 24]) {
        const short = await peer.ask({ ...task, text: attack(length), expected: 0 })
        const begin = performance.now()
        if (short.timed) seconds.push((await short.timed(1)).seconds)
        else {
          short.run()
          seconds.push((performance.now() - begin) / 1000)
        }
      }
      const [, middle, last] = seconds as [number, number, number]
      if (last > 0.02 && last > 4 * middle) {
        throw new Error(
          `exponential: 21 characters take ${ms(middle)}, 24 take ${ms(last)}; there are 10 million`,
        )
      }
      return await peer.ask(task)
    },
  }
}

const ms = (seconds: number): string => `${(1000 * seconds).toFixed(0)} ms`

function attack(length: number): Uint8Array<ArrayBuffer> {
  const text = new Uint8Array(length + 1).fill(0x61)
  text[length] = 0x21
  return text
}

const redos = (length: number): Task => ({
  ...plain,
  pattern: '^(a+)+$',
  text: attack(length),
  ask: 'test',
  expected: 0,
})

const safetyRows: Rows = [
  single({
    id: 'redos-10M',
    summary:
      'Whether ten million a and an exclamation mark match ^(a+)+$: they do not. (V8 linear and re2js get one million.)',
    task: () => redos(10_000_000),
    others: [v8Linear, re2js].map((peer) => contestant(peer, () => redos(1_000_000), megabytes)),
    peers: PEERS.filter((peer) => peer !== v8Linear && peer !== re2js).map(unlessExponential),
  }),
  single({
    id: 'find-all-quadratic',
    summary:
      'All matches of .*a|b in 5,000 b, counted: a search anew after each match reads the rest each time.',
    task: () => ({
      ...plain,
      pattern: '.*a|b',
      text: new Uint8Array(5_000).fill(0x62),
      ask: 'count',
      expected: 5_000,
    }),
    peers: PEERS,
  }),
]

export const rows: Rows = [rebarRow, ...literalRows, scanRow, ...captureRows, ...safetyRows]
