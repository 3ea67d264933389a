/**
 * A thief with a valid session of his own on another pod spoofs a client's address and repeats his check every 100 ms,
 * for ten minutes; every check is answered after a round trip. How much of the client's media goes to the thief's pod?
 */
import { Agenda, Stage } from './stage.ts'

const SECONDS = 600
const CLIENT = 0xcb007107
const PORT = 5000
const VICTIM_POD = 1
const THIEF_POD = 2
const ROUND_TRIP = 0.002

export interface ThiefResult {
  readonly media: number
  /** Packets of the client's media that went to the thief's pod. */
  readonly astray: number
  /** Times that the thief had the flow, and the longest of them, in seconds. */
  readonly robberies: number
  readonly longest: number
}

/** `checkInterval`: seconds between the client's checks; `phase` of the thief's, so that he has the luck or not. */
export function thief(checkInterval: number, phase = 0.05): ThiefResult {
  const stage = new Stage()
  const agenda = new Agenda()
  const victim = stage.ufrag(VICTIM_POD, 1)
  const robber = stage.ufrag(THIEF_POD, 1)
  const check = (ufrag: string, pod: number, now: number): void => {
    const transaction = stage.check(ufrag, CLIENT, PORT, now)
    if (transaction > 0)
      agenda.plan(now + ROUND_TRIP, () => stage.answer(pod, transaction, CLIENT, PORT, now + ROUND_TRIP))
  }
  let media = 0
  let astray = 0
  let robberies = 0
  let longest = 0
  let since = -1
  const events: [at: number, act: (now: number) => void][] = []
  for (let i = 0; i * checkInterval < SECONDS; i++) {
    events.push([i * checkInterval, (now) => check(victim, VICTIM_POD, now)])
  }
  for (let at = 1 + phase; at < SECONDS; at += 0.1) events.push([at, (now) => check(robber, THIEF_POD, now)])
  for (let at = 0.5; at < SECONDS; at += 0.02) {
    events.push([
      at,
      (now) => {
        media++
        const isAstray = stage.media(CLIENT, PORT, now) !== VICTIM_POD
        if (isAstray) astray++
        if (isAstray && since < 0) {
          since = now
          robberies++
        }
        if (!isAstray) since = -1
        if (since >= 0) longest = Math.max(longest, now - since + 0.02)
      },
    ])
  }
  for (const [at, act] of events.toSorted(([a], [b]) => a - b)) {
    agenda.runUntil(at)
    stage.forwarder.expire(at)
    act(at)
  }
  return { media, astray, robberies, longest }
}
