/**
 * A disk that loses power: what was not synced is dropped, kept in part, or torn.
 *
 * Contents count from their last sync, names (made, renamed, removed) from the last `syncNames`. A cut comes at the
 * n-th call; what the disk holds then is drawn at random from what the rules of a disk allow.
 */
import type { AppendFile, Files } from '../io/files.ts'
import type { Random } from './random.ts'

export class PowerCut extends Error {}

interface Inode {
  synced: Buffer
  readonly pending: Buffer[]
}

export class PowerFiles implements Files {
  /** Calls until the power fails. */
  callsLeft = Infinity
  /** What goes wrong with a call for this file ('' for the names of all), as on a full disk; null: nothing. */
  fault: (name: string) => Error | null = () => null
  private names = new Map<string, Inode>()
  private durable = new Map<string, Inode>()
  /** Changes of names since they were synced, in order. */
  private changes: ((names: Map<string, Inode>) => void)[] = []
  private readonly syncing: (() => void)[] = []

  constructor(contents: ReadonlyMap<string, Buffer> = new Map()) {
    for (const [name, bytes] of contents) this.names.set(name, { synced: bytes, pending: [] })
    this.durable = new Map(this.names)
  }

  list(): string[] {
    return [...this.names.keys()]
  }
  size(name: string): number {
    return this.contents(name).length
  }
  read(name: string, at: number, length: number): Uint8Array {
    return Buffer.from(this.contents(name).subarray(at, at + length))
  }
  private contents(name: string): Buffer {
    const inode = this.names.get(name)
    return inode === undefined ? Buffer.alloc(0) : Buffer.concat([inode.synced, ...inode.pending])
  }

  append(name: string): AppendFile {
    this.call(name)
    let inode = this.names.get(name)
    if (inode === undefined) {
      inode = { synced: Buffer.alloc(0), pending: [] }
      this.change((names) => names.set(name, inode!))
    }
    const file = inode
    return {
      write: (bytes) => {
        this.call(name)
        file.pending.push(Buffer.from(bytes))
      },
      sync: () => {
        // What is written while the disk syncs is not part of it.
        const count = file.pending.length
        return new Promise((resolve, reject) => {
          this.syncing.push(() => {
            this.call()
            const fault = this.fault(name)
            if (fault !== null) {
              reject(fault)
              return
            }
            file.synced = Buffer.concat([file.synced, ...file.pending.splice(0, count)])
            resolve()
          })
        })
      },
      syncNow: () => this.syncInode(name, file),
      close: () => {},
    }
  }

  sync(name: string): void {
    this.syncInode(name, this.names.get(name)!)
  }
  private syncInode(name: string, file: Inode): void {
    this.call(name)
    file.synced = Buffer.concat([file.synced, ...file.pending])
    file.pending.length = 0
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

  truncate(name: string, length: number): void {
    const bytes = this.contents(name).subarray(0, length)
    this.change((names) => names.set(name, { synced: bytes, pending: [] }))
    this.syncNames()
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
    for (const [name, { synced, pending }] of names) {
      const unsynced = Buffer.concat(pending)
      const kept = Buffer.from(unsynced.subarray(0, random.below(unsynced.length + 1)))
      const torn = random.below(3)
      // The length may have reached the disk before the content: zeros, or what was there before.
      if (torn === 1) kept.fill(0, random.below(kept.length + 1))
      if (torn === 2 && kept.length > 0)
        kept.fill(random.below(256), kept.length - 1 - random.below(kept.length))
      left.set(name, Buffer.concat([synced, kept]))
    }
    return left
  }

  private change(change: (names: Map<string, Inode>) => void): void {
    change(this.names)
    this.changes.push(change)
  }

  private call(name?: string): void {
    if (--this.callsLeft < 0) throw new PowerCut('the power has failed')
    const fault = name === undefined ? null : this.fault(name)
    if (fault !== null) throw fault
  }
}
