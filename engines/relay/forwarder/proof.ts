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
 */
import { word } from '../../net/bytes.ts'
import { ASKED, CREDIT, POD_ID, PROVEN, RECORD, STATE } from './record.ts'

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

/** The pod's request at `from` goes to the client: its answer will be a proof. */
export function asked(
  words: Int32Array,
  cold: Int32Array,
  flow: number,
  bytes: Uint8Array,
  from: number,
): void {
  const at = flow * RECORD
  words[at + STATE]! |= ASKED
  for (let i = 0; i < 3; i++) cold[at + POD_ID + i] = word(bytes, from + 8 + 4 * i)
}

/** Whether the client's response at `from` answers the pod's last request. */
export function answers(
  words: Int32Array,
  cold: Int32Array,
  flow: number,
  bytes: Uint8Array,
  from: number,
): boolean {
  const at = flow * RECORD
  return (
    (words[at + STATE]! & ASKED) !== 0 &&
    cold[at + POD_ID] === word(bytes, from + 8) &&
    cold[at + POD_ID + 1] === word(bytes, from + 12) &&
    cold[at + POD_ID + 2] === word(bytes, from + 16)
  )
}
