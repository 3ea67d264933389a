/**
 * One connection: a socket and its session.
 *
 * Replies wait until the writes they may tell of are on the disk, where that is promised. A client that does not read is
 * not read from any more, and its search stands still; past the output limit it is cut off.
 */
import type { Socket } from 'node:net'
import type { Session } from '../server/session.ts'
import { giveChunk, isChunk } from '../resp/chunks.ts'
import type { Worker } from './scheduler.ts'

/** What may wait in the socket before the client is not read from. */
const PAUSE = 1 << 20
/** What is handed to the socket before others have their turn: the system copies it at once, some 0.2 ms. */
const MOST_AT_ONCE = 1 << 18
/** For a client to read the last replies; closed at once, with bytes of it unread, it would be reset. */
const LINGER_MS = 1_000
/** Requests that may wait behind a long command. */
const MOST_PENDING = 1 << 20

export interface Surroundings {
  /** Replies written now tell of the log up to here... */
  readonly position: () => number
  /** ...which must be on the disk first. */
  readonly synced: () => number
  /** The log cannot take more for now: who writes is not read from. */
  readonly isBehind: () => boolean
  readonly outputLimit: () => number
  /** Before anything runs: the time. */
  readonly tick: () => void
  /** After something ran. */
  readonly after: () => void
  readonly schedule: (worker: Worker) => void
  readonly unschedule: (worker: Worker) => void
  /** Serving a client failed as it never should. */
  readonly report: (error: unknown) => void
}

export class Connection implements Worker {
  readonly session: Session
  readonly socket: Socket
  private readonly around: Surroundings
  /** Replies that wait for the disk. */
  private readonly held: { readonly until: number; readonly chunks: readonly Uint8Array[] }[] = []
  private queue: Uint8Array[] = []
  private queued = 0
  /** What ran last wrote something; also of a new client, of which it is not known, it is said. */
  private hasWritten = true
  /**
   * Why nothing more is sent or run for now: its reader has to catch up, others have their turn, or what is answered
   * waits for the disk and is enough, or what was written does.
   */
  private blocked: 'reader' | 'turn' | 'disk' | null = null
  private isReading = true
  /** The client has ended its half: what it sent is still answered, and no more will come. */
  private hasEnded = false
  private isClosed = false

  constructor(session: Session, socket: Socket, around: Surroundings) {
    this.session = session
    this.socket = socket
    this.around = around
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.guarded(() => this.receive(chunk)))
    socket.on('drain', () => {
      if (this.blocked === 'reader') this.guarded(() => this.drained())
    })
    socket.on('close', () => this.closed())
    socket.on('end', () => this.guarded(() => this.ended()))
    socket.on('error', () => socket.destroy())
    // Else a connection a write would have no bound.
    if (this.isToWait) this.block('disk')
  }

  get paused(): boolean {
    return this.blocked !== null || this.session.job?.isWaiting === true
  }

  step(units: number): boolean {
    let done = true
    this.guarded(() => {
      done = this.work(units)
    })
    return done
  }

  private work(units: number): boolean {
    const { session, around } = this
    around.tick()
    const position = around.position()
    if (!session.stepJob(units)) {
      if ((session.job?.pending ?? 0) <= around.outputLimit()) return session.job === null
      this.cut()
      return true
    }
    session.run()
    this.settle(position)
    return session.job === null
  }

  /** Sends what the session has written. */
  flush(): void {
    const { session, around } = this
    if (this.isClosed || this.socket.destroyed) {
      session.out.take()
      return
    }
    if (session.out.length > 0) {
      const chunks = session.out.take()
      for (const chunk of chunks) this.queued += chunk.length
      const until = around.position()
      if (this.held.length > 0 || until > around.synced()) this.held.push({ until, chunks })
      else this.enqueue(chunks)
    }
    if (session.isOverflowing || this.queued > around.outputLimit()) this.cut()
    else this.pump()
  }

  /** Ends the connection of a client that does not keep up; nothing is kept for it. */
  private cut(): void {
    this.socket.destroy()
    this.drop()
  }

  private drop(): void {
    for (const chunk of this.queue.splice(0)) if (isChunk(chunk)) giveChunk(chunk)
    this.held.length = 0
  }

  /** More is on the disk than before. */
  release(): void {
    const { held } = this
    let n = 0
    while (n < held.length && held[n]!.until <= this.around.synced()) this.enqueue(held[n++]!.chunks)
    held.splice(0, n)
    if (this.blocked === 'disk') this.guarded(() => this.drained())
    else if (n > 0) this.pump()
  }

  /** A fault in serving one client costs that client alone, and whoever runs the server is told of it. */
  private guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.around.report(error)
      this.socket.destroy()
    }
  }

  private enqueue(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.queue.push(chunk)
  }

  private receive(chunk: Buffer): void {
    const { around } = this
    around.tick()
    const position = around.position()
    this.session.feed(chunk)
    this.settle(position)
  }

  /** After the session ran, when the log was at `before`: sends, and sees to what goes on and when. */
  private settle(before: number): void {
    const { session, around } = this
    this.hasWritten = around.position() > before
    this.flush()
    around.after()
    if (this.socket.destroyed) return
    if (this.hasEnded) this.finish()
    if (session.job !== null) around.schedule(this)
    if (this.blocked === null) this.waitIfNeeded()
    this.readOn()
  }

  private waitIfNeeded(): void {
    const { session } = this
    // Also before a long command: behind it may be the next write.
    if (this.isToWait) this.block('disk')
    else if (session.job === null) {
      // What waits behind a megabyte of replies is run when they are sent.
      const isEnough = session.isFull || this.queued > session.mostOut
      if (isEnough && this.held.length > 0) this.block('disk')
      else if (session.isFull) this.block('turn')
    }
  }

  /** Reads, or does not, as there is room for what comes. Of a request that is not complete there always is. */
  private readOn(): void {
    const { session, socket } = this
    const reads = this.blocked === null && (session.job === null || session.pending <= MOST_PENDING)
    if (reads === this.isReading) return
    this.isReading = reads
    if (reads) socket.resume()
    else socket.pause()
  }

  private pump(): void {
    const { socket, queue } = this
    let sent = 0
    let bytes = 0
    while (sent < queue.length && this.blocked === null && bytes < MOST_AT_ONCE) {
      const chunk = queue[sent++]!
      this.queued -= chunk.length
      bytes += chunk.length
      // Past its mark the socket wants to be asked again; small replies it takes together.
      const isSent = isChunk(chunk)
        ? socket.write(chunk, (error) => {
            if (!error) giveChunk(chunk)
          })
        : socket.write(chunk)
      if (!isSent && socket.writableLength > PAUSE / 4) this.block('reader')
    }
    queue.splice(0, sent)
    if (bytes >= MOST_AT_ONCE && queue.length > 0 && this.blocked === null) this.block('turn')
    if (this.session.closing && queue.length === 0 && this.held.length === 0) this.finished()
  }

  /** All is said. A client that does not close its half would have a connection for good. */
  private finished(): void {
    const { socket } = this
    if (socket.writableEnded) return
    socket.end(() => setTimeout(() => socket.destroy(), LINGER_MS).unref())
  }

  private block(why: 'reader' | 'turn' | 'disk'): void {
    this.blocked = why
    this.readOn()
    if (why !== 'turn') return
    setImmediate(() => {
      if (this.blocked === 'turn' && !this.isClosed) this.guarded(() => this.drained())
    })
  }

  /** What kept it from sending is over. */
  private drained(): void {
    const { session, around } = this
    if (this.socket.destroyed) return
    this.blocked = null
    this.pump()
    if (this.blocked !== null) return
    if (this.isToWait || (session.isFull && this.held.length > 0)) {
      this.block('disk')
      return
    }
    around.tick()
    const position = around.position()
    if (session.job === null) session.run()
    this.settle(position)
  }

  private get isToWait(): boolean {
    return this.hasWritten && this.around.isBehind()
  }

  private ended(): void {
    this.hasEnded = true
    this.finish()
  }

  /**
   * Who ends his half of the connection gets what is answered, also what still waits behind a megabyte of replies. For a
   * long command he does not wait: it ends here, and what he sent behind it is not run.
   */
  private finish(): void {
    const { session, around } = this
    if (session.isFull) return
    if (session.job !== null) {
      around.unschedule(this)
      session.close()
    }
    session.closing = true
    this.pump()
  }

  private closed(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.around.unschedule(this)
    this.session.close()
    this.drop()
    this.around.after()
  }
}
