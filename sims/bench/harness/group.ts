/**
 * A process that leads a group of its own: what it starts ends with it where it is told to, and all of it with us
 * (`reaper.ts`). An interrupt from the keyboard passes it by.
 */
import type { ChildProcess } from 'node:child_process'
import { beReady, endWithUs } from './reaper.ts'

export class ProcessGroup<Leader extends ChildProcess> {
  readonly leader: Leader
  private readonly forget: () => void
  private isLetGo = false

  /** `start` has to start it `detached`. */
  constructor(start: () => Leader) {
    beReady()
    this.leader = start()
    this.forget = endWithUs(this.leader.pid)
  }

  /** Ends all of it at once, be its leader there or not. */
  kill(): void {
    const { pid } = this.leader
    if (pid === undefined || this.isLetGo) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // Of the group nobody is left, or the system has no groups.
      this.leader.kill('SIGKILL')
    }
  }

  /** To be called when its leader has ended. What is left goes on without us, and its number may be another's by then. */
  letGo(): void {
    this.isLetGo = true
    this.forget()
  }
}
