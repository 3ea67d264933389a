/**
 * An engine in a process of its own, bounded in time and memory, that ends when it goes beyond: a matcher that is lost in
 * an exponential search answers to nothing but SIGKILL.
 *
 * What it started ends with it, and all of it with us. A limit on its processor time, set by the shell that starts it, ends it
 * too where nobody is left to do so.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { ProcessGroup } from '../../harness/group.ts'
import { peakOf } from '../../peers/regex/bounded.ts'
import type { EngineFacts, EngineSpec } from '../engines/facts.ts'
import {
  parseHello,
  parseMatches,
  parseNumbers,
  parseReply,
  ProtocolError,
  request,
  type Ask,
  type Piece,
  type Reply,
} from '../protocol.ts'
import { withCompileCache } from './cached.ts'
import { scheduled, type Scheduled } from './proc.ts'

export interface Limits {
  /**
   * The longest that one request may take, s of the processor: on a busy machine a process that waits for its turn is
   * given more of the clock, up to ten times as much.
   */
  readonly seconds: number
  /** The most memory that the process may have resident, bytes; looked at every 10 ms. */
  readonly bytes: number
  /** When it is aborted, what runs is ended and nothing more is begun; whoever asks an engine is given its reason. */
  readonly signal?: AbortSignal
}

/** How an engine failed to answer. */
export type Failure = 'crashed' | 'too slow' | 'asleep' | 'too much memory' | 'garbage' | 'gave up'

export class EngineFailed extends Error {
  override readonly name = 'EngineFailed'
  readonly how: Failure

  constructor(how: Failure, message: string) {
    super(message)
    this.how = how
  }
}

/** The engine does not take the pattern, or has no such question. */
export class EngineRefused extends Error {
  override readonly name = 'EngineRefused'
}

export interface Ran {
  readonly check: number
  /** Of one answer, the mean of its repeats, s. */
  readonly seconds: number
}

const POLL_MS = 10
/** An answer that comes within this time is not watched. */
const SETTLE_MS = 20
/** Of all its life; ends what nobody is left to end. */
const LIFETIME_PROCESSOR_SECONDS = 900
/** A reply that is longer than this is no reply: the list of matches is asked for with a limit. */
const LONGEST_REPLY = 64 << 20
/** A process that was too slow and wanted the processor for less than this share of the time was not working. */
const ASLEEP_SHARE = 0.5
/** How many times its limit a process may take on the clock while others have the processor. */
const MOST_STRETCH = 10
const STDERR_KEPT = 2_000

const running = new Set<ProcessGroup<ChildProcessWithoutNullStreams>>()

/** Ends every engine that still runs. */
export function endAll(): void {
  for (const group of running) group.kill()
}
process.once('exit', endAll)

/**
 * A signal that ends this program does not let it come to its `exit`; who listens to it has a way of ending of its own, and
 * is counted before it is told: one that listens once is gone afterwards.
 */
let isWatching = false
function watchSignals(): void {
  if (isWatching) return
  isWatching = true
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
    const onSignal = (): void => {
      if (process.listenerCount(signal) > 1) return
      endAll()
      process.off(signal, onSignal)
      process.kill(process.pid, signal)
    }
    process.prependListener(signal, onSignal)
  }
}

export class EngineProcess {
  readonly id: string
  private readonly group: ProcessGroup<ChildProcessWithoutNullStreams>
  private readonly limits: Limits
  private pending: { resolve(line: string): void; reject(error: Error): void } | null = null
  private lineParts: string[] = []
  private lineLength = 0
  private errors = ''
  private over: Error | null = null
  /** The most memory it was seen to have, bytes. */
  peakBytes = 0

  constructor(spec: EngineSpec, limits: Limits) {
    this.id = spec.id
    this.limits = limits
    limits.signal?.throwIfAborted()
    watchSignals()
    const [program, ...args] = spec.command
    const script = `ulimit -t ${LIFETIME_PROCESSOR_SECONDS}; exec "$0" "$@"`
    const group = new ProcessGroup(() =>
      spawn('/bin/sh', ['-c', script, program, ...args], {
        ...(spec.directory === undefined ? {} : { cwd: spec.directory }),
        env: withCompileCache(),
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
      }),
    )
    this.group = group
    running.add(group)
    const { leader: child } = group
    const interrupt = (): void => this.stop(limits.signal!.reason as Error)
    limits.signal?.addEventListener('abort', interrupt)
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.receive(text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (this.errors.length < STDERR_KEPT) this.errors += text
    })
    // A process that has ended cannot be written to; that it ended is told by `close`.
    child.stdin.on('error', () => {})
    child.on('error', (error) => this.end('crashed', `could not be started: ${error.message}`))
    child.on('close', (code, signal) => {
      group.kill()
      group.letGo()
      running.delete(group)
      limits.signal?.removeEventListener('abort', interrupt)
      this.end(
        'crashed',
        `ended by ${signal ?? `exit ${code}`}${this.errors ? `: ${lastLine(this.errors)}` : ''}`,
      )
    })
  }

  get pid(): number | undefined {
    return this.group.leader.pid
  }

  get ended(): boolean {
    return this.over !== null
  }

  async hello(): Promise<EngineFacts> {
    return await this.answer(request.hello(), parseHello)
  }

  /** Seconds that compiling took. */
  async compile(pattern: string, flags: string): Promise<number> {
    return (await this.answer(request.compile(flags, pattern), one)) / 1e9
  }

  /** Its length in bytes. */
  async text(pieces: readonly Piece[]): Promise<number> {
    return await this.answer(request.text(pieces), one)
  }

  async file(path: string): Promise<number> {
    return await this.answer(request.file(path), one)
  }

  async run(ask: Ask, repeats = 1, seconds = this.limits.seconds): Promise<Ran> {
    const parse = (rest: string): number[] => {
      const numbers = parseNumbers(rest, 2)
      if (numbers.length > 2) throw new ProtocolError('gave more than an answer and a time')
      return numbers
    }
    const [check, nanoseconds] = await this.answer(request.run(ask, repeats), parse, seconds)
    return { check: check!, seconds: nanoseconds! / 1e9 / repeats }
  }

  async find(limit: number): Promise<number[][]> {
    return await this.answer(request.find(limit), (rest) => parseMatches(rest, 2))
  }

  async groups(limit: number): Promise<number[][]> {
    return await this.answer(request.groups(limit), (rest) => parseMatches(rest, null))
  }

  close(): void {
    this.group.kill()
  }

  private async answer<T>(
    line: string,
    parse: (rest: string) => T,
    seconds = this.limits.seconds,
  ): Promise<T> {
    const text = await this.ask(line, seconds)
    let reply: Reply
    try {
      reply = parseReply(text)
      if (reply.is === 'ok') return parse(reply.rest)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.end('garbage', error.message)
      throw this.over!
    }
    if (reply.is === 'refused') throw new EngineRefused(reply.why)
    // Libraries begin their messages with it, too.
    throw new EngineFailed('gave up', reply.why.replace(/^(?:gave up: )+/, ''))
  }

  private async ask(line: string, seconds: number): Promise<string> {
    if (this.over !== null) throw this.over
    if (this.pending !== null) throw new Error('one request at a time')
    const poll = setInterval(() => this.watchMemory(), POLL_MS)
    let timer: ReturnType<typeof setTimeout>
    let begin: number
    let before: Scheduled | null
    let heard = 0
    const watchTime = (): void => {
      const now = this.scheduled()
      const clock = (performance.now() - begin) / 1000
      const limit = `no answer within ${seconds} s`
      if (before === null || now === null) return this.end('too slow', limit)
      const ran = now.ran - before.ran
      const wanted = ran + now.waited - before.waited
      // A wait that lasts is not counted yet; and who writes without end waits for us to read.
      const isAsleep = !now.runnable && wanted < ASLEEP_SHARE * clock && this.lineLength === heard
      heard = this.lineLength
      if (isAsleep) this.end('asleep', `${limit}, and it did not ask for the processor`)
      else if (ran >= 0.95 * seconds || clock >= MOST_STRETCH * seconds) this.end('too slow', limit)
      else timer = setTimeout(watchTime, Math.max(50, 1000 * (seconds - ran)))
    }
    // From here on its time counts: to ask the scheduler costs more than most answers do, and those need no watch.
    const settled = Math.min(SETTLE_MS, 100 * seconds)
    timer = setTimeout(() => {
      begin = performance.now()
      before = this.scheduled()
      timer = setTimeout(watchTime, 1000 * seconds - settled)
    }, settled)
    try {
      return await new Promise<string>((resolve, reject) => {
        this.pending = { resolve, reject }
        this.group.leader.stdin.write(`${line}\n`)
      })
    } finally {
      clearInterval(poll)
      clearTimeout(timer)
      this.pending = null
      this.watchMemory()
    }
  }

  private scheduled(): Scheduled | null {
    return this.pid === undefined ? null : scheduled(this.pid)
  }

  private watchMemory(): void {
    const { pid } = this
    if (pid === undefined || this.over !== null) return
    this.peakBytes = Math.max(this.peakBytes, peakOf(pid) ?? 0)
    if (this.peakBytes > this.limits.bytes)
      this.end('too much memory', `more than ${Math.round(this.limits.bytes / 2 ** 20)} MiB`)
  }

  private receive(text: string): void {
    const newline = text.indexOf('\n')
    this.lineParts.push(newline < 0 ? text : text.slice(0, newline))
    this.lineLength += text.length
    if (this.lineLength > LONGEST_REPLY) return this.end('garbage', 'wrote without end')
    if (newline < 0) return
    const line = this.lineParts.join('').replace(/\r$/, '')
    this.lineParts = []
    this.lineLength = 0
    const { pending } = this
    if (pending === null) return this.end('garbage', `wrote ${JSON.stringify(line.slice(0, 60))} unasked`)
    this.pending = null
    pending.resolve(line)
    if (newline + 1 < text.length) this.end('garbage', 'wrote more than one line for one request')
  }

  private end(how: Failure, why: string): void {
    this.stop(new EngineFailed(how, why))
  }

  /** Ends the process and whoever waits for it. */
  private stop(why: Error): void {
    if (this.over !== null) return
    this.over = why
    this.close()
    this.pending?.reject(why)
  }
}

const one = (rest: string): number => parseNumbers(rest, 1)[0]!

const lastLine = (text: string): string => text.trim().split('\n').at(-1)!.slice(0, 200)
