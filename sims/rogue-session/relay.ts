/**
 * One relay with its pods, as thieves and owners see it: checks, answers and media are bytes, and the real Forwarder says
 * what becomes of them.
 */
import {
  Batch,
  CheckTemplate,
  deriveRouteKey,
  DROP,
  Forwarder,
  HintSealer,
  KeyRing,
  stun,
  TO_CLIENT,
  TO_POD,
  Verdicts,
  writeRelayHeader,
  HEADER_IPV4_BYTES,
} from '../../engines/relay/index.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'

const CLUSTER = 1
const PODS = 64
const POD_NETWORK = 10 * 2 ** 24
const POD_PORT = 3478
const ROTATION = 'A'
/** Bytes of a voice packet, UDP payload. */
const MEDIA_BYTES = 112
const RTP = 0x80

export interface Client {
  readonly address: number
  readonly port: number
}

export interface Session {
  readonly pod: number
  readonly nonce: number
  readonly ufrag: string
}

/** What became of a train of media packets. */
export interface Train {
  toPod: number
  elsewhere: number
  dropped: number
  /** Seconds of the longest run that did not reach the pod. */
  longest: number
}

export class RogueRelay {
  readonly forwarder: Forwarder
  private readonly sealer: HintSealer
  private readonly template = new CheckTemplate()
  private readonly batch = new Batch({ slotBytes: 256 })
  private readonly out = new Verdicts()
  private readonly bytes = new Uint8Array(256)
  private readonly media = new Uint8Array(MEDIA_BYTES).fill(RTP)
  private readonly nonces = new Float64Array(PODS)
  private transactions = 0
  private nextPod = 0

  constructor(stream: Stream) {
    const secret = new Uint8Array(Uint32Array.from({ length: 8 }, () => stream.uint32()).buffer)
    const key = deriveRouteKey(secret, ROTATION)
    this.sealer = new HintSealer(key)
    this.forwarder = new Forwarder({
      keys: new KeyRing([key]),
      seed: stream.uint32() | 0,
      flows: 1024,
      transactions: 1024,
    })
    for (let pod = 0; pod < PODS; pod++)
      this.forwarder.routes.setPod(CLUSTER, pod, POD_NETWORK + pod, POD_PORT)
  }

  /** A new session at the next pod. */
  open(): Session {
    const pod = this.nextPod
    this.nextPod = (pod + 1) % PODS
    return this.named(pod, this.nonces[pod]!++)
  }

  /** A session's ufrag by its nonce: another generation's is that of an ICE restart. */
  named(pod: number, nonce: number): Session {
    return { pod, nonce, ufrag: this.sealer.seal({ cluster: CLUSTER, pod, nonce }) }
  }

  /** Sends a check; its transaction when the relay passes it to the session's pod, else -1. */
  check({ ufrag, pod }: Session, client: Client, now: number): number {
    return this.sendCheck(ufrag, pod, ++this.transactions, client, now)
  }

  /** The same bytes again, from wherever. */
  replay({ ufrag, pod }: Session, transaction: number, client: Client, now: number): number {
    return this.sendCheck(ufrag, pod, transaction, client, now)
  }

  private sendCheck(ufrag: string, pod: number, transaction: number, client: Client, now: number): number {
    const { bytes, template, batch, out } = this
    bytes.set(template.bytes)
    Buffer.from(ufrag).copy(bytes, template.ufragAt)
    stun.writeTransactionId(bytes, 0, 7, 7, transaction)
    batch.count = 0
    batch.push(bytes.subarray(0, template.bytes.length), client.address, client.port, now)
    this.forwarder.fromClients(batch, out)
    return out.action[0] === TO_POD && out.address[0] === POD_NETWORK + pod ? transaction : -1
  }

  /** The pod answers a check with success; true when the answer reaches the client. */
  answer({ pod }: Session, transaction: number, client: Client, now: number): boolean {
    const { bytes, batch, out } = this
    writeRelayHeader(bytes, 0, client.address, client.port)
    const at = HEADER_IPV4_BYTES
    stun.writeHeader(bytes, at, stun.BINDING_SUCCESS, 7, 7, transaction)
    batch.count = 0
    batch.push(bytes.subarray(0, at + stun.HEADER_BYTES), POD_NETWORK + pod, POD_PORT, now)
    this.forwarder.fromPods(batch, out)
    return out.action[0] === TO_CLIENT
  }

  /** A check and its pod's answer; true when both get through. */
  exchange(session: Session, client: Client, now: number, podRtt: number): boolean {
    const transaction = this.check(session, client, now)
    return transaction >= 0 && this.answer(session, transaction, client, now + podRtt)
  }

  /** One media packet; true when it reaches the session's pod. */
  one({ pod }: Session, client: Client, now: number): boolean {
    const { batch, out } = this
    batch.count = 0
    batch.push(this.media, client.address, client.port, now)
    this.forwarder.fromClients(batch, out)
    return out.action[0] !== DROP && out.address[0] === POD_NETWORK + pod
  }

  /**
   * Media of a client every `pace` seconds, numbered from `first` to before `end`, adding to `train`; `run` packets in a
   * row were lost before. Returns the run at the end.
   */
  train(
    { pod }: Session,
    client: Client,
    { from, first, end, pace }: { from: number; first: number; end: number; pace: number },
    train: Train,
    run: number,
  ): number {
    const { batch, out } = this
    let lost = run
    for (let n = first; n < end;) {
      batch.count = 0
      while (batch.count < batch.capacity && n < end)
        batch.push(this.media, client.address, client.port, from + n++ * pace)
      this.forwarder.fromClients(batch, out)
      for (let slot = 0; slot < batch.count; slot++) {
        const isThere = out.action[slot] === TO_POD && out.address[slot] === POD_NETWORK + pod
        if (isThere) {
          train.toPod++
          lost = 0
          continue
        }
        if (out.action[slot] === TO_POD) train.elsewhere++
        else train.dropped++
        lost++
        if (lost * pace > train.longest) train.longest = lost * pace
      }
    }
    return lost
  }

  kill({ pod, nonce }: Session, until: number): boolean {
    return this.forwarder.kill(CLUSTER, pod, nonce, until)
  }
}
