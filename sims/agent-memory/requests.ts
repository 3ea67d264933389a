/** What is asked, and when: fragments, readers, writers and agents, from named streams. */
import { exponential } from '../lab/kernel/random/exponential.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import type { AgentMemoryParams } from './params.ts'

export const READ = 0
export const WRITE = 1
export const SEARCH = 2

export interface Request {
  /** Seconds of virtual time. */
  readonly at: number
  readonly kind: typeof READ | typeof WRITE | typeof SEARCH
  readonly command: readonly string[]
}

const WORDS =
  'agent memory note plan review queue backlog budget host session latency voice call retry owner deploy packet the of a to in is for on with'.split(
    ' ',
  )
const HEADS = ['## ', '- [ ] ', '> ', '', '', '1. '] as const

/** A fragment of a Markdown note: a heading, a task, a quotation, prose. */
export function fragment(stream: Stream, meanBytes: number): string {
  const length = Math.max(10, meanBytes * (0.5 + stream.uniform()))
  let text: string = HEADS[stream.below(HEADS.length)]!
  while (text.length < length) text += `${WORDS[stream.below(WORDS.length)]!} `
  return text.trimEnd()
}

/** What agents look for. */
const QUERIES: readonly ((stream: Stream) => string[])[] = [
  (stream) => ['MATCH', `${pick(stream)} ${pick(stream)} ${pick(stream)}`, 'LIMIT', '20', 'WITHVALUES'],
  (stream) => ['MATCH', pick(stream).toUpperCase(), 'MATCH', 'overdue', 'AND', 'NOCASE'],
  (stream) => [
    'RE',
    `^## .*(${pick(stream)}|${pick(stream)}) (budget|latency)`,
    'CONTEXT',
    '1',
    'LIMIT',
    '10',
  ],
  (stream) => ['GLOB', `- [[] ] *${pick(stream)}*`, 'COUNT'],
  (stream) => ['APPROX', `${pick(stream)}  ${pick(stream)}`, '1', 'LIMIT', '20'],
]

/** What Redis's ARGREP does not know: a server that refuses does other work. */
const OURS_ALONE = new Set(['APPROX', 'CONTEXT', 'COUNT'])

/**
 * The first two take a backtracking engine, and TRE, minutes, and a linear one as long as any other. The others are for
 * the linear one: tens of characters on, it still counts where each match may have begun, in a state that nobody had.
 */
const HOSTILE: readonly string[] = [
  '(x+x+)+y',
  '(.*a){12}q',
  '(a|e|o)[a-z ]{80}[^a-z ]',
  '([ae][a-z ]{50}|[ot][a-z ]{45}).*[0-9]',
  '[aeiou][a-z ]{60}[A-Z]',
]

/** The query, or the nearest that Redis knows too. */
function forRedis(query: readonly string[]): readonly string[] {
  if (!query.some((word) => OURS_ALONE.has(word))) return query
  return [query[0] === 'APPROX' ? 'MATCH' : query[0]!, query[1]!, 'LIMIT', '20']
}

const pick = (stream: Stream): string => WORDS[stream.below(WORDS.length)]!

/** All requests of the span, in order of arrival. */
export function requests(params: AgentMemoryParams, open: (name: string) => Stream): Request[] {
  const { fragments, fragmentSize, hostileShare } = params
  const readers = open('readers')
  const writers = open('writers')
  const agents = open('agents')
  const withRedis = params.redis !== 'none'
  return [
    ...arrivals(params, params.reads, open('arrivals/reads'), READ, () => [
      'ARGET',
      'k',
      String(readers.below(fragments)),
    ]),
    ...arrivals(params, params.writes, open('arrivals/writes'), WRITE, () =>
      writers.below(2) === 0
        ? ['ARINSERT', 'k', fragment(writers, fragmentSize)]
        : ['ARSET', 'k', String(writers.below(fragments)), fragment(writers, fragmentSize)],
    ),
    ...arrivals(params, params.searches, open('arrivals/searches'), SEARCH, () => {
      const isHostile = agents.uniform() < hostileShare
      const query = isHostile
        ? ['RE', HOSTILE[agents.below(HOSTILE.length)]!, 'COUNT']
        : QUERIES[agents.below(QUERIES.length)]!(agents)
      return ['ARGREP', 'k', '-', '+', ...(withRedis ? forRedis(query) : query)]
    }),
  ].sort((a, b) => a.at - b.at)
}

/** A Poisson stream of one kind. */
function arrivals(
  { span }: AgentMemoryParams,
  perSecond: number,
  times: Stream,
  kind: Request['kind'],
  command: () => string[],
): Request[] {
  const found: Request[] = []
  if (perSecond === 0) return found
  for (let at = 0; ;) {
    at += exponential(times, 1 / perSecond)
    if (at >= span) return found
    found.push({ at, kind, command: command() })
  }
}
