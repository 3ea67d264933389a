/**
 * Half a million fragments of notes as a store that has lived holds them: loaded, a million of them overwritten at
 * random, and a fifth deleted.
 */
import { Engine } from '../../../../engines/sparse-array/index.ts'
import { Client } from '../../../../engines/sparse-array/testing/index.ts'
import { markdown, sequence } from '../regex/texts.ts'

export const FRAGMENTS = 500_000
const OVERWRITES = 1_000_000

export interface Notes {
  readonly client: Client
  /** What is there, one text behind the other in order. */
  readonly live: Buffer
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

export function livedIn(withArray: boolean): Notes {
  const all = markdown(FRAGMENTS)
  const text = new Uint8Array(all.bytes)
  all.writeTo(text)
  const client = new Client(new Engine())
  client.send('ARSET', 'k', '0', 'x')
  const { keyspaces } = client.engine
  const array = keyspaces[0]!.arrayOf(keyspaces[0]!.find(Buffer.from('k'), 0, 1))
  const holds = Int32Array.from({ length: FRAGMENTS }, (_, k) => k)
  const below = sequence(77)
  const put = (k: number, from: number): void => {
    holds[k] = from
    if (withArray) array.set(0, k, text, all.starts[from]!, all.ends[from]!)
  }
  // `below` is for numbers up to 256.
  const wide = (): number => (below(256) << 11) | (below(256) << 3) | below(8)
  for (let k = 0; k < FRAGMENTS; k++) put(k, k)
  for (let i = 0; i < OVERWRITES; i++) put(wide() % FRAGMENTS, wide() % FRAGMENTS)
  for (let left = FRAGMENTS / 5; left > 0;) {
    const k = wide() % FRAGMENTS
    if (holds[k]! < 0) continue
    holds[k] = -1
    if (withArray) array.tree.delete(0, k)
    left--
  }
  const kept = holds.filter((from) => from >= 0)
  const starts = new Uint32Array(kept.length)
  const ends = new Uint32Array(kept.length)
  const live = Buffer.alloc(kept.reduce((sum, from) => sum + all.ends[from]! - all.starts[from]!, 0))
  let at = 0
  kept.forEach((from, i) => {
    starts[i] = at
    live.set(text.subarray(all.starts[from], all.ends[from]), at)
    at += all.ends[from]! - all.starts[from]!
    ends[i] = at
  })
  return { client, live, starts, ends }
}

/** How many of the first `count` fragments satisfy the test. */
export function countOf(
  { live, starts, ends }: Notes,
  test: (text: string) => boolean,
  count = starts.length,
): number {
  let hits = 0
  for (let i = 0; i < count; i++) if (test(live.toString('latin1', starts[i], ends[i]))) hits++
  return hits
}
