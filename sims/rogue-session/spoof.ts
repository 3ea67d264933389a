/**
 * A thief beside the owner's call, packet by packet on the real relay.
 *
 * `replay`: he has recorded one check and sends its bytes from other addresses. Its integrity is genuine, so the pod
 * answers, and his addresses become flows of the owner's session, as those of a client that changes networks would.
 * `thief-inside`: he owns a session on another pod and sends its checks from the owner's address.
 * The owner knows nothing of it: he sends his media, and checks at his interval.
 */
import type { RogueParams } from './params.ts'
import type { Client, RogueRelay, Session, Train } from './relay.ts'

/** Addresses that a thief replays from, in turn. */
const ADDRESSES = 32

export interface Spoofed {
  readonly params: RogueParams
  /** When the call begins; the thief at `leak`, to `until`; the call's end: seconds from then. */
  readonly now: number
  readonly leak: number
  readonly until: number
  readonly call: number
  readonly owner: Client
  readonly own: Session
  /** The session that the thief's checks name. */
  readonly robber: Session
  /** Of the owner's checks after the first. */
  readonly phase: number
  readonly newClient: () => Client
  readonly train: Train
}

export interface SpoofResult {
  readonly packets: number
  /** Checks of the thief that the relay dropped. */
  readonly refused: number
  /** When the last of them passed, seconds from the call's beginning; `leak` when none did. */
  readonly last: number
}

export function spoof(relay: RogueRelay, attack: Spoofed): SpoofResult {
  const { params, now, leak, until, call, owner, own, robber, train } = attack
  const { checkInterval, thiefInterval, podRtt } = params
  const pace = 1 / params.packetsPerSecond
  const isInside = robber !== own
  const addresses = isInside ? [owner] : Array.from({ length: ADDRESSES }, attack.newClient)
  const recorded = relay.check(own, owner, now)
  relay.answer(own, recorded, owner, now + podRtt)
  let packets = 2
  let refused = 0
  let last = leak
  let sent = 1
  let run = 0
  let tries = 0
  let ownCheck = attack.phase
  let thiefCheck = leak
  // Whose answer is on its way: both sides' checks are answered after a round trip, before which media go on.
  for (;;) {
    const next = Math.min(ownCheck, thiefCheck, until)
    // Media up to the check, and to its answer; the train starts with the theft.
    run = media(next)
    if (next >= until) break
    const isOwn = ownCheck <= thiefCheck
    const client = isOwn ? owner : addresses[tries++ % addresses.length]!
    const session = isOwn ? own : robber
    const transaction =
      isOwn || isInside
        ? relay.check(session, client, now + next)
        : relay.replay(own, recorded, client, now + next)
    packets++
    run = media(next + podRtt)
    if (transaction >= 0) {
      relay.answer(session, transaction, client, now + next + podRtt)
      packets++
      if (!isOwn) last = next
    } else if (!isOwn) refused++
    if (isOwn) ownCheck = Math.max(next + podRtt, ownCheck + checkInterval)
    else thiefCheck = Math.max(next + podRtt, thiefCheck + thiefInterval)
  }
  // What a robbery does after the thief has been stopped: until the owner's next check, and the end of his call.
  const after = Math.min(call, Math.max(until, ownCheck) + checkInterval)
  if (ownCheck < after) {
    run = media(ownCheck)
    relay.exchange(own, owner, now + ownCheck, podRtt)
    packets += 2
  }
  media(after)
  relay.forwarder.expire(now + after)
  return { packets, refused, last }

  /** The owner's media before `t`: counted from the theft on, sent as single beats before it. */
  function media(t: number): number {
    const end = Math.ceil(Math.min(t, call) / pace)
    const counted = Math.min(end, Math.max(sent, Math.ceil(leak / pace)))
    // Before the theft only the flow must live: one packet in five seconds.
    const step = Math.max(1, Math.round(5 / pace))
    for (let n = sent; n < counted; n += step) relay.one(own, owner, now + n * pace)
    const from = { from: now, first: counted, end, pace }
    const after = end > counted ? relay.train(own, owner, from, train, run) : run
    sent = Math.max(sent, end)
    return after
  }
}
