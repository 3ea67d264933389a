/** The way of a client's packet to its pod: its flow, the header before it, and where the verdict says it goes. */
import type { Batch, Verdicts } from './batch.ts'
import { HEADROOM } from './batch.ts'
import type { FlowTable } from './flows.ts'
import { HEADER_IPV4_BYTES, HEADER_IPV6_BYTES, LINKED, putRelayHeader, putRelayHeaderIPv6 } from './header.ts'
import { secondOf, TO_THE_POD, TRAILER_BYTES } from './links.ts'
import type { RelayState } from './relay-state.ts'
import type { Routes } from './routes.ts'
import type { Unwrapper } from './unwrap.ts'
import * as verdict from './verdict.ts'

export class PodBound {
  private readonly state: RelayState
  private readonly flows: FlowTable
  private readonly routes: Routes
  private readonly unwrapper: Unwrapper | null

  /** `unwrapper`: of the batches that are judged; null without links. */
  constructor(state: RelayState, unwrapper: Unwrapper | null) {
    this.state = state
    this.flows = state.flows
    this.routes = state.routes
    this.unwrapper = unwrapper
  }

  /** The flow of a packet's client, or -1. `hash`: that of the client, where it is known. */
  find(batch: Batch, slot: number, hash?: number): number {
    const { flows } = this
    return batch.family[slot] === 6
      ? flows.findIPv6(batch.addressIPv6, slot * 4, batch.port[slot]!, hash)
      : flows.find(batch.address[slot]!, batch.port[slot]!, hash)
  }

  /** The relay that a packet came by, or 0. */
  viaOf(slot: number): number {
    return this.unwrapper === null ? 0 : this.unwrapper.via[slot]!
  }

  /** Why a packet may not go to another relay; or 0. */
  refuseLink(batch: Batch, slot: number): number {
    if (this.viaOf(slot) !== 0) return verdict.ROUTE_LOOP
    const end = batch.length[slot]! + TRAILER_BYTES
    const fits = end <= batch.slotBytes - HEADROOM && batch.offset[slot]! + end <= batch.arena.length
    return fits ? 0 : verdict.TOO_LONG
  }

  /** Passes a packet of a flow on. */
  toPod(batch: Batch, slot: number, out: Verdicts, flow: number, route: number): void {
    this.writeHeader(batch, slot, out, flow, route)
    if (this.routes.isLink[route] !== 0) this.toRelay(batch, slot, out)
  }

  /** As `toPod`, for a route that leads to no other relay. */
  writeHeader(batch: Batch, slot: number, out: Verdicts, flow: number, route: number): void {
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
