/**
 * The buffers of long replies, used again once they are sent.
 *
 * Memory outside of the collector's heap makes it run all the same: every 60 MB or so of new buffers, for some
 * milliseconds in which nobody is served. A reply of 300 MB would have it do that while it is made and while it is sent.
 */
export const CHUNK = 262_144
/** Half a gigabyte is kept at most, and what is not asked for goes bit by bit. */
const MOST = 2_048
const SHARE = 64

const free: Uint8Array<ArrayBuffer>[] = []

/** A buffer of CHUNK bytes that holds anything. */
export const takeChunk = (): Uint8Array<ArrayBuffer> => free.pop() ?? new Uint8Array(CHUNK)

/** Whether these bytes lie in a buffer that can be used again. */
export const isChunk = (bytes: Uint8Array): boolean => bytes.buffer.byteLength === CHUNK

/** The buffer that the bytes lie in is used no more. */
export function giveChunk(bytes: Uint8Array): void {
  if (free.length < MOST) free.push(new Uint8Array(bytes.buffer as ArrayBuffer))
}

/** Lets go of some that nobody asked for; to be called ten times a second. */
export function trimChunks(): void {
  free.length -= Math.ceil(free.length / SHARE)
}
