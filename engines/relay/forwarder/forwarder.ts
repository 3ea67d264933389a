/**
 * The relay's decision: which pod gets a client's packet, which client gets a pod's packet, and what is dropped.
 *
 * A batch passes in two steps. First every packet is told apart by its first byte, and the ufrag of *every* Binding
 * request is staged for decryption, also from addresses that have a flow: ports are reused, and a relay that looks at
 * the address first sends a new session's checks to the old session's pod. One AES call opens all hints of the batch.
 * Then verdicts are given in order of arrival.
 *
 *   check from a new address        authentic hint -> a pending flow, to the hint's pod
 *   check of the flow's session     refreshes the flow, to the pod
 *   check of another session        to *that* session's pod; whose flow it is, that pod's success response decides
 *   other STUN                      by flow; no flow, no packet
 *   DTLS, RTP, RTCP                 by flow, once a pod has answered
 *   from the flow's own pod         to the client, within its share while the address may be spoofed
 *   from another pod                only its response to a check that was passed to it
 *
 * An authentic hint makes a pending flow and no more, only a pod's answer changes whose flow it is. Time is an argument,
 * in seconds, of any origin. Nothing is allocated per packet; node:crypto allocates one Buffer per AES call.
 */
import { assertHint, routeKeyOf, SESSION_LIMIT } from '../hint/layout.ts'
import type { Batch, Verdicts } from './batch.ts'
import { LATEST } from './batch.ts'
import { ClientSide } from './client-side.ts'
import { BYTES_CREDITED, FLOWS_EXPIRED, PACKETS_CREDITED } from './counters.ts'
import type { Counts } from './counters.ts'
import { assertDestination } from './destination.ts'
import type { ForwarderOptions } from './options.ts'
import { PodSide } from './pod-side.ts'
import { received } from './proof.ts'
import { KILLED, LIVE, PROVEN, RECORD, SEEN, STATE } from './record.ts'
import { RelayState } from './relay-state.ts'
import type { Routes } from './routes.ts'

export class Forwarder {
  readonly routes: Routes
  private readonly state: RelayState
  private readonly clients: ClientSide
  private readonly pods: PodSide

  /** @throws RangeError for a capacity or timeout out of range. */
  constructor(options: ForwarderOptions) {
    this.state = new RelayState(options)
    this.routes = this.state.routes
    this.clients = new ClientSide(this.state)
    this.pods = new PodSide(this.state)
  }

  /** Flows in the table now. */
  get flowCount(): number {
    return this.state.flows.size
  }

  /** Everything counted so far, as a copy. */
  counters(): Counts {
    return this.state.counted.read()
  }

  /**
   * Verdicts on a batch from the socket that clients send to, and relays that pass to this one. TO_POD verdicts cover
   * the relay header, which is written into the arena before each packet, and the trailer of a link behind it.
   * @throws RangeError when the batch is larger than the key ring's or the verdicts' capacity.
   */
  fromClients(batch: Batch, out: Verdicts): void {
    this.assertRoom(batch, out)
    this.clients.judge(batch, out)
  }

  /**
   * Verdicts on a batch from the socket that pods send to, and relays that this one passes to: each packet starts with a
   * relay header, and its source is the pod's internal address. TO_CLIENT verdicts cover what follows the header; for a
   * client behind another relay, the header and a trailer too. They leave from the socket that clients send to.
   * @throws RangeError as `fromClients`.
   */
  fromPods(batch: Batch, out: Verdicts): void {
    this.assertRoom(batch, out)
    this.pods.judge(batch, out)
  }

  /**
   * Removes the flows whose time is over, and returns how many. Call it once a second or oftener; a call with nothing
   * due costs nothing.
   * @throws RangeError for a `now` that is no number or out of range.
   */
  expire(now: number): number {
    assertTime('now', now)
    const { denied, flows, counted } = this.state
    denied.expire(now)
    const expired = flows.expire(now)
    counted.done[FLOWS_EXPIRED]! += expired
    return expired
  }

  /**
   * Counts a client's packets that a fast path, or a sim, passed without showing them here. They say that the pod has
   * answered (so a pending flow is confirmed) and keep the flow alive from `lastSeen`, in seconds, which may lie in
   * the future: the flow then expires as if its packets had come until then. False when the flow is gone or killed.
   * @throws RangeError for a `lastSeen` that is no number or out of range, or counts that are none.
   */
  credit(handle: number, packets: number, bytes: number, lastSeen: number): boolean {
    assertTime('lastSeen', lastSeen)
    assertCount('packets', packets)
    assertCount('bytes', bytes)
    const { flows, counted } = this.state
    const { words } = flows
    const flow = flows.flowOf(handle)
    if (flow < 0) return false
    const at = flow * RECORD
    if ((words[at + STATE]! & KILLED) !== 0) return false
    const second = Math.ceil(lastSeen)
    if (words[at + SEEN]! < second) words[at + SEEN] = second
    if ((words[at + STATE]! & LIVE) === 0) this.state.confirm(flow)
    if ((words[at + STATE]! & PROVEN) === 0) received(words, flow, Math.floor(bytes))
    counted.done[PACKETS_CREDITED]! += packets
    counted.done[BYTES_CREDITED]! += bytes
    return true
  }

  /**
   * Ends a session, whichever of its nonces is named: from now on its packets are dropped both ways, until the second
   * `until`; choose it past the last moment at which a ufrag of the session could be used. The entry is kept an idle
   * timeout longer, so that its flows are gone before the entry goes. False when the deny list is full.
   * @throws RangeError for a field out of range, or an `until` that is no number.
   */
  kill(cluster: number, pod: number, nonce: number, until: number): boolean {
    assertHint({ cluster, pod, nonce })
    if (Number.isNaN(until)) throw new RangeError('until must be a number')
    const session = nonce % SESSION_LIMIT
    const routeKey = routeKeyOf(cluster, pod)
    const high = Math.floor(session / 2 ** 32)
    const low = session | 0
    if (!this.state.denied.add(routeKey, high, low, until + this.state.idleTimeout)) return false
    this.state.flows.kill(routeKey, high, low)
    return true
  }

  /**
   * Takes what the relay at this address passes here for its clients; `port` is that of its socket towards pods.
   * @throws RangeError without a link key, for a place that no datagram reaches, or for more than 254 relays.
   */
  addRelay(address: number, port: number): void {
    assertDestination(address, port)
    if (this.state.links === null)
      throw new RangeError('a relay without a link key takes nothing from others')
    this.state.links.add(address, port)
  }

  /** Takes no more from a relay. False when it was unknown. */
  removeRelay(address: number, port: number): boolean {
    return this.state.links !== null && this.state.links.remove(address, port)
  }

  private assertRoom({ count, capacity }: Batch, out: Verdicts): void {
    const room = Math.min(this.state.keys.capacity, out.action.length)
    if (count > room) throw new RangeError(`a batch of ${count} packets; there is room for ${room}`)
    if (!(Number.isInteger(count) && count >= 0 && count <= capacity)) {
      throw new RangeError(`a batch of ${capacity} slots holds no ${count} packets`)
    }
  }
}

function assertTime(name: string, value: number): void {
  if (!(Math.abs(value) < LATEST)) throw new RangeError(`${name} is out of range: ${value}`)
}

function assertCount(name: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) throw new RangeError(`${name} is out of range: ${value}`)
}
