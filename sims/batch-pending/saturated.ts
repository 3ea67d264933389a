/**
 * What batch gets while it takes all that it can: the capacity that no formula gives. Interactive requests come by chance,
 * so slots stand idle when batch has all it may have and they are few, and lent slots are missing too. While jobs wait, no
 * slot that batch could have is idle, so a day in which jobs wait throughout shows what a day can do.
 */
const DAY = 86_400

export class SaturatedDays {
  /** Work done since the window opened, slot-seconds, by time. */
  private readonly times: number[] = []
  private readonly work: number[] = []
  /** The last moment at which no job waited. */
  private idleAt = 0

  noneWaits(now: number): void {
    this.idleAt = now
  }

  sample(now: number, work: number): void {
    this.times.push(now)
    this.work.push(work)
  }

  /**
   * Slots that batch had on average in the whole days up to the last sample throughout which jobs waited: the evening alone
   * would say too little, the night too much. Null where there is no such day.
   */
  capacity(): number | null {
    const [open, close] = [this.times[0] ?? 0, this.times.at(-1) ?? 0]
    const days = Math.floor((close - Math.max(open, this.idleAt)) / DAY)
    return days < 1 ? null : (this.work.at(-1)! - this.workAt(close - days * DAY)) / (days * DAY)
  }

  private workAt(time: number): number {
    const { times, work } = this
    const after = Math.max(
      1,
      times.findIndex((one) => one >= time),
    )
    const [from, to] = [times[after - 1]!, times[after]!]
    return work[after - 1]! + ((work[after]! - work[after - 1]!) * (time - from)) / (to - from)
  }
}
