/**
 * The regex engine beside its peers.
 *
 * `rebar-geomean` takes rebar's search definitions, each with the count it must give; the other rows take one question
 * each. Peers answer in their own way where rules differ, so where an answer differs from POSIX's (a leftmost-first
 * alternation, a report of every end) the definition is named as wrong for that peer and left out of its ratio.
 */
import type { Contestant, Row, Rows } from '../harness/row.ts'
import { approximateRow } from './regex/approx.ts'
import { re2js, v8, v8Linear } from '../peers/regex/javascript.ts'
import { pcre2, tre } from '../peers/regex/native.ts'
import { flowbench } from '../peers/regex/ours.ts'
import { contestant, megabytes } from '../peers/regex/peer.ts'
import type { RegexPeer, Task } from '../peers/regex/peer.ts'
import { PEERS } from '../peers/regex/peers.ts'
import { python } from '../peers/regex/python.ts'
import { re2 } from '../peers/regex/re2.ts'
import { rust } from '../peers/regex/rust.ts'
import { literalRow, novel, rebarRows } from './regex/rebar.ts'
import { scanRow } from './regex/scan.ts'
import { logText } from './regex/texts.ts'

const LOG_BYTES = 200_000
const [NEWLINE, SPACE, NINE] = [0x0a, 0x20, 0x39]

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

const plain = { ignoreCase: false, unicode: false } as const

const namesRow = single({
  id: 'literal-5',
  summary: 'All occurrences of five names in the novel, counted.',
  task: () => ({
    ...plain,
    pattern: 'Sherlock Holmes|John Watson|Irene Adler|Inspector Lestrade|Professor Moriarty',
    text: novel(),
    ask: 'count',
    expected: 105,
  }),
  peers: PEERS,
})

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
    peers: [v8, v8Linear, re2js, pcre2, tre, re2, rust, python],
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
    peers: [v8, v8Linear, re2js, pcre2, tre, re2, rust, python],
  }),
]

/** Nothing but the walk from state to state, in both directions: no literal is rare enough to be looked for first. */
const walkRows: Rows = [
  single({
    id: 'walk',
    summary: 'Whether ([a-z]+|[0-9]+)[a-z ]*[A-Z]{9} is anywhere in a log (200 kB): it is not.',
    task: () => ({
      ...plain,
      pattern: '([a-z]+|[0-9]+)[a-z ]*[A-Z]{9}',
      text: logText(LOG_BYTES),
      ask: 'test',
      expected: 0,
    }),
    peers: PEERS,
  }),
  single({
    id: 'walk-back',
    summary: 'The one match of [ -~]*[0-9]$ in a log made one line (200 kB), all of it: read from its end.',
    task: () => {
      const text = logText(LOG_BYTES).map((byte) => (byte === NEWLINE ? SPACE : byte))
      text[text.length - 1] = NINE
      return { ...plain, pattern: '[ -~]*[0-9]$', text, ask: 'spans', expected: text.length }
    },
    peers: PEERS,
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

export const rows: Rows = [
  ...rebarRows,
  literalRow,
  namesRow,
  scanRow,
  ...captureRows,
  ...walkRows,
  ...safetyRows,
  approximateRow,
]
