/**
 * A slow model of a check list, written from the RFCs' tables rather than as a state machine: it lays out, for every
 * pair, when it starts, when each transmission goes out, and which is the first to be answered, and takes the earliest.
 *
 * It shares no code with the check list: constants are written out, the schedule is a table, time goes in no loop.
 */

export interface SlowPath {
  readonly transport: 'udp' | 'connect' | 'stream'
  readonly passes: boolean
  readonly rtt: number
  readonly ready: number
}

export interface SlowOutcome {
  readonly path: number
  readonly at: number
}

type Lost = (path: number, step: number, isAnswer: boolean) => boolean

/** In units of the retransmission timeout: RFC 8489, section 6.2.1, figure for Rc = 7. */
const SENT_AT = [0, 1, 3, 7, 15, 31, 63] as const
const EXPIRES_AT = 79

interface Transaction {
  /** When the client has its answer; Infinity when it never has. */
  readonly answered: number
  readonly expires: number
}

/** Aggressive nomination only: the first answer decides. */
export function slowChecks(paths: readonly SlowPath[], answered: number, lost: Lost): SlowOutcome {
  const starts = startTimes(paths, answered)
  const transactions: (Transaction | null)[] = paths.map(() => null)
  // In order of starting, because the timeout of each depends on how many others are unfinished then.
  const order = paths.map((_, p) => p).filter((p) => starts[p]! < Infinity)
  order.sort((a, b) => starts[a]! - starts[b]!)
  for (const p of order) {
    const start = starts[p]!
    const unfinished = order.filter((q) => {
      if (q === p) return true
      const done = transactions[q]
      if (done) return Math.min(done.answered, done.expires) > start
      return Math.max(paths[q]!.ready, answered) <= start
    }).length
    transactions[p] = transactionOf(p, paths[p]!, start, unfinished, lost)
  }
  let best = -1
  for (const p of order)
    if (transactions[p]!.answered < (best < 0 ? Infinity : transactions[best]!.answered)) best = p
  if (best >= 0) return { path: best, at: transactions[best]!.answered }
  const last = Math.max(answered + 39.5, ...order.map((p) => transactions[p]!.expires))
  return { path: -1, at: last }
}

/** One start every 50 ms: whoever is ready and of highest priority (earliest in the list). */
function startTimes(paths: readonly SlowPath[], answered: number): number[] {
  const starts = paths.map(() => Infinity)
  const left = new Set(paths.flatMap(({ ready }, p) => (ready < Infinity ? [p] : [])))
  let free = -Infinity
  while (left.size > 0) {
    const readyAt = (p: number): number => Math.max(paths[p]!.ready, answered)
    const soonest = Math.min(...[...left].map(readyAt))
    const now = Math.max(soonest, free)
    const chosen = Math.min(...[...left].filter((p) => readyAt(p) <= now))
    starts[chosen] = now
    left.delete(chosen)
    free = now + 0.05
  }
  return starts
}

function transactionOf(
  p: number,
  path: SlowPath,
  start: number,
  unfinished: number,
  lost: Lost,
): Transaction {
  const { transport, passes, rtt } = path
  let step = 0
  // Of a message and of what comes back, each repeated by who sent it.
  const wait = (first: number): number => {
    let waited = 0
    for (const isAnswer of [false, true]) {
      let next = first
      for (let losses = 0; losses < 7 && lost(p, step++, isAnswer); losses++) {
        waited += next
        next *= 2
      }
    }
    return waited
  }
  if (transport === 'udp') {
    const rto = Math.max(0.5, 0.05 * unfinished)
    const expires = start + EXPIRES_AT * rto
    const first = SENT_AT.findIndex((_, n) => passes && !lost(p, n, false) && !lost(p, n, true))
    // An answer to a later transmission never overtakes one to an earlier.
    const arrives = first < 0 ? Infinity : start + SENT_AT[first]! * rto + rtt
    return { answered: arrives < expires ? arrives : Infinity, expires }
  }
  if (transport === 'connect') {
    const expires = start + 39.5
    if (!passes) return { answered: Infinity, expires }
    const connected = start + rtt + wait(1)
    const arrives = connected + rtt + wait(Math.max(0.2, rtt))
    return { answered: arrives < expires ? arrives : Infinity, expires }
  }
  const expires = start + 39.5
  const arrives = start + rtt + wait(Math.max(0.2, rtt))
  return { answered: passes && arrives < expires ? arrives : Infinity, expires }
}
