/**
 * DTLS handshakes of a cluster: first come, first served, by all its pods together, each of a constant length. What a
 * client has given up on is done all the same: nobody tells the pod.
 */
export class Handshakes {
  longestWait = 0
  count = 0
  private free = -Infinity
  /** Handshakes a second. */
  readonly rate: number
  private readonly service: number

  /** `rate`: handshakes a second that are left for the callers simulated. */
  constructor(rate: number) {
    this.rate = rate
    this.service = 1 / rate
  }

  /** One that asks at `now`: seconds until it is done. */
  add(now: number): number {
    const start = Math.max(now, this.free)
    this.free = start + this.service
    this.count++
    const wait = start - now
    if (wait > this.longestWait) this.longestWait = wait
    return wait + this.service
  }
}
