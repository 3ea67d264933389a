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
  readonly type: string
  readonly data: string
}

export class Bodies {
  private readonly kept = new Map<number, Kept>()
  /** From the oldest on. Kept, as one from the beginning passes all that was deleted there: 70 us a message, measured. */
  private oldest = this.kept.keys()
  private chars = 0
  private readonly most: number

  /** `most`: characters of messages kept, what else they take included. */
  constructor(most: number) {
    this.most = most
  }

  keep(seq: number, type: string, data: string): void {
    const kept = { type, data: Buffer.from(data).toString() }
    this.kept.set(seq, kept)
    this.chars += charsOf(kept)
    while (this.chars > this.most) {
      const { value, done } = this.oldest.next()
      if (done === true) this.oldest = this.kept.keys()
      else this.forget(value)
    }
  }

  /** The body, which is then no longer kept. */
  take(seq: number): Buffer | undefined {
    const kept = this.forget(seq)
    return kept === undefined ? undefined : Buffer.from(envelope(kept.type, acceptedAt(seq), kept.data))
  }

  private forget(seq: number): Kept | undefined {
    const kept = this.kept.get(seq)
    if (kept === undefined) return undefined
    this.kept.delete(seq)
    this.chars -= charsOf(kept)
    return kept
  }
}

const charsOf = ({ type, data }: Kept): number => type.length + data.length + ENTRY_CHARS
