/**
 * One relay host: the real Forwarder, fed by batches as a receive call would fill them. Packets wait in the batch for a
 * couple of milliseconds at most; what the relay says of each goes to `told`.
 */
import {
  Batch,
  CheckTemplate,
  Forwarder,
  stun,
  TO_POD,
  UFRAG_CHARS,
  Verdicts,
  type KeyRing,
} from '../../engines/relay/index.ts'
import type { Sessions } from './sessions.ts'

const RTP = 0x80
const MEDIA_BYTES = 112
const SLOT_BYTES = 256
const POD_PORT = 3478
const POD_NETWORK = 10 * 2 ** 24
const CLIENTS = 11 * 2 ** 24
/** The life of ICE consent, s, and so of a flow; and the longest that a Forwarder knows. */
const CONSENT = 30
const LONGEST_IDLE = 2 ** 20 - 1
const CHECK = 1
const MEDIA = 0

export interface HostOptions {
  readonly cluster: number
  readonly pods: number
  readonly flows: number
  /** Seconds that a call may be silent towards the host: media keep its flow, but only its checks are simulated. */
  readonly silence: number
  readonly seed: number
  /** May be shared by all hosts of a replication. */
  readonly keys: KeyRing
  readonly sessions: Sessions
  /** A verdict: `passed` when the packet went to the session's own pod; `flow` then is its handle. */
  readonly told: (id: number, isCheck: boolean, at: number, passed: boolean, flow: number) => void
}

export class RelayHost {
  crashes = 0
  private readonly options: HostOptions
  private forwarder: Forwarder | null
  /** Genuine checks that Forwarders counted which are gone. */
  private counted = 0
  private readonly batch: Batch
  private readonly out: Verdicts
  private readonly template = new CheckTemplate()
  private readonly id: Int32Array
  private readonly kind: Uint8Array
  /** The session's pod when it sent: it may have another by the time that the batch is judged. */
  private readonly pod: Int32Array
  private transactions = 0

  constructor(options: HostOptions) {
    const { capacity } = options.keys
    this.options = options
    this.batch = new Batch({ capacity, slotBytes: SLOT_BYTES })
    this.out = new Verdicts(capacity)
    this.id = new Int32Array(capacity)
    this.kind = new Uint8Array(capacity)
    this.pod = new Int32Array(capacity)
    this.forwarder = this.start()
  }

  private start(): Forwarder {
    const { cluster, pods, flows, silence, seed, keys } = this.options
    const idleTimeout = Math.min(LONGEST_IDLE, Math.max(CONSENT, silence + 1))
    const forwarder = new Forwarder({ keys, seed, flows, idleTimeout, routes: pods, transactions: 4096 })
    for (let pod = 0; pod < pods; pod++) forwarder.routes.setPod(cluster, pod, POD_NETWORK + pod, POD_PORT)
    return forwarder
  }

  get isUp(): boolean {
    return this.forwarder !== null
  }

  /** Genuine checks that its Forwarders have counted, those of before a crash included. */
  get checks(): number {
    return this.counted + (this.forwarder?.counters().done.checks ?? 0)
  }

  /** Packets that wait for `flush`. */
  get waiting(): number {
    return this.batch.count
  }

  /** The process dies, with its flows. What it had received is judged first. */
  crash(): void {
    this.flush()
    this.counted = this.checks
    this.crashes++
    this.forwarder = null
  }

  restart(): void {
    this.forwarder ??= this.start()
  }

  expire(now: number): void {
    this.forwarder?.expire(now)
  }

  drain(pod: number, deadline: number): void {
    this.forwarder?.routes.drainPod(this.options.cluster, pod, deadline)
  }

  /** The pod has answered: the flow is live. */
  confirm(flow: number, now: number): void {
    this.forwarder?.credit(flow, 1, MEDIA_BYTES, now)
  }

  /** A session's check. The host is up. */
  check(id: number, now: number): void {
    const { batch, template } = this
    const { ufrag } = this.options.sessions
    const { arena, offset, length } = batch
    const slot = this.place(id, now, CHECK)
    const at = offset[slot]!
    arena.set(template.bytes, at)
    length[slot] = template.bytes.length
    for (let i = 0; i < UFRAG_CHARS; i++) arena[at + template.ufragAt + i] = ufrag[id * UFRAG_CHARS + i]!
    stun.writeTransactionId(arena, at, 1, id, ++this.transactions)
    if (batch.count === batch.capacity) this.flush()
  }

  /** One media packet, to see whether it passes. The host is up. */
  media(id: number, now: number): void {
    const { batch } = this
    const slot = this.place(id, now, MEDIA)
    const at = batch.offset[slot]!
    batch.arena.fill(RTP, at, at + MEDIA_BYTES)
    batch.length[slot] = MEDIA_BYTES
    if (batch.count === batch.capacity) this.flush()
  }

  private place(id: number, now: number, kind: number): number {
    const { batch } = this
    const slot = batch.count++
    batch.address[slot] = CLIENTS + id
    batch.port[slot] = this.options.sessions.port[id]!
    batch.arrival[slot] = now
    this.id[slot] = id
    this.kind[slot] = kind
    this.pod[slot] = this.options.sessions.pod[id]!
    return slot
  }

  /** Judges what waits. */
  flush(): void {
    const { batch, out, forwarder, id, kind, pod, options } = this
    const { count } = batch
    if (count === 0 || forwarder === null) return
    forwarder.fromClients(batch, out)
    batch.count = 0
    for (let slot = 0; slot < count; slot++) {
      const one = id[slot]!
      const passed = out.action[slot] === TO_POD && out.address[slot] === POD_NETWORK + pod[slot]!
      options.told(one, kind[slot] === CHECK, batch.arrival[slot]!, passed, out.flow[slot]!)
    }
  }
}
