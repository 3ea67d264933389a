/**
 * The relay once more, from its rules and not from its code: one packet at a time, Maps keyed by text, Sets in order of
 * insertion, objects for flows, Node's own methods for bytes. It shares nothing with the Forwarder but the derivation of
 * keys and the writing of addresses. The fuzz compares every verdict and every byte of the two; the benchmark measures
 * how much the batch and the typed arrays bring over it.
 *
 * The rules, numbered as the methods cite them:
 *
 *  1  A check goes where its own hint says, whatever flow its address has; all else goes by flow.
 *  2  A check from a new address makes a pending flow. A pending flow passes STUN alone, both ways, and only checks of
 *     its session keep it. It becomes live when its pod answers with success.
 *  3  A session has at most `flowsPerSession` pending flows and as many live ones; an address (an IPv6 /64) at most
 *     `pendingPerAddress` pending flows; the table `flows` in all. Room is made by the oldest pending flow of the
 *     session, of the address, of all; among a session's live flows by one that is not proven, then by the one
 *     that was silent longest, then by the newest.
 *     A table of live flows takes no new one.
 *  4  The last `transactions` checks that may change a flow are remembered, for `transactionTimeout`. A flow has one of
 *     an id; a check with an id under way for another session, or used by the flow's own session last, is refused. A
 *     settled check of the flow's own session takes its id from whoever else had it.
 *  5  A live flow goes to another session when that session's pod answers its check with success: at once if nobody
 *     holds it (killed, or its pod gone); at once if it is the incumbent's return; else not within
 *     `switchInterval` * 4^returns (at most five count) of the last switch. The answer passes in any case.
 *  6  The incumbent is the session that was confirmed first, or that last proved the address; its claim ends
 *     `idleTimeout` after it lost the flow.
 *  7  Until its client has proven itself, a flow is sent three times the bytes received; all but STUN leaves 128 of them.
 *     Proof: the client's success response to the pod's last request, or to the last whose number for this session's
 *     flow was 1, 3, 7, ... 127, and then every 128th; a repeated request has no new number. Or the pod's word in the header.
 *  8  A pod is reached by its own route, else its cluster's; past its end a route passes nothing, either way.
 *  9  A killed session passes nothing, either way, under any of its nonces; its flows go as if last seen now.
 * 10  Between relays each datagram has a tag and the time; what came by a link leaves by none.
 */
import { createDecipheriv } from 'node:crypto'
import type { Decipheriv } from 'node:crypto'
import { parseIPv6 } from '../../../net/address.ts'
import type { Reason } from '../../forwarder/verdict.ts'
import { icePassword } from '../../hint/keys.ts'
import type { PasswordKey, RouteKey } from '../../hint/keys.ts'
import { BINDING_ERROR, BINDING_SUCCESS, hasIntegrity, idOf, isSpelledRight, isTooShort } from './stun.ts'
import { kindOf, stunFault, typeOf, usernameOf } from './stun.ts'
import { unwrap } from './wire.ts'

export interface ModelOptions {
  readonly keys: readonly RouteKey[]
  readonly idleTimeout: number
  readonly pendingTimeout: number
  readonly transactionTimeout: number
  readonly switchInterval: number
  readonly flows?: number
  readonly flowsPerSession?: number
  readonly pendingPerAddress?: number
  readonly transactions?: number
  readonly verify?: readonly PasswordKey[]
  readonly link?: { readonly key: Uint8Array; readonly window: number }
  /** Bytes of the largest datagram that leaves. */
  readonly room?: number
}

export type Outcome =
  | { readonly to: 'drop'; readonly reason: Reason }
  | {
      readonly to: 'pod' | 'client'
      /** Where the datagram is sent. */
      readonly address: string
      readonly port: number
      /** By way of another relay. */
      readonly isLink: boolean
      readonly isVouched: boolean
      /** The client, and its packet. */
      readonly client: { readonly address: string; readonly port: number }
      readonly inner: Buffer
    }

interface Way {
  address: string
  port: number
  until: number
  isRemoved: boolean
  readonly isLink: boolean
}

interface Session {
  readonly cluster: number
  readonly pod: number
  /** `cluster/pod/nonce`, the nonce without its generation. */
  readonly name: string
}

interface Transaction {
  readonly session: Session
  second: number
  via: string
  /** How many had been noted before. */
  readonly order: number
}

interface ModelFlow {
  readonly address: string
  readonly port: number
  session: Session
  confirmed: boolean
  killed: boolean
  proven: boolean
  seen: number
  credit: number
  via: string
  incumbent: Session
  incumbentProven: boolean
  incumbentLeft: number
  returns: number
  switched: number
  lastId: string
  asked: number
  podsId: string
  podsKeptId: string
  readonly transactions: Map<string, Transaction>
}

const BY_FLOW: ReadonlySet<number> = new Set([0x0101, 0x0111, 0x0011, 0x0200, 0x0300, 0x0310])
const LATEST = 2 ** 31 - 2 ** 20

const drop = (reason: Reason): Outcome => ({ to: 'drop', reason })
const isTimely = (arrival: number): boolean => arrival > -LATEST && arrival < LATEST

export class ModelForwarder {
  readonly flows = new Map<string, ModelFlow>()
  private readonly options: Required<Omit<ModelOptions, 'verify' | 'link'>>
  private readonly verify: readonly PasswordKey[] | undefined
  private readonly link: ModelOptions['link']
  private readonly deciphers = new Map<string, { readonly aes: Decipheriv; readonly cluster?: number }>()
  private readonly ways = new Map<string, Way>()
  private readonly killed = new Map<string, number>()
  private readonly relays = new Set<string>()
  private readonly ofSession = new Map<string, Set<ModelFlow>>()
  private readonly pendingAt = new Map<string, Set<ModelFlow>>()
  private readonly pending = new Set<ModelFlow>()
  private noted = 0
  private now = -Infinity

  constructor({ verify, link, ...options }: ModelOptions) {
    const limits = {
      flows: 65_536,
      flowsPerSession: 8,
      pendingPerAddress: 64,
      transactions: 65_536,
      room: 1708,
    }
    this.options = { ...limits, ...options }
    this.verify = verify
    this.link = link
    for (const { rotation, key, cluster } of options.keys) {
      const aes = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false)
      this.deciphers.set(rotation, cluster === undefined ? { aes } : { aes, cluster })
    }
  }

  setPod(cluster: number, pod: number, address: string, port: number): void {
    this.ways.set(`${cluster}/${pod}`, { address, port, until: Infinity, isRemoved: false, isLink: false })
  }

  setCluster(cluster: number, address: string, port: number): void {
    const isLink = this.link !== undefined
    this.ways.set(`${cluster}/*`, { address, port, until: Infinity, isRemoved: false, isLink })
  }

  drainPod(cluster: number, pod: number, deadline: number): void {
    const way = this.ways.get(`${cluster}/${pod}`)
    if (way !== undefined && !way.isRemoved) way.until = deadline
  }

  removePod(cluster: number, pod: number): void {
    this.remove(`${cluster}/${pod}`)
  }

  removeCluster(cluster: number): void {
    this.remove(`${cluster}/*`)
  }

  addRelay(address: string, port: number): void {
    this.relays.add(`${address}:${port}`)
  }

  removeRelay(address: string, port: number): void {
    this.relays.delete(`${address}:${port}`)
  }

  /** Rule 9. */
  kill(cluster: number, pod: number, nonce: number, until: number): void {
    const name = `${cluster}/${pod}/${nonce % 2 ** 36}`
    this.killed.set(name, Math.max(until + this.options.idleTimeout, this.killed.get(name) ?? -Infinity))
    for (const flow of this.ofSession.get(name) ?? []) {
      flow.killed = true
      flow.seen = Math.min(flow.seen, this.now)
    }
  }

  credit(address: string, port: number, bytes: number, lastSeen: number): boolean {
    const flow = this.flows.get(`${address}|${port}`)
    if (flow === undefined || flow.killed) return false
    flow.seen = Math.max(flow.seen, Math.ceil(lastSeen))
    if (!flow.confirmed) this.confirm(flow)
    this.receive(flow, bytes)
    return true
  }

  expire(now: number): void {
    this.now = Math.max(this.now, Math.floor(now))
    for (const [name, until] of this.killed) if (until <= now) this.killed.delete(name)
    for (const flow of this.flows.values()) {
      const timeout = flow.confirmed ? this.options.idleTimeout : this.options.pendingTimeout
      if (flow.seen + timeout <= this.now) this.forget(flow)
    }
  }

  fromClient(packet: Buffer, address: string, port: number, arrival: number): Outcome {
    if (!isTimely(arrival)) return drop('badTime')
    if (packet.length === 0) return drop('empty')
    const wrapped = this.link === undefined ? null : unwrap(packet, this.link.key, 1)
    if (wrapped?.isLinked === true && wrapped.inner.length > 0) {
      // Rule 10.
      const relay = `${address}:${port}`
      if (!this.relays.has(relay) || !this.isOfNow(wrapped, arrival)) return drop('badLink')
      return this.clientPacket(wrapped.inner, wrapped.address, wrapped.port, arrival, relay)
    }
    return this.clientPacket(packet, address, port, arrival, '')
  }

  fromPod(packet: Buffer, podAddress: string, podPort: number, arrival: number): Outcome {
    if (!isTimely(arrival)) return drop('badTime')
    const wrapped = unwrap(packet, this.link?.key ?? null, 2)
    if (wrapped === null) return drop('badHeader')
    const { address, port, inner, isLinked } = wrapped
    if (isLinked) {
      if (this.link === undefined) return drop('badHeader')
      if (inner.length === 0 || !this.isOfNow(wrapped, arrival)) return drop('badLink')
    }
    const kind = kindOf(inner[0]!)
    if (kind === 'other') return drop('otherProtocol')
    if (kind === 'media' && isTooShort(inner)) return drop('tooShort')
    const flow = this.flows.get(`${address}|${port}`)
    if (flow === undefined) return drop('unknownFlow')
    const isStun = kind === 'stun'
    const wrong = isStun ? stunFault(inner) : null
    if (wrong !== null) return drop(wrong)
    const comesFrom = (way: Way | undefined): way is Way =>
      way !== undefined && way.address === podAddress && way.port === podPort && way.isLink === isLinked

    const type = isStun ? typeOf(inner) : 0
    let answered: Transaction | undefined
    if (type === BINDING_SUCCESS || type === BINDING_ERROR) {
      answered = this.underWay(flow, idOf(inner), Math.ceil(arrival))
      const way = answered && this.wayTo(answered.session)
      if (!comesFrom(way) || arrival >= way.until) answered = undefined
    }
    if (answered === undefined) {
      const way = this.wayTo(flow.session)
      if (!comesFrom(way)) return drop('notFlowsPod')
      if (arrival >= way.until) return drop('podDrained')
      if (flow.killed) return drop('killed')
      if (!flow.confirmed && !isStun) return drop('unconfirmed')
    } else {
      const isDead = flow.killed && answered.session.name === flow.session.name
      if (isDead || this.killed.has(answered.session.name)) return drop('killed')
    }
    const via = answered === undefined ? flow.via : answered.via
    if (via !== '' && packet.length + 12 > this.options.room) return drop('tooLong')

    // Rule 7.
    if (!flow.proven) {
      if (answered === undefined && wrapped.isVouched && flow.confirmed) this.prove(flow)
      else {
        const reserve = isStun ? 0 : 128
        if (inner.length + reserve > flow.credit) return drop('unproven')
        flow.credit -= inner.length
        if (type === 0x0001) noteAsked(flow, idOf(inner))
      }
    }
    if (answered !== undefined && type === BINDING_SUCCESS) {
      flow.transactions.delete(idOf(inner))
      this.settle(flow, answered, arrival)
    }
    const client = { address, port }
    if (via === '') return { to: 'client', address, port, isLink: false, isVouched: false, client, inner }
    const [relayAddress, relayPort] = via.split(':') as [string, string]
    return {
      to: 'client',
      address: relayAddress,
      port: Number(relayPort),
      isLink: true,
      isVouched: flow.proven,
      client,
      inner,
    }
  }

  private clientPacket(packet: Buffer, address: string, port: number, arrival: number, via: string): Outcome {
    const kind = kindOf(packet[0]!)
    if (kind === 'other') return drop('otherProtocol')
    if (kind === 'media') {
      return isTooShort(packet) ? drop('tooShort') : this.byFlow(packet, address, port, arrival, via, false)
    }
    const wrong = stunFault(packet)
    if (wrong !== null) return drop(wrong)
    const type = typeOf(packet)
    if (BY_FLOW.has(type)) return this.byFlow(packet, address, port, arrival, via, true)
    if (type !== 0x0001) return drop('notBinding')
    const session = this.sessionOf(packet, address, port)
    if (typeof session === 'string') return drop(session)
    return this.check(packet, address, port, arrival, via, session)
  }

  private byFlow(
    packet: Buffer,
    address: string,
    port: number,
    arrival: number,
    via: string,
    isStun: boolean,
  ): Outcome {
    const flow = this.flows.get(`${address}|${port}`)
    if (flow === undefined) return drop('unknownFlow')
    if (flow.killed) return drop('killed')
    const way = this.wayTo(flow.session)!
    if (arrival >= way.until) return drop('podDrained')
    const refused = this.refuseLink(packet, way, via)
    if (refused !== null) return drop(refused)
    if (!flow.confirmed && !isStun) return drop('unconfirmed')
    if (flow.confirmed) flow.seen = Math.max(flow.seen, Math.ceil(arrival))
    this.receive(flow, packet.length)
    const isSuccess = isStun && typeOf(packet) === BINDING_SUCCESS
    const isProof = isSuccess && [flow.podsId, flow.podsKeptId].includes(idOf(packet))
    if (isProof && flow.confirmed && !flow.proven) this.prove(flow)
    return toPod(way, address, port, packet)
  }

  /** The session of a check, by its ufrag; or why it is refused. */
  private sessionOf(packet: Buffer, address: string, port: number): Session | Reason {
    const found = usernameOf(packet)
    if (!isUsername(found)) return found
    const username = found.slice(1)
    const key = this.deciphers.get(username.charAt(0))
    if (key === undefined) return 'unknownKey'
    if (!isSpelledRight(username)) return 'badUfrag'
    if (port === 0 || !isAnswerable(address)) return 'badSource'
    const block = key.aes.update(username.slice(1, 23), 'base64', 'hex')
    // 12 bits cluster, 16 pod, 28 redundancy, 4 generation, 36 session, 32 redundancy: hex digits 3, 4, 7, 1, 9, 8.
    if (block.slice(7, 14) !== 'f6c6f77' || block.slice(24) !== '686e7431') return 'badRedundancy'
    const cluster = Number.parseInt(block.slice(0, 3), 16)
    const pod = Number.parseInt(block.slice(3, 7), 16)
    if (key.cluster !== undefined && key.cluster !== cluster) return 'foreignCluster'
    if (this.verify !== undefined) {
      const ufrag = username.slice(0, 23)
      const passwordKey = this.verify.find(({ rotation }) => rotation === ufrag[0])
      const isSigned = passwordKey !== undefined && hasIntegrity(packet, icePassword(passwordKey, ufrag))
      if (!isSigned) return 'badIntegrity'
    }
    return { cluster, pod, name: `${cluster}/${pod}/${Number.parseInt(block.slice(15, 24), 16)}` }
  }

  /** Rules 1 and 4. */
  private check(
    packet: Buffer,
    address: string,
    port: number,
    arrival: number,
    via: string,
    session: Session,
  ): Outcome {
    const way = this.wayTo(session)
    if (way === undefined) return drop('unknownPod')
    if (arrival >= way.until) return drop('podDrained')
    const refused = this.refuseLink(packet, way, via)
    if (refused !== null) return drop(refused)
    if (this.killed.has(session.name)) return drop('killed')
    const second = Math.ceil(arrival)
    const id = idOf(packet)
    let flow = this.flows.get(`${address}|${port}`)
    if (flow === undefined) {
      flow = this.admit(address, port, session, second, via)
      if (flow === undefined) return drop('tableFull')
      this.note(flow, id, session, second, via)
    } else if (flow.session.name !== session.name) {
      if (id === flow.lastId || !this.note(flow, id, session, second, via))
        return drop('duplicateTransaction')
    } else {
      if (flow.killed) return drop('killed')
      if (flow.confirmed && flow.via === via) {
        flow.lastId = id
        const other = this.underWay(flow, id, second)
        if (other !== undefined && other.session.name !== session.name) flow.transactions.delete(id)
      } else if (!this.note(flow, id, session, second, via)) return drop('duplicateTransaction')
      flow.seen = Math.max(flow.seen, second)
    }
    this.receive(flow, packet.length)
    return toPod(way, address, port, packet)
  }

  /** Rules 2 and 3. */
  private admit(
    address: string,
    port: number,
    session: Session,
    second: number,
    via: string,
  ): ModelFlow | undefined {
    const { flowsPerSession, pendingPerAddress, flows } = this.options
    const ofSession = [...(this.ofSession.get(session.name) ?? [])].filter(({ confirmed }) => !confirmed)
    if (ofSession.length >= flowsPerSession) this.forget(ofSession[0]!)
    const ofAddress = [...(this.pendingAt.get(networkOf(address)) ?? [])]
    if (ofAddress.length >= pendingPerAddress) this.forget(ofAddress[0]!)
    if (this.flows.size === flows) {
      const [oldest] = this.pending
      if (oldest === undefined) return undefined
      this.forget(oldest)
    }
    const flow: ModelFlow = {
      address,
      port,
      session,
      confirmed: false,
      killed: false,
      proven: false,
      seen: second,
      credit: 0,
      via,
      incumbent: session,
      incumbentProven: false,
      incumbentLeft: 0,
      returns: 0,
      switched: -Infinity,
      lastId: '',
      asked: 0,
      podsId: '',
      podsKeptId: '',
      transactions: new Map(),
    }
    this.flows.set(`${address}|${port}`, flow)
    addTo(this.ofSession, session.name, flow)
    addTo(this.pendingAt, networkOf(address), flow)
    this.pending.add(flow)
    return flow
  }

  /** Rule 4. */
  private note(flow: ModelFlow, id: string, session: Session, second: number, via: string): boolean {
    const known = this.underWay(flow, id, second)
    if (known === undefined) {
      flow.transactions.set(id, { session, second, via, order: this.noted++ })
      return true
    }
    if (known.session.name !== session.name) return false
    known.second = second
    known.via = via
    return true
  }

  private underWay(flow: ModelFlow, id: string, second: number): Transaction | undefined {
    const transaction = flow.transactions.get(id)
    if (transaction === undefined) return undefined
    const isRemembered =
      this.noted - transaction.order <= this.options.transactions &&
      second - transaction.second <= this.options.transactionTimeout
    return isRemembered ? transaction : undefined
  }

  /** Rules 5 and 6. */
  private settle(flow: ModelFlow, { session, via }: Transaction, arrival: number): void {
    if (flow.session.name === session.name) {
      flow.via = via
      if (!flow.confirmed) this.confirm(flow)
      return
    }
    const second = Math.ceil(arrival)
    const isHeld = flow.confirmed && !flow.killed && arrival < this.wayTo(flow.session)!.until
    if (isHeld) {
      const hasIt = flow.incumbent.name === flow.session.name
      if (!hasIt && second - flow.incumbentLeft > this.options.idleTimeout) appoint(flow)
      const isReturn = flow.incumbent.name === session.name
      const wait = this.options.switchInterval * 4 ** Math.min(flow.returns, 5)
      if (!isReturn && arrival - flow.switched < wait) return
      if (flow.incumbent.name === flow.session.name) {
        flow.incumbentProven = flow.proven
        flow.incumbentLeft = second
      }
      flow.proven = isReturn && flow.incumbentProven
      if (isReturn) flow.returns++
      flow.switched = arrival
    }
    this.ofSession.get(flow.session.name)!.delete(flow)
    flow.session = session
    addTo(this.ofSession, session.name, flow)
    flow.seen = Math.max(flow.seen, second)
    flow.lastId = ''
    flow.asked = 0
    flow.podsId = ''
    flow.podsKeptId = ''
    flow.via = via
    if (!isHeld) {
      flow.proven = false
      flow.killed = false
    }
    this.makeLive(flow, !isHeld)
  }

  private confirm(flow: ModelFlow): void {
    this.makeLive(flow, true)
  }

  /** Rule 3: the share of live flows. */
  private makeLive(flow: ModelFlow, isFirst: boolean): void {
    flow.confirmed = true
    this.leavePending(flow)
    if (isFirst) {
      appoint(flow)
      flow.switched = -Infinity
    }
    const live = [...this.ofSession.get(flow.session.name)!].filter(({ confirmed }) => confirmed)
    if (live.length <= this.options.flowsPerSession) return
    const others = live.filter((other) => other !== flow)
    const unproven = others.filter(({ proven }) => !proven)
    const least = unproven.length > 0 ? unproven : others
    const silence = Math.min(...least.map(({ seen }) => seen))
    this.forget(least.findLast(({ seen }) => seen === silence)!)
  }

  private prove(flow: ModelFlow): void {
    flow.proven = true
    if (flow.incumbent.name !== flow.session.name) appoint(flow)
  }

  private receive(flow: ModelFlow, bytes: number): void {
    if (!flow.proven) flow.credit = Math.min(flow.credit + 3 * bytes, 2 ** 30)
  }

  private forget(flow: ModelFlow): void {
    this.flows.delete(`${flow.address}|${flow.port}`)
    this.ofSession.get(flow.session.name)!.delete(flow)
    this.leavePending(flow)
  }

  private leavePending(flow: ModelFlow): void {
    this.pending.delete(flow)
    this.pendingAt.get(networkOf(flow.address))?.delete(flow)
  }

  /** Rule 8. */
  private wayTo({ cluster, pod }: Session): Way | undefined {
    const own = this.ways.get(`${cluster}/${pod}`)
    if (own?.isRemoved === false) return own
    const shared = this.ways.get(`${cluster}/*`)
    if (shared?.isRemoved === false) return shared
    return own ?? shared
  }

  private remove(name: string): void {
    const way = this.ways.get(name)
    if (way === undefined) return
    way.isRemoved = true
    way.until = -Infinity
  }

  /** Rule 10. */
  private refuseLink(packet: Buffer, way: Way, via: string): Reason | null {
    if (!way.isLink) return null
    if (via !== '') return 'routeLoop'
    return packet.length + 12 > this.options.room ? 'tooLong' : null
  }

  private isOfNow({ isGenuine, second }: { isGenuine: boolean; second: number }, arrival: number): boolean {
    return isGenuine && Math.abs(Math.floor(arrival) - second) <= this.link!.window
  }
}

const isUsername = (found: `=${string}` | Reason): found is `=${string}` => found.startsWith('=')

/** Rule 7. */
function noteAsked(flow: ModelFlow, id: string): void {
  if (id === flow.podsId) return
  flow.podsId = id
  flow.asked++
  if ([1, 3, 7, 15, 31, 63].includes(flow.asked) || flow.asked % 128 === 127) flow.podsKeptId = id
}

/** Rule 6: the session that has the flow is the incumbent from now on. */
function appoint(flow: ModelFlow): void {
  flow.incumbent = flow.session
  flow.incumbentProven = false
  flow.returns = 0
}

function toPod(way: Way, address: string, port: number, inner: Buffer): Outcome {
  return {
    to: 'pod',
    address: way.address,
    port: way.port,
    isLink: way.isLink,
    isVouched: false,
    client: { address, port },
    inner,
  }
}

/** What shares its pending flows: an IPv4 address, or 64 bits of an IPv6 one. */
function networkOf(address: string): string {
  return address.includes(':') ? parseIPv6(address).slice(0, 2).join() : address
}

function isAnswerable(address: string): boolean {
  if (!address.includes(':')) {
    const [first, second] = address.split('.').map(Number) as [number, number]
    return first > 0 && first < 224 && !(first === 169 && second === 254)
  }
  return !/^::$|^ff[0-9a-f]{2}:|^fe[89ab][0-9a-f]:|^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(address)
}

function addTo(sets: Map<string, Set<ModelFlow>>, name: string, flow: ModelFlow): void {
  const set = sets.get(name)
  if (set === undefined) sets.set(name, new Set([flow]))
  else set.add(flow)
}
