/**
 * How others verify a delivery signed by HMAC, faults included: rules written down from their sources, with the time as an
 * argument, so that they can be asked in virtual time. `conformance.test.ts` runs them over the one file of cases, and the
 * reference library's rules beside the library itself.
 */
import { createHmac } from 'node:crypto'

/** A delivery as it came: names of headers in any case. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** True when the delivery is accepted at `now`, seconds since 1970. */
export type PeerRules = (delivery: Delivery, secret: string, now: number) => boolean

const TOLERANCE = 300

const header = ({ headers }: Delivery, name: string): string | undefined =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]

const mac = (key: Buffer, text: string, body: string | Buffer): string =>
  createHmac('sha256', key).update(text).update(body).digest('base64')

const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64')

/** Signs what it could parse of the timestamp, decodes the body to text, and reads a signature up to the second comma. */
const standardwebhooks: PeerRules = (delivery, secret, now) => {
  const id = header(delivery, 'webhook-id')
  const timestamp = header(delivery, 'webhook-timestamp')
  const signature = header(delivery, 'webhook-signature')
  if (!id || !timestamp || !signature) return false
  const seconds = Number.parseInt(timestamp, 10)
  if (!(Math.abs(Math.floor(now) - seconds) <= TOLERANCE)) return false
  const wanted = mac(keyOf(secret), `${id}.${seconds}.`, delivery.body.toString())
  return signature.split(' ').some((part) => {
    const [version, given] = part.split(',')
    return version === 'v1' && given === wanted
  })
}

/** Signs the timestamp as sent, takes a signature without a version, strips `v1,` alone. */
const openai: PeerRules = (delivery, secret, now) => {
  const id = header(delivery, 'webhook-id') ?? ''
  const timestamp = header(delivery, 'webhook-timestamp')
  const signature = header(delivery, 'webhook-signature')
  if (!timestamp || !signature) return false
  const seconds = Number.parseInt(timestamp, 10)
  if (!(Math.abs(seconds - now) <= TOLERANCE)) return false
  const wanted = mac(keyOf(secret), id === '' ? `${timestamp}.` : `${id}.${timestamp}.`, delivery.body)
  return signature
    .split(' ')
    .map((part) => part.replace(/^v1,/, ''))
    .includes(wanted)
}

/** Looks at no clock and at no version. */
const replicate: PeerRules = (delivery, secret) => {
  const id = header(delivery, 'webhook-id')
  const timestamp = header(delivery, 'webhook-timestamp')
  const signature = header(delivery, 'webhook-signature')
  if (!id || !timestamp || !signature) return false
  const key = Buffer.from(secret.split('_').at(-1)!, 'base64')
  const wanted = mac(key, `${id}.${timestamp}.`, delivery.body)
  return signature.split(' ').some((part) => part.split(',')[1] === wanted)
}

/** The reference library (JavaScript, 1.1.1), and the SDKs of OpenAI and Replicate. */
export const PEER_RULES = { standardwebhooks, openai, replicate } as const satisfies Record<string, PeerRules>
export type PeerName = keyof typeof PEER_RULES
