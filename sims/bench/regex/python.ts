/** Python's `re`, in a child process that keeps time itself: what the pipe takes does not count. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Question, RegexPeer, Task } from './peer.ts'

type Reply = Readonly<Record<string, number | string>>

class Python {
  private readonly child: ChildProcessWithoutNullStreams
  private readonly lines: Interface
  private readonly texts = new Map<Uint8Array, number>()
  private waiting: Promise<unknown> = Promise.resolve()

  constructor() {
    this.child = spawn('python3', [fileURLToPath(new URL('python.py', import.meta.url))])
    this.lines = createInterface(this.child.stdout)
  }

  /** One request at a time. */
  async ask(request: object): Promise<Reply> {
    const before = this.waiting
    const reply = (async () => {
      await before
      const line = new Promise<string>((resolve, reject) => {
        this.lines.once('line', resolve)
        this.lines.once('close', () => reject(new Error('python3 has ended')))
      })
      this.child.stdin.write(`${JSON.stringify(request)}\n`)
      return JSON.parse(await line) as Reply
    })()
    this.waiting = reply.catch(() => {})
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
