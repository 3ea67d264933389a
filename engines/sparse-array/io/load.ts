/** Load on a server over real sockets: each request at its time, each client on a connection of its own. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { serveSparseArray } from './server.ts'

export interface TimedRequest {
  /** Seconds from the begin. */
  readonly at: number
  readonly kind: number
  readonly command: readonly string[]
}

export interface LoadResult {
  /** Seconds from when a request was due until its reply was complete, by request; in order. */
  readonly waits: readonly number[]
  /** Requests that were answered with an error. */
  readonly errors: number
  /** The first of them; empty when there is none. */
  readonly firstError: string
  readonly memoryUsage: number
}

export interface LoadOptions {
  readonly fragments: readonly string[]
  readonly requests: readonly TimedRequest[]
  /** Requests of this kind share connections with nobody: they may take long. */
  readonly longKind: number
  readonly signal: AbortSignal
  /** Where to ask; our own server in this process' place when it is null. */
  readonly url: string | null
  readonly yields: boolean
  readonly maxSteps: number
}

/** Connections for long requests, which only read; the others share two, one of them for kind 0. */
const LONG_CONNECTIONS = 16
const SHORT_CONNECTIONS = 2

/** For how long a server that was named is waited for when the load's key is removed. */
const TIDY_MS = 1_000

/** The server that was named does not do what is asked of it. */
export class LoadError extends Error {
  override readonly name = 'LoadError'
}

/**
 * Fills a key of our own, sends every request for `k` to that key when it is due, and says how long each took. A server
 * that was named may hold other things: nothing else is touched, and the key is gone afterwards, however it ends. Throws
 * LoadError, and the signal's reason as soon as it aborts.
 */
export async function putLoad(options: LoadOptions): Promise<LoadResult> {
  const { signal } = options
  signal.throwIfAborted()
  const own =
    options.url === null
      ? await serveSparseArray({ yields: options.yields, maxSteps: options.maxSteps })
      : null
  const url = new URL(own?.url ?? options.url!)
  const run = new Run()
  try {
    return await unlessAborted(signal, run.measure(url, options))
  } finally {
    await run.end(own === null)
    await own?.close()
  }
}

/** A promise's value, or the signal's reason at once: nobody waits for replies that may not come. */
async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** One load, and what it holds while it is under way. */
class Run {
  private readonly key = `flowbench:load:${process.pid}`
  private readonly lines: Line[] = []
  private readonly timers = new Set<NodeJS.Timeout>()
  private isEnded = false

  async measure(url: URL, { fragments, requests, longKind }: LoadOptions): Promise<LoadResult> {
    const { key } = this
    for (let i = 0; i < SHORT_CONNECTIONS + LONG_CONNECTIONS; i++) {
      const line = new Line(url)
      // First, that it is closed in any case.
      this.lines.push(line)
      await line.ready(url)
      this.goesOn()
    }
    const [first, ...others] = this.lines as [Line, ...Line[]]
    await first.ask(['DEL', key])
    for (let i = 0; i < fragments.length; i += 500) {
      this.goesOn()
      await first.must(['ARINSERT', key, ...fragments.slice(i, i + 500)])
    }
    const memoryUsage = Number((await first.must(['MEMORY', 'USAGE', key])).slice(1))
    const begin = performance.now()
    let errors = 0
    let firstError = ''
    let nextLong = 0
    const waits = await Promise.all(
      requests.map(async ({ at, kind, command }) => {
        const time = begin + 1_000 * at
        await this.due(time)
        // A timer may be a little early.
        const from = Math.min(time, performance.now())
        const long = kind === longKind
        const line = long ? others[1 + (nextLong++ % LONG_CONNECTIONS)]! : kind === 0 ? first : others[0]!
        const reply = await line.ask(command.with(1, key))
        if (reply.startsWith('-') && errors++ === 0) firstError = `${command[0]}: ${reply.slice(1)}`
        return (performance.now() - from) / 1_000
      }),
    )
    return { waits, errors, firstError, memoryUsage }
  }

  /** Lets go of everything; nothing is sent any more but for the key's removal. */
  async end(isToTidy: boolean): Promise<void> {
    this.isEnded = true
    for (const timer of this.timers) clearTimeout(timer)
    // Behind the last write on each connection that may write: on another one it could overtake that.
    const short = this.lines.slice(0, SHORT_CONNECTIONS)
    const removed = Promise.allSettled(short.map((line) => line.ask(['DEL', this.key])))
    if (isToTidy && short.length > 0) {
      await Promise.race([removed, new Promise((resolve) => setTimeout(resolve, TIDY_MS).unref())])
    }
    for (const line of this.lines) line.close()
  }

  /** Before anything is sent or waited for: behind the key's removal it would make the key anew. @throws LoadError */
  private goesOn(): void {
    if (this.isEnded) throw new LoadError('stopped')
  }

  private async due(time: number): Promise<void> {
    this.goesOn()
    const left = time - performance.now()
    if (left <= 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.timers.delete(timer)
        resolve()
      }, left)
      this.timers.add(timer)
    })
  }
}

/** A connection that knows where replies end, and of a reply only its first line. */
class Line {
  private readonly socket: Socket
  private readonly waiting: PromiseWithResolvers<string>[] = []
  private rest = Buffer.alloc(0)
  /** Replies still to come of the one that is read, and bytes of a bulk string to be passed over. */
  private open = 0
  private skip = 0
  private first = ''

  private ended: Error | null = null
  private readonly connected: Promise<void>

  constructor(url: URL) {
    const socket = connect(Number(url.port || 6379), url.hostname.replace(/^\[|\]$/g, ''))
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.read(chunk))
    socket.on('error', (error) => this.fail(new LoadError(error.message)))
    socket.on('close', () => this.fail(new LoadError('the server closed the connection')))
    this.connected = new Promise((resolve, reject) => {
      socket.once('connect', resolve).once('close', () => reject(this.ended!))
    })
    this.connected.catch(() => {})
  }

  /** Throws LoadError. */
  async ready(url: URL): Promise<void> {
    await this.connected
    if (url.password !== '') await this.must(['AUTH', decodeURIComponent(url.password)])
  }

  /** As `ask`; an error is not an answer. Throws LoadError. */
  async must(command: readonly string[]): Promise<string> {
    const reply = await this.ask(command)
    if (!reply.startsWith('-')) return reply
    throw new LoadError(`${this.socket.remoteAddress}:${this.socket.remotePort}: ${reply.slice(1)}`)
  }

  ask(command: readonly string[]): Promise<string> {
    // Nobody will answer any more, and nothing else would say so.
    if (this.ended !== null) return Promise.reject(this.ended)
    const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`)
    this.socket.write(`*${command.length}\r\n${parts.join('')}`)
    const reply = Promise.withResolvers<string>()
    this.waiting.push(reply)
    return reply.promise
  }

  close(): void {
    this.socket.destroy()
  }

  private fail(error: Error): void {
    this.ended ??= error
    for (const { reject } of this.waiting.splice(0)) reject(error)
  }

  private read(chunk: Buffer): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    let at = 0
    for (;;) {
      const passed = Math.min(this.skip, bytes.length - at)
      at += passed
      this.skip -= passed
      if (this.skip > 0) break
      if (this.first !== '' && this.open === 0) {
        const line = this.first
        this.first = ''
        this.waiting.shift()?.resolve(line)
      }
      const end = bytes.indexOf('\r\n', at)
      if (end < 0) break
      const line = bytes.toString('latin1', at, end)
      at = end + 2
      if (this.first === '') {
        this.first = line
        this.open = 1
      }
      this.open--
      if (line.startsWith('*')) this.open += Math.max(0, Number(line.slice(1)))
      if (line.startsWith('$') && line !== '$-1') this.skip = Number(line.slice(1)) + 2
    }
    this.rest = Buffer.from(bytes.subarray(at))
  }
}
