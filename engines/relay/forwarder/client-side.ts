/** Verdicts on what clients send: see `forwarder.ts` for the rules. */
import { isAnswerableIPv4, isAnswerableIPv6 } from '../../net/address.ts'
import { messageType } from '../../net/stun/header.ts'
import { BINDING_SUCCESS } from '../../net/stun/constants.ts'
import { FOREIGN_CLUSTER } from '../hint/key-ring.ts'
import { SESSION_HIGH_BITS } from '../hint/layout.ts'
import type { Batch, Verdicts } from './batch.ts'
import { HEADROOM } from './batch.ts'
import { BYTES_TO_POD, CHECKS, FLOWS_CREATED, PACKETS_TO_POD } from './counters.ts'
import { HEADER_IPV4_BYTES, HEADER_IPV6_BYTES, LINKED } from './header.ts'
import { putRelayHeader, putRelayHeaderIPv6 } from './header.ts'
import { secondOf, TO_THE_POD, TRAILER_BYTES } from './links.ts'
import { answers, received } from './proof.ts'
import {
  CHECKED,
  FOREIGN,
  FOREIGN_UNTIL,
  KILLED,
  LIVE,
  NONCE_HIGH,
  NONCE_LOW,
  OWN_ID,
  PROVEN,
} from './record.ts'
import { RECORD, ROUTE, ROUTE_KEY, SEEN, STATE, VIA_SHIFT } from './record.ts'
import type { RelayState } from './relay-state.ts'
import type { FlowTable } from './flows.ts'
import type { Routes } from './routes.ts'
import { BY_FLOW, BY_HINT, stageChecks, STUN_BY_FLOW } from './stage-checks.ts'
import { NOT_GENUINE, Unwrapper } from './unwrap.ts'
import * as verdict from './verdict.ts'

export class ClientSide {
  private readonly state: RelayState
  private readonly words: Int32Array
  private readonly cold: Int32Array
  private readonly flows: FlowTable
  private readonly routes: Routes
  private readonly steps: Uint8Array
  /** By slot: the hash of the client, in a batch that has checks. */
  private readonly hashes: Int32Array
  private readonly unwrapper: Unwrapper | null
  /** Neither links nor a verifier: a check of a settled flow has nothing else to pass. */
  private readonly isPlain: boolean

  constructor(state: RelayState) {
    const { capacity } = state.keys
    this.state = state
    this.words = state.flows.words
    this.cold = state.flows.cold
    this.flows = state.flows
    this.routes = state.routes
    this.steps = new Uint8Array(capacity)
    this.hashes = new Int32Array(capacity)
    this.isPlain = state.links === null && state.verifier === null
    this.unwrapper = state.links === null ? null : new Unwrapper(state.links, capacity)
  }

  judge(batch: Batch, out: Verdicts): void {
    const { steps, unwrapper } = this
    const { keys, flows, counted } = this.state
    const { count, length } = batch
    if (unwrapper !== null) unwrapper.unwrap(batch)
    if (stageChecks(batch, keys, steps) !== 0) {
      flows.touch(batch, this.hashes)
      keys.open()
    }

    // Pods have IPv4.
    out.family.fill(4, 0, count)
    let packets = 0
    let bytes = 0
    for (let slot = 0; slot < count; slot++) {
      const step = steps[slot]!
      let reason = step
      if (step === BY_FLOW) {
        const after = this.media(batch, slot, out)
        if (after !== slot) {
          slot = after - 1
          continue
        }
        reason = this.byFlow(batch, slot, out, false)
      } else if (step === BY_HINT) reason = this.check(batch, slot, out)
      else if (step === STUN_BY_FLOW) reason = this.byFlow(batch, slot, out, true)
      else if (unwrapper !== null && unwrapper.via[slot] === NOT_GENUINE) reason = verdict.BAD_LINK
      out.reason[slot] = reason
      if (reason === 0) {
        packets++
        bytes += length[slot]!
      } else {
        out.action[slot] = verdict.DROP
        counted.dropped[reason]!++
      }
    }
    counted.done[PACKETS_TO_POD]! += packets
    counted.done[BYTES_TO_POD]! += bytes
    if (unwrapper !== null) {
      this.state.links!.seal(batch.arena, out.offset, out.length)
      unwrapper.restore(batch)
    }
  }

  /**
   * What nearly every packet is: media of live flows that go to a pod. A run of them from slot `from` on, in one loop,
   * so that the arrays are loaded once a run and not once a packet. Returns the slot after it,
   * which is `from` when the packet there is not of these.
   */
  private media(batch: Batch, from: number, out: Verdicts): number {
    const { words, flows, steps } = this
    const { isLink, until, address: podAddress, port: podPort } = this.routes
    const { count, family, address, addressIPv6, port, arrival, offset, length, view } = batch
    const { action, reason, address: toAddress, port: toPort, offset: start, length: toLength } = out
    const { done } = this.state.counted
    let bytes = 0
    let slot = from
    for (; slot < count && steps[slot] === BY_FLOW; slot++) {
      const isIPv6 = family[slot] === 6
      const flow = isIPv6
        ? flows.findIPv6(addressIPv6, slot * 4, port[slot]!)
        : flows.find(address[slot]!, port[slot]!)
      if (flow < 0) break
      const at = flow * RECORD
      const state = words[at + STATE]!
      const route = words[at + ROUTE]!
      const time = arrival[slot]!
      const isPlain = (state & (LIVE | KILLED)) === LIVE && isLink[route] === 0
      if (!isPlain || time >= until[route]!) break
      const second = Math.ceil(time)
      if (words[at + SEEN]! < second) words[at + SEEN] = second
      const size = length[slot]!
      if ((state & PROVEN) === 0) received(words, flow, size)
      bytes += size
      const header = isIPv6 ? HEADER_IPV6_BYTES : HEADER_IPV4_BYTES
      const place = offset[slot]! - header
      if (isIPv6) putRelayHeaderIPv6(view, place, addressIPv6, slot * 4, port[slot]!)
      else putRelayHeader(view, place, address[slot]!, port[slot]!)
      action[slot] = verdict.TO_POD
      reason[slot] = 0
      toAddress[slot] = podAddress[route]!
      toPort[slot] = podPort[route]!
      start[slot] = place
      toLength[slot] = size + header
      out.flow[slot] = flows.handle(flow)
    }
    done[PACKETS_TO_POD]! += slot - from
    done[BYTES_TO_POD]! += bytes
    return slot
  }

  /** Media, DTLS, and STUN without a hint: to the pod of its address's flow. */
  private byFlow(batch: Batch, slot: number, out: Verdicts, isStun: boolean): number {
    const { words, routes } = this
    const flow = this.find(batch, slot)
    if (flow < 0) return verdict.UNKNOWN_FLOW
    const at = flow * RECORD
    const state = words[at + STATE]!
    if ((state & KILLED) !== 0) return verdict.KILLED
    const route = words[at + ROUTE]!
    const arrival = batch.arrival[slot]!
    if (arrival >= routes.until[route]!) return verdict.POD_DRAINED
    if (routes.isLink[route] === 1) {
      const refused = this.refuseLink(batch, slot)
      if (refused !== 0) return refused
    }
    if ((state & LIVE) !== 0) {
      const second = Math.ceil(arrival)
      if (words[at + SEEN]! < second) words[at + SEEN] = second
    } else if (!isStun) return verdict.UNCONFIRMED
    if ((state & PROVEN) === 0) {
      received(words, flow, batch.length[slot]!)
      if (isStun) this.takeProof(batch, slot, flow)
    }
    this.toPod(batch, slot, out, flow, route)
    return 0
  }

  /**
   * What nearly every check is: of a live flow's own session, with nothing else under way. That the flow is there says
   * that its source can be answered; its route is the one that the hint leads to (`routes.ts`). All else by `byHint`.
   */
  private check(batch: Batch, slot: number, out: Verdicts): number {
    const { words, routes, state } = this
    const { keys } = state
    if (!this.isPlain) return this.byHint(batch, slot, out)
    const flow = this.find(batch, slot, this.hashes[slot])
    if (flow < 0) return this.byHint(batch, slot, out)
    const at = flow * RECORD
    const flags = words[at + STATE]!
    const routeKey = keys.route[slot]!
    const nonceHigh = keys.nonceHigh[slot]! & SESSION_HIGH_BITS
    const nonceLow = keys.nonceLow[slot]!
    const route = words[at + ROUTE]!
    const arrival = batch.arrival[slot]!
    const isSettled =
      (flags & (LIVE | KILLED | FOREIGN)) === LIVE &&
      words[at + NONCE_LOW] === nonceLow &&
      words[at + ROUTE_KEY] === routeKey &&
      words[at + NONCE_HIGH] === nonceHigh &&
      arrival < routes.until[route]! &&
      !state.denied.has(routeKey, nonceHigh, nonceLow)
    if (!isSettled) return this.byHint(batch, slot, out)
    state.counted.done[CHECKS]!++
    words[at + OWN_ID] = idDigest(batch, slot)
    words[at + STATE] = flags | CHECKED
    const second = Math.ceil(arrival)
    if (words[at + SEEN]! < second) words[at + SEEN] = second
    if ((flags & PROVEN) === 0) received(words, flow, batch.length[slot]!)
    this.writeHeader(batch, slot, out, flow, route)
    return 0
  }

  /** A check whose ufrag was opened: to the hint's pod. */
  private byHint(batch: Batch, slot: number, out: Verdicts): number {
    const { state, words } = this
    const { keys, routes, counted } = state
    if (!isAnswerable(batch, slot)) return verdict.BAD_SOURCE
    const routeKey = keys.route[slot]!
    if (routeKey < 0) return routeKey === FOREIGN_CLUSTER ? verdict.FOREIGN_CLUSTER : verdict.BAD_REDUNDANCY
    const nonceHigh = keys.nonceHigh[slot]! & SESSION_HIGH_BITS
    const nonceLow = keys.nonceLow[slot]!
    const offset = batch.offset[slot]!
    if (state.verifier !== null && !state.verifier.accepts(batch.arena, offset, batch.length[slot]!)) {
      return verdict.BAD_INTEGRITY
    }
    counted.done[CHECKS]!++
    const route = routes.find(routeKey)
    if (route < 0) return verdict.UNKNOWN_POD
    const arrival = batch.arrival[slot]!
    if (arrival >= routes.until[route]!) return verdict.POD_DRAINED
    if (routes.isLink[route] === 1) {
      const refused = this.refuseLink(batch, slot)
      if (refused !== 0) return refused
    }
    if (state.denied.has(routeKey, nonceHigh, nonceLow)) return verdict.KILLED

    const second = Math.ceil(arrival)
    let flow = this.find(batch, slot, this.hashes[slot])
    if (flow < 0) {
      flow = this.admit(batch, slot, route, routeKey, nonceHigh, nonceLow, second)
      if (flow < 0) return verdict.TABLE_FULL
    } else {
      const refused = state.isSession(flow, routeKey, nonceHigh, nonceLow)
        ? this.ownCheck(batch, slot, flow, second)
        : this.foreignCheck(batch, slot, flow, routeKey, nonceHigh, nonceLow, second)
      if (refused !== 0) return refused
    }
    if ((words[flow * RECORD + STATE]! & PROVEN) === 0) received(words, flow, batch.length[slot]!)
    this.toPod(batch, slot, out, flow, route)
    return 0
  }

  /** A pending flow for a client that has none; those go first that have more than their share. -1: no room. */
  private admit(
    batch: Batch,
    slot: number,
    route: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    second: number,
  ): number {
    const { state } = this
    const { flows } = state
    const isIPv6 = batch.family[slot] === 6
    const words6 = slot * 4
    state.evict(flows.sessions.surplusPending(routeKey, nonceHigh, nonceLow, state.flowsPerSession))
    state.evict(
      isIPv6
        ? flows.pending.surplus(
            true,
            batch.addressIPv6[words6]!,
            batch.addressIPv6[words6 + 1]!,
            state.pendingPerAddress,
          )
        : flows.pending.surplus(false, batch.address[slot]!, 0, state.pendingPerAddress),
    )
    if (flows.isFull) {
      if (flows.pending.oldest < 0) return -1
      state.evict(flows.pending.oldest)
    }
    const port = batch.port[slot]!
    const flow = isIPv6
      ? flows.insertIPv6(batch.addressIPv6, words6, port, route, routeKey, nonceHigh, nonceLow, second)
      : flows.insert(
          batch.address[slot]!,
          port,
          route,
          routeKey,
          nonceHigh,
          nonceLow,
          second,
          this.hashes[slot],
        )
    if (this.unwrapper !== null) state.setVia(flow, this.viaOf(slot))
    this.note(batch, slot, flow, routeKey, nonceHigh, nonceLow, second)
    state.counted.done[FLOWS_CREATED]!++
    return flow
  }

  /** A check of the flow's session. Settled, it only refreshes; else its answer will confirm, or change the way back. */
  private ownCheck(batch: Batch, slot: number, flow: number, second: number): number {
    const { words, cold } = this
    const { keys, flows, transactions } = this.state
    const at = flow * RECORD
    const state = words[at + STATE]!
    if ((state & KILLED) !== 0) return verdict.KILLED
    if ((state & LIVE) === 0 || state >>> VIA_SHIFT !== this.viaOf(slot)) {
      const nonceHigh = keys.nonceHigh[slot]! & SESSION_HIGH_BITS
      if (!this.note(batch, slot, flow, keys.route[slot]!, nonceHigh, keys.nonceLow[slot]!, second)) {
        return verdict.DUPLICATE_TRANSACTION
      }
    } else {
      words[at + OWN_ID] = idDigest(batch, slot)
      words[at + STATE] = state | CHECKED
      // Another session may not have the answer to this one's check.
      if ((state & FOREIGN) !== 0 && cold[at + FOREIGN_UNTIL]! >= second) {
        const copied = transactions.find(flows.handle(flow), batch.arena, batch.offset[slot]!, second)
        if (copied >= 0 && !this.isOwn(flow, copied)) transactions.forget(copied)
      }
    }
    if (words[at + SEEN]! < second) words[at + SEEN] = second
    return 0
  }

  /** A check of another session than the flow's: to its own pod, whose answer may give it the flow. */
  private foreignCheck(
    batch: Batch,
    slot: number,
    flow: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    second: number,
  ): number {
    const { words, cold } = this
    const at = flow * RECORD
    const state = words[at + STATE]!
    if ((state & CHECKED) !== 0 && words[at + OWN_ID] === idDigest(batch, slot)) {
      return verdict.DUPLICATE_TRANSACTION
    }
    if (!this.note(batch, slot, flow, routeKey, nonceHigh, nonceLow, second)) {
      return verdict.DUPLICATE_TRANSACTION
    }
    const until = second + Math.ceil(this.state.transactionTimeout)
    if ((state & FOREIGN) === 0 || cold[at + FOREIGN_UNTIL]! < until) cold[at + FOREIGN_UNTIL] = until
    words[at + STATE] = state | FOREIGN
    return 0
  }

  private isOwn(flow: number, entry: number): boolean {
    const { transactions } = this.state
    return this.state.isSession(
      flow,
      transactions.routeKey(entry),
      transactions.nonceHigh(entry),
      transactions.nonceLow(entry),
    )
  }

  private note(
    batch: Batch,
    slot: number,
    flow: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    second: number,
  ): boolean {
    const { transactions, flows } = this.state
    const via = this.viaOf(slot)
    const at = batch.offset[slot]!
    return transactions.note(flows.handle(flow), batch.arena, at, routeKey, nonceHigh, nonceLow, second, via)
  }

  /** The client's answer to its pod's request: it is where it says. */
  private takeProof(batch: Batch, slot: number, flow: number): void {
    const { words, cold } = this
    const at = batch.offset[slot]!
    const isProof =
      (words[flow * RECORD + STATE]! & LIVE) !== 0 &&
      messageType(batch.arena, at) === BINDING_SUCCESS &&
      answers(words, cold, flow, batch.arena, at)
    if (isProof) this.state.prove(flow)
  }

  /** `hash`: that of its client, where it is known. */
  private find(batch: Batch, slot: number, hash?: number): number {
    const { flows } = this
    return batch.family[slot] === 6
      ? flows.findIPv6(batch.addressIPv6, slot * 4, batch.port[slot]!, hash)
      : flows.find(batch.address[slot]!, batch.port[slot]!, hash)
  }

  private viaOf(slot: number): number {
    return this.unwrapper === null ? 0 : this.unwrapper.via[slot]!
  }

  /** Why a packet may not go to another relay; or 0. */
  private refuseLink(batch: Batch, slot: number): number {
    if (this.viaOf(slot) !== 0) return verdict.ROUTE_LOOP
    const end = batch.length[slot]! + TRAILER_BYTES
    const fits = end <= batch.slotBytes - HEADROOM && batch.offset[slot]! + end <= batch.arena.length
    return fits ? 0 : verdict.TOO_LONG
  }

  private toPod(batch: Batch, slot: number, out: Verdicts, flow: number, route: number): void {
    this.writeHeader(batch, slot, out, flow, route)
    if (this.routes.isLink[route] !== 0) this.toRelay(batch, slot, out)
  }

  private writeHeader(batch: Batch, slot: number, out: Verdicts, flow: number, route: number): void {
    if (batch.family[slot] === 6) {
      const at = batch.offset[slot]! - HEADER_IPV6_BYTES
      putRelayHeaderIPv6(batch.view, at, batch.addressIPv6, slot * 4, batch.port[slot]!)
      this.send(batch, slot, out, flow, route, HEADER_IPV6_BYTES)
    } else {
      const at = batch.offset[slot]! - HEADER_IPV4_BYTES
      putRelayHeader(batch.view, at, batch.address[slot]!, batch.port[slot]!)
      this.send(batch, slot, out, flow, route, HEADER_IPV4_BYTES)
    }
  }

  /** The packet and the `header` bytes before it, to where a route leads. */
  private send(batch: Batch, slot: number, out: Verdicts, flow: number, route: number, header: number): void {
    out.action[slot] = verdict.TO_POD
    out.address[slot] = this.routes.address[route]!
    out.port[slot] = this.routes.port[route]!
    out.offset[slot] = batch.offset[slot]! - header
    out.length[slot] = batch.length[slot]! + header
    out.flow[slot] = this.flows.handle(flow)
  }

  /** What goes to a pod by way of another relay. */
  private toRelay(batch: Batch, slot: number, out: Verdicts): void {
    const at = out.offset[slot]!
    batch.arena[at + 1] = LINKED
    out.length[slot]! += TRAILER_BYTES
    this.state.links!.stage(batch.arena, at, secondOf(batch.arrival[slot]!), TO_THE_POD, slot)
  }
}

function isAnswerable(batch: Batch, slot: number): boolean {
  if (batch.port[slot] === 0) return false
  return batch.family[slot] === 6
    ? isAnswerableIPv6(batch.addressIPv6, slot * 4)
    : isAnswerableIPv4(batch.address[slot]!)
}

/** Transaction ids are random: who does not copy one has another digest, but for one in 2^32. */
function idDigest(batch: Batch, slot: number): number {
  const at = batch.offset[slot]! + 8
  return batch.view.getInt32(at) ^ batch.view.getInt32(at + 4) ^ batch.view.getInt32(at + 8)
}
