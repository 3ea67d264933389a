/**
 * A message's number and its public id.
 *
 * Inside, a message is one integer, its sequence: the millisecond of its acceptance times 2,048 plus a counter. Sequences
 * only grow, so accepted messages append to the right edge of every B-tree, a range of time is a range of keys, and the
 * time of acceptance needs no column. They stay exact in a double until the year 2109.
 *
 * Outside it is `msg_`, the sequence in base 36, and the store's tag: ids of two servers never meet. No full stop can
 * occur in it (Standard Webhooks: the id is part of the signed text, which full stops divide).
 */
const PER_MS = 2048
const SEQUENCE_CHARS = 11
const TAG = /^[0-9a-z]{8}$/

/** The sequence for a message accepted at `now` (ms since 1970) after the one with sequence `last`. */
export function nextSequence(last: number, now: number): number {
  return Math.max(last + 1, Math.floor(now) * PER_MS)
}

/** The smallest sequence of a millisecond. */
export function firstSequenceAt(ms: number): number {
  return Math.ceil(ms) * PER_MS
}

/** When a message was accepted, ms since 1970. */
export function acceptedAt(sequence: number): number {
  return Math.floor(sequence / PER_MS)
}

/** When a message accepted at `now` is first to go: at once, though its sequence may be ahead of a clock that stepped back. */
export function firstDue(sequence: number, now: number): number {
  return Math.min(acceptedAt(sequence), Math.floor(now))
}

/** `msg_` + 11 characters + 8 of the store's tag. */
export function formatMessageId(sequence: number, tag: string): string {
  return `msg_${sequence.toString(36).padStart(SEQUENCE_CHARS, '0')}${tag}`
}

/** The sequence of an id of this store; null for anything else. */
export function parseMessageId(id: string, tag: string): number | null {
  const match = /^msg_([0-9a-z]{11})([0-9a-z]{8})$/.exec(id)
  if (match === null || match[2] !== tag) return null
  const sequence = Number.parseInt(match[1]!, 36)
  return Number.isSafeInteger(sequence) ? sequence : null
}

/** @throws RangeError when a tag is not 8 characters of 0-9 and a-z. */
export function assertTag(tag: string): string {
  if (!TAG.test(tag)) throw new RangeError(`a store's tag is 8 characters of 0-9a-z, not ${tag}`)
  return tag
}
