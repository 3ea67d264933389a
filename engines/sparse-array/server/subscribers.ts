/** Who listens to which channels. */
import type { Client } from './host.ts'
import { globMatch } from './name-glob.ts'

export class Subscribers {
  readonly channels = new Map<string, Set<Client>>()
  readonly patterns = new Map<string, Set<Client>>()

  /** Sends a message; returns how many got it. */
  publish(channel: string, message: string): number {
    let count = 0
    const direct = this.channels.get(channel)
    if (direct !== undefined) {
      for (const session of direct) session.deliver(['message', channel, message])
      count += direct.size
    }
    if (this.patterns.size === 0) return count
    for (const [pattern, sessions] of this.patterns) {
      if (!globMatch(pattern, channel)) continue
      for (const session of sessions) session.deliver(['pmessage', pattern, channel, message])
      count += sessions.size
    }
    return count
  }
}
