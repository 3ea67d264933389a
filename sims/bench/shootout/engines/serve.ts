/** Puts an adapter behind the line protocol, on standard input and output. */
import { readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { ASKS, hashSpans, unhex, type Ask } from '../protocol.ts'
import { Refused, type Adapter, type Bound, type Compiled } from './adapter.ts'

/** Longest text that is made here. */
const LONGEST_TEXT = 256 << 20
const NEWLINE = 0x0a

class Session {
  private readonly adapter: Adapter
  private compiled: Compiled | null = null
  private text: Buffer<ArrayBuffer> = Buffer.alloc(0)
  private bound: Bound | null = null
  private fragments: readonly Bound[] | null = null

  constructor(adapter: Adapter) {
    this.adapter = adapter
  }

  answer(line: string): string {
    const [what, ...words] = line.split(' ')
    switch (what) {
      case 'hello':
        return `ok ${JSON.stringify(this.adapter.facts)}`
      case 'compile':
        return this.compile(words[0]!, words[1]!)
      case 'text':
        return this.setText(madeOf(words))
      case 'file':
        return this.setText(Buffer.from(readFileSync(words.join(' '))))
      case 'run':
        return this.run(words[0] as Ask, Number(words[1]))
      case 'find':
        return `ok ${this.list(Number(words[0]), false)}`
      case 'groups':
        return `ok ${this.list(Number(words[0]), true)}`
      default:
        return `failed it does not know ${what}`
    }
  }

  private compile(flags: string, pattern: string): string {
    this.forget()
    this.compiled?.close?.()
    this.compiled = null
    const source = unhex(pattern).toString()
    const before = process.cpuUsage()
    this.compiled = this.adapter.compile(source, flags === '-' ? '' : flags)
    return `ok ${nanosecondsSince(before)}`
  }

  private setText(text: Buffer<ArrayBuffer>): string {
    this.forget()
    this.text = text
    return `ok ${text.length}`
  }

  private forget(): void {
    this.bound = null
    this.fragments = null
  }

  private get current(): Bound {
    if (this.compiled === null) throw new Error('there is no pattern yet')
    return (this.bound ??= this.compiled.bind(this.text))
  }

  private run(ask: Ask, repeats: number): string {
    if (!ASKS.includes(ask)) throw new Refused(`it does not know what ${ask} is`)
    const question = this.question(ask)
    let check = 0
    const before = process.cpuUsage()
    for (let repeat = 0; repeat < repeats; repeat++) check = question()
    return `ok ${check} ${nanosecondsSince(before)}`
  }

  private question(ask: Ask): () => number {
    if (ask === 'lines') return () => this.countMatching(this.split())
    if (ask === 'arena') {
      const fragments = (this.fragments ??= this.split())
      return () => this.countMatching(fragments)
    }
    const bound = this.current
    return () => answerTo(bound, ask)
  }

  private split(): Bound[] {
    const { compiled, text } = this
    if (compiled === null) throw new Error('there is no pattern yet')
    const lines: Bound[] = []
    for (let from = 0; from < text.length;) {
      const newline = text.indexOf(NEWLINE, from)
      const to = newline < 0 ? text.length : newline
      lines.push(compiled.bind(text.subarray(from, to)))
      from = to + 1
    }
    return lines
  }

  private countMatching(fragments: readonly Bound[]): number {
    let hits = 0
    for (const one of fragments) if (one.test()) hits++
    return hits
  }

  private list(limit: number, withGroups: boolean): string {
    const matches: string[] = []
    const bound = this.current
    if (!withGroups) bound.each((start, end) => matches.push(`${start} ${end}`) < limit)
    else if (bound.eachGroups === undefined) throw new Refused('it has no groups')
    else bound.eachGroups((offsets) => matches.push(offsets.join(' ')) < limit)
    return matches.join(';')
  }
}

/** Of the processor, whole microseconds. `threadCpuUsage` is no finer than the scheduler's tick. */
function nanosecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return 1000 * (user + system)
}

function answerTo(bound: Bound, ask: Ask): number {
  let sum = 0
  switch (ask) {
    case 'test':
      return bound.test() ? 1 : 0
    case 'first':
      bound.each((start) => {
        sum = 1 + start
        return false
      })
      return sum
    case 'count':
      if (bound.count !== undefined) return bound.count()
      bound.each(() => ++sum > 0)
      return sum
    case 'spans':
      bound.each((start, end) => (sum += end - start) >= 0)
      return sum
    case 'captures': {
      if (bound.eachGroups === undefined) throw new Refused('it has no groups')
      bound.eachGroups((offsets) => {
        for (let at = 2; at < offsets.length; at += 2) sum += offsets[at + 1]! - offsets[at]!
        return true
      })
      return sum
    }
    default: {
      const offsets: number[] = []
      bound.each((start, end) => offsets.push(start, end) > 0)
      return hashSpans(offsets)
    }
  }
}

function madeOf(words: readonly string[]): Buffer<ArrayBuffer> {
  const pieces: { bytes: Buffer; times: number }[] = []
  let length = 0
  for (let at = 0; at + 1 < words.length; at += 2) {
    const bytes = unhex(words[at]!)
    const times = Number(words[at + 1])
    length += bytes.length * times
    pieces.push({ bytes, times })
  }
  if (!(length <= LONGEST_TEXT)) throw new Error(`a text of more than ${LONGEST_TEXT} bytes`)
  const text = Buffer.alloc(length)
  let at = 0
  for (const { bytes, times } of pieces) {
    const end = at + bytes.length * times
    if (end > at) text.fill(bytes, at, end)
    at = end
  }
  return text
}

export function serve(adapter: Adapter): void {
  const session = new Session(adapter)
  createInterface(process.stdin).on('line', (line) => {
    let reply: string
    try {
      reply = session.answer(line)
    } catch (error) {
      const why = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ')
      reply = `${error instanceof Refused ? 'refused' : 'failed'} ${why}`
    }
    writeAll(`${reply}\n`)
  })
}

/** A pipe takes as much as it has room for. */
function writeAll(text: string): void {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}
