/** What the attacks share: a relay with pods, one packet at a time, in virtual time. */
import {
  Batch,
  CheckTemplate,
  deriveRouteKey,
  Forwarder,
  HintSealer,
  KeyRing,
  stun,
  TO_POD,
} from '../../index.ts'
import { TO_CLIENT, Verdicts, writeRelayHeader } from '../../index.ts'
import type { ForwarderOptions } from '../../index.ts'

const KEY = deriveRouteKey(new Uint8Array(16).fill(11), 'k')
export const POD_ADDRESS = 0x0a000000
const POD_PORT = 4000
export const PODS = 16

export class Stage {
  readonly forwarder: Forwarder
  private readonly sealer = new HintSealer(KEY)
  private readonly template = new CheckTemplate()
  private readonly batch = new Batch({ slotBytes: 1728 })
  private readonly out = new Verdicts()
  private readonly bytes = new Uint8Array(1600)
  private transactions = 0

  constructor(options: Partial<ForwarderOptions> = {}) {
    this.forwarder = new Forwarder({ keys: new KeyRing([KEY]), seed: 20_260_504, ...options })
    for (let pod = 0; pod < PODS; pod++) this.forwarder.routes.setPod(1, pod, POD_ADDRESS + pod, POD_PORT)
  }

  ufrag(pod: number, nonce: number): string {
    return this.sealer.seal({ cluster: 1, pod, nonce })
  }

  /** A check; returns its transaction, or -1 when the relay dropped it. */
  check(ufrag: string, address: number, port: number, now: number): number {
    const { bytes, template } = this
    bytes.set(template.bytes)
    Buffer.from(ufrag).copy(bytes, template.ufragAt)
    const transaction = ++this.transactions
    stun.writeTransactionId(bytes, 0, 7, 7, transaction)
    return this.toPod(bytes.subarray(0, template.bytes.length), address, port, now) < 0 ? -1 : transaction
  }

  /** The pod that media of this client go to; -1 when they are dropped. */
  media(address: number, port: number, now: number, length = 112): number {
    return this.toPod(this.bytes.fill(0x80, 0, length).subarray(0, length), address, port, now)
  }

  /** The pod's success response to a check; true when it reaches the client. */
  answer(pod: number, transaction: number, address: number, port: number, now: number): boolean {
    stun.writeHeader(this.bytes, 8, stun.BINDING_SUCCESS, 7, 7, transaction)
    return this.toClient(pod, 28, address, port, now)
  }

  /** Media of a pod; true when they reach the client. */
  podsMedia(pod: number, length: number, address: number, port: number, now: number): boolean {
    this.bytes.fill(0x80, 8, 8 + length)
    return this.toClient(pod, 8 + length, address, port, now)
  }

  private toPod(packet: Uint8Array, address: number, port: number, now: number): number {
    const { batch, out } = this
    batch.count = 0
    batch.push(packet, address, port, now)
    this.forwarder.fromClients(batch, out)
    return out.action[0] === TO_POD ? out.address[0]! - POD_ADDRESS : -1
  }

  private toClient(pod: number, length: number, address: number, port: number, now: number): boolean {
    const { batch, out } = this
    writeRelayHeader(this.bytes, 0, address, port)
    batch.count = 0
    batch.push(this.bytes.subarray(0, length), POD_ADDRESS + pod, POD_PORT, now)
    this.forwarder.fromPods(batch, out)
    return out.action[0] === TO_CLIENT
  }
}

/** Things to be done at their times, in order; ties in order of planning. */
export class Agenda {
  private readonly entries: { readonly at: number; readonly order: number; readonly act: () => void }[] = []
  private planned = 0

  plan(at: number, act: () => void): void {
    this.entries.push({ at, order: this.planned++, act })
  }

  /** Does everything that is due by `now`. Entries are few. */
  runUntil(now: number): void {
    for (;;) {
      let next = -1
      for (const [i, { at, order }] of this.entries.entries()) {
        if (at > now) continue
        const first = this.entries[next]
        if (first === undefined || at < first.at || (at === first.at && order < first.order)) next = i
      }
      if (next < 0) return
      const [entry] = this.entries.splice(next, 1)
      entry!.act()
    }
  }
}
