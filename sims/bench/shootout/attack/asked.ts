/** A process that answers lines of JSON with lines of JSON, and is ended and started again when it takes too long. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { withCompileCache } from '../process/cached.ts'

export class AskedProcess {
  private readonly command: readonly [string, ...string[]]
  private child: ChildProcessWithoutNullStreams | null = null
  private pending: ((line: string | null) => void) | null = null

  constructor(command: readonly [string, ...string[]]) {
    this.command = command
  }

  /** The answer, or null when there is none within the time, or the process ended, or what it wrote is no JSON. */
  async ask(request: object, milliseconds: number): Promise<unknown> {
    const child = (this.child ??= this.start())
    const line = await new Promise<string | null>((resolve) => {
      const timer = setTimeout(() => this.close(), milliseconds)
      this.pending = (answer) => {
        clearTimeout(timer)
        this.pending = null
        resolve(answer)
      }
      child.stdin.write(`${asciiJson(request)}\n`)
    })
    if (line === null) return null
    try {
      return JSON.parse(line)
    } catch {
      return null
    }
  }

  get pid(): number | undefined {
    return this.child?.pid
  }

  close(): void {
    const { child } = this
    this.child = null
    child?.kill('SIGKILL')
    this.pending?.(null)
  }

  private start(): ChildProcessWithoutNullStreams {
    const [program, ...args] = this.command
    // The shell's limit ends it when nobody is left to.
    const child = spawn('/bin/sh', ['-c', 'ulimit -t 900; exec "$0" "$@"', program, ...args], {
      env: withCompileCache(),
    })
    // Not by `readline`: it ends lines at U+2028 too, which JSON may hold and attacks do.
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      rest += text
      for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n')) {
        const line = rest.slice(0, at)
        rest = rest.slice(at + 1)
        if (child === this.child) this.pending?.(line)
      }
    })
    child.stdin.on('error', () => {})
    child.stderr.resume()
    child.on('close', () => {
      if (child !== this.child) return
      this.child = null
      this.pending?.(null)
    })
    return child
  }
}

/** JSON without the characters at which a reader may end a line. */
const asciiJson = (value: object): string =>
  JSON.stringify(value).replaceAll(
    /[\u0085\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
