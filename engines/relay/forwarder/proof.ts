/**
 * Bytes to an address that may be spoofed.
 *
 * A check tells its pod that somebody knows the password, not that he is where he says: who owns a session could have
 * it send media to anybody. So until the client has shown that it gets what is sent to it, its address is sent at most
 * three times the bytes that came from it, as in QUIC (RFC 9000 section 8); of these, media leave room for one answer,
 * so that checks are answered still when media have used up theirs.
 *
 * Two things show it: the client's success response to a request of the pod, by a transaction id that only the
 * addressee has seen; or the pod says so in the relay header, having finished the DTLS handshake.
 *
 * An answer may come when the pod has asked again, many times if it asks every 50 ms and the round trip is long. So beside
 * its last request one more is remembered: the first, then the third, seventh, fifteenth and so on, each while as many
 * more are sent, up to 128. As long as a round trip takes no longer than 128 of the pod's checks, three of them prove the
 * address.
 */
import { word } from '../../net/bytes.ts'
import { ASKED_SHIFT, CREDIT, KEPT_ID, LAST_ID, PROVEN, RECORD, STATE } from './record.ts'

const AMPLIFICATION = 3
/** The longest answer to a check that media leave room for. */
export const ANSWER_RESERVE = 128
/** So that sums stay 32-bit; a quarter of an hour of video. */
const MOST_CREDIT = 2 ** 30

/** Bytes came from the flow's client. */
export function received(words: Int32Array, flow: number, bytes: number): void {
  const at = flow * RECORD + CREDIT
  const credit = words[at]! + AMPLIFICATION * bytes
  words[at] = credit < MOST_CREDIT ? credit : MOST_CREDIT
}

/** Whether `bytes` may be sent to the flow's client now. */
export function maySend(words: Int32Array, flow: number, bytes: number, isStun: boolean): boolean {
  const at = flow * RECORD
  if ((words[at + STATE]! & PROVEN) !== 0) return true
  return words[at + CREDIT]! >= (isStun ? bytes : bytes + ANSWER_RESERVE)
}

/** They are sent. */
export function sent(words: Int32Array, flow: number, bytes: number): void {
  const at = flow * RECORD
  if ((words[at + STATE]! & PROVEN) === 0) words[at + CREDIT]! -= bytes
}

/** Requests are counted to here, then on from the middle: every 128th is kept from then on. */
const MOST_ASKED = 255

/** The pod's request at `from` goes to the client: its answer will be a proof. */
export function asked(
  words: Int32Array,
  cold: Int32Array,
  flow: number,
  bytes: Uint8Array,
  from: number,
): void {
  const at = flow * RECORD
  const state = words[at + STATE]!
  const before = (state >>> ASKED_SHIFT) & MOST_ASKED
  const high = highDigest(bytes, from)
  const low = lowDigest(bytes, from)
  // A retransmission is no other request.
  if (before > 0 && cold[at + LAST_ID] === high && cold[at + LAST_ID + 1] === low) return
  const count = before === MOST_ASKED ? (MOST_ASKED + 1) / 2 : before + 1
  words[at + STATE] = (state & ~(MOST_ASKED << ASKED_SHIFT)) | (count << ASKED_SHIFT)
  cold[at + LAST_ID] = high
  cold[at + LAST_ID + 1] = low
  if ((count & (count + 1)) !== 0) return
  cold[at + KEPT_ID] = high
  cold[at + KEPT_ID + 1] = low
}

/** Whether the client's response at `from` answers a request of the pod that is remembered. */
export function answers(
  words: Int32Array,
  cold: Int32Array,
  flow: number,
  bytes: Uint8Array,
  from: number,
): boolean {
  const at = flow * RECORD
  if (((words[at + STATE]! >>> ASKED_SHIFT) & MOST_ASKED) === 0) return false
  const high = highDigest(bytes, from)
  const low = lowDigest(bytes, from)
  return (
    (cold[at + LAST_ID] === high && cold[at + LAST_ID + 1] === low) ||
    (cold[at + KEPT_ID] === high && cold[at + KEPT_ID + 1] === low)
  )
}

/** A digest of 64 bits of the transaction id of the message at `from`: its first two words, the third scattered over both. */
const highDigest = (bytes: Uint8Array, from: number): number =>
  word(bytes, from + 8) ^ Math.imul(word(bytes, from + 16), 0x9e3779b1)
const lowDigest = (bytes: Uint8Array, from: number): number =>
  word(bytes, from + 12) ^ Math.imul(word(bytes, from + 16), 0x85ebca6b)
