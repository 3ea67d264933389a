/**
 * A disk that loses power: what was not synced is dropped, kept in part, torn, or there without what is before it.
 *
 * Contents count from their last sync, page by page, names (made, renamed, removed) from the last `syncNames`. A cut
 * comes at the n-th call; what the disk holds then is drawn at random from what the rules of a disk allow. A sync that
 * fails has the system take for written what is not, as Linux does: it is read, and no later sync writes it.
 */
import type { AppendFile, Files } from '../io/files.ts'
import type { Random } from './random.ts'

export class PowerCut extends Error {}

/** What a disk writes as a whole, in any order. Smaller than any real one's: so more records are in several. */
const PAGE = 128

interface Inode {
  /** What the system has in memory, and whoever reads sees. */
  memory: Buffer
  /** What is surely on the disk; zeros where nothing is. */
  disk: Buffer
  /** Pages of the memory that the system still has to write, as far as it knows. */
  readonly dirty: Set<number>
  /** Who has it open, and syncs of it that are under way: without a name it takes room until there is none. */
  users: number
}

const NOTHING: Pick<Inode, 'memory'> = { memory: Buffer.alloc(0) }

export class PowerFiles implements Files {
  /** Calls until the power fails. */
  callsLeft = Infinity
  /** Bytes that all files may take. */
  room = Infinity
  /** What goes wrong with a call for this file ('' for the names of all), as on a full disk; null: nothing. */
  fault: (name: string, isSync: boolean) => Error | null = () => null
  private names = new Map<string, Inode>()
  private durable = new Map<string, Inode>()
  /** Changes of names since they were synced, in order. */
  private changes: ((names: Map<string, Inode>) => void)[] = []
  private readonly syncing: (() => void)[] = []
  /** Files that were ever opened for appending. */
  private readonly opened = new Set<Inode>()

  constructor(contents: ReadonlyMap<string, Buffer> = new Map()) {
    for (const [name, bytes] of contents) {
      this.names.set(name, { memory: bytes, disk: bytes, dirty: new Set(), users: 0 })
    }
    this.durable = new Map(this.names)
  }

  list(): string[] {
    return [...this.names.keys()]
  }
  size(name: string): number {
    return (this.names.get(name) ?? NOTHING).memory.length
  }
  read(name: string, at: number, length: number): Uint8Array {
    const { memory } = this.names.get(name) ?? NOTHING
    return Buffer.from(memory.subarray(at, at + length))
  }

  append(name: string): AppendFile {
    this.call(name)
    let inode = this.names.get(name)
    if (inode === undefined) {
      inode = { memory: Buffer.alloc(0), disk: Buffer.alloc(0), dirty: new Set(), users: 0 }
      this.change((names) => names.set(name, inode!))
    }
    const file = inode
    file.users++
    this.opened.add(file)
    return {
      write: (bytes) => {
        this.call(name)
        if (this.used + bytes.length > this.room) {
          throw Object.assign(new Error('no space left on the disk'), { code: 'ENOSPC' })
        }
        const from = file.memory.length
        file.memory = Buffer.concat([file.memory, bytes])
        soil(file, from)
      },
      sync: () => {
        // What is written while the disk syncs is not part of it.
        const { memory } = file
        const pages = [...file.dirty]
        file.users++
        return new Promise((resolve, reject) => {
          this.syncing.push(() => {
            file.users--
            this.call()
            const fault = this.fault(name, true)
            settle(file, memory, pages, fault === null)
            if (fault === null) resolve()
            else reject(fault)
          })
        })
      },
      syncNow: () => this.syncInode(name, file),
      close: () => void file.users--,
      discard: () => {
        this.cutOff(file, 0)
        file.users--
      },
    }
  }

  /** Bytes of the files that have a name, or are in use. */
  get used(): number {
    const files = new Set(this.names.values())
    for (const file of this.opened) if (file.users > 0) files.add(file)
    return [...files].reduce((sum, { memory }) => sum + memory.length, 0)
  }

  sync(name: string): void {
    this.syncInode(name, this.names.get(name)!)
  }
  private syncInode(name: string, file: Inode): void {
    this.call()
    const fault = this.fault(name, true)
    settle(file, file.memory, [...file.dirty], fault === null)
    if (fault !== null) throw fault
  }

  rewrite(name: string, from: number): void {
    this.call(name)
    const file = this.names.get(name)!
    soil(file, from)
    this.syncInode(name, file)
  }

  /** The process was killed, and the power is there: what was handed to the system is, and goes on waiting for a sync. */
  killed(): void {
    this.callsLeft = Infinity
    this.fault = () => null
    this.syncing.length = 0
  }

  /** The disk is done with what it was asked to sync. */
  completeSyncs(): void {
    for (const complete of this.syncing.splice(0)) complete()
  }

  /** The file alone is synced, and no name. */
  truncate(name: string, length: number): void {
    this.call(name)
    const file = this.names.get(name)!
    this.cutOff(file, length)
    this.syncInode(name, file)
  }
  private cutOff(file: Inode, length: number): void {
    file.memory = file.memory.subarray(0, length)
    file.disk = file.disk.subarray(0, length)
    for (const page of file.dirty) if (page * PAGE >= length) file.dirty.delete(page)
  }
  rename(from: string, to: string): void {
    this.call(from)
    const inode = this.names.get(from)!
    this.change((names) => {
      names.delete(from)
      names.set(to, inode)
    })
  }
  remove(name: string): void {
    this.call(name)
    this.change((names) => names.delete(name))
  }
  syncNames(): void {
    this.call('')
    this.durable = new Map(this.names)
    this.changes = []
  }

  /** What is on the disk when the power comes back. */
  afterCut(random: Random): Map<string, Buffer> {
    const names = new Map(this.durable)
    for (const change of this.changes.slice(0, random.below(this.changes.length + 1))) change(names)
    const left = new Map<string, Buffer>()
    for (const [name, inode] of names) left.set(name, leftOf(inode, random))
    return left
  }

  private change(change: (names: Map<string, Inode>) => void): void {
    change(this.names)
    this.changes.push(change)
  }

  private call(name?: string): void {
    if (--this.callsLeft < 0) throw new PowerCut('the power has failed')
    const fault = name === undefined ? null : this.fault(name, false)
    if (fault !== null) throw fault
  }
}

const pageOf = (bytes: Buffer, page: number): Buffer => bytes.subarray(page * PAGE, (page + 1) * PAGE)

/** Everything from an offset on was written. */
function soil(file: Inode, from: number): void {
  for (let page = Math.floor(from / PAGE); page * PAGE < file.memory.length; page++) file.dirty.add(page)
}

/** The end of a sync, begun when the memory was this: pages that were written to since are to be written once more. */
function settle(file: Inode, memory: Buffer, pages: readonly number[], isWritten: boolean): void {
  if (isWritten) {
    const disk = Buffer.alloc(Math.max(file.disk.length, memory.length))
    file.disk.copy(disk)
    for (const page of pages) pageOf(memory, page).copy(disk, page * PAGE)
    file.disk = disk
  }
  for (const page of pages) {
    if (pageOf(file.memory, page).equals(pageOf(memory, page))) file.dirty.delete(page)
  }
}

/** What a cut leaves of a file. The length may have reached the disk before the contents. */
function leftOf({ memory, disk, dirty }: Inode, random: Random): Buffer {
  const tear = random.pick(['whole', 'zeros', 'garbage', 'holes', 'holes'] as const)
  const isLong = tear === 'holes' && random.below(2) === 0
  const length = isLong ? memory.length : disk.length + random.below(memory.length - disk.length + 1)
  // What was there before, or nothing.
  const left = Buffer.alloc(length, tear === 'garbage' ? random.below(256) : 0)
  // What a sync that failed has left out is nothing: what was there before, and then ours, is told from no other's file.
  if (!dirty.has(0)) pageOf(left, 0).fill(0)
  disk.copy(left)
  const isTorn = tear === 'zeros' || tear === 'garbage'
  const end = isTorn ? disk.length + random.below(length - disk.length + 1) : length
  for (const page of dirty) {
    if (tear === 'holes' && random.below(2) === 0) continue
    pageOf(memory.subarray(0, end), page).copy(left, page * PAGE)
  }
  return left
}
