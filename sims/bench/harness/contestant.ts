/** The parent's end of one contestant's process. */
import { fork, type ChildProcess } from 'node:child_process'
import type { ChildTask, Prepared, Reply, Request } from './protocol.ts'

const CHILD = new URL('./child.ts', import.meta.url)
/** How long a child may take to close its burst when told to go. */
const CLOSE_MS = 2000

/** The contestant did not deliver: a wrong check value, an error, an exit, or silence. */
export class ContestantFailed extends Error {
  override readonly name = 'ContestantFailed'
  /** True when it delivered a wrong result. */
  readonly wrong: boolean

  constructor(message: string, wrong: boolean) {
    super(message)
    this.wrong = wrong
  }
}

export class ContestantProcess {
  private readonly child: ChildProcess
  private readonly timeoutMs: number

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs
    // What the burst prints must not get into a document on stdout.
    this.child = fork(CHILD, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  }

  /** Prepares and warms up. Resolves with what there is to measure. */
  async prepare(task: ChildTask, sampleSeconds: number): Promise<Prepared> {
    const reply = await this.ask({ do: 'prepare', task, sampleSeconds })
    if ('prepared' in reply) return reply.prepared
    throw new ContestantFailed('answered something else', false)
  }

  /** Seconds per unit of work, the least of `samples`: one number, or one a part. */
  async measure(samples: number): Promise<readonly (number | null)[]> {
    const reply = await this.ask({ do: 'measure', samples })
    if ('measured' in reply) return reply.measured.least
    throw new ContestantFailed('answered something else', false)
  }

  /** Ends the process at once; whatever was asked of it fails. */
  kill(): void {
    this.child.kill('SIGKILL')
  }

  /** Lets the process close its burst and go; ends it when it does not. */
  async close(): Promise<void> {
    const { child } = this
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const killer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS)
    if (child.connected) child.disconnect()
    await gone
    clearTimeout(killer)
  }

  private async ask(request: Request): Promise<Reply & { ok: true }> {
    const { child, timeoutMs } = this
    const reply = await new Promise<Reply>((resolve) => {
      const fail = (why: string): void => settle({ ok: false, wrong: false, why })
      const onExit = (code: number | null, signal: string | null): void =>
        fail(`its process ended (${signal ?? `exit ${code}`})`)
      const onError = (error: Error): void => fail(error.message)
      const timer = setTimeout(() => {
        fail(`no answer within ${timeoutMs / 1000} s`)
        child.kill('SIGKILL')
      }, timeoutMs)
      function settle(answer: Reply): void {
        clearTimeout(timer)
        child.off('message', settle).off('exit', onExit).off('error', onError)
        resolve(answer)
      }
      child.on('message', settle).on('exit', onExit).on('error', onError)
      if (child.exitCode !== null) onExit(child.exitCode, null)
      else child.send(request, (error) => error !== null && fail(error.message))
    })
    if (!reply.ok) throw new ContestantFailed(reply.why, reply.wrong)
    return reply
  }
}
