/** HMAC signatures of a 250-byte delivery; every signature of a burst is compared with node:crypto's own. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { parseSecret, signV1 } from '../../../../engines/webhook/index.ts'
import type { Burst, Contestant, Row } from '../../harness/row.ts'
import { VERSION } from './accept.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const BODY = 'x'.repeat(250)
const SIGNATURES = 500
const START = 1_700_000_000

/** Adds the signatures up by a character that differs among them. */
function contestant(id: string, version: string, signer: () => (timestamp: number) => string): Contestant {
  return {
    id,
    version,
    missing: () => null,
    prepare(): Burst {
      const sign = signer()
      const wanted = bare()
      const sum = (by: (timestamp: number) => string): number => {
        let total = 0
        for (let i = 0; i < SIGNATURES; i++) total += by(START + i).charCodeAt(20)
        return total
      }
      for (let i = 0; i < 10; i++)
        if (sign(START + i) !== wanted(START + i)) throw new Error('another signature')
      return { work: SIGNATURES, expected: sum(wanted), run: () => sum(sign) }
    },
  }
}

function bare(): (timestamp: number) => string {
  const key: KeyObject = createSecretKey(Buffer.from(SECRET.slice(6), 'base64'))
  return (timestamp) =>
    `v1,${createHmac('sha256', key).update(`${ID}.${timestamp}.${BODY}`).digest('base64')}`
}

export const signRows: readonly Row[] = [
  {
    id: 'webhook/hmac-250B',
    unit: 'signatures/s',
    better: 'higher',
    summary: 'v1 signatures of 250 bytes; each equal to the others',
    ours: contestant('flowbench', VERSION, () => {
      const key = parseSecret(SECRET)
      return (timestamp) => signV1(key, ID, timestamp, BODY)
    }),
    peers: [
      contestant('createHmac', process.versions.node, bare),
      contestant('standardwebhooks', '1.1.1', () => {
        const webhook = new StandardWebhook(SECRET)
        return (timestamp) => webhook.sign(ID, new Date(1000 * timestamp), BODY)
      }),
      contestant('svix', '2.5.0', () => {
        const webhook = new SvixWebhook(SECRET)
        return (timestamp) => webhook.sign(ID, new Date(1000 * timestamp), BODY)
      }),
    ],
  },
]
