/** A client in the same process: commands in, replies out, no socket. */
import { commandTable } from '../commands/table.ts'
import { Args } from '../resp/args.ts'
import { splitLine } from '../resp/parser.ts'
import { Engine } from '../server/engine.ts'
import { Session } from '../server/session.ts'
import { formatReply, parseReplies } from './cli-format.ts'
import type { Parsed } from './cli-format.ts'

export class Client {
  readonly engine: Engine
  readonly session: Session
  private readonly taken: Uint8Array[] = []

  constructor(engine = new Engine()) {
    this.engine = engine
    this.session = new Session(engine, commandTable)
  }

  /** Sends bytes as they are; returns all that is replied, jobs run to their end. */
  raw(bytes: Uint8Array): Uint8Array {
    this.session.feed(bytes)
    this.settle()
    return this.output()
  }

  /** Lets jobs run to their end and the commands behind them. */
  settle(): void {
    const { session } = this
    while ((session.job !== null || session.isFull) && !session.closing) {
      if (session.isFull) {
        for (const chunk of session.out.take()) this.taken.push(chunk)
        session.run()
      } else if (session.stepJob(1 << 20)) session.run()
    }
  }

  output(): Uint8Array {
    const chunks = [...this.taken.splice(0), ...this.session.out.take()]
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  }

  /** Sends one command; its arguments are bytes, or strings of bytes. */
  send(...values: readonly (string | Uint8Array)[]): Parsed[] {
    return parseReplies(this.raw(frame(...values)))
  }

  /** As typed into redis-cli; returns what it would print. */
  type(line: string): string {
    const words = splitLine(Buffer.from(line, 'latin1'))
    if (words === null) throw new Error(`unbalanced quotes: ${line}`)
    return this.send(...words)
      .map((reply) => formatReply(reply))
      .join('\n')
  }
}

/** A command as RESP. */
export const frame = (...values: readonly (string | Uint8Array)[]): Uint8Array => frameOf(values)

/** The same, for more arguments than a call can have. */
export function frameOf(values: readonly (string | Uint8Array)[]): Uint8Array {
  const args = Args.from(values)
  const parts: Uint8Array[] = [Buffer.from(`*${args.count}\r\n`)]
  for (let i = 0; i < args.count; i++) {
    parts.push(Buffer.from(`$${args.length(i)}\r\n`), args.view(i), Buffer.from('\r\n'))
  }
  return Buffer.concat(parts)
}
