/**
 * Every session's first packet, for real: the pod seals a hint into a ufrag, the client's connectivity check carries
 * it, the relay opens it and makes a flow, and the flow lives as long as the session's media.
 *
 * Packets wait until a batch of 64 is full, as they would in a receive call; each keeps its own arrival time. HMACs
 * over every check would take a quarter of an hour of CPU for a week's sessions, so the bytes of MESSAGE-INTEGRITY
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
  /** Draws keys, ports and transaction ids. */
  readonly stream: Stream
}

export class FirstPackets {
  misrouted = 0
  refused = 0
  integrityFailures = 0
  verified = 0
  peakFlows = 0
  private readonly options: FirstPacketsOptions
  private readonly batch = new Batch()
  private readonly verdicts = new Verdicts()
  private readonly template = new CheckTemplate()
  private readonly ufragAt: Int32Array
  private readonly sealer: HintSealer
  private readonly passwordKey: PasswordKey
  private readonly forwarder: Forwarder
  /** By slot: the pod that must get the packet, and the second after the session's last. */
  private readonly pod: Int32Array
  private readonly end: Float64Array
  /** Session counters by pod: a hint's nonce is never random, for 40 random bits would collide. */
  private readonly nonces: Float64Array
  private nextPod = 0
  private sessions = 0

  constructor(options: FirstPacketsOptions) {
    this.options = options
    const { stream, cluster, pods } = options
    const secret = new Uint8Array(Uint32Array.from({ length: 8 }, () => stream.uint32()).buffer)
    const routeKey = deriveRouteKey(secret, ROTATION)
    this.passwordKey = derivePasswordKey(secret, ROTATION)
    this.sealer = new HintSealer(routeKey, this.batch.capacity)
    this.forwarder = new Forwarder({
      keys: new KeyRing([routeKey], this.batch.capacity),
      seed: stream.uint32() | 0,
      flows: options.flows,
      routes: pods,
      idleTimeout: options.idleTimeout,
      // `credit` confirms a flow in the batch of its check, so no answer is waited for longer.
      transactions: this.batch.capacity,
    })
    for (let pod = 0; pod < pods; pod++)
      this.forwarder.routes.setPod(cluster, pod, POD_NETWORK + pod, POD_PORT)
    this.ufragAt = this.template.layAll(this.batch)
    this.pod = new Int32Array(this.batch.capacity)
    this.end = new Float64Array(this.batch.capacity)
    this.nonces = new Float64Array(pods)
  }

  /** A session of a client at `address` that lives from second `start` to before second `end`. */
  add(address: number, start: number, end: number): void {
    const { stream, cluster, pods } = this.options
    const batch = this.batch
    const slot = batch.count++
    const pod = this.nextPod
    this.nextPod = pod + 1 === pods ? 0 : pod + 1
    this.sealer.stage(cluster, pod, this.nonces[pod]!++)
    // Its clients' addresses are any 32 bits; nobody can be answered at those of class D and E.
    batch.address[slot] = address >>> 0 < 0xe0000000 ? address || 1 : address & 0x7fffffff
    batch.port[slot] = 1024 + (stream.uint32() % 64_512)
    batch.arrival[slot] = start
    stun.writeTransactionId(
      batch.arena,
      batch.offset[slot]!,
      stream.uint32(),
      stream.uint32(),
      stream.uint32(),
    )
    this.pod[slot] = pod
    this.end[slot] = end
    if (batch.count === batch.capacity) this.flush()
  }

  /** Sends what waits in the batch through the relay. */
  flush(): void {
    const batch = this.batch
    const verdicts = this.verdicts
    const { verifyOneIn, packetsPerSession, packetSize } = this.options
    this.sealer.sealInto(batch.arena, this.ufragAt)
    const toVerify = verifyOneIn - 1 - (this.sessions % verifyOneIn)
    for (let slot = toVerify; slot < batch.count; slot += verifyOneIn) this.sign(slot)
    this.forwarder.fromClients(batch, verdicts)
    for (let slot = 0; slot < batch.count; slot++) {
      if (verdicts.action[slot] !== TO_POD) {
        this.refused++
        continue
      }
      const isRight =
        verdicts.address[slot] === POD_NETWORK + this.pod[slot]! && verdicts.port[slot] === POD_PORT
      if (!isRight) this.misrouted++
      const packets = (this.end[slot]! - batch.arrival[slot]!) * packetsPerSession
      this.forwarder.credit(verdicts.flow[slot]!, packets, packets * packetSize, this.end[slot]!)
    }
    for (let slot = toVerify; slot < batch.count; slot += verifyOneIn) this.verify(slot)
    this.sessions += batch.count
    batch.count = 0
    const flows = this.forwarder.flowCount
    if (flows > this.peakFlows) this.peakFlows = flows
  }

  expire(now: number): void {
    this.forwarder.expire(now)
  }

  get flows(): number {
    return this.forwarder.flowCount
  }

  counters(): Record<string, number> {
    const { checks, flowsCreated, flowsExpired, packetsCredited } = this.forwarder.counters().done
    return { checks, flowsCreated, flowsExpired, packetsCredited, checksVerified: this.verified }
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
