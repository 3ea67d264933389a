/** ARGREP COUNT over a store that has lived, finding the elements included. */
import type { Burst, Contestant, Row } from '../../harness/row.ts'
import { Engine } from '../../../../engines/sparse-array/index.ts'
import { Client } from '../../../../engines/sparse-array/testing/index.ts'
import { arrayRedis, fillArray } from '../../peers/sparse-array/array-redis.ts'
import { nativeText } from '../../peers/regex/library.ts'
import { fragmentMatcher, tre } from '../../peers/regex/native.ts'
import { figure, ours, yardstick } from './contestants.ts'
import { countOf, livedIn } from './notes.ts'

/** Fragments for peers that take a microsecond or more for each. */
const FEW = 25_000

interface Question {
  readonly id: string
  readonly summary: string
  readonly query: readonly string[]
  readonly test: (text: string) => boolean
  /** What TRE is asked, fragment by fragment. */
  readonly tre?: string
  /** Ways to ask something else of the same texts, to compare with. */
  readonly beside?: readonly (readonly [
    id: string,
    query: readonly string[],
    test: (text: string) => boolean,
  ])[]
  /** What a bare loop over Buffer.indexOf looks for. */
  readonly indexOf?: string
}

const has = (needle: string) => (text: string) => text.includes(needle)
const COMMON = 'e review the note in voice'
const MISSES = ['the zebra crosses', 'quagga on the plan', 'notes of an okapi'] as const

/** Whether the phrase stands in the text with at most one insertion, deletion or substitution (Sellers). */
function within1(phrase: string): (text: string) => boolean {
  return (text) => {
    let row = Array.from({ length: phrase.length + 1 }, (_, i) => i)
    for (const character of text) {
      const next = [0]
      for (let i = 1; i <= phrase.length; i++) {
        next.push(
          Math.min(row[i - 1]! + (phrase[i - 1] === character ? 0 : 1), row[i]! + 1, next[i - 1]! + 1),
        )
      }
      if (next[phrase.length]! <= 1) return true
      row = next
    }
    return false
  }
}

const QUESTIONS: readonly Question[] = [
  {
    id: 'match-common',
    summary: 'MATCH of a phrase whose first letter is common.',
    query: ['MATCH', COMMON],
    test: has(COMMON),
    indexOf: COMMON,
  },
  {
    id: 'match-rare',
    summary: 'MATCH of a name whose first letter is rare.',
    query: ['MATCH', 'Grace Hopper, 1977'],
    test: has('Grace Hopper, 1977'),
    indexOf: 'Grace Hopper, 1977',
  },
  {
    id: 'match-nocase',
    summary: 'MATCH NOCASE of a phrase, beside the same with its case.',
    query: ['MATCH', 'Review The Note', 'NOCASE'],
    test: (text) => text.toLowerCase().includes('review the note'),
    beside: [['with-case', ['MATCH', 'review the note'], has('review the note')]],
  },
  {
    id: 'match-three-misses',
    summary: 'Three MATCHes that all miss, beside each of them alone.',
    query: MISSES.flatMap((miss) => ['MATCH', miss]),
    test: (text) => MISSES.some((miss) => text.includes(miss)),
    beside: MISSES.map((miss) => [`alone-${miss.split(' ').at(-1)!}`, ['MATCH', miss], has(miss)] as const),
  },
  {
    id: 're-two-alternations',
    summary: 'RE of two alternations, beside TRE fragment by fragment.',
    query: ['RE', '(latency|budget) (review|plan)'],
    test: (text) => /(latency|budget) (review|plan)/.test(text),
    tre: '(latency|budget) (review|plan)',
  },
  {
    id: 'approx-17-letters',
    summary: 'APPROX of 17 letters with one error, beside TRE fragment by fragment.',
    query: ['APPROX', 'review deploy pln', '1'],
    test: within1('review deploy pln'),
    tre: '(review deploy pln){~1}',
  },
]

function counting(query: readonly string[], test: (text: string) => boolean): Burst {
  const notes = livedIn(true)
  return {
    run: () => {
      const [reply] = notes.client.send('ARGREP', 'k', '-', '+', ...query, 'COUNT')
      return reply?.type === 'integer' ? Number(reply.text) : -1
    },
    work: notes.live.length / 1e6,
    expected: countOf(notes, test),
  }
}

function bareLoop(needle: string): Burst {
  const notes = livedIn(false)
  const { live } = notes
  const count = (): number => {
    let found = 0
    for (let at = live.indexOf(needle); at >= 0; at = live.indexOf(needle, at + needle.length)) found++
    return found
  }
  // Its own count: it knows no fragments. That the phrase is found at all is checked against them.
  if (count() < countOf(notes, has(needle))) throw new Error('the loop does not find what is there')
  return { run: count, work: live.length / 1e6, expected: count() }
}

function byTre(pattern: string, test: (text: string) => boolean): Contestant {
  return {
    id: 'tre',
    get version() {
      return tre.version
    },
    missing: () => tre.missing(),
    prepare: () => {
      const notes = livedIn(false)
      const matches = fragmentMatcher('tre', pattern)
      const texts = Array.from({ length: FEW }, (_, i) =>
        nativeText(notes.live.subarray(notes.starts[i], notes.ends[i])),
      )
      return {
        run: () => {
          let hits = 0
          for (const text of texts) hits += matches(text)
          return hits
        },
        work: notes.ends[FEW - 1]! / 1e6,
        expected: countOf(notes, test, FEW),
      }
    },
  }
}

/** A Redis with arrays is asked for the indices: it cannot count. Over its socket, which costs it next to nothing. */
const byArrayRedis = (query: readonly string[], test: (text: string) => boolean): Contestant =>
  arrayRedis(async (redis) => {
    const notes = livedIn(false)
    const { live, starts, ends } = notes
    await fillArray(redis, starts.length, (i) => [String(i), live.toString('latin1', starts[i], ends[i])])
    return {
      run: async () => {
        const reply = await redis.client.askReply('ARGREP', redis.key, '-', '+', ...query)
        return 'items' in reply ? reply.items.length : -1
      },
      work: live.length / 1e6,
      expected: countOf(notes, test),
    }
  })

const HOSTILE = '(a?b?c?d?e?){0,200}z'

/** From a fresh process: the pattern is compiled and its first states are made within the time. */
const hostile: Row = {
  id: 'sparse-array/hostile-re',
  unit: 's',
  better: 'lower',
  summary: `RE ${HOSTILE} over 1,001 elements of 98 bytes, compiling included: answered or refused within 0.1 s or the row fails (Redis: minutes).`,
  ours: ours(() => {
    let answer = 0
    let seconds = Infinity
    return figure(
      () => {
        const client = new Client(new Engine())
        client.send(
          'ARSET',
          'k',
          '0',
          ...Array.from({ length: 1_001 }, (_, i) =>
            'abcde'
              .repeat(19)
              .slice(i % 5)
              .padEnd(98, 'a'),
          ),
        )
        // A pattern that no plan is kept of.
        const pattern = `(${HOSTILE}|never${process.hrtime.bigint()})`
        const before = process.cpuUsage()
        const [reply] = client.send('ARGREP', 'k', '-', '+', 'RE', pattern, 'COUNT')
        const { user, system } = process.cpuUsage(before)
        answer = reply?.type === 'integer' ? Number(reply.text) : -1
        return (seconds = (user + system) / 1e6)
      },
      () => answer === 0 && seconds < 0.1,
    )
  }),
  peers: [],
  atMost: { rounds: 3, samples: 3 },
}

export const searchRows: readonly Row[] = [
  ...QUESTIONS.map(({ id, summary, query, test, tre: pattern, beside = [], indexOf }): Row => ({
    id: `sparse-array/${id}`,
    unit: 'MB/s',
    better: 'higher',
    summary: `${summary} 400,000 fragments of 140 bytes, after a million overwrites and 20 % deletes; the count is verified.`,
    ours: ours(() => counting(query, test)),
    peers: [
      ...beside.map(([name, other, otherTest]) => yardstick(name, () => counting(other, otherTest))),
      ...(indexOf === undefined ? [] : [yardstick('indexof', () => bareLoop(indexOf))]),
      ...(pattern === undefined ? [] : [byTre(pattern, test)]),
      ...(query[0] === 'APPROX' ? [] : [byArrayRedis(query, test)]),
    ],
    atMost: { rounds: 7, samples: 2 },
  })),
  hostile,
]
