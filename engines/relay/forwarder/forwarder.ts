/**
 * The relay's decision: which pod gets a client's packet, which client gets a pod's packet, and what is dropped.
 *
 * A batch passes in two steps. First every packet is told apart by its first byte, and the ufrag of *every* Binding
 * request is staged for decryption, also from addresses that have a flow: ports are reused, and a relay that looks at
 * the address first sends a new session's checks to the old session's pod. One AES call opens all hints of the batch.
 * Then verdicts are given in order of arrival, so that media right behind its first check already finds the flow.
 *
 *   check from a new address        authentic hint -> a pending flow, to the hint's pod
 *   check of the flow's session     refreshes the flow, to the pod
 *   check of another session        to *that* session's pod; the flow stays until that pod's success response
 *   other STUN, DTLS, RTP, RTCP     by flow; no flow, no packet
 *   from the flow's own pod         to the client
 *   from another pod                only its response to a check that was passed to it
 *
 * Only an authentic hint makes state, only a pod's answer changes whose flow it is. Time is an argument, in seconds,
 * of any origin, never above 2^31. Nothing is allocated per packet; node:crypto allocates one Buffer per AES call.
 */
import { DTLS, PROTOCOL_OF_FIRST_BYTE, RTP, STUN } from '../../net/demux.ts'
import type { KeyRing } from '../hint/key-ring.ts'
import { assertHint, routeKeyOf } from '../hint/layout.ts'
import { BINDING_ERROR, BINDING_SUCCESS } from '../../net/stun/constants.ts'
import { checkHeader, messageType } from '../../net/stun/header.ts'
import * as refusal from '../../net/stun/refusal.ts'
import type { Batch, Verdicts } from './batch.ts'
import { BYTES_CREDITED, BYTES_TO_CLIENT, BYTES_TO_POD, CHECKS, Counters } from './counters.ts'
import { FLOWS_CONFIRMED, FLOWS_CREATED, FLOWS_EXPIRED, FLOWS_SWITCHED } from './counters.ts'
import { PACKETS_CREDITED, PACKETS_TO_CLIENT, PACKETS_TO_POD } from './counters.ts'
import type { Counts } from './counters.ts'
import { DenyList } from './deny-list.ts'
import { DENY_VERSION, FlowTable, KILLED as KILLED_FLOW, LIVE, NONCE_HIGH, NONCE_LOW } from './flows.ts'
import { PENDING, RECORD, ROUTE, ROUTE_KEY, SEEN, STATE, SWITCHED } from './flows.ts'
import { HEADER_IPV4_BYTES, headerAddress, headerPort, hasRelayHeader, writeRelayHeader } from './header.ts'
import type { ForwarderOptions } from './options.ts'
import { Routes } from './routes.ts'
import { BY_FLOW, BY_HINT, stageChecks } from './stage-checks.ts'
import { Transactions } from './transactions.ts'
import * as verdict from './verdict.ts'
import { Verifier } from './verifier.ts'

/** Times may be this large at most, so that deadlines stay 32-bit. */
const LATEST = 2 ** 31 - 2 ** 20

export class Forwarder {
  readonly routes: Routes
  private readonly keys: KeyRing
  private readonly flows: FlowTable
  private readonly transactions: Transactions
  private readonly denied: DenyList
  private readonly verifier: Verifier | null
  private readonly switchInterval: number
  private readonly idleTimeout: number
  private readonly counted = new Counters()
  private readonly steps: Uint8Array

  /** @throws RangeError for a capacity or timeout out of range. */
  constructor(options: ForwarderOptions) {
    const { idleTimeout = 30, pendingTimeout = Math.min(5, idleTimeout), transactionTimeout = 40 } = options
    this.routes = new Routes(options.routes ?? 4096)
    this.keys = options.keys
    this.flows = new FlowTable(
      { capacity: options.flows ?? 65_536, idleTimeout, pendingTimeout, seed: options.seed },
      this.routes.flows,
    )
    this.transactions = new Transactions(options.transactions ?? 16_384, transactionTimeout, options.seed)
    this.denied = new DenyList(options.kills ?? 4096)
    this.verifier = options.verify === undefined ? null : new Verifier(options.verify)
    this.idleTimeout = Math.ceil(idleTimeout)
    this.switchInterval = options.switchInterval ?? 1
    this.steps = new Uint8Array(options.keys.capacity)
  }

  /** Flows in the table now. */
  get flowCount(): number {
    return this.flows.size
  }

  /** Everything counted so far, as a copy. */
  counters(): Counts {
    return this.counted.read()
  }

  /**
   * Verdicts on a batch from the socket that clients send to. TO_POD verdicts cover the relay header, which is written
   * into the arena before each packet.
   * @throws RangeError when the batch is larger than the key ring's or the verdicts' capacity.
   */
  fromClients(batch: Batch, out: Verdicts): void {
    const { count, length } = batch
    this.assertRoom(count, out)
    const steps = this.steps
    if (stageChecks(batch, this.keys, steps) !== 0) {
      this.flows.touch(batch.address, batch.port, count)
      this.keys.open()
    }

    let packets = 0
    let bytes = 0
    for (let slot = 0; slot < count; slot++) {
      const step = steps[slot]!
      const reason =
        step === BY_FLOW
          ? this.byFlow(batch, slot, out)
          : step === BY_HINT
            ? this.byHint(batch, slot, out)
            : step
      out.reason[slot] = reason
      if (reason === 0) {
        packets++
        bytes += length[slot]!
      } else {
        out.action[slot] = verdict.DROP
        this.counted.dropped[reason]!++
      }
    }
    this.counted.done[PACKETS_TO_POD]! += packets
    this.counted.done[BYTES_TO_POD]! += bytes
  }

  /**
   * Verdicts on a batch from the socket that pods send to: each packet starts with a relay header, and its source is
   * the pod's internal address. TO_CLIENT verdicts cover what follows the header.
   * @throws RangeError as `fromClients`.
   */
  fromPods(batch: Batch, out: Verdicts): void {
    const { count, arena, offset, length } = batch
    this.assertRoom(count, out)
    let packets = 0
    let bytes = 0
    for (let slot = 0; slot < count; slot++) {
      const at = offset[slot]!
      const reason = hasRelayHeader(arena, at, length[slot]!)
        ? this.toClient(batch, slot, out)
        : verdict.BAD_HEADER
      out.reason[slot] = reason
      if (reason === 0) {
        packets++
        bytes += length[slot]! - HEADER_IPV4_BYTES
      } else {
        out.action[slot] = verdict.DROP
        this.counted.dropped[reason]!++
      }
    }
    this.counted.done[PACKETS_TO_CLIENT]! += packets
    this.counted.done[BYTES_TO_CLIENT]! += bytes
  }

  /**
   * Removes the flows whose time is over, and returns how many. Call it once a second or oftener; a call with nothing
   * due costs nothing.
   * @throws RangeError for a `now` that is no number or above 2^31 - 2^20.
   */
  expire(now: number): number {
    if (!(now <= LATEST)) throw new RangeError(`now is out of range: ${now}`)
    this.denied.expire(now)
    const expired = this.flows.expire(now)
    this.counted.done[FLOWS_EXPIRED]! += expired
    return expired
  }

  /**
   * Counts a client's packets that a fast path, or a sim, passed without showing them here. They prove that the pod has
   * answered (so a pending flow is confirmed) and keep the flow alive from `lastSeen`, in seconds, which may lie in
   * the future: the flow then expires as if its packets had come until then. False when the flow is gone or killed.
   * @throws RangeError for a `lastSeen` that is no number or above 2^31 - 2^20.
   */
  credit(handle: number, packets: number, bytes: number, lastSeen: number): boolean {
    if (!(lastSeen <= LATEST)) throw new RangeError(`lastSeen is out of range: ${lastSeen}`)
    const flow = this.flows.flowOf(handle)
    if (flow < 0) return false
    const words = this.flows.words
    const at = flow * RECORD
    if (this.isKilled(at)) return false
    if (words[at + STATE] === PENDING) {
      words[at + STATE] = LIVE
      this.counted.done[FLOWS_CONFIRMED]!++
    }
    const second = Math.ceil(lastSeen)
    if (words[at + SEEN]! < second) words[at + SEEN] = second
    this.counted.done[PACKETS_CREDITED]! += packets
    this.counted.done[BYTES_CREDITED]! += bytes
    return true
  }

  /**
   * Ends a session: from now on its packets are dropped both ways, until the second `until`; choose it past the last
   * moment at which the session's ufrag could be used. The entry is kept an idle timeout longer, so that a flow which is
   * silent meanwhile is gone, or has met the kill, before the entry goes. False when the deny list is full.
   * @throws RangeError for a field out of range.
   */
  kill(cluster: number, pod: number, nonce: number, until: number): boolean {
    assertHint({ cluster, pod, nonce })
    return this.denied.add(
      routeKeyOf(cluster, pod),
      Math.floor(nonce / 2 ** 32),
      nonce | 0,
      until + this.idleTimeout,
    )
  }

  private assertRoom(count: number, out: Verdicts): void {
    const room = Math.min(this.steps.length, out.action.length)
    if (count > room) throw new RangeError(`a batch of ${count} packets; there is room for ${room}`)
  }

  /** A packet of a known address: to the flow's pod. */
  private byFlow(batch: Batch, slot: number, out: Verdicts): number {
    const flow = this.flows.find(batch.address[slot]!, batch.port[slot]!)
    if (flow < 0) return verdict.UNKNOWN_FLOW
    const words = this.flows.words
    const at = flow * RECORD
    if (this.isKilled(at)) return verdict.KILLED
    const route = words[at + ROUTE]!
    const arrival = batch.arrival[slot]!
    if (arrival >= this.routes.until[route]!) return verdict.POD_DRAINED
    const second = Math.ceil(arrival)
    if (words[at + SEEN]! < second) words[at + SEEN] = second
    this.toPod(batch, slot, out, flow, route)
    return 0
  }

  /** A check whose ufrag was opened: to the hint's pod. */
  private byHint(batch: Batch, slot: number, out: Verdicts): number {
    const routeKey = this.keys.route[slot]!
    if (routeKey < 0) return verdict.BAD_REDUNDANCY
    const nonceHigh = this.keys.nonceHigh[slot]!
    const nonceLow = this.keys.nonceLow[slot]!
    const offset = batch.offset[slot]!
    if (this.verifier !== null && !this.verifier.accepts(batch.arena, offset, batch.length[slot]!)) {
      return verdict.BAD_INTEGRITY
    }
    this.counted.done[CHECKS]!++
    const route = this.routes.find(routeKey)
    if (route < 0) return verdict.UNKNOWN_POD
    const arrival = batch.arrival[slot]!
    if (arrival >= this.routes.until[route]!) return verdict.POD_DRAINED
    if (this.denied.has(routeKey, nonceHigh, nonceLow)) return verdict.KILLED

    const flows = this.flows
    const words = flows.words
    const address = batch.address[slot]!
    const port = batch.port[slot]!
    const second = Math.ceil(arrival)
    let flow = flows.find(address, port)
    let settled = false
    if (flow < 0) {
      flow = flows.insert(address, port, route, routeKey, nonceHigh, nonceLow, second)
      if (flow < 0) return verdict.TABLE_FULL
      words[flow * RECORD + DENY_VERSION] = this.denied.version
      this.counted.done[FLOWS_CREATED]!++
    } else if (this.isSession(flow * RECORD, routeKey, nonceHigh, nonceLow)) {
      const at = flow * RECORD
      if ((words[at + STATE]! & KILLED_FLOW) !== 0) return verdict.KILLED
      if (words[at + SEEN]! < second) words[at + SEEN] = second
      settled = words[at + STATE] === LIVE
    }
    if (!settled) {
      const handle = flows.handle(flow)
      this.transactions.note(handle, batch.arena, offset, routeKey, nonceHigh, nonceLow, second)
    }
    this.toPod(batch, slot, out, flow, route)
    return 0
  }

  private toPod(batch: Batch, slot: number, out: Verdicts, flow: number, route: number): void {
    const at = batch.offset[slot]! - HEADER_IPV4_BYTES
    writeRelayHeader(batch.arena, at, batch.address[slot]!, batch.port[slot]!)
    out.action[slot] = verdict.TO_POD
    out.address[slot] = this.routes.address[route]!
    out.port[slot] = this.routes.port[route]!
    out.offset[slot] = at
    out.length[slot] = batch.length[slot]! + HEADER_IPV4_BYTES
    out.flow[slot] = this.flows.handle(flow)
  }

  /** A pod's packet with a relay header: to the client that it names, if the pod may speak to it. */
  private toClient(batch: Batch, slot: number, out: Verdicts): number {
    const { arena } = batch
    const header = batch.offset[slot]!
    const inner = header + HEADER_IPV4_BYTES
    const length = batch.length[slot]! - HEADER_IPV4_BYTES
    const address = headerAddress(arena, header)
    const port = headerPort(arena, header)
    const protocol = PROTOCOL_OF_FIRST_BYTE[arena[inner]!]
    if (protocol !== STUN && protocol !== RTP && protocol !== DTLS) return verdict.OTHER_PROTOCOL

    const flow = this.flows.find(address, port)
    if (flow < 0) return verdict.UNKNOWN_FLOW
    const at = flow * RECORD
    const words = this.flows.words

    let type = 0
    let answered = -1
    if (protocol === STUN) {
      const refused = checkHeader(arena, inner, length)
      if (refused < 0) return refused === refusal.BAD_COOKIE ? verdict.BAD_COOKIE : verdict.BAD_LENGTH
      type = messageType(arena, inner)
      if (type === BINDING_SUCCESS || type === BINDING_ERROR) {
        const second = Math.ceil(batch.arrival[slot]!)
        answered = this.transactions.find(this.flows.handle(flow), arena, inner, second)
        if (
          answered >= 0 &&
          !this.isFrom(batch, slot, this.routes.find(this.transactions.routeKey(answered)))
        ) {
          answered = -1
        }
        if (answered >= 0 && type === BINDING_SUCCESS) {
          const refusedAnswer = this.settle(flow, answered, second)
          if (refusedAnswer !== 0) return refusedAnswer
        }
      }
    }
    if (answered < 0) {
      if (!this.isFrom(batch, slot, words[at + ROUTE]!)) return verdict.NOT_FLOWS_POD
      if (this.isKilled(at)) return verdict.KILLED
      if (words[at + STATE] === PENDING && protocol !== STUN) return verdict.UNCONFIRMED
    }
    out.action[slot] = verdict.TO_CLIENT
    out.address[slot] = address
    out.port[slot] = port
    out.offset[slot] = inner
    out.length[slot] = length
    out.flow[slot] = this.flows.handle(flow)
    return 0
  }

  /** A pod has answered a check with success: the flow is that session's. Returns 0 or a drop reason. */
  private settle(flow: number, entry: number, second: number): number {
    const transactions = this.transactions
    const routeKey = transactions.routeKey(entry)
    const nonceHigh = transactions.nonceHigh(entry)
    const nonceLow = transactions.nonceLow(entry)
    if (this.denied.has(routeKey, nonceHigh, nonceLow)) return verdict.KILLED
    const words = this.flows.words
    const at = flow * RECORD
    if (this.isSession(at, routeKey, nonceHigh, nonceLow)) {
      if ((words[at + STATE]! & KILLED_FLOW) !== 0) return verdict.KILLED
      if (words[at + STATE] === PENDING) {
        words[at + STATE] = LIVE
        this.counted.done[FLOWS_CONFIRMED]!++
      }
    } else {
      if (second - words[at + SWITCHED]! < this.switchInterval) return verdict.SWITCH_LIMITED
      const route = this.routes.find(routeKey)
      this.flows.reassign(flow, route, routeKey, nonceHigh, nonceLow, second)
      words[at + DENY_VERSION] = this.denied.version
      this.counted.done[FLOWS_SWITCHED]!++
    }
    transactions.forget(entry)
    return 0
  }

  private isSession(at: number, routeKey: number, nonceHigh: number, nonceLow: number): boolean {
    const words = this.flows.words
    return (
      words[at + NONCE_LOW] === nonceLow &&
      words[at + ROUTE_KEY] === routeKey &&
      words[at + NONCE_HIGH] === nonceHigh
    )
  }

  private isFrom(batch: Batch, slot: number, route: number): boolean {
    return (
      route >= 0 &&
      batch.address[slot] === this.routes.address[route] &&
      batch.port[slot] === this.routes.port[route]
    )
  }

  /** Whether the flow whose record starts at `at` is killed; looks at the deny list only if that has changed. */
  private isKilled(at: number): boolean {
    const words = this.flows.words
    if (words[at + DENY_VERSION] !== this.denied.version) {
      words[at + DENY_VERSION] = this.denied.version
      if (this.denied.has(words[at + ROUTE_KEY]!, words[at + NONCE_HIGH]!, words[at + NONCE_LOW]!)) {
        words[at + STATE]! |= KILLED_FLOW
      }
    }
    return (words[at + STATE]! & KILLED_FLOW) !== 0
  }
}
