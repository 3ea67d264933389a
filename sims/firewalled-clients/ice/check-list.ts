/**
 * One client's connectivity checks against an ICE-lite server, from the answer to the first pair that works (RFC 8445).
 *
 * The client is the controlling agent, as every full agent is against a lite one (section 6.1.1). Each local candidate
 * and the server's address make one pair; a new transaction starts every Ta, the pair of highest priority first; a
 * candidate that is gathered later (RFC 8838) joins when it is ready. A pair over UDP retransmits its request, a pair
 * over TCP connects first and asks once. Nomination is `aggressive` (every check carries USE-CANDIDATE, so the first
 * success is the answer: what libwebrtc does against a lite peer) or `regular` (one more check on the pair that worked,
 * section 8.1.1). Failure is declared when every candidate has failed, and not before the timer of RFC 8863 has run.
 *
 * Sans-I/O: what is lost on the way is asked of `lost`, so a sim draws it and a test reads it from a table.
 */
import { codeOf, event, indexOf, NONE, type Kernel } from '../../lab/kernel/kernel.ts'
import { checkRto, PAC, RC, RM, SYN_RTO, TA, TCP_RTO, TI, transmissionAt } from './timers.ts'
import type { Wire } from './wire.ts'

/** A way from the client to the server: one candidate pair. */
export interface Path {
  /** `udp`: requests are lost and repeated. `connect`: TCP, connected by the check. `stream`: a connection that stands. */
  readonly transport: 'udp' | 'connect' | 'stream'
  /** Whether the client's network lets it through. */
  readonly passes: boolean
  /** Round trip, seconds. */
  readonly rtt: number
  /** When the candidate is gathered, seconds after the call began; Infinity when it never is. */
  readonly ready: number
}

export interface CheckListOptions {
  readonly nomination: 'aggressive' | 'regular'
}

export interface Outcome {
  /** Index of the pair in use; -1 when none works. */
  path: number
  /** Seconds after the call began: connected, or failed. */
  at: number
}

/** Is this transmission lost? `step` counts what is sent on a path; over UDP an answer has the number of its request. */
export type Lost = (path: number, step: number, isAnswer: boolean) => boolean

const FROZEN = 0
const WAITING = 1
const IN_PROGRESS = 2
const FAILED = 3
const SUCCEEDED = 4

const READY = 0
const PACE = 1
const TRANSMIT = 2
const AT_SERVER = 3
const ANSWERED = 4
const EXPIRE = 5
const GIVE_UP = 6

/** An event's index: the pair, whether its transaction nominates, and for a request which transmission it was. */
const PATH = 15
const NOMINATION_BIT = 4
const STEP_SHIFT = 5

/** Pairs of one check list, at most. */
export const MOST_PATHS = 16

export class CheckList {
  /** Requests sent, retransmissions included; answers sent; transactions begun; over all runs. */
  requests = 0
  answers = 0
  transactions = 0
  events = 0
  private readonly kernel: Kernel
  private readonly wire: Wire
  private readonly regular: boolean
  private paths: readonly Path[] = []
  private lost: Lost = () => false
  private readonly state = new Uint8Array(MOST_PATHS)
  private readonly rto = new Float64Array(MOST_PATHS)
  /** Transmissions of the transaction in progress, and of all on this path: the latter numbers losses. */
  private readonly sent = new Uint8Array(MOST_PATHS)
  private readonly steps = new Int32Array(MOST_PATHS)
  private readonly nominating = new Uint8Array(MOST_PATHS)
  private nominate = -1
  private paceArmed = false
  private lastStart = -Infinity
  private ended = false
  private pacRan = false
  private readonly outcome: Outcome = { path: -1, at: 0 }

  /** `wire` builds and reads the messages. The kernel is this object's alone: it runs until it is empty. */
  constructor(kernel: Kernel, wire: Wire, options: CheckListOptions) {
    this.kernel = kernel
    this.wire = wire
    this.regular = options.nomination === 'regular'
  }

  /**
   * Runs one check list whose answer arrives `answered` seconds after the call began. Paths are in order of priority,
   * at most 16. The result is overwritten by the next run.
   */
  run(paths: readonly Path[], answered: number, lost: Lost): Outcome {
    const { kernel } = this
    this.begin(paths, lost)
    const start = kernel.now
    for (let p = 0; p < paths.length; p++) {
      const { ready } = paths[p]!
      if (ready < Infinity) kernel.at(start + Math.max(ready, answered), event(READY, p))
      else this.state[p] = FAILED
    }
    kernel.at(start + answered + PAC, event(GIVE_UP))
    for (let e = kernel.next(); e !== NONE; e = kernel.next()) {
      if (this.ended) continue
      this.events++
      this.handle(codeOf(e), indexOf(e), start)
    }
    return this.outcome
  }

  private begin(paths: readonly Path[], lost: Lost): void {
    if (paths.length > MOST_PATHS) throw new RangeError(`at most ${MOST_PATHS} paths, not ${paths.length}`)
    this.paths = paths
    this.lost = lost
    this.state.fill(FROZEN)
    this.steps.fill(0)
    this.nominating.fill(0)
    this.nominate = -1
    this.paceArmed = false
    this.lastStart = -Infinity
    this.ended = false
    this.pacRan = false
  }

  private handle(code: number, index: number, start: number): void {
    const p = index & PATH
    // Timers and messages of a transaction that is over: nomination has begun another on the same pair.
    const isOfTransaction = code >= TRANSMIT && code <= EXPIRE
    if (isOfTransaction && ((index >>> NOMINATION_BIT) & 1) !== this.nominating[p]) return
    switch (code) {
      case READY:
        this.state[p] = WAITING
        return this.pace()
      case PACE:
        this.paceArmed = false
        return this.startNext()
      case TRANSMIT:
        return this.transmit(p)
      case AT_SERVER:
        return this.answer(p, index >>> STEP_SHIFT)
      case ANSWERED:
        return this.succeed(p, start)
      case EXPIRE:
        return this.expire(p, start)
      default:
        this.pacRan = true
        return this.failIfDone(start)
    }
  }

  /** An event of the transaction in progress on this pair. */
  private of(code: number, p: number, step = 0): number {
    return event(code, p | (this.nominating[p]! << NOMINATION_BIT) | (step << STEP_SHIFT))
  }

  /** Arms the pacing timer: now when Ta has passed since the last start, else then. */
  private pace(): void {
    if (this.paceArmed) return
    this.paceArmed = true
    const { kernel } = this
    kernel.at(Math.max(kernel.now, this.lastStart + TA), event(PACE))
  }

  private startNext(): void {
    const p = this.nominate >= 0 ? this.nominate : this.state.indexOf(WAITING)
    if (p < 0) return
    if (this.nominate >= 0) this.nominating[p] = 1
    this.nominate = -1
    this.state[p] = IN_PROGRESS
    this.lastStart = this.kernel.now
    this.transactions++
    this.wire.begin(p)
    this.sent[p] = 0
    this.rto[p] = checkRto(this.active())
    const { transport, passes } = this.paths[p]!
    if (transport === 'connect' && this.nominating[p] === 0) this.connect(p, passes)
    else this.transmit(p)
    if (this.state.includes(WAITING)) this.pace()
  }

  private active(): number {
    let count = 0
    for (let p = 0; p < this.paths.length; p++)
      if (this.state[p] === WAITING || this.state[p] === IN_PROGRESS) count++
    return count
  }

  /** A TCP handshake: a round trip once a SYN and its answer get through, each loss costing the next wait. */
  private connect(p: number, passes: boolean): void {
    const { kernel } = this
    kernel.after(TI, this.of(EXPIRE, p))
    if (!passes) return
    const late = this.delay(p, SYN_RTO, false) + this.delay(p, SYN_RTO, true)
    kernel.after(this.paths[p]!.rtt + late, this.of(TRANSMIT, p))
  }

  /** What losses in a row cost a stream, one way: the sum of its sender's doubled waits. */
  private delay(p: number, rto: number, isAnswer: boolean): number {
    let losses = 0
    while (losses < RC && this.lost(p, this.steps[p]!++, isAnswer)) losses++
    return transmissionAt(losses, rto)
  }

  private transmit(p: number): void {
    if (this.state[p] !== IN_PROGRESS) return
    const { kernel } = this
    const { transport, passes, rtt } = this.paths[p]!
    this.requests++
    this.wire.request(p)
    if (transport !== 'udp') {
      if (transport === 'stream' || this.nominating[p] === 1) kernel.after(TI, this.of(EXPIRE, p))
      const late = this.delay(p, Math.max(TCP_RTO, rtt), false)
      if (passes) kernel.after(rtt / 2 + late, this.of(AT_SERVER, p))
      return
    }
    const n = this.sent[p]!++
    const rto = this.rto[p]!
    if (n + 1 < RC) kernel.after(rto * 2 ** n, this.of(TRANSMIT, p))
    else kernel.after(rto * RM, this.of(EXPIRE, p))
    const step = this.steps[p]!++
    if (passes && !this.lost(p, step, false)) kernel.after(rtt / 2, this.of(AT_SERVER, p, step))
  }

  /** The server answers whatever asks: it keeps no state of a check list (lite, section 2.5). */
  private answer(p: number, step: number): void {
    const { transport, rtt } = this.paths[p]!
    this.answers++
    this.wire.answer(p)
    if (transport === 'udp' && this.lost(p, step, true)) return
    const late = transport === 'udp' ? 0 : this.delay(p, Math.max(TCP_RTO, rtt), true)
    this.kernel.after(rtt / 2 + late, this.of(ANSWERED, p))
  }

  private succeed(p: number, start: number): void {
    // A late answer to a transaction that is over, or to an earlier transmission of this one, changes nothing.
    if (this.state[p] !== IN_PROGRESS || !this.wire.accept(p)) return
    this.state[p] = SUCCEEDED
    if (!this.regular || this.nominating[p] === 1) return this.end(p, this.kernel.now - start)
    if (this.nominate < 0 && !this.nominating.includes(1)) {
      this.nominate = p
      this.pace()
    }
  }

  private expire(p: number, start: number): void {
    if (this.state[p] !== IN_PROGRESS) return
    this.state[p] = FAILED
    const wasNominated = this.nominating[p] === 1
    this.nominating[p] = 0
    // The nominated pair died: another that worked is nominated in its place.
    const other = wasNominated ? this.state.indexOf(SUCCEEDED) : -1
    if (other >= 0) {
      this.nominate = other
      this.pace()
    } else this.failIfDone(start)
  }

  private failIfDone(start: number): void {
    if (!this.pacRan) return
    for (let p = 0; p < this.paths.length; p++) if (this.state[p] !== FAILED) return
    this.end(-1, this.kernel.now - start)
  }

  private end(path: number, at: number): void {
    this.ended = true
    this.outcome.path = path
    this.outcome.at = at
  }
}
