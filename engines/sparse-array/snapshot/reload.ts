/** Everything written out and read in again, in memory: DEBUG RELOAD. */
import type { Engine } from '../server/engine.ts'
import { inMemory, readSnapshot } from './reader.ts'
import { SnapshotWriter } from './writer.ts'

/** What stays in memory needs no checksum. */
const unchecked = (): number => 0

export function reload(engine: Engine): void {
  const bytes = dump(engine)
  const { dirty } = engine
  engine.loading = true
  for (let db = 0; db < engine.keyspaces.length; db++) engine.flush(db)
  while (engine.bury(Infinity));
  readSnapshot(engine, inMemory(bytes), unchecked)
  engine.loading = false
  engine.dirty = dirty
}

/** A snapshot as one piece of memory. */
export function dump(engine: Engine): Uint8Array {
  const pieces: Uint8Array[] = []
  const writer = new SnapshotWriter(engine, unchecked, (piece) => pieces.push(piece.slice()))
  writer.step(Infinity)
  writer.close()
  const bytes = new Uint8Array(writer.length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
