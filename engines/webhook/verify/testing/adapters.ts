/**
 * Every verifier behind one face, for the one file of cases: ours, the reference library, and the rules of two SDKs as
 * their sources state them, faults included.
 */
import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { Refused } from '../refusal.ts'
import { Verifier } from '../verifier.ts'

export interface Case {
  readonly name: string
  readonly secret: string
  readonly body?: string
  readonly bodyBase64?: string
  readonly headers: Readonly<Record<string, string>>
  readonly now: number
  readonly verdict: string
  readonly standardwebhooks: 'accepted' | 'refused'
  readonly openaiLike: 'accepted' | 'refused'
  readonly replicateLike: 'accepted' | 'refused'
  readonly differs?: string
}

export const bodyOf = ({ body, bodyBase64 }: Case): Buffer =>
  bodyBase64 === undefined ? Buffer.from(body!) : Buffer.from(bodyBase64, 'base64')

/** `accepted`, or the reason. */
export function ours(one: Case): string {
  try {
    new Verifier({ secrets: [one.secret] }).verifySync(one.headers, bodyOf(one), one.now)
    return 'accepted'
  } catch (error) {
    if (error instanceof Refused) return error.reason
    throw error
  }
}

/** Needs `Date.now` to be frozen at the case's `now`: the library takes no clock. */
export function standardWebhooks(one: Case): 'accepted' | 'refused' {
  try {
    // It parses what it has verified; a body that is no JSON is not its refusal.
    new Webhook(one.secret).verify(bodyOf(one), { ...one.headers })
    return 'accepted'
  } catch (error) {
    return error instanceof SyntaxError ? 'accepted' : 'refused'
  }
}

const header = ({ headers }: Case, name: string): string | undefined =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]

const mac = (key: Buffer, text: string, body: Buffer): string =>
  createHmac('sha256', key).update(text).update(body).digest('base64')

/** Signs the timestamp as sent, takes a signature without a version, strips `v1,` alone. */
export function openaiLike(one: Case): 'accepted' | 'refused' {
  const id = header(one, 'webhook-id') ?? ''
  const timestamp = header(one, 'webhook-timestamp')
  const signature = header(one, 'webhook-signature')
  if (!timestamp || !signature) return 'refused'
  const seconds = Number.parseInt(timestamp, 10)
  if (!(Math.abs(seconds - one.now) <= 300)) return 'refused'
  const key = Buffer.from(one.secret.replace(/^whsec_/, ''), 'base64')
  const wanted = mac(key, id === '' ? `${timestamp}.` : `${id}.${timestamp}.`, bodyOf(one))
  const given = signature.split(' ').map((part) => part.replace(/^v1,/, ''))
  return given.includes(wanted) ? 'accepted' : 'refused'
}

/** Looks at no clock and at no version. */
export function replicateLike(one: Case): 'accepted' | 'refused' {
  const id = header(one, 'webhook-id')
  const timestamp = header(one, 'webhook-timestamp')
  const signature = header(one, 'webhook-signature')
  if (!id || !timestamp || !signature) return 'refused'
  const key = Buffer.from(one.secret.split('_').at(-1)!, 'base64')
  const wanted = mac(key, `${id}.${timestamp}.`, bodyOf(one))
  return signature.split(' ').some((part) => part.split(',')[1] === wanted) ? 'accepted' : 'refused'
}
