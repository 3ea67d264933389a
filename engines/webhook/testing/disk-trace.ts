/** What a process did to some files, as `strace -f -y -xx` recorded it: writes, cuts, syncs, and what it said on stdout. */

export type DiskEvent =
  | { readonly kind: 'write'; readonly file: string; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'unlink'; readonly file: string }
  | { readonly kind: 'said'; readonly text: string }

/** The calls that `strace` must be told to trace; any other way to write would be missed, so it is traced too and refused. */
export const TRACED = [
  'pwrite64',
  'write',
  'ftruncate',
  'fdatasync',
  'fsync',
  'unlink',
  'unlinkat',
  'pwritev',
  'pwritev2',
  'writev',
  'rename',
  'renameat2',
  'fallocate',
  'io_uring_enter',
  'msync',
] as const

const CALL = /^(\d+)\s+(\w+)\((.*)$/
const RESUMED = /^(\d+)\s+<\.\.\. (\w+) resumed>/

/** Reads a trace; `isOurs` says which files matter. Throws for a call that it does not know how to replay. */
export function parseTrace(trace: string, isOurs: (path: string) => boolean): DiskEvent[] {
  const events: DiskEvent[] = []
  /** Syncs that have begun, by thread: they count when they end. */
  const open = new Map<string, string>()
  for (const line of trace.split('\n')) {
    const resumed = RESUMED.exec(line)
    if (resumed !== null) {
      const file = open.get(resumed[1]!)
      if (file !== undefined && line.trimEnd().endsWith(' = 0')) events.push({ kind: 'sync', file })
      open.delete(resumed[1]!)
      continue
    }
    const call = CALL.exec(line)
    if (call === null) continue
    const [, thread = '', name = '', args = ''] = call
    const event = eventOf(name, args, isOurs)
    if (event === null) continue
    if (event.kind === 'sync' && args.includes('<unfinished')) open.set(thread, event.file)
    else if (!/ = -1 /.test(args)) events.push(event)
  }
  return events
}

function eventOf(name: string, args: string, isOurs: (path: string) => boolean): DiskEvent | null {
  if (name === 'unlink' || name === 'unlinkat') {
    const file = unescape(/"((?:\\x[0-9a-f]{2})*)"/.exec(args)?.[1] ?? '')
    return isOurs(file) ? { kind: 'unlink', file } : null
  }
  const target = /^(\d+)<([^>]*)>/.exec(args)
  if (target === null) return null
  const file = unescape(target[2]!)
  if (name === 'write' && target[1] === '1') return { kind: 'said', text: bytesOf(args).toString() }
  if (!isOurs(file)) return null
  switch (name) {
    case 'pwrite64': {
      const offset = Number(/, (\d+)(?:\)| <unfinished)/.exec(args)![1])
      return { kind: 'write', file, offset, data: bytesOf(args) }
    }
    case 'ftruncate':
      return { kind: 'truncate', file, size: Number(/>, (\d+)/.exec(args)![1]) }
    case 'fdatasync':
    case 'fsync':
      return { kind: 'sync', file }
    default:
      throw new Error(`the trace has a ${name} on ${file}, which is not replayed`)
  }
}

const bytesOf = (args: string): Buffer =>
  Buffer.from((/"((?:\\x[0-9a-f]{2})*)"/.exec(args)?.[1] ?? '').replaceAll('\\x', ''), 'hex')

/** With -xx, paths are written in hex too. */
const unescape = (text: string): string =>
  text.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/**
 * Files as a disk would hold them after a power cut: what was synced is there; of what was not, each write is there, is
 * lost, or is torn by sectors, whatever the order in which it was made.
 */
export class Disk {
  private readonly durable: Map<string, Buffer>
  private readonly unsynced = new Map<string, DiskEvent[]>()

  constructor(files: ReadonlyMap<string, Buffer>) {
    this.durable = new Map(files)
  }

  apply(event: DiskEvent): void {
    if (event.kind === 'said') return
    const waiting = this.unsynced.get(event.file) ?? []
    if (event.kind !== 'sync') {
      this.unsynced.set(event.file, [...waiting, event])
      return
    }
    this.durable.set(
      event.file,
      waiting.reduce((bytes, one) => applied(bytes, one), this.durable.get(event.file) ?? Buffer.alloc(0)),
    )
    this.unsynced.delete(event.file)
  }

  /** The files after a cut now. */
  cut(random: () => number): Map<string, Buffer> {
    const files = new Map(this.durable)
    for (const [file, waiting] of this.unsynced) {
      let bytes = files.get(file) ?? Buffer.alloc(0)
      // Nothing reached the disk, all did, or any part of it.
      const share = [0, 1, random()][Math.floor(random() * 3)]!
      for (const event of waiting) {
        const [isWhole, isTorn] = [random() < share, random() < share]
        if (isWhole) bytes = applied(bytes, event)
        else if (event.kind === 'write' && isTorn) bytes = torn(bytes, event, random)
      }
      files.set(file, bytes)
    }
    return files
  }
}

function applied(bytes: Buffer, event: DiskEvent): Buffer {
  if (event.kind === 'truncate') {
    return event.size <= bytes.length ? bytes.subarray(0, event.size) : Buffer.concat([bytes], event.size)
  }
  if (event.kind === 'unlink') return Buffer.alloc(0)
  if (event.kind !== 'write') return bytes
  const result = Buffer.concat([bytes], Math.max(bytes.length, event.offset + event.data.length))
  event.data.copy(result, event.offset)
  return result
}

const SECTOR = 512

function torn(bytes: Buffer, event: DiskEvent & { readonly kind: 'write' }, random: () => number): Buffer {
  const { file, offset, data } = event
  for (let at = 0; at < data.length; at += SECTOR) {
    if (random() < 0.5) {
      bytes = applied(bytes, {
        kind: 'write',
        file,
        offset: offset + at,
        data: data.subarray(at, at + SECTOR),
      })
    }
  }
  return bytes
}
