/**
 * The messages of one client's checks, as bytes: the client's Binding request, the server's answer to it, and what each
 * reads out of the other's. One request and one answer per pair; a retransmission is the same bytes again.
 *
 * MESSAGE-INTEGRITY is there but not computed (an HMAC costs more than all the rest of a session); the relay's own
 * tests and `voice-fleet` compute it.
 */
import { CheckTemplate, stun } from '../../../engines/relay/index.ts'
import type { Stream } from '../../lab/kernel/random/stream.ts'

const SLOT = 256

/** What a check list needs of its messages. */
export interface Wire {
  /** A new transaction on this pair. */
  begin(path: number): void
  /** The client sends it. */
  request(path: number): void
  /** The server reads the request and writes its answer. */
  answer(path: number): void
  /** The client reads the answer: true when it is a success for the transaction in progress. */
  accept(path: number): boolean
}

/** STUN itself. */
export class StunWire implements Wire {
  /** Bytes on the wire, UDP payloads. */
  bytes = 0
  /** Messages that one side could not read: none, unless the codec is broken. */
  refused = 0
  private readonly template = new CheckTemplate()
  private readonly requests: Uint8Array
  private readonly answers: Uint8Array
  private readonly answerBytes: Int32Array
  private readonly ids: Stream
  private readonly mapped = { address: Uint8Array.of(192, 0, 2, 1), port: 40_000 }

  /** Transaction ids are drawn from `ids`. */
  constructor(paths: number, ids: Stream) {
    this.requests = new Uint8Array(paths * SLOT)
    this.answers = new Uint8Array(paths * SLOT)
    this.answerBytes = new Int32Array(paths)
    this.ids = ids
    for (let p = 0; p < paths; p++) this.requests.set(this.template.bytes, p * SLOT)
  }

  begin(path: number): void {
    const { ids } = this
    stun.writeTransactionId(this.requests, path * SLOT, ids.uint32(), ids.uint32(), ids.uint32())
  }

  request(_path: number): void {
    this.bytes += this.template.bytes.length
  }

  answer(path: number): void {
    const { requests, answers } = this
    const at = path * SLOT
    const asked = this.template.bytes.length
    const isCheck =
      stun.checkHeader(requests, at, asked) === 0 &&
      stun.messageType(requests, at) === stun.BINDING_REQUEST &&
      stun.findUsername(requests, at, asked) >= 0
    if (!isCheck) this.refused++
    stun.writeHeader(answers, at, stun.BINDING_SUCCESS, 0, 0, 0)
    answers.set(requests.subarray(at + 8, at + stun.HEADER_BYTES), at + 8)
    const length = stun.addXorMappedAddress(answers, at, stun.HEADER_BYTES, this.mapped)
    this.answerBytes[path] = length
    this.bytes += length
  }

  accept(path: number): boolean {
    const { requests, answers } = this
    const at = path * SLOT
    const length = this.answerBytes[path]!
    const isAnswer =
      stun.checkHeader(answers, at, length) === 0 &&
      stun.messageType(answers, at) === stun.BINDING_SUCCESS &&
      stun.readXorMappedAddress(answers, at, length)?.port === this.mapped.port
    if (!isAnswer) this.refused++
    for (let i = 8; i < stun.HEADER_BYTES; i++) if (answers[at + i] !== requests[at + i]) return false
    return isAnswer
  }
}
