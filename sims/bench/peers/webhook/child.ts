/** A module of this folder in a process of its own, which says its port on its first line. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface Child {
  readonly port: number
  close(): void
}

/** Starts `file` (beside this one) with `args`; rejects when it ends before it says its port. */
export async function startChild(file: string, ...args: readonly string[]): Promise<Child> {
  const child = spawn(process.execPath, [new URL(file, import.meta.url).pathname, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
    createInterface(child.stdout).once('line', (line) => resolve(Number(line)))
  })
  return {
    port,
    close() {
      child.removeAllListeners('exit').kill('SIGKILL')
    },
  }
}
