/** Runs `flowbench serve` in processes of their own: for tests. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '..', 'main.ts')
const pids: number[] = []

export interface Served {
  readonly child: ChildProcess
  readonly ready: {
    readonly ready: true
    readonly pid: number
    readonly host: string
    readonly port: number
    readonly url: string
  }
  /** All of stdout and stderr so far. */
  readonly said: () => string
  exit(signal: NodeJS.Signals): Promise<number | null>
}

/** `args`: the engine and its options. `wrapper`: a command that runs the server. */
export async function serving(args: readonly string[], wrapper: readonly string[] = []): Promise<Served> {
  const [command, ...rest] = [...wrapper, process.execPath, MAIN, 'serve', ...args]
  const child = spawn(command!, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const line = await new Promise<string>((resolve) => {
    createInterface(child.stdout).once('line', resolve)
  })
  const ready = JSON.parse(line) as Served['ready']
  pids.push(ready.pid)
  return {
    child,
    ready,
    said: () => said,
    exit: (signal) =>
      new Promise((resolve) => {
        child.once('exit', (code) => resolve(code)).kill(signal)
      }),
  }
}

/** After the tests: whatever still runs. */
export function killAll(): void {
  for (const pid of pids.splice(0)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended, as it should.
    }
  }
}
