/**
 * Attempts over real sockets, by undici's dispatch (its `fetch` costs seven times as much).
 *
 * No redirect is followed, no proxy is taken from the environment, nothing is unpacked. One deadline covers all of an
 * attempt: resolving, connecting, sending and the response, however slowly its bytes come. Of the response the status
 * counts, `Retry-After` is read, and at most 64 KiB are taken.
 */
import { Pool, type Dispatcher } from 'undici'
import type { Cidr } from '../address/address.ts'
import { BadUrl, type EndpointUrl } from '../address/url.ts'
import { TIMEOUT, type Outcome } from '../policy/policy.ts'
import { retryAfter } from '../policy/retry-after.ts'
import { checkedConnector } from './connect.ts'
import { openResolve, type Resolve } from './resolve.ts'

const RESPONSE_BYTES = 64 * 1024
/** Below the 5 s after which Node's own servers close an idle socket. */
const KEEP_ALIVE_MS = 4000
/** A pool that nothing was sent through for so long is closed. */
const IDLE_MS = 30_000
const SWEEP_MS = 100

export interface SenderOptions {
  readonly allow?: readonly Cidr[]
  readonly resolve?: Resolve
  /** Certificates to trust besides the system's, PEM. */
  readonly ca?: string
}

export interface Attempt {
  readonly endpoint: number
  readonly target: EndpointUrl
  readonly concurrency: number
  readonly timeout: number
  readonly body: Buffer
  /** Names and values in turn. */
  readonly headers: string[]
}

interface Line {
  readonly pool: Pool
  usedAt: number
  inFlight: number
  /** Responses got: a socket may have been used before. */
  answered: number
}

/** The error of an attempt that was under way when the sender was closed. */
export const ABANDONED = 'UND_ERR_DESTROYED'

/** The receiver closed a socket between two uses; nobody has failed. */
const STALE = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

export class Sender {
  private readonly lines = new Map<number, Line>()
  /** Attempts under way by timeout; those of one timeout end in the order in which they began. */
  private readonly flights = new Map<number, Set<Flight>>()
  private readonly options: Required<Omit<SenderOptions, 'ca'>> & Pick<SenderOptions, 'ca'>
  private readonly timer: NodeJS.Timeout

  constructor(options: SenderOptions = {}) {
    this.options = { allow: [], resolve: options.resolve ?? openResolve(), ...options }
    this.timer = setInterval(() => this.sweep(performance.now()), SWEEP_MS)
    this.timer.unref()
  }

  /** Makes one attempt; `done` is called once. */
  send(attempt: Attempt, done: (outcome: Outcome) => void): void {
    const line = this.lineOf(attempt)
    line.inFlight++
    line.usedAt = performance.now()
    const flights = this.flightsOf(attempt.timeout)
    const flight = new Flight(line.usedAt + attempt.timeout, (outcome) => {
      flights.delete(flight)
      line.inFlight--
      done(outcome)
    })
    flights.add(flight)
    const { target, body, headers } = attempt
    const request: Dispatcher.DispatchOptions = {
      path: target.url.pathname + target.url.search,
      method: 'POST',
      headers,
      body,
    }
    flight.begin(line, request)
  }

  /** The endpoint has changed or is gone: its sockets are closed when what is under way has ended. */
  drop(endpoint: number): void {
    const line = this.lines.get(endpoint)
    if (line === undefined) return
    this.lines.delete(endpoint)
    void line.pool.close().catch(() => {})
  }

  /** Cuts what is under way, which ends as ABANDONED. */
  async close(): Promise<void> {
    clearInterval(this.timer)
    await Promise.all([...this.lines.values()].map(({ pool }) => pool.destroy()))
    this.lines.clear()
  }

  private flightsOf(timeout: number): Set<Flight> {
    let flights = this.flights.get(timeout)
    if (flights === undefined) this.flights.set(timeout, (flights = new Set()))
    return flights
  }

  private lineOf({ endpoint, target, concurrency, timeout }: Attempt): Line {
    let line = this.lines.get(endpoint)
    if (line === undefined) {
      const { allow, resolve, ca } = this.options
      const pool = new Pool(target.url.origin, {
        connections: concurrency,
        pipelining: 1,
        keepAliveTimeout: KEEP_ALIVE_MS,
        // Ours is the deadline; undici's own clocks are off.
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: checkedConnector(target, allow, resolve, timeout, ca === undefined ? {} : { ca }),
      })
      line = { pool, usedAt: 0, inFlight: 0, answered: 0 }
      this.lines.set(endpoint, line)
    }
    return line
  }

  private sweep(now: number): void {
    for (const flights of this.flights.values()) {
      for (const flight of flights) {
        if (flight.deadline > now) break
        flight.fail(TIMEOUT)
      }
    }
    for (const [endpoint, line] of this.lines) {
      if (line.inFlight === 0 && now - line.usedAt > IDLE_MS) this.drop(endpoint)
    }
  }
}

/** One attempt's handler. */
class Flight implements Dispatcher.DispatchHandler {
  readonly deadline: number
  private settle: ((outcome: Outcome) => void) | null
  private controller: Dispatcher.DispatchController | null = null
  private line: Line | null = null
  private request: Dispatcher.DispatchOptions | null = null
  private status: number | null = null
  private hint: number | null = null
  private bytes = 0
  private again = true

  constructor(deadline: number, settle: (outcome: Outcome) => void) {
    this.deadline = deadline
    this.settle = settle
  }

  begin(line: Line, request: Dispatcher.DispatchOptions): void {
    this.line = line
    this.request = request
    line.pool.dispatch(request, this)
  }

  /** Ends the attempt from our side. */
  fail(error: string): void {
    this.end(this.status === null ? error : null)
    this.controller?.abort(new Error(error))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
    // Its time ran out while it waited for a connection: not a byte is sent.
    if (this.settle === null) controller.abort(new Error(TIMEOUT))
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return
    this.status = status
    this.line!.answered++
    const value = headers['retry-after']
    this.hint = retryAfter(Array.isArray(value) ? value.join(', ') : value, Date.now())
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length
    if (this.bytes <= RESPONSE_BYTES) return
    this.end(null)
    controller.abort(new Error('the response is too long'))
  }

  onResponseEnd(): void {
    this.end(null)
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    if (this.settle === null) return
    const isStale = this.status === null && this.line!.answered > 0 && STALE.has(error.code ?? '')
    if (isStale && this.again) {
      this.again = false
      this.line!.pool.dispatch(this.request!, this)
      return
    }
    this.end(this.status === null ? errorName(error) : null)
  }

  private end(error: string | null): void {
    const { settle, status, hint } = this
    this.settle = null
    settle?.({ status, error, retryAfter: hint })
  }
}

/** Short, stable, and without anything that a receiver wrote. */
function errorName(error: Error & { code?: string }): string {
  if (error instanceof BadUrl) return 'blocked address'
  if (error.cause instanceof BadUrl) return 'blocked address'
  const code = error.code ?? (error.cause as { code?: string } | undefined)?.code
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return TIMEOUT
  return code ?? 'network error'
}
