/** The parent's end of a process that answers requests: one at a time, each within a time limit. */
import { fork, type ChildProcess } from 'node:child_process'
import { ProcessGroup } from './group.ts'

/** How long a child may take to close what it has open when told to go. */
const CLOSE_MS = 2000

/** A child's answer that says why there is none. */
export interface Refusal {
  readonly ok: false
  /** True when the work's check value was not the expected one. */
  readonly wrong: boolean
  readonly why: string
}

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

export interface LinkOptions {
  /** Default, who asks says when it is too late. */
  readonly timeoutMs?: number
  /** Flags of Node and V8 for the child. */
  readonly execArgv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export class Link<Request extends object, Reply extends { readonly ok: true }> {
  private readonly group: ProcessGroup<ChildProcess>
  private readonly child: ChildProcess
  private readonly timeoutMs: number | undefined

  constructor(program: URL, { timeoutMs, execArgv, env }: LinkOptions = {}) {
    this.timeoutMs = timeoutMs
    this.group = new ProcessGroup(() =>
      fork(program, {
        // What the work prints must not get into a document on stdout.
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        // By itself it goes when its channel closes, but not before its work lets it look.
        detached: true,
        ...(execArgv && { execArgv: [...execArgv] }),
        ...(env && { env: { ...process.env, ...env } }),
      }),
    )
    this.child = this.group.leader
    // However it ended: what it has started ends with it.
    this.child.once('exit', () => {
      this.group.kill()
      this.group.letGo()
    })
  }

  /** Of the process; undefined where it could not be started. */
  get pid(): number | undefined {
    return this.child.pid
  }

  /** Ends the process and all that it started at once; whatever was asked of it fails. */
  kill(): void {
    this.group.kill()
  }

  /** Lets the process close what it has open and go; ends it when it does not. */
  async close(): Promise<void> {
    const { child } = this
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const killer = setTimeout(() => this.kill(), CLOSE_MS)
    if (child.connected) child.disconnect()
    await gone
    clearTimeout(killer)
  }

  /**
   * Throws ContestantFailed where no answer comes, or one that says why not; the reason of `late`, the process being ended,
   * where that signal comes first.
   */
  async ask(request: Request, late?: AbortSignal): Promise<Reply> {
    const { child, timeoutMs } = this
    late?.throwIfAborted()
    const reply = await new Promise<Reply | Refusal>((resolve, reject) => {
      const fail = (why: string): void => settle({ ok: false, wrong: false, why })
      const onExit = (code: number | null, signal: string | null): void =>
        fail(`its process ended (${signal ?? `exit ${code}`})`)
      const onError = (error: Error): void => fail(error.message)
      const onLate = (): void => {
        reject(late!.reason as Error)
        fail('it was too late')
        this.kill()
      }
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => {
              fail(`no answer within ${Math.round(timeoutMs / 1000)} s`)
              this.kill()
            }, timeoutMs)
      function settle(answer: Reply | Refusal): void {
        clearTimeout(timer)
        late?.removeEventListener('abort', onLate)
        child.off('message', settle).off('exit', onExit).off('error', onError)
        resolve(answer)
      }
      late?.addEventListener('abort', onLate)
      child.on('message', settle).on('exit', onExit).on('error', onError)
      if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode)
      else child.send(request, (error) => error !== null && fail(error.message))
    })
    if (!reply.ok) throw new ContestantFailed(reply.why, reply.wrong)
    return reply
  }
}
