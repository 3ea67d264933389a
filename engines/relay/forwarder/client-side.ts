/** Verdicts on what clients send: see `forwarder.ts` for the rules. Checks have a file of their own (`client-checks.ts`). */
import { BINDING_SUCCESS } from '../../net/stun/constants.ts'
import { messageType } from '../../net/stun/header.ts'
import type { Batch, Verdicts } from './batch.ts'
import { ClientChecks } from './client-checks.ts'
import { BYTES_TO_POD, PACKETS_TO_POD } from './counters.ts'
import type { FlowTable } from './flows.ts'
import { HEADER_IPV4_BYTES, HEADER_IPV6_BYTES, putRelayHeader, putRelayHeaderIPv6 } from './header.ts'
import { PodBound } from './pod-bound.ts'
import { answers, received } from './proof.ts'
import { KILLED, LIVE, PROVEN, RECORD, ROUTE, SEEN, STATE } from './record.ts'
import type { RelayState } from './relay-state.ts'
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
  private readonly unwrapper: Unwrapper | null
  private readonly bound: PodBound
  private readonly checks: ClientChecks

  constructor(state: RelayState) {
    const { capacity } = state.keys
    this.state = state
    this.words = state.flows.words
    this.cold = state.flows.cold
    this.flows = state.flows
    this.routes = state.routes
    this.steps = new Uint8Array(capacity)
    this.unwrapper = state.links === null ? null : new Unwrapper(state.links, capacity)
    this.bound = new PodBound(state, this.unwrapper)
    this.checks = new ClientChecks(state, this.bound)
  }

  judge(batch: Batch, out: Verdicts): void {
    const { steps, unwrapper } = this
    const { keys, counted } = this.state
    const { count, length } = batch
    if (unwrapper !== null) unwrapper.unwrap(batch)
    if (stageChecks(batch, keys, steps) !== 0) this.checks.open(batch)

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
      } else if (step === BY_HINT) reason = this.checks.judge(batch, slot, out)
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
    const flow = this.bound.find(batch, slot)
    if (flow < 0) return verdict.UNKNOWN_FLOW
    const at = flow * RECORD
    const state = words[at + STATE]!
    if ((state & KILLED) !== 0) return verdict.KILLED
    const route = words[at + ROUTE]!
    const arrival = batch.arrival[slot]!
    if (arrival >= routes.until[route]!) return verdict.POD_DRAINED
    if (routes.isLink[route] === 1) {
      const refused = this.bound.refuseLink(batch, slot)
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
    this.bound.toPod(batch, slot, out, flow, route)
    return 0
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
}
