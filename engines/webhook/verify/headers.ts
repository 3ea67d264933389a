/**
 * The three headers, read strictly. The signed text is `id.timestamp.body`: an id with a full stop, or a timestamp that
 * can be written in two ways, would let one signature be read as two messages.
 */
import { Refused } from './refusal.ts'

/** As Node's `request.headers`, as `Headers`, or any object: names in any case. */
export type HeadersLike =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null }

export interface WebhookHeaders {
  readonly id: string
  /** As it was sent, which is what is signed, and in seconds. */
  readonly timestampText: string
  readonly timestamp: number
  readonly signature: string
}

const ID = /^[!-\-/-~]{1,256}$/
const TIMESTAMP = /^(?:0|[1-9]\d{0,11})$/
/** Ten times what a rotation needs. */
const SIGNATURE_CHARS = 4096
const PRINTABLE = /^[ -~]+$/

/** @throws Refused */
export function readHeaders(headers: HeadersLike): WebhookHeaders {
  const id = one(headers, 'webhook-id')
  const timestampText = one(headers, 'webhook-timestamp')
  const signature = one(headers, 'webhook-signature')
  if (!ID.test(id)) throw new Refused('bad id', 'printable ASCII without a full stop, 256 characters at most')
  if (!TIMESTAMP.test(timestampText)) throw new Refused('bad timestamp', 'whole seconds since 1970')
  if (signature.length > SIGNATURE_CHARS || !PRINTABLE.test(signature)) {
    throw new Refused('bad signature header', `printable ASCII, ${SIGNATURE_CHARS} characters at most`)
  }
  return { id, timestampText, timestamp: Number(timestampText), signature }
}

function one(headers: HeadersLike, name: string): string {
  let value: string | readonly string[] | null | undefined
  if (typeof headers.get === 'function') value = headers.get(name)
  else {
    const found = Object.entries(headers as Record<string, string | readonly string[] | undefined>).filter(
      ([key, value]) => key.toLowerCase() === name && value !== undefined,
    )
    if (found.length > 1) throw new Refused('repeated header', name)
    value = found[0]?.[1]
  }
  if (Array.isArray(value)) {
    if (value.length > 1) throw new Refused('repeated header', name)
    value = value[0]
  }
  if (typeof value !== 'string' || value === '') throw new Refused('missing header', name)
  return value
}
