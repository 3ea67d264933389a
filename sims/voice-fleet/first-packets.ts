/**
 * Every session's first packet, for real: the pod seals a hint into a ufrag, the client's connectivity check carries
 * it, a relay opens it and makes a flow, and the flow lives as long as the session's media.
 *
 * A cluster has as many relays as it takes to keep the tables of each within a core's own cache; a hash of the client's
 * address says which one it is, as a balancer's would. No relay ever hears of another's clients, so each runs in a time of
 * its own: its sessions wait until there are enough of them to be worth bringing its tables back into the cache, and then
 * go through second by second. All in one table would cost two thirds more, spent on waiting for memory.
 *
 * HMACs over every check would take a quarter of an hour of CPU for a week's sessions, so the bytes of MESSAGE-INTEGRITY
 * and FINGERPRINT are there, but computed by the client and checked by the pod for one session in `verifyOneIn`.
 */
import {
  Batch,
  CheckTemplate,
  derivePasswordKey,
  deriveRouteKey,
  Forwarder,
  HintSealer,
  icePassword,
  isAnswerableIPv4,
  KeyRing,
  stun,
  TO_POD,
  UFRAG_CHARS,
  Verdicts,
  type PasswordKey,
} from '../../engines/relay/index.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'

/** 10.0.0.0/16 holds a cluster's pods. */
const POD_NETWORK = 10 * 2 ** 24
const POD_PORT = 3478
const ROTATION = 'A'
/** Packets of a receive batch; a slot holds headroom and one check. */
const BATCH = 256
const SLOT_BYTES = 3 * 64

/** Flows that a relay has room for, at most: some 800 kB of tables. Where there are very many pods, more. */
const RELAY_FLOWS = 4096
/** Routes to pods of all relays of a cluster, at most. */
const MOST_ROUTES = 2 ** 22
/** Sessions that wait for one relay. */
const WAITING = 2 ** 14
/** Words of one of them: address, first second, the second after its last. */
const SESSION = 3

export interface FirstPacketsOptions {
  readonly cluster: number
  readonly pods: number
  /** Flows that the cluster's relays have room for. */
  readonly flows: number
  readonly idleTimeout: number
  readonly verifyOneIn: number
  /** Client's packets per second and bytes each, for the flow's account. */
  readonly packetsPerSession: number
  readonly packetSize: number
  /** The second until which flows may live; the first is 0. */
  readonly end: number
  /** Draws keys, ports and transaction ids. */
  readonly stream: Pick<Stream, 'uint32'>
}

interface Relay {
  readonly forwarder: Forwarder
  readonly waiting: Int32Array
  count: number
  /** The second up to which its flows have expired. */
  expired: number
}

export class FirstPackets {
  misrouted = 0
  refused = 0
  integrityFailures = 0
  verified = 0
  private readonly options: FirstPacketsOptions
  private readonly batch = new Batch({ capacity: BATCH, slotBytes: SLOT_BYTES })
  private readonly verdicts = new Verdicts(BATCH)
  private readonly template = new CheckTemplate()
  private readonly ufragAt: Int32Array
  private readonly sealer: HintSealer
  private readonly passwordKey: PasswordKey
  private readonly relays: readonly Relay[]
  /** By slot: the pod that must get the packet, and the second after the session's last. */
  private readonly pod: Int32Array
  private readonly end: Int32Array
  /** Session counters by pod: a hint's nonce is never random, for 40 random bits would collide. */
  private readonly nonces: Float64Array
  /** By second: how many flows more the cluster has after its arrivals than after those of the second before. */
  private readonly more: Int32Array
  private nextPod = 0
  private sessions = 0

  constructor(options: FirstPacketsOptions) {
    this.options = options
    const { stream, pods, flows, end } = options
    const secret = new Uint8Array(Uint32Array.from({ length: 8 }, () => stream.uint32()).buffer)
    const routeKey = deriveRouteKey(secret, ROTATION)
    this.passwordKey = derivePasswordKey(secret, ROTATION)
    this.sealer = new HintSealer(routeKey, BATCH)
    const keys = new KeyRing([routeKey], BATCH)
    const relays = Math.min(Math.ceil(flows / RELAY_FLOWS), Math.floor(MOST_ROUTES / pods))
    this.relays = Array.from({ length: relays }, () => this.openRelay(keys, Math.ceil(flows / relays)))
    this.ufragAt = this.template.layAll(this.batch)
    this.pod = new Int32Array(BATCH)
    this.end = new Int32Array(BATCH)
    this.nonces = new Float64Array(pods)
    this.more = new Int32Array(end + 2)
  }

  /** A session of a client at `address` that lives from second `start` to before second `end`; in order of `start`. */
  add(address: number, start: number, end: number): void {
    // Clients' addresses are any 32 bits; nobody can be answered at those of class D and E, at 0/8 or on a link alone.
    const unicast = address >>> 0 < 0xe0000000 ? address : address & 0x7fffffff
    const client = isAnswerableIPv4(unicast) ? unicast : unicast ^ 0x01000000
    const share = (Math.imul(client, 0x9e3779b1) >>> 0) / 2 ** 32
    const relay = this.relays[Math.floor(share * this.relays.length)]!
    const at = SESSION * relay.count++
    relay.waiting[at] = client
    relay.waiting[at + 1] = start
    relay.waiting[at + 2] = end
    if (relay.count === WAITING) this.send(relay)
  }

  /** Sends what waits, and lets every flow live until the last second. */
  finish(): void {
    for (const relay of this.relays) {
      this.send(relay)
      this.expire(relay, this.options.end)
    }
  }

  /** Flows that are left. */
  get flows(): number {
    return this.relays.reduce((sum, { forwarder }) => sum + forwarder.flowCount, 0)
  }

  /** The most flows that the cluster had at a time, after a second's arrivals. Known when all is finished. */
  get peakFlows(): number {
    let flows = 0
    let most = 0
    for (const more of this.more) {
      flows += more
      if (flows > most) most = flows
    }
    return most
  }

  counters(): Record<string, number> {
    const sums = { checks: 0, flowsCreated: 0, flowsExpired: 0, packetsCredited: 0 }
    for (const { forwarder } of this.relays) {
      const { done } = forwarder.counters()
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += done[name]
    }
    return { ...sums, checksVerified: this.verified }
  }

  private openRelay(keys: KeyRing, flows: number): Relay {
    const { stream, cluster, pods, idleTimeout } = this.options
    const forwarder = new Forwarder({
      keys,
      seed: stream.uint32() | 0,
      flows,
      routes: pods,
      idleTimeout,
      // `credit` confirms the flows: no answer passes a relay here, and nobody is killed.
      transactions: 1,
      kills: 1,
    })
    for (let pod = 0; pod < pods; pod++) forwarder.routes.setPod(cluster, pod, POD_NETWORK + pod, POD_PORT)
    return { forwarder, waiting: new Int32Array(WAITING * SESSION), count: 0, expired: -1 }
  }

  /** All that waits for a relay, a full receive batch at a time. */
  private send(relay: Relay): void {
    const { waiting, count } = relay
    for (let first = 0; first < count; first += BATCH) {
      const last = Math.min(count, first + BATCH) - 1
      this.expire(relay, waiting[SESSION * first + 1]! - 1)
      for (let i = first; i <= last; i++) this.fill(i - first, waiting, SESSION * i)
      this.flush(relay.forwarder, last + 1 - first)
    }
    relay.count = 0
  }

  /** Lets the flows of a relay expire, second by second, up to `now`. */
  private expire(relay: Relay, now: number): void {
    const { more } = this
    for (let second = relay.expired + 1; second <= now; second++)
      more[second + 1]! -= relay.forwarder.expire(second)
    if (now > relay.expired) relay.expired = now
  }

  private fill(slot: number, waiting: Int32Array, at: number): void {
    const { stream, cluster, pods } = this.options
    const { batch } = this
    const pod = this.nextPod
    this.nextPod = pod + 1 === pods ? 0 : pod + 1
    this.sealer.stage(cluster, pod, this.nonces[pod]!++)
    const random = stream.uint32()
    batch.address[slot] = waiting[at]!
    batch.port[slot] = 1024 + (Math.imul(random >>> 16, 64_512) >>> 16)
    batch.arrival[slot] = waiting[at + 1]!
    stun.writeTransactionId(batch.arena, batch.offset[slot]!, random, this.sessions + slot, pod)
    this.pod[slot] = pod
    this.end[slot] = waiting[at + 2]!
  }

  /** A batch of `count` packets through a relay. */
  private flush(forwarder: Forwarder, count: number): void {
    const { batch, verdicts, more } = this
    const { verifyOneIn, packetsPerSession, packetSize } = this.options
    batch.count = count
    this.sealer.sealInto(batch.arena, this.ufragAt)
    const toVerify = verifyOneIn - 1 - (this.sessions % verifyOneIn)
    for (let slot = toVerify; slot < count; slot += verifyOneIn) this.sign(slot)
    const flows = forwarder.flowCount
    forwarder.fromClients(batch, verdicts)
    let passed = 0
    for (let slot = 0; slot < count; slot++) {
      const start = batch.arrival[slot]!
      const end = this.end[slot]!
      const packets = (end - start) * packetsPerSession
      // A flow that no pod has answered is given up for another where there is no room for both.
      const isIn =
        verdicts.action[slot] === TO_POD &&
        forwarder.credit(verdicts.flow[slot]!, packets, packets * packetSize, end)
      if (!isIn) {
        this.refused++
        continue
      }
      passed++
      more[start]!++
      const isRight =
        verdicts.address[slot] === POD_NETWORK + this.pod[slot]! && verdicts.port[slot] === POD_PORT
      if (!isRight) this.misrouted++
    }
    // Who passed without a new flow has an address and a port that another session has as well.
    more[batch.arrival[count - 1]!]! += forwarder.flowCount - flows - passed
    for (let slot = toVerify; slot < count; slot += verifyOneIn) this.verify(slot)
    this.sessions += count
  }

  private password(slot: number): string {
    const at = this.ufragAt[slot]!
    const ufrag = Buffer.from(this.batch.arena.buffer, at, UFRAG_CHARS).toString('latin1')
    return icePassword(this.passwordKey, ufrag)
  }

  private sign(slot: number): void {
    this.template.sign(this.batch.arena, this.batch.offset[slot]!, this.password(slot))
  }

  /** What the pod does with the check it got. */
  private verify(slot: number): void {
    const { arena, offset, length } = this.batch
    const at = offset[slot]!
    const password = this.password(slot)
    const isGenuine =
      stun.checkIntegrity(arena, at, length[slot]!, password) === 0 &&
      stun.checkFingerprint(arena, at, length[slot]!) === 0
    this.verified++
    if (!isGenuine) this.integrityFailures++
  }
}
