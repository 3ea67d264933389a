/** The parent's end of one contestant's process. */
import { ContestantFailed, Link } from './link.ts'
import type { ChildTask, Prepared, Reply, Request } from './protocol.ts'

const CHILD = new URL('./child.ts', import.meta.url)

export class ContestantProcess {
  private readonly link: Link<Request, Reply & { ok: true }>

  constructor(timeoutMs: number) {
    this.link = new Link(CHILD, { timeoutMs })
  }

  /** Prepares and warms up. Resolves with what there is to measure. */
  async prepare(task: ChildTask, sampleSeconds: number): Promise<Prepared> {
    const reply = await this.link.ask({ do: 'prepare', task, sampleSeconds })
    if ('prepared' in reply) return reply.prepared
    throw new ContestantFailed('answered something else', false)
  }

  /** Seconds per unit of work, the least of `samples`: one number, or one a part. */
  async measure(samples: number): Promise<readonly (number | null)[]> {
    const reply = await this.link.ask({ do: 'measure', samples })
    if ('measured' in reply) return reply.measured.least
    throw new ContestantFailed('answered something else', false)
  }

  /** Ends the process at once; whatever was asked of it fails. */
  kill(): void {
    this.link.kill()
  }

  /** Lets the process close its burst and go; ends it when it does not. */
  async close(): Promise<void> {
    await this.link.close()
  }
}
