/** Servers on loopback, ours and Debian's, each in a process of its own, and the clients that load them. */
import { execFile, execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { ServeOptions } from '../../../../engines/sparse-array/index.ts'
import { frame, parseReply } from '../../../../engines/sparse-array/testing/index.ts'

export interface BenchServer {
  readonly port: number
  readonly pid: number
  close(): Promise<void>
}

const SERVED = join(import.meta.dirname, 'served.ts')
/** Who has not answered by then is not there. */
const PATIENCE_MS = 5_000
const ECHO = join(import.meta.dirname, 'echo.ts')

/** Processor seconds that the threads of a process have taken, to the nanosecond: the kernel's clock ticks are too coarse. */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  }
  return nanoseconds / 1e9
}

/** System calls of a process so far that wrote something. */
export const writesOf = (pid: number): number =>
  Number(/syscw: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))![1])

export function missingProgram(program: string, debian: string): { why: string; install: string } | null {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return { why: `${program} is not installed`, install: `apt-get install ${debian}` }
  }
}

export function redisVersion(): string {
  try {
    return (
      /v=([\d.]+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown'
    )
  } catch {
    return 'none'
  }
}

function stop(child: ChildProcess, folder: string | null): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      if (folder !== null) rmSync(folder, { recursive: true, force: true })
      resolve()
    }
    if (child.exitCode !== null || child.signalCode !== null) done()
    else child.once('exit', done).kill('SIGKILL')
  })
}

/** Our server; `dir: true` keeps its data in a folder that goes when it is closed. */
export async function startOurs(
  options: Omit<ServeOptions, 'dir'> & { dir?: boolean } = {},
): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sparse-array-bench-'))
  const { dir, ...rest } = options
  const argument = JSON.stringify({ ...rest, ...(dir === true ? { dir: folder } : {}) })
  return listening(
    spawn(process.execPath, [SERVED, argument], { stdio: ['pipe', 'pipe', 'inherit'] }),
    folder,
  )
}

/** A server that sends back what it gets. */
export const startEcho = (): Promise<BenchServer> =>
  listening(spawn(process.execPath, [ECHO], { stdio: ['pipe', 'pipe', 'inherit'] }), null)

async function listening(
  child: ChildProcess & { stdout: Readable },
  folder: string | null,
): Promise<BenchServer> {
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(String(data)))
    child.once('exit', () => reject(new Error('the server ended before it listened')))
  })
  const { port } = JSON.parse(line) as { port: number }
  return { port, pid: child.pid!, close: () => stop(child, folder) }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Debian's redis-server, with these settings beside its defaults. */
export async function startRedis(settings: readonly string[]): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sparse-array-bench-'))
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...settings]
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  for (;;) {
    try {
      const client = await Asker.connect(port)
      client.close()
      return { port, pid: child.pid!, close: () => stop(child, folder) }
    } catch {
      if (child.exitCode !== null) throw new Error('redis-server ended before it listened')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** redis-benchmark with these arguments on this machine, or elsewhere; requests a second, as it says. */
export async function benchmark(port: number, args: readonly string[], url?: URL): Promise<number> {
  const where =
    url === undefined
      ? ['-p', String(port)]
      : [
          '-h',
          url.hostname,
          '-p',
          url.port || '6379',
          ...(url.password === '' ? [] : ['-a', decodeURIComponent(url.password)]),
        ]
  const text = await new Promise<string>((resolve, reject) => {
    execFile('redis-benchmark', [...where, '-q', ...args], (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    )
  })
  const found = [...text.matchAll(/([\d.]+) requests per second/g)].at(-1)
  if (found === undefined) throw new Error(`redis-benchmark said nothing: ${text.slice(-200)}`)
  return Number(found[1])
}

/** One connection; questions may be asked before earlier ones are answered. */
export class Asker {
  private readonly socket: Socket
  private received: Buffer = Buffer.alloc(0)
  private readonly waiting: ((reply: Reply) => void)[] = []

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<Asker> {
    const socket = connect(port, host)
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection in ${PATIENCE_MS / 1_000} s`)),
      PATIENCE_MS,
    )
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve).once('error', reject)
      })
    } finally {
      clearTimeout(timer)
    }
    return new Asker(socket)
  }

  /** Signs in where the URL has a password. Throws where nobody answers, or not to us. */
  static async open(url: URL): Promise<Asker> {
    const asker = await Asker.connect(Number(url.port || 6379), url.hostname)
    // A server that wants a password says so here too.
    const reply = await (url.password === ''
      ? asker.askReply('PING')
      : asker.askReply('AUTH', decodeURIComponent(url.password)))
    if (reply.type !== 'error') return asker
    asker.close()
    throw new Error(reply.text)
  }

  askReply(...command: string[]): Promise<Reply> {
    this.socket.write(frame(...command))
    return new Promise((resolve) => {
      this.waiting.push(resolve)
    })
  }

  /** The reply's text, where it is a line or a bulk string. */
  async ask(...command: string[]): Promise<string> {
    const reply = await this.askReply(...command)
    if ('text' in reply) return reply.text
    return reply.type === 'bulk' ? Buffer.from(reply.bytes).toString('latin1') : reply.type
  }

  close(): void {
    this.socket.destroy()
  }

  private receive(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk])
    while (this.received.length > 0) {
      const found = replyIn(this.received)
      if (found === null) return
      this.received = this.received.subarray(found.end)
      this.waiting.shift()?.(found.reply)
    }
  }
}

type Reply = ReturnType<typeof parseReply>['reply']

function replyIn(bytes: Buffer): ReturnType<typeof parseReply> | null {
  try {
    return parseReply(bytes)
  } catch {
    // Not yet all of it.
    return null
  }
}
