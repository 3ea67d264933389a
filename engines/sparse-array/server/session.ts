/**
 * One client: bytes in, replies out. Commands run in the order in which they come; one that may take long becomes a job,
 * and the client's next commands wait until it has replied.
 */
import type { Job } from '../job.ts'
import type { Keyspace } from '../keyspace/keyspace.ts'
import type { Args } from '../resp/args.ts'
import { Parser, ProtocolError } from '../resp/parser.ts'
import { Reply } from '../resp/reply.ts'
import { SpaceFullError } from '../space/space.ts'
import type { Engine } from './engine.ts'
import { DENY_OOM, NO_AUTH, NO_MULTI, NOW, SUBSCRIBED } from './flags.ts'
import type { Client } from './host.ts'

export const OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'."
const TOO_LARGE = 'ERR the transaction is larger than client-query-buffer-limit'
/** Work that is done at once, before a command has to let others in. */
export const FIRST_UNITS = 16_384
/** Work of a long command in a transaction between two looks at how long its reply has become. */
const TRANSACTION_UNITS = 1 << 22
/** Bytes of replies after which no more are made: one request of 20 bytes can ask for a megabyte. */
const MOST_OUT = 1 << 20
/** What a command that waits for EXEC takes beside the bytes of its arguments, and each argument; measured. */
const QUEUED_COMMAND = 800
const QUEUED_ARGUMENT = 8

export interface Command {
  /** In lower case. */
  readonly name: string
  /** Number of arguments, the name counted; negative: at least so many. */
  readonly arity: number
  readonly flags: number
  /** Redis's category: `array`, `generic`, `string`, `connection`, ... */
  readonly group: string
  /** First and last argument that is a key, and the step between keys; last counts from the end when negative. */
  readonly keys: readonly [first: number, last: number, step: number]
  /** Writes the reply, or returns a job that will. */
  run(session: Session, args: Args): Job | undefined | void
}

/** The commands that are served. */
export interface CommandTable {
  readonly all: readonly Command[]
  /** By the first argument, in any case. */
  find(args: Args): Command | undefined
}

interface Queued {
  readonly command: Command
  readonly args: Args
}

export class Session implements Client {
  readonly engine: Engine
  readonly commands: CommandTable
  readonly id: number
  readonly out = new Reply()
  db = 0
  name = ''
  library = ''
  libraryVersion = ''
  authenticated: boolean
  /** The connection is to be closed once everything is written. */
  closing = false
  /** What the client waits for. */
  job: Job | null = null
  /** So much has been replied that the commands which still wait have to, until it is taken and `run` called. */
  isFull = false
  /** One reply was longer than may wait for a client: its rest is not there, and the connection is to be cut off. */
  isOverflowing = false
  readonly channels = new Set<string>()
  readonly patterns = new Set<string>()
  readonly watching = new Set<string>()
  watchBroken = false
  queue: Queued[] | null = null
  queueBroken = false
  /** Bytes that the queue takes. */
  private queuedBytes = 0
  /** A transaction runs: nothing may become a job. */
  inTransaction = false
  readonly address: string
  private readonly parser = new Parser()
  private busy = false
  private readonly later = new Reply()

  constructor(engine: Engine, commands: CommandTable, address = '') {
    this.engine = engine
    this.commands = commands
    this.address = address
    this.id = engine.nextClient++
    this.authenticated = engine.password === ''
    this.parser.stranger = !this.authenticated
    engine.sessions.add(this)
    engine.stats.connections++
  }

  get keyspace(): Keyspace {
    return this.engine.keyspaces[this.db]!
  }
  get protocol(): number {
    return this.out.protocol
  }
  set protocol(version: number) {
    this.out.protocol = version
    this.later.protocol = version
  }
  get subscriptions(): number {
    return this.channels.size + this.patterns.size
  }
  /** Bytes of requests that have not been answered. */
  get pending(): number {
    return this.parser.pending
  }

  signIn(): void {
    this.authenticated = true
    this.parser.stranger = false
  }

  /** Replies that are made before somebody has to take them; half of what may wait leaves room for one more. */
  get mostOut(): number {
    return Math.min(MOST_OUT, this.engine.outputLimit / 2)
  }

  /** Takes bytes from the connection and runs what is complete. The chunk may be used again afterwards. */
  feed(chunk: Uint8Array): void {
    if (this.closing) return
    this.parser.mostRequest = this.engine.queryLimit
    this.parser.feed(chunk)
    this.run()
  }

  /** Runs the commands that wait, until one takes long or what they reply has to be taken. */
  run(): void {
    const { parser, engine } = this
    this.isFull = false
    try {
      while (this.job === null && !this.closing) {
        if (this.out.length > this.mostOut) {
          this.isFull = true
          break
        }
        if (!parser.next()) break
        engine.space.refresh()
        this.execute(parser.args)
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.out.error(`ERR Protocol error: ${error.message}`)
      this.closing = true
    }
    if (this.job !== null || this.isFull) parser.keep()
  }

  /** Whether more is replied than may wait for a client; the rest of that reply need not be made. */
  overflows(): boolean {
    const { out, later, engine } = this
    if (out.length + later.length > engine.outputLimit) this.isOverflowing = true
    return this.isOverflowing
  }

  /** Lets the job do some work; true when it has replied. */
  stepJob(units: number): boolean {
    const { job } = this
    try {
      if (job === null || !job.step(units)) return false
      this.finish(job)
    } catch (error) {
      this.job = null
      if (job !== null) this.engine.end(job)
      this.refuse(error)
    }
    return true
  }

  private refuse(error: unknown): void {
    if (error instanceof SpaceFullError) this.out.error(OUT_OF_MEMORY)
    else {
      this.out.error('ERR internal error')
      this.engine.host.report(error)
    }
  }

  /** The connection is gone. */
  close(): void {
    if (this.job !== null) this.engine.end(this.job)
    this.job = null
    this.closing = true
    this.forget()
    this.engine.sessions.delete(this)
  }

  /** Ends subscriptions, transaction and watches. */
  forget(): void {
    const { engine } = this
    for (const channel of this.channels) leave(engine.subscribers.channels, channel, this)
    for (const pattern of this.patterns) leave(engine.subscribers.patterns, pattern, this)
    this.channels.clear()
    this.patterns.clear()
    this.unwatch()
    this.queue = null
    this.queueBroken = false
  }

  unwatch(): void {
    for (const key of this.watching) leave(this.engine.watched, key, this)
    this.watching.clear()
    this.watchBroken = false
  }

  /** Sends a message that is no reply; never inside of one. */
  deliver(parts: readonly string[]): void {
    const out = this.busy ? this.later : this.out
    out.push(parts.length)
    for (const part of parts) out.text(part)
    if (!this.busy) this.engine.wake(this)
  }

  /** Runs one command, or queues it. */
  execute(args: Args): void {
    this.busy = true
    this.engine.begin()
    try {
      this.dispatch(args)
    } finally {
      this.busy = false
      if (this.later.length > 0) this.out.append(this.later)
      this.engine.ended()
    }
  }

  private dispatch(args: Args): void {
    this.engine.stats.commands++
    const command = this.commands.find(args)
    const refusal = this.refusalOf(command, args)
    if (refusal !== null) {
      if (this.queue !== null) {
        this.queue.length = 0
        this.queueBroken = true
      }
      this.out.error(refusal)
    } else if (this.queue !== null && (command!.flags & NOW) === 0) {
      this.enqueue(this.queue, command!, args)
    } else this.call(command!, args)
  }

  private enqueue(queue: Queued[], command: Command, args: Args): void {
    // Nothing will run: nothing has to be kept.
    if (!this.queueBroken) {
      if (queue.length === 0) this.queuedBytes = 0
      this.queuedBytes += QUEUED_COMMAND + QUEUED_ARGUMENT * args.count + args.size
      if (this.queuedBytes > this.engine.queryLimit) {
        queue.length = 0
        this.queueBroken = true
        this.out.error(TOO_LARGE)
        return
      }
      queue.push({ command, args: args.copy() })
    }
    this.out.simple('QUEUED')
  }

  /** Runs the commands of a transaction; its reply is theirs. */
  runQueue(queue: readonly Queued[]): void {
    this.inTransaction = true
    const { db } = this
    this.engine.beginGroup(db)
    let isDone = false
    try {
      this.out.array(queue.length)
      for (const { command, args } of queue) {
        this.engine.space.refresh()
        this.call(command, args)
        // Its writes count all the same: the transaction is done as a whole.
        if (this.overflows()) {
          this.out.take()
          this.later.take()
        }
      }
      isDone = true
    } finally {
      // Of a reply that is cut short nobody could tell where the next one begins.
      if (!isDone) this.closing = true
      this.inTransaction = false
      // What was written is there: left open, the group would keep it, and all that comes after, out of the log.
      this.engine.endGroup(db)
    }
  }

  private call(command: Command, args: Args): void {
    const { engine } = this
    if ((command.flags & DENY_OOM) !== 0 && engine.maxMemory > 0 && engine.usedMemory > engine.maxMemory) {
      this.out.error(OUT_OF_MEMORY)
      return
    }
    try {
      const job = command.run(this, args)
      if (job !== undefined) this.begin(job)
    } catch (error) {
      this.refuse(error)
    }
  }

  private begin(job: Job): void {
    try {
      if (this.inTransaction ? this.runThrough(job) : job.step(FIRST_UNITS)) {
        this.finish(job)
        return
      }
      if (this.isOverflowing) {
        this.engine.end(job)
        return
      }
      job.detach()
    } catch (error) {
      this.engine.end(job)
      throw error
    }
    this.job = job
  }

  /** Runs a job to its end, or until its reply is too long. */
  private runThrough(job: Job): boolean {
    while (!job.step(TRANSACTION_UNITS)) {
      if (job.pending > this.engine.outputLimit) {
        this.isOverflowing = true
        return false
      }
    }
    return true
  }

  private finish(job: Job): void {
    this.job = null
    this.engine.stats.searchWork += job.work
    job.reply(this.out)
    this.engine.end(job)
  }

  private refusalOf(command: Command | undefined, args: Args): string | null {
    if (command === undefined) return unknown(args)
    const { arity, flags, name } = command
    if (arity > 0 ? args.count !== arity : args.count < -arity) {
      return `ERR wrong number of arguments for '${name}' command`
    }
    if (!this.authenticated && (flags & NO_AUTH) === 0) return 'NOAUTH Authentication required.'
    if (this.queue !== null && (flags & NO_MULTI) !== 0) {
      return 'ERR Command not allowed inside a transaction'
    }
    if (this.subscriptions > 0 && this.protocol === 2 && (flags & SUBSCRIBED) === 0) {
      return `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`
    }
    return null
  }
}

function leave(all: Map<string, Set<Client>>, name: string, session: Client): void {
  const sessions = all.get(name)
  sessions?.delete(session)
  if (sessions?.size === 0) all.delete(name)
}

function unknown(args: Args): string {
  const name = args.count === 0 ? '' : args.text(0).slice(0, 128)
  let list = ''
  for (let i = 1; i < args.count && list.length < 128; i++) {
    list += `'${args.text(i).slice(0, 128 - list.length)}' `
  }
  return `ERR unknown command '${name}', with args beginning with: ${list}`
}
