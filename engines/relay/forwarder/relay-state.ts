/** Everything that a Forwarder knows, and the changes that its two sides make to it in the same way. */
import type { KeyRing } from '../hint/key-ring.ts'
import { Counters, FLOWS_CONFIRMED, FLOWS_EVICTED, FLOWS_PROVEN } from './counters.ts'
import { DenyList } from './deny-list.ts'
import { FlowTable } from './flows.ts'
import { Links } from './links.ts'
import type { ForwarderOptions } from './options.ts'
import { Ownership } from './ownership.ts'
import { NONCE_HIGH, NONCE_LOW, PROVEN, RECORD, ROUTE_KEY, STATE, VIA_SHIFT } from './record.ts'
import { Routes } from './routes.ts'
import { Transactions } from './transactions.ts'
import { Verifier } from './verifier.ts'

export class RelayState {
  readonly routes: Routes
  readonly keys: KeyRing
  readonly flows: FlowTable
  readonly transactions: Transactions
  readonly ownership: Ownership
  readonly denied: DenyList
  readonly verifier: Verifier | null
  readonly links: Links | null
  readonly counted = new Counters()
  /** Whole seconds. */
  readonly idleTimeout: number
  readonly transactionTimeout: number
  readonly flowsPerSession: number
  readonly pendingPerAddress: number

  /** @throws RangeError for an option out of range. */
  constructor(options: ForwarderOptions) {
    const { seed, keys, idleTimeout = 30, pendingTimeout = Math.min(5, idleTimeout) } = options
    if (!Number.isInteger(seed)) throw new RangeError(`the seed must be an integer, not ${seed}`)
    this.flowsPerSession = share('flowsPerSession', options.flowsPerSession ?? 8)
    this.pendingPerAddress = share('pendingPerAddress', options.pendingPerAddress ?? 64)
    this.keys = keys
    const hasLinks = options.link !== undefined
    this.routes = new Routes(options.routes ?? 4096, (route) => this.moveFlows(route), hasLinks)
    this.flows = new FlowTable(
      { capacity: options.flows ?? 65_536, idleTimeout, pendingTimeout, seed },
      this.routes.flows,
    )
    this.idleTimeout = Math.ceil(idleTimeout)
    this.transactionTimeout = options.transactionTimeout ?? 40
    this.transactions = new Transactions(options.transactions ?? 65_536, this.transactionTimeout, seed)
    this.ownership = new Ownership(this.flows, options.switchInterval ?? 1, this.idleTimeout)
    this.denied = new DenyList(options.kills ?? 4096, seed)
    this.verifier = options.verify === undefined ? null : new Verifier(options.verify)
    this.links = options.link === undefined ? null : new Links(options.link, keys.capacity)
  }

  isSession(flow: number, routeKey: number, nonceHigh: number, nonceLow: number): boolean {
    const { words } = this.flows
    const at = flow * RECORD
    return (
      words[at + NONCE_LOW] === nonceLow &&
      words[at + ROUTE_KEY] === routeKey &&
      words[at + NONCE_HIGH] === nonceHigh
    )
  }

  /** The relay that a flow's client is behind, or 0. */
  via(flow: number): number {
    return this.flows.words[flow * RECORD + STATE]! >>> VIA_SHIFT
  }

  setVia(flow: number, via: number): void {
    const at = flow * RECORD + STATE
    this.flows.words[at] = (this.flows.words[at]! & (2 ** VIA_SHIFT - 1)) | (via << VIA_SHIFT)
  }

  evict(flow: number): void {
    if (flow < 0) return
    this.flows.evict(flow)
    this.counted.done[FLOWS_EVICTED]!++
  }

  /** A pending flow becomes live: its pod has answered. */
  confirm(flow: number): void {
    this.flows.confirm(flow)
    this.ownership.begin(flow)
    this.counted.done[FLOWS_CONFIRMED]!++
    this.makeRoom(flow)
  }

  /** A session that has just got a live flow keeps no more of them than its share. */
  makeRoom(flow: number): void {
    this.evict(this.flows.sessions.surplusLive(flow, this.flowsPerSession))
  }

  /** The client of a live flow has shown that it gets what is sent to it. */
  prove(flow: number): void {
    this.flows.words[flow * RECORD + STATE]! |= PROVEN
    this.ownership.proven(flow)
    this.counted.done[FLOWS_PROVEN]!++
  }

  private moveFlows(from: number): void {
    const { flows, routes } = this
    flows.eachOfRoute(from, (flow) => {
      const to = routes.find(flows.words[flow * RECORD + ROUTE_KEY]!)
      if (to !== from) flows.reroute(flow, to)
    })
  }
}

function share(name: string, value: number): number {
  if (!(Number.isInteger(value) && value >= 1))
    throw new RangeError(`${name} must be an integer from 1, not ${value}`)
  return value
}
