/** The suites of speed: rebar's definitions, and fragments of notes as a sparse array's search meets them. */
import { compile } from '../../../../engines/regex/index.ts'
import { loadDefinitions, optionsFor } from '../../../../engines/regex/testing/index.ts'
import type { Definition as Rebar } from '../../../../engines/regex/testing/index.ts'
import { logText, markdown } from '../../rows/regex/texts.ts'
import type { Definition } from './definition.ts'

export type SpeedSuite = 'curated' | 'argrep-fragments'

export interface Suite {
  readonly definitions: readonly Definition[]
  /** Left out, since their text is not here. */
  readonly absent: readonly string[]
}

export function speedSuite(name: SpeedSuite): Suite {
  return name === 'curated' ? curated() : { definitions: fragments(), absent: [] }
}

function curated(): Suite {
  const { definitions, absent } = loadDefinitions()
  return { definitions: [...definitions.map(fromRebar), ...models()], absent }
}

/** `curated/14-quadratic/2x` is of the group `14-quadratic`; `imported/rsc/easy0-1k` of `rsc`. */
function fromRebar(one: Rebar): Definition {
  const parts = one.name.split('/')
  return {
    id: one.name,
    group: one.model === 'compile' ? 'compile' : parts.length > 1 ? parts[1]! : parts[0]!,
    ask: one.model === 'count-spans' ? 'spans' : 'count',
    pattern: one.pattern,
    flags: `${one.ignoreCase ? 'i' : ''}${one.unicode ? 'u' : ''}`,
    text: one.haystack,
    expected: one.expected,
    calls: 1,
  }
}

const LINE = '([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9:]+) ([A-Z]+) ([a-z]+)-([0-9]+) took ([0-9]+) ms'
const LOG_BYTES = 200_000

/** One of each of the other questions, on the log of the rows. */
function models(): Definition[] {
  const text = logText(LOG_BYTES)
  const string = Buffer.from(text).toString('latin1')
  const lines = string.split('\n').slice(0, -1)
  const of = (
    group: string,
    ask: Definition['ask'],
    pattern: string,
    expected: number,
    calls = 1,
  ): Definition => ({
    id: `models/${group}`,
    group,
    ask,
    pattern,
    flags: '',
    text,
    expected,
    calls,
  })
  const groups = [...string.matchAll(new RegExp(LINE, 'g'))].flatMap((match) => match.slice(1))
  const slow = 'ERROR [a-z]+-[0-9]+ took [0-9]{4} ms'
  const hits = lines.filter((line) => new RegExp(slow).test(line)).length
  return [
    of(
      'captures',
      'captures',
      LINE,
      groups.reduce((sum, group) => sum + group.length, 0),
    ),
    of('grep', 'lines', slow, hits),
    of('short-texts', 'arena', slow, hits, lines.length),
    of('first-match', 'first', 'took 4999 ms', 1 + string.search('took 4999 ms')),
    of('is-match', 'test', 'gateway-399 .* 0 ms', /gateway-399 .* 0 ms/.test(string) ? 1 : 0),
  ]
}

const FRAGMENTS = 20_000

/** What ARGREP asks of notes: which fragments of 20 to 200 bytes match. */
function fragments(): Definition[] {
  const all = markdown(FRAGMENTS)
  const text = new Uint8Array(all.bytes)
  all.writeTo(text)
  const patterns: readonly [string, string, string][] = [
    ['literal', 'Grace Hopper', ''],
    ['alternatives', 'Lovelace|Turing|Hopper|Dijkstra|Liskov', ''],
    ['name-and-year', '[A-Z][a-z]+ [A-Z][a-z]+, [0-9]{4}', ''],
    ['heading', '^## .*latency', ''],
    ['link', '\\[more\\]\\(/notes/[0-9]{4}\\)', ''],
    ['ignore-case', 'grace hopper', 'i'],
    ['no-match', 'zz[0-9]+qq', ''],
  ]
  return patterns.map(([id, pattern, flags]) => {
    const regex = compile(pattern, { ...optionsFor({ ignoreCase: flags === 'i', unicode: false }) })
    let expected = 0
    for (const [k, start] of all.starts.entries()) {
      // Each ends in a newline, which is no part of the fragment.
      if (regex.test(text.subarray(start, all.ends[k]! - 1))) expected++
    }
    return {
      id: `fragments/${id}`,
      group: 'fragments',
      ask: 'arena',
      pattern,
      flags,
      text,
      expected,
      calls: FRAGMENTS,
    }
  })
}
