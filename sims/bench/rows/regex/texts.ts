/** Texts that the rows search, made here so that they need no data: log lines and Markdown fragments. */

/** A small generator with a fixed seed: every process makes the same text. */
export function sequence(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return ((state >>> 8) * below) >>> 24
  }
}

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const
const SERVICES = ['relay', 'router', 'webhook', 'transcriber', 'gateway'] as const

const pad = (value: number): string => String(value).padStart(2, '0')

/** About `bytes` bytes of log lines of some 60 bytes. */
export function logText(bytes: number): Uint8Array<ArrayBuffer> {
  const next = sequence(11)
  const lines: string[] = []
  for (let length = 0; length < bytes; length += lines.at(-1)!.length) {
    const date = `2026-${pad(1 + next(12))}-${pad(1 + next(28))}`
    const time = `${pad(next(24))}:${pad(next(60))}:${pad(next(60))}`
    const service = `${SERVICES[next(5)]!}-${next(400)}`
    lines.push(`${date} ${time} ${LEVELS[next(4)]!} ${service} took ${next(5_000)} ms\n`)
  }
  return new TextEncoder().encode(lines.join(''))
}

const WORDS =
  'the of a to in is for on with voice call note retry queue backlog host region session latency budget week plan owner review deploy packet'.split(
    ' ',
  )
const NAMES = ['Ada Lovelace', 'Alan Turing', 'Grace Hopper', 'Edsger Dijkstra', 'Barbara Liskov'] as const

function sentence(next: (below: number) => number, words: number): string {
  return Array.from({ length: words }, () => WORDS[next(WORDS.length)]!).join(' ')
}

/** One fragment of a note: a heading, list items, a link, prose; about 140 bytes. One in eleven names a person and a year. */
function fragment(next: (below: number) => number): string {
  const kind = next(4)
  const head = kind === 0 ? '## ' : kind === 1 ? '- [ ] ' : kind === 2 ? '> ' : ''
  const tail =
    next(11) === 0 ? ` ${NAMES[next(5)]!}, ${1_950 + next(60)}.` : ` [more](/notes/${next(10_000)}).`
  return `${head}${sentence(next, 8 + next(12))}, **${sentence(next, 2)}** ${sentence(next, 3 + next(6))}${tail}\n`
}

export interface Fragments {
  readonly bytes: number
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  /** Writes all fragments, one behind the other. */
  writeTo(target: Uint8Array): void
}

/** `count` Markdown fragments, drawn from a pool of 4,096 different ones. */
export function markdown(count: number): Fragments {
  const next = sequence(5)
  const encoder = new TextEncoder()
  const pool = Array.from({ length: 4_096 }, () => encoder.encode(fragment(next)))
  const chosen = Uint16Array.from({ length: count }, () => next(pool.length))
  const starts = new Uint32Array(count)
  const ends = new Uint32Array(count)
  let bytes = 0
  for (let k = 0; k < count; k++) {
    starts[k] = bytes
    bytes += pool[chosen[k]!]!.length
    ends[k] = bytes
  }
  const writeTo = (target: Uint8Array): void => {
    for (let k = 0; k < count; k++) target.set(pool[chosen[k]!]!, starts[k])
  }
  return { bytes, starts, ends, writeTo }
}
