/**
 * Whose an address is: which answered check may take a live flow from its session.
 *
 * A thief with a session of his own, who spoofs a client's address, gets his checks answered; to the relay he looks
 * like a client that goes on to another session. What tells them apart is what happens next: a client that has moved
 * on is silent about its old session, a client that was robbed keeps checking it. So the session with the older claim,
 * the incumbent, takes its flow back at its next answered check, at once and as often as need be; and each time it
 * does, newcomers must wait four times longer before one of them may take the flow again: 1, 4, 16 seconds ... A thief
 * who repeats himself for ten minutes has it some five times, each time until the client's next check.
 *
 * A claim ends when the incumbent has been without its flow for an idle timeout, and a session that proves the address
 * (`proof.ts`) has it: nobody proves an address that he only spoofs.
 */
import type { FlowTable } from './flows.ts'
import { INCUMBENT, INCUMBENT_PROVEN, INCUMBENT_SEEN, NONCE_HIGH, NONCE_LOW, PROVEN } from './record.ts'
import { RECORD, ROUTE_KEY, STATE, STRIKES } from './record.ts'

/** What `claim` says. */
export const REFUSED = 0
export const NEWCOMER = 1
export const RETURN = 2

const GROWTH = 4
const MOST_STRIKES = 5

export class Ownership {
  private readonly flows: FlowTable
  /** By flow: when it last changed hands, in seconds with their fraction. */
  private readonly switched: Float64Array
  private readonly interval: number
  private readonly claimSeconds: number

  /** `interval`: least seconds between a switch and the next newcomer's; `claimSeconds`: how long a claim lasts. */
  constructor(flows: FlowTable, interval: number, claimSeconds: number) {
    if (!(interval >= 0 && interval < 2 ** 20))
      throw new RangeError(`switch interval out of range: ${interval}`)
    this.flows = flows
    this.switched = new Float64Array(flows.capacity)
    this.interval = interval
    this.claimSeconds = claimSeconds
  }

  /** The flow's session is its first: it has the claim. */
  begin(flow: number): void {
    this.switched[flow] = -Infinity
    this.appoint(flow)
  }

  /** The flow's session has proven the address. */
  proven(flow: number): void {
    if (!this.isIncumbents(flow)) this.appoint(flow)
  }

  /** Whether another session, whose check was answered, may have a live flow at `now`. */
  claim(flow: number, routeKey: number, nonceHigh: number, nonceLow: number, now: number): number {
    const { cold } = this.flows
    const at = flow * RECORD
    const second = Math.ceil(now)
    // The claim is over, and with it what its holder suffered: who has the flow has the claim.
    if (!this.isIncumbents(flow) && second - cold[at + INCUMBENT_SEEN]! > this.claimSeconds) {
      this.appoint(flow)
    }
    const isReturn =
      cold[at + INCUMBENT] === routeKey &&
      cold[at + INCUMBENT + 1] === nonceHigh &&
      cold[at + INCUMBENT + 2] === nonceLow
    if (isReturn) return RETURN
    const wait = this.interval * GROWTH ** cold[at + STRIKES]!
    return now - this.switched[flow]! < wait ? REFUSED : NEWCOMER
  }

  /** Hands a live flow over, as `claim` has allowed. */
  handOver(
    flow: number,
    route: number,
    routeKey: number,
    nonceHigh: number,
    nonceLow: number,
    now: number,
    claim: number,
  ): void {
    const { words, cold } = this.flows
    const at = flow * RECORD
    const second = Math.ceil(now)
    let keep = words[at + STATE]! & INCUMBENT_PROVEN
    if (this.isIncumbents(flow)) {
      keep = (words[at + STATE]! & PROVEN) === 0 ? 0 : INCUMBENT_PROVEN
      cold[at + INCUMBENT_SEEN] = second
    }
    this.flows.reassign(flow, route, routeKey, nonceHigh, nonceLow, second)
    this.switched[flow] = now
    words[at + STATE]! |= keep
    if (claim !== RETURN) return
    if (keep !== 0) words[at + STATE]! |= PROVEN
    if (cold[at + STRIKES]! < MOST_STRIKES) cold[at + STRIKES]!++
  }

  private isIncumbents(flow: number): boolean {
    const { words, cold } = this.flows
    const at = flow * RECORD
    return (
      cold[at + INCUMBENT + 2] === words[at + NONCE_LOW] &&
      cold[at + INCUMBENT] === words[at + ROUTE_KEY] &&
      cold[at + INCUMBENT + 1] === words[at + NONCE_HIGH]
    )
  }

  /** Makes the flow's session the incumbent, newly so. */
  private appoint(flow: number): void {
    const { words, cold } = this.flows
    const at = flow * RECORD
    cold[at + INCUMBENT] = words[at + ROUTE_KEY]!
    cold[at + INCUMBENT + 1] = words[at + NONCE_HIGH]!
    cold[at + INCUMBENT + 2] = words[at + NONCE_LOW]!
    cold[at + STRIKES] = 0
    words[at + STATE]! &= ~INCUMBENT_PROVEN
  }
}
