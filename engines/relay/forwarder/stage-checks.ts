/**
 * The first pass over a client batch: what each packet is by its first bytes, and every check's ufrag into the AES
 * staging of its key. It looks at no table and changes no state but the staging, so a flood of malformed packets ends
 * here.
 */
import { DTLS, hasMediaHeader, LONG_ENOUGH, PROTOCOL_OF_FIRST_BYTE, RTP, STUN } from '../../net/demux.ts'
import type { KeyRing } from '../hint/key-ring.ts'
import { BAD_CHARS } from '../hint/key-ring.ts'
import { UFRAG_CHARS } from '../hint/layout.ts'
import { attributeLength } from '../../net/stun/attribute.ts'
import {
  ATTRIBUTE_HEADER_BYTES,
  BINDING_ERROR,
  BINDING_INDICATION,
  BINDING_REQUEST,
  BINDING_SUCCESS,
  GOOG_PING_ERROR,
  GOOG_PING_REQUEST,
  GOOG_PING_RESPONSE,
  HEADER_BYTES,
  MAGIC_COOKIE,
  USERNAME,
  USERNAME_LIMIT,
} from '../../net/stun/constants.ts'
import { checkHeader, messageType } from '../../net/stun/header.ts'
import * as refusal from '../../net/stun/refusal.ts'
import { findUsername } from '../../net/stun/username.ts'
import type { Batch } from './batch.ts'
import { HEADROOM, LATEST } from './batch.ts'
import * as verdict from './verdict.ts'

/** What is to be done next with a packet; any other value is a drop reason. */
export const BY_FLOW = 0
export const STUN_BY_FLOW = 254
export const BY_HINT = 255

const COLON = 0x3a
const USERNAME_AT = HEADER_BYTES + ATTRIBUTE_HEADER_BYTES

/** Writes the next step of each slot into `steps`; returns how many are BY_HINT, their ufrags staged in `keys`. */
export function stageChecks(batch: Batch, keys: KeyRing, steps: Uint8Array): number {
  const { count, arena, view, offset, length, arrival } = batch
  const room = batch.slotBytes - HEADROOM
  const arenaBytes = arena.length
  const lastPlace = arenaBytes - batch.slotBytes
  let checks = 0
  for (let slot = 0; slot < count; slot++) {
    const at = offset[slot]!
    const size = length[slot]!
    // As unsigned numbers, negative ones are too large. The last condition is for a slot at the arena's very end.
    if (
      size >>> 0 > room ||
      ((at - HEADROOM) >>> 0 > lastPlace && (at < HEADROOM || at + size > arenaBytes))
    ) {
      steps[slot] = verdict.BAD_SLOT
      continue
    }
    if (!(Math.abs(arrival[slot]!) < LATEST)) {
      steps[slot] = verdict.BAD_TIME
      continue
    }
    const protocol = size === 0 ? -1 : PROTOCOL_OF_FIRST_BYTE[arena[at]!]
    let step = BY_FLOW
    if (protocol === STUN) {
      const username = usernameInFront(view, at, size)
      step = username < 0 ? readStun(arena, at, size, slot, keys) : stageUfrag(arena, username, slot, keys)
      if (step === BY_HINT) checks++
    } else if (protocol !== RTP && protocol !== DTLS) {
      step = protocol === -1 ? verdict.EMPTY : verdict.OTHER_PROTOCOL
    } else if (size < LONG_ENOUGH && !hasMediaHeader(protocol, arena, at, size)) step = verdict.TOO_SHORT
    steps[slot] = step
  }
  return checks
}

/**
 * Where the USERNAME is that a well-formed Binding request starts with, long enough for a ufrag of ours: what browsers
 * send, told by three words. -1 for all else, which `readStun` tells apart.
 */
function usernameInFront(view: DataView, at: number, length: number): number {
  if (length < USERNAME_AT + UFRAG_CHARS || length > 0xffff || (length & 3) !== 0) return -1
  if (view.getInt32(at) !== ((BINDING_REQUEST << 16) | (length - HEADER_BYTES))) return -1
  if (view.getInt32(at + 4) !== MAGIC_COOKIE) return -1
  const attribute = view.getInt32(at + HEADER_BYTES)
  const bytes = attribute & 0xffff
  const isName = attribute >>> 16 === USERNAME && bytes > UFRAG_CHARS && bytes < USERNAME_LIMIT
  return isName && USERNAME_AT + bytes <= length ? at + USERNAME_AT : -1
}

/** A packet that starts like STUN: BY_HINT with its ufrag staged, STUN_BY_FLOW, or a drop reason. */
function readStun(bytes: Uint8Array, at: number, length: number, slot: number, keys: KeyRing): number {
  const header = checkHeader(bytes, at, length)
  if (header < 0) return header === refusal.BAD_COOKIE ? verdict.BAD_COOKIE : verdict.BAD_LENGTH
  const type = messageType(bytes, at)
  if (type !== BINDING_REQUEST) return goesByFlow(type) ? STUN_BY_FLOW : verdict.NOT_BINDING
  const username = findUsername(bytes, at, length)
  if (username < 0) return username === refusal.ABSENT ? verdict.NO_USERNAME : verdict.BAD_ATTRIBUTE
  if (attributeLength(bytes, username) <= UFRAG_CHARS) return verdict.BAD_UFRAG
  return stageUfrag(bytes, username, slot, keys)
}

function stageUfrag(bytes: Uint8Array, username: number, slot: number, keys: KeyRing): number {
  if (bytes[username + UFRAG_CHARS] !== COLON) return verdict.BAD_UFRAG
  const staged = keys.stage(bytes, username, slot)
  if (staged === 0) return BY_HINT
  return staged === BAD_CHARS ? verdict.BAD_UFRAG : verdict.UNKNOWN_KEY
}

/** What carries no hint: answers to a pod's checks, indications, and the shorter checks of libwebrtc. */
function goesByFlow(type: number): boolean {
  return (
    type === BINDING_SUCCESS ||
    type === BINDING_ERROR ||
    type === BINDING_INDICATION ||
    type === GOOG_PING_REQUEST ||
    type === GOOG_PING_RESPONSE ||
    type === GOOG_PING_ERROR
  )
}
