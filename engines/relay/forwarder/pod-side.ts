/** Verdicts on what pods send, or other relays for them: see `forwarder.ts` for the rules. */
import { DTLS, hasMediaHeader, PROTOCOL_OF_FIRST_BYTE, RTP, STUN } from '../../net/demux.ts'
import { BINDING_ERROR, BINDING_REQUEST, BINDING_SUCCESS } from '../../net/stun/constants.ts'
import { checkHeader, messageType } from '../../net/stun/header.ts'
import * as refusal from '../../net/stun/refusal.ts'
import { word } from '../../net/bytes.ts'
import type { Batch, Verdicts } from './batch.ts'
import { HEADROOM, LATEST } from './batch.ts'
import {
  BYTES_TO_CLIENT,
  FLOWS_RETURNED,
  FLOWS_SWITCHED,
  PACKETS_TO_CLIENT,
  SWITCH_LIMITED,
} from './counters.ts'
import { HEADER_IPV6, headerAddress, headerBytes, headerPort, hasRelayHeader, LINKED } from './header.ts'
import { readHeaderIPv6, VOUCHED } from './header.ts'
import { Links, secondOf, TO_THE_CLIENT, TRAILER_BYTES } from './links.ts'
import { REFUSED, RETURN } from './ownership.ts'
import { asked, maySend, sent } from './proof.ts'
import { KILLED, LIVE, PROVEN, RECORD, ROUTE, STATE } from './record.ts'
import type { RelayState } from './relay-state.ts'
import { isWithin } from './unwrap.ts'
import * as verdict from './verdict.ts'

export class PodSide {
  private readonly state: RelayState
  private readonly words: Int32Array
  /** By slot: whether the trailer of a link is genuine. */
  private readonly genuine: Uint8Array
  /** Payload bytes of the last packet that `toClient` passed. */
  private payload = 0

  constructor(state: RelayState) {
    this.state = state
    this.words = state.flows.words
    this.genuine = new Uint8Array(state.keys.capacity)
  }

  judge(batch: Batch, out: Verdicts): void {
    const { links, counted } = this.state
    const { count } = batch
    if (links !== null) this.checkLinks(batch, links)
    let packets = 0
    let bytes = 0
    for (let slot = 0; slot < count; slot++) {
      const reason = this.toClient(batch, slot, out)
      out.reason[slot] = reason
      if (reason === 0) {
        packets++
        bytes += this.payload
      } else {
        out.action[slot] = verdict.DROP
        counted.dropped[reason]!++
      }
    }
    counted.done[PACKETS_TO_CLIENT]! += packets
    counted.done[BYTES_TO_CLIENT]! += bytes
    if (links !== null) links.seal(batch.arena, out.offset, out.length)
  }

  /** A pod's packet with a relay header: to the client that it names, if the pod may speak to it. */
  private toClient(batch: Batch, slot: number, out: Verdicts): number {
    const { state, words } = this
    const { flows, transactions, links } = state
    const { arena } = batch
    const header = batch.offset[slot]!
    const size = batch.length[slot]!
    const arrival = batch.arrival[slot]!
    if (size >>> 0 > batch.slotBytes - HEADROOM || header < 0 || header + size > arena.length) {
      return verdict.BAD_SLOT
    }
    if (!(Math.abs(arrival) < LATEST)) return verdict.BAD_TIME
    if (!hasRelayHeader(arena, header, size)) return verdict.BAD_HEADER
    const flags = arena[header + 1]!
    const isLinked = (flags & LINKED) !== 0
    if (isLinked) {
      if (links === null) return verdict.BAD_HEADER
      if (this.genuine[slot] === 0) return verdict.BAD_LINK
    }
    const inner = header + headerBytes(arena[header]!)
    const length = size - (inner - header) - (isLinked ? TRAILER_BYTES : 0)
    const protocol = PROTOCOL_OF_FIRST_BYTE[arena[inner]!]!
    const isStun = protocol === STUN
    if (!isStun) {
      if (protocol !== RTP && protocol !== DTLS) return verdict.OTHER_PROTOCOL
      if (!hasMediaHeader(protocol, arena, inner, length)) return verdict.TOO_SHORT
    }

    const flow = this.find(batch, slot, out)
    if (flow < 0) return verdict.UNKNOWN_FLOW
    const at = flow * RECORD
    let via = state.via(flow)
    let answered = -1
    let type = 0
    if (isStun) {
      const refused = checkHeader(arena, inner, length)
      if (refused < 0) return refused === refusal.BAD_COOKIE ? verdict.BAD_COOKIE : verdict.BAD_LENGTH
      type = messageType(arena, inner)
      if (type === BINDING_SUCCESS || type === BINDING_ERROR) {
        answered = this.entryAnswered(batch, slot, inner, flow, isLinked)
        if (answered >= 0) via = transactions.via(answered)
      }
    }
    if (answered < 0) {
      const refused = this.refuseFromPod(batch, slot, flow, isLinked, isStun)
      if (refused !== 0) return refused
    } else if (this.isKilled(flow, answered)) return verdict.KILLED
    if (via !== 0 && !fitsTrailer(batch, slot, size)) return verdict.TOO_LONG

    if ((words[at + STATE]! & PROVEN) === 0) {
      const isVouched = answered < 0 && (flags & VOUCHED) !== 0 && (words[at + STATE]! & LIVE) !== 0
      if (isVouched) state.prove(flow)
      else {
        if (!maySend(words, flow, length, isStun)) return verdict.UNPROVEN
        if (type === BINDING_REQUEST) asked(words, flows.cold, flow, arena, inner)
        sent(words, flow, length)
      }
    }
    if (answered >= 0 && type === BINDING_SUCCESS) this.settle(flow, answered, arrival)

    this.payload = length
    out.action[slot] = verdict.TO_CLIENT
    out.flow[slot] = flows.handle(flow)
    if (via === 0) {
      out.family[slot] = arena[header]!
      out.address[slot] = headerAddress(arena, header)
      out.port[slot] = headerPort(arena, header)
      out.offset[slot] = inner
      out.length[slot] = length
    } else {
      const isProven = (words[at + STATE]! & PROVEN) !== 0
      this.toRelay(batch, slot, out, via, inner - header + length, isProven ? LINKED | VOUCHED : LINKED)
    }
    return 0
  }

  /** Back to the relay that the client is behind: header and packet as they are, and a trailer. */
  private toRelay(
    batch: Batch,
    slot: number,
    out: Verdicts,
    via: number,
    bytes: number,
    flags: number,
  ): void {
    const links = this.state.links!
    const header = batch.offset[slot]!
    batch.arena[header + 1] = flags
    out.family[slot] = 4
    out.address[slot] = links.address[via]!
    out.port[slot] = links.port[via]!
    out.offset[slot] = header
    out.length[slot] = bytes + TRAILER_BYTES
    links.stage(batch.arena, header, secondOf(batch.arrival[slot]!), TO_THE_CLIENT, slot)
  }

  /** Why the packet may not pass as one of the flow's own pod; or 0. */
  private refuseFromPod(
    batch: Batch,
    slot: number,
    flow: number,
    isLinked: boolean,
    isStun: boolean,
  ): number {
    const at = flow * RECORD
    const route = this.words[at + ROUTE]!
    const state = this.words[at + STATE]!
    if (!this.isFrom(batch, slot, route, isLinked)) return verdict.NOT_FLOWS_POD
    if (batch.arrival[slot]! >= this.state.routes.until[route]!) return verdict.POD_DRAINED
    if ((state & KILLED) !== 0) return verdict.KILLED
    return (state & LIVE) === 0 && !isStun ? verdict.UNCONFIRMED : 0
  }

  /** The check that the response at `inner` answers, if its sender is that check's pod; or -1. */
  private entryAnswered(batch: Batch, slot: number, inner: number, flow: number, isLinked: boolean): number {
    const { transactions, flows, routes } = this.state
    const arrival = batch.arrival[slot]!
    const entry = transactions.find(flows.handle(flow), batch.arena, inner, Math.ceil(arrival))
    if (entry < 0) return -1
    const route = routes.find(transactions.routeKey(entry))
    return this.isFrom(batch, slot, route, isLinked) && arrival < routes.until[route]! ? entry : -1
  }

  private isKilled(flow: number, entry: number): boolean {
    const { state } = this
    const { transactions } = state
    const routeKey = transactions.routeKey(entry)
    const nonceHigh = transactions.nonceHigh(entry)
    const nonceLow = transactions.nonceLow(entry)
    if (state.denied.has(routeKey, nonceHigh, nonceLow)) return true
    return (
      (this.words[flow * RECORD + STATE]! & KILLED) !== 0 &&
      state.isSession(flow, routeKey, nonceHigh, nonceLow)
    )
  }

  /** A pod has answered a check with success: the flow is confirmed, or that session's, if it may be. */
  private settle(flow: number, entry: number, arrival: number): void {
    const { state, words } = this
    const { flows, transactions, ownership, routes, counted } = state
    const at = flow * RECORD
    const routeKey = transactions.routeKey(entry)
    const nonceHigh = transactions.nonceHigh(entry)
    const nonceLow = transactions.nonceLow(entry)
    const via = transactions.via(entry)
    transactions.forget(entry)
    if (state.isSession(flow, routeKey, nonceHigh, nonceLow)) {
      state.setVia(flow, via)
      if ((words[at + STATE]! & LIVE) === 0) state.confirm(flow)
      return
    }
    const route = routes.find(routeKey)
    const holds =
      (words[at + STATE]! & (LIVE | KILLED)) === LIVE && arrival < routes.until[words[at + ROUTE]!]!
    if (holds) {
      const claim = ownership.claim(flow, routeKey, nonceHigh, nonceLow, arrival)
      if (claim === REFUSED) {
        counted.done[SWITCH_LIMITED]!++
        return
      }
      ownership.handOver(flow, route, routeKey, nonceHigh, nonceLow, arrival, claim)
      if (claim === RETURN) counted.done[FLOWS_RETURNED]!++
    } else {
      // Unconfirmed, killed, or of a pod that is gone: nobody holds it.
      flows.reassign(flow, route, routeKey, nonceHigh, nonceLow, Math.ceil(arrival))
      ownership.begin(flow)
    }
    state.setVia(flow, via)
    counted.done[FLOWS_SWITCHED]!++
    state.makeRoom(flow)
  }

  /** Whether a packet comes from where a route leads, and as it must from there. */
  private isFrom(batch: Batch, slot: number, route: number, isLinked: boolean): boolean {
    const { routes } = this.state
    return (
      route >= 0 &&
      batch.family[slot] === 4 &&
      batch.address[slot] === routes.address[route] &&
      batch.port[slot] === routes.port[route] &&
      (routes.isLink[route] === 1) === isLinked
    )
  }

  private find(batch: Batch, slot: number, out: Verdicts): number {
    const { flows } = this.state
    const { arena } = batch
    const header = batch.offset[slot]!
    const port = headerPort(arena, header)
    if (arena[header] !== HEADER_IPV6) return flows.find(headerAddress(arena, header), port)
    readHeaderIPv6(arena, header, out.addressIPv6, slot * 4)
    return flows.findIPv6(out.addressIPv6, slot * 4, port)
  }

  private checkLinks(batch: Batch, links: Links): void {
    const { arena, offset, length } = batch
    for (let slot = 0; slot < batch.count; slot++) {
      this.genuine[slot] = 0
      if (!isWithin(batch, slot) || !Links.isLinked(batch, slot)) continue
      const end = offset[slot]! + length[slot]!
      links.stage(arena, offset[slot]!, word(arena, end - TRAILER_BYTES), TO_THE_CLIENT, slot)
    }
    links.check(batch, this.genuine)
  }
}

function fitsTrailer(batch: Batch, slot: number, size: number): boolean {
  const end = size + TRAILER_BYTES
  return end <= batch.slotBytes - HEADROOM && batch.offset[slot]! + end <= batch.arena.length
}
