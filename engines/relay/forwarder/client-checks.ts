/** Verdicts on clients' checks whose ufrag was opened: see `forwarder.ts` for the rules. */
import { isAnswerableIPv4, isAnswerableIPv6 } from '../../net/address.ts'
import { FOREIGN_CLUSTER } from '../hint/key-ring.ts'
import { SESSION_HIGH_BITS } from '../hint/layout.ts'
import type { Batch, Verdicts } from './batch.ts'
import { CHECKS, FLOWS_CREATED } from './counters.ts'
import type { PodBound } from './pod-bound.ts'
import { received } from './proof.ts'
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
import type { Routes } from './routes.ts'
import * as verdict from './verdict.ts'

export class ClientChecks {
  private readonly state: RelayState
  private readonly bound: PodBound
  private readonly words: Int32Array
  private readonly cold: Int32Array
  private readonly routes: Routes
  /** By slot: the hash of the client, in a batch that has checks. */
  private readonly hashes: Int32Array
  /** Neither links nor a verifier: a check of a settled flow has nothing else to pass. */
  private readonly isPlain: boolean

  constructor(state: RelayState, bound: PodBound) {
    this.state = state
    this.bound = bound
    this.words = state.flows.words
    this.cold = state.flows.cold
    this.routes = state.routes
    this.hashes = new Int32Array(state.keys.capacity)
    this.isPlain = state.links === null && state.verifier === null
  }

  /** Opens the hints that are staged for a batch. */
  open(batch: Batch): void {
    this.state.flows.touch(batch, this.hashes)
    this.state.keys.open()
  }

  /**
   * What nearly every check is: of a live flow's own session, with nothing else under way. That the flow is there says
   * that its source can be answered; its route is the one that the hint leads to (`routes.ts`). All else by `byHint`.
   */
  judge(batch: Batch, slot: number, out: Verdicts): number {
    const { words, cold, routes, state } = this
    const { keys } = state
    const flow = this.bound.find(batch, slot, this.hashes[slot])
    if (flow < 0 || !this.isPlain) return this.byHint(batch, slot, out, flow)
    const at = flow * RECORD
    const flags = words[at + STATE]!
    const routeKey = keys.route[slot]!
    const nonceHigh = keys.nonceHigh[slot]! & SESSION_HIGH_BITS
    const nonceLow = keys.nonceLow[slot]!
    const route = words[at + ROUTE]!
    const arrival = batch.arrival[slot]!
    const second = Math.ceil(arrival)
    const isSettled =
      (flags & (LIVE | KILLED)) === LIVE &&
      words[at + NONCE_LOW] === nonceLow &&
      words[at + ROUTE_KEY] === routeKey &&
      words[at + NONCE_HIGH] === nonceHigh &&
      arrival < routes.until[route]! &&
      ((flags & FOREIGN) === 0 || cold[at + FOREIGN_UNTIL]! < second) &&
      !state.denied.has(routeKey, nonceHigh, nonceLow)
    if (!isSettled) return this.byHint(batch, slot, out, flow)
    state.counted.done[CHECKS]!++
    words[at + OWN_ID] = idDigest(batch, slot)
    words[at + STATE] = flags | CHECKED
    if (words[at + SEEN]! < second) words[at + SEEN] = second
    if ((flags & PROVEN) === 0) received(words, flow, batch.length[slot]!)
    this.bound.writeHeader(batch, slot, out, flow, route)
    return 0
  }

  /** A check whose ufrag was opened: to the hint's pod. */
  private byHint(batch: Batch, slot: number, out: Verdicts, found: number): number {
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
      const refused = this.bound.refuseLink(batch, slot)
      if (refused !== 0) return refused
    }
    if (state.denied.has(routeKey, nonceHigh, nonceLow)) return verdict.KILLED

    const second = Math.ceil(arrival)
    let flow = found
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
    this.bound.toPod(batch, slot, out, flow, route)
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
    const via = this.bound.viaOf(slot)
    if (via !== 0) state.setVia(flow, via)
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
    if ((state & LIVE) === 0 || state >>> VIA_SHIFT !== this.bound.viaOf(slot)) {
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
    const via = this.bound.viaOf(slot)
    const at = batch.offset[slot]!
    return transactions.note(flows.handle(flow), batch.arena, at, routeKey, nonceHigh, nonceLow, second, via)
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
