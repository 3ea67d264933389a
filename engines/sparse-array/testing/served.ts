/** A served engine and raw connections to it, for tests. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { serveSparseArray } from '../io/server.ts'
import type { RunningServer } from '../io/server.ts'
import type { ServeOptions } from '../io/options.ts'
import { frameOf } from './client.ts'
import { parseReply } from './cli-format.ts'
import { plain } from './model.ts'
import type { Plain } from './model.ts'

/** A server, closed when the test's `using` block ends. */
export async function served(options: ServeOptions = {}): Promise<RunningServer & AsyncDisposable> {
  const server = await serveSparseArray(options)
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() })
}

export class RawClient {
  readonly socket: Socket
  /** Everything received and not taken. */
  received: Buffer = Buffer.alloc(0)
  closed = false
  private chunks: Buffer[] = []
  private wake: () => void = () => {}

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' })
    this.socket.on('data', (chunk) => {
      this.chunks.push(chunk as Buffer)
      this.wake()
    })
    this.socket.on('close', () => {
      this.closed = true
      this.wake()
    })
    this.socket.on('error', () => {})
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes)
  }

  /** The next reply, waited for. */
  async reply(): Promise<Plain> {
    for (;;) {
      this.gather()
      let parsed: ReturnType<typeof parseReply> | null = null
      try {
        parsed = parseReply(this.received)
      } catch {
        if (this.closed) throw new Error('closed before a reply was complete')
      }
      if (parsed !== null) {
        this.received = this.received.subarray(parsed.end)
        return plain(parsed.reply)
      }
      await this.more()
    }
  }

  async ask(...command: (string | Uint8Array)[]): Promise<Plain> {
    return await this.askAll(command)
  }

  /** The same, for more arguments than a call can have. */
  async askAll(command: readonly (string | Uint8Array)[]): Promise<Plain> {
    this.write(frameOf(command))
    return await this.reply()
  }

  /** Resolves when the server has closed the connection. */
  async end(): Promise<void> {
    while (!this.closed) await this.more()
  }

  /** Joins what has arrived. */
  gather(): Buffer {
    if (this.chunks.length > 0) this.received = Buffer.concat([this.received, ...this.chunks.splice(0)])
    return this.received
  }

  close(): void {
    this.socket.destroy()
  }

  private async more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve
    })
    // A long reply is not looked at again for each piece of it.
    if (this.received.length > 1 << 20) await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
