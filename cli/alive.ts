/**
 * Work that takes long: where nothing is written for two seconds, this says that it is still at it, and at what. Whoever
 * writes to the stream meanwhile need not know: its writing is watched for as long as the work lasts.
 */

export const SILENCE_MS = 2000

/** Runs `work`; what was last written to `stream` is what it is said to be at, and `what` until then. */
export async function alive<T>(
  what: string,
  work: () => Promise<T>,
  stream: Pick<NodeJS.WriteStream, 'write'> = process.stderr,
): Promise<T> {
  let last = what
  let silent = 0
  const write = stream.write.bind(stream)
  const timer = setInterval(() => {
    silent += SILENCE_MS / 1000
    write(`still at it after ${silent} s: ${last}\n`)
  }, SILENCE_MS)
  const before = stream.write
  stream.write = ((...args: Parameters<typeof write>) => {
    const line = String(args[0]).trim().split('\n').at(-1)!
    if (line !== '') last = line
    silent = 0
    timer.refresh()
    return write(...args)
  }) as typeof stream.write
  try {
    return await work()
  } finally {
    stream.write = before
    clearInterval(timer)
  }
}
