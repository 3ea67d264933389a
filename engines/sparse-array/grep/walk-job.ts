/** Work that walks an array, the live one or, once others may write meanwhile, a snapshot of it. */
import type { Tree } from '../array/tree.ts'
import type { Walk } from '../array/walk.ts'
import type { Job } from '../job.ts'
import type { Reply } from '../resp/reply.ts'

export abstract class WalkJob implements Job {
  work = 0
  protected readonly walk: Walk
  private snapshot: Tree | null = null

  constructor(walk: Walk) {
    this.walk = walk
  }

  abstract get pending(): number

  abstract step(units: number): boolean

  detach(): void {
    this.snapshot ??= this.walk.tree = this.walk.tree.snapshot()
  }

  close(): void {
    this.snapshot?.release()
    this.snapshot = null
  }

  abstract reply(out: Reply): void
}
