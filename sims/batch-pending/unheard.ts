/**
 * How likely it is that nobody ever hears of a result, where nobody was seen not to: a webhook that is given up.
 *
 * The receiver is up and down by turns, exponential both, and an attempt fails while it is down, and else now and then. Results
 * share its outages, and deliveries go on for days, so a replication without a given-up one is hardly more than one chance. But
 * the share is known: what the receiver does between two attempts depends on nothing but how it was at the first,
 *
 *     P(down after t | down) = d + (1 - d) e^-rt        d: share of the time that it is down
 *     P(down after t | up)   = d - d e^-rt              r: outages begin and end at this rate together
 *
 * and each delay is drawn by itself, so that what all of them do on average is the product of what each does.
 */
import { nextDelay, type Policy } from '../../engines/webhook/core.ts'
import { UNAVAILABLE, type ReceiverShape } from './receiver.ts'

/** A delay's law is taken at so many draws, each the shortest of its part: what is soon again fails again. */
const PARTS = 256
/** The longest draw there is. */
const LAST = 1 - 2 ** -53

/** A bound on the share of events that this policy gives up: of those whose attempts all fail, as many as it surely makes. */
export function chanceOfGivingUp(policy: Policy, shape: ReceiverShape): number {
  const { receiverOutages, receiverOutage, attemptFails } = shape
  const rate = receiverOutages + 1 / receiverOutage
  const isDown = receiverOutages / rate
  // Nobody has been answered yet: the receiver is down, or it is up and the attempt has failed.
  let down = isDown
  let up = (1 - isDown) * attemptFails
  let age = 0
  for (let retry = 1; ; retry++) {
    const longest = nextDelay(policy, retry, UNAVAILABLE, age, LAST)
    if (longest === null) return down + up
    const remembered = meanDecay(policy, retry, age, rate)
    const before = down + up
    down = down * (isDown + (1 - isDown) * remembered) + up * (isDown - isDown * remembered)
    up = (before - down) * attemptFails
    age += longest
  }
}

/** The mean of e^-rate t over a delay t of the policy, from above. */
function meanDecay(policy: Policy, retry: number, age: number, rate: number): number {
  let sum = 0
  for (let part = 0; part < PARTS; part++)
    sum += Math.exp(-rate * (nextDelay(policy, retry, UNAVAILABLE, age, part / PARTS)! / 1000))
  return sum / PARTS
}
