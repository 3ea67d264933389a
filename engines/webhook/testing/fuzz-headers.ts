/** Headers of a genuine delivery, mutated: the verifier must refuse each with a reason and never do anything else. */
import { parseSecret } from '../sign/secret.ts'
import { signV1 } from '../sign/signer.ts'
import { Refused } from '../verify/refusal.ts'
import { Verifier } from '../verify/verifier.ts'
import { seeded } from './random.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const NOW = 1_700_000_000
const BODY = Buffer.from('{"type":"batch.succeeded","data":{"id":"batch_1"}}')
const SPICE = [
  '',
  '.',
  ',',
  ' ',
  'v1',
  'v1,',
  'v1a,',
  'v2,',
  '=',
  '\n',
  '\r\n',
  '\0',
  '\u2028',
  'é',
  '٣',
  '-',
  '+',
  '_',
  '0',
  '9'.repeat(30),
  'A'.repeat(5000),
  ' '.repeat(500),
  'eyJ',
  '__proto__',
  '%00',
]

export interface HeaderFuzz {
  readonly tried: number
  readonly accepted: number
  readonly reasons: Readonly<Record<string, number>>
}

export function fuzzHeaders(count: number, seed: number): HeaderFuzz {
  const random = seeded(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const verifier = new Verifier({ secrets: [SECRET] })
  const genuine = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': String(NOW),
    'webhook-signature': signV1(parseSecret(SECRET), 'msg_p5jXN8AQM9LWM0D4loKWxJek', NOW, BODY),
  }
  const names = Object.keys(genuine) as (keyof typeof genuine)[]
  const reasons: Record<string, number> = {}
  let accepted = 0
  for (let i = 0; i < count; i++) {
    const headers: Record<string, string | string[] | undefined> = { ...genuine }
    let body: Uint8Array = BODY
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const name = names[below(3)]!
      const value = String(headers[name] ?? '')
      const at = below(value.length + 1)
      const spice = SPICE[below(SPICE.length)]!
      const kind = below(8)
      if (kind === 0) headers[name] = undefined
      else if (kind === 1) headers[name] = [value, value]
      else if (kind === 2) headers[name.toUpperCase()] = value
      else if (kind === 3) headers[name] = value.slice(0, at) + spice + value.slice(at)
      else if (kind === 4) headers[name] = value.slice(0, at) + value.slice(at + 1 + below(4))
      else if (kind === 5) headers[name] = spice
      else if (kind === 6) headers[name] = String.fromCharCode(below(300)) + value
      else body = BODY.subarray(0, below(BODY.length))
    }
    const isSame = body === BODY && isGenuine(headers, genuine)
    if (isSame) body = Buffer.from('another body')
    try {
      verifier.verifySync(headers, body, NOW)
      accepted++
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      reasons[error.reason] = (reasons[error.reason] ?? 0) + 1
    }
  }
  return { tried: count, accepted, reasons }
}

/** Still the sender's: names in other cases, more spaces, or signatures of unknown versions around the genuine one. */
function isGenuine(
  headers: Readonly<Record<string, unknown>>,
  genuine: Readonly<Record<string, string>>,
): boolean {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined)
  return Object.entries(genuine).every(([name, value]) => {
    const found = given.filter(([key]) => key.toLowerCase() === name)
    if (found.length !== 1) return false
    const text = String(found[0]![1])
    return name === 'webhook-signature' ? text.split(' ').includes(value) : text === value
  })
}

if (import.meta.main) {
  const count = Number(process.argv[2] ?? 1_000_000)
  const before = process.memoryUsage().rss
  const report = fuzzHeaders(count, Number(process.argv[3] ?? 1))
  const grown = Math.round((process.memoryUsage().rss - before) / 2 ** 20)
  console.log(JSON.stringify({ ...report, grownMiB: grown }))
  process.exitCode = report.accepted === 0 && grown < 100 ? 0 : 1
}
