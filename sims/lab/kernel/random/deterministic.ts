import type { Stream } from './stream.ts'

/** Always `value`, and no draw taken: the D of M/D/1, usable in place of any other distribution. */
export function deterministic(_stream: Stream, value: number): number {
  return value
}
