/** The one line on stdout by which a caller learns that the engine listens, and where. */
export function announce(host: string, port: number, url: string): void {
  process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid, host, port, url })}\n`)
}
