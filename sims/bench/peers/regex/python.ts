/** Python's `re`, in a child process that keeps time itself: what the pipe takes does not count. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Question, RegexPeer, Task } from './peer.ts'

type Reply = Readonly<Record<string, number | string>>

class Python {
  private readonly child: ChildProcessWithoutNullStreams
  private readonly lines: AsyncIterator<string>
  private readonly texts = new Map<Uint8Array, number>()
  private before: Promise<unknown> = Promise.resolve()

  constructor() {
    this.child = spawn('python3', [fileURLToPath(new URL('python.py', import.meta.url))])
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]()
  }

  /** One request at a time. */
  async ask(request: object): Promise<Reply> {
    const reply = this.before.then(async () => {
      this.child.stdin.write(`${JSON.stringify(request)}\n`)
      const line = await this.lines.next()
      if (line.done) throw new Error('python3 has ended')
      return JSON.parse(line.value) as Reply
    })
    this.before = reply.catch(() => {})
    const answer = await reply
    if ('error' in answer) throw new Error(String(answer['error']))
    return answer
  }

  async text(text: Uint8Array): Promise<number> {
    const known = this.texts.get(text)
    if (known !== undefined) return known
    const reply = await this.ask({ text: Buffer.from(text).toString('base64') })
    this.texts.set(text, Number(reply['text']))
    return Number(reply['text'])
  }

  close(): void {
    this.child.stdin.end()
  }
}

let shared: Python | null = null

function pythonVersion(): string | null {
  const { status, stdout } = spawnSync('python3', ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.replace('Python', '').trim() : null
}

export const python: RegexPeer = {
  id: 'python',
  get version() {
    return pythonVersion() ?? 'none'
  },
  missing: () =>
    pythonVersion() === null ? { why: 'no python3 here', install: 'apt-get install python3' } : null,
  ask: async ({ pattern, ignoreCase, unicode, text, ask, expected }: Task): Promise<Question> => {
    const process = (shared ??= new Python())
    const request = { pattern, ignoreCase, unicode, ask, text: await process.text(text) }
    const { question } = await process.ask(request)
    return {
      expected,
      run: () => {
        throw new Error('it keeps time itself')
      },
      timed: async (repeats) => {
        const { check, seconds } = await process.ask({ run: question, repeats })
        return { check: Number(check), seconds: Number(seconds) }
      },
    }
  },
  close: () => {
    shared?.close()
    shared = null
  },
}
