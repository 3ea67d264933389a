/**
 * Messages that are about to go out, kept from their acceptance; of too many, the oldest are read from the store again.
 * Kept as they came: many are never sent from here, and a body is made when it is needed. But copied: a text that was cut
 * out of a request keeps all of the request alive, which may be many times as long.
 */
import { acceptedAt } from '../message/id.ts'
import { envelope } from '../message/envelope.ts'

/** What a message takes besides its characters: an object, two strings, a place in the map. */
const ENTRY_CHARS = 200

interface Kept {
  readonly seq: number
  readonly type: string
  readonly data: string
  /** Its neighbours by age; null at either end. */
  older: Kept | null
  newer: Kept | null
}

/**
 * The order is a list through the messages themselves. An iterator of the map, kept, would hold every table that the map
 * has outgrown since it was last advanced, and what was in them; one made anew passes all that was deleted (70 us a
 * message, measured).
 */
export class Bodies {
  private readonly kept = new Map<number, Kept>()
  private oldest: Kept | null = null
  private newest: Kept | null = null
  private chars = 0
  private readonly most: number

  /** `most`: characters of messages kept, what else they take included. */
  constructor(most: number) {
    this.most = most
  }

  keep(seq: number, type: string, data: string): void {
    const kept: Kept = { seq, type, data: Buffer.from(data).toString(), older: this.newest, newer: null }
    if (this.newest === null) this.oldest = kept
    else this.newest.newer = kept
    this.newest = kept
    this.kept.set(seq, kept)
    this.chars += charsOf(kept)
    while (this.oldest !== null && this.chars > this.most) this.forget(this.oldest)
  }

  /** The body, which is then no longer kept. */
  take(seq: number): Buffer | undefined {
    const kept = this.kept.get(seq)
    if (kept === undefined) return undefined
    this.forget(kept)
    return Buffer.from(envelope(kept.type, acceptedAt(seq), kept.data))
  }

  private forget(kept: Kept): void {
    const { older, newer } = kept
    if (older === null) this.oldest = newer
    else older.newer = newer
    if (newer === null) this.newest = older
    else newer.older = older
    // One that has grown old in memory would keep the young one behind it there.
    kept.older = kept.newer = null
    this.kept.delete(kept.seq)
    this.chars -= charsOf(kept)
  }
}

const charsOf = ({ type, data }: Kept): number => type.length + data.length + ENTRY_CHARS
