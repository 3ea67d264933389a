import { afterEach, describe, expect, test, vi } from 'vitest'
import { parsePrivateKey, parsePublicKey, parseSecret, rawPublic } from '../sign/secret.ts'
import { signV1, signV1a } from '../sign/signer.ts'
import { CONFORMANCE as cases } from '../testing/conformance.ts'
import vectors from './fixtures/vectors.json' with { type: 'json' }
import { bodyOf, byRules, ours, standardWebhooks } from './testing/adapters.ts'
import { seeded } from '../testing/random.ts'
import { Verifier } from './verifier.ts'

afterEach(() => vi.useRealTimers())

describe.each(cases)('$name', (one) => {
  test(`ours: ${one.verdict}`, () => expect(ours(one)).toBe(one.verdict))
  test(`standardwebhooks: ${one.standardwebhooks}`, () => {
    vi.useFakeTimers({ now: 1000 * one.now, toFake: ['Date'] })
    expect(standardWebhooks(one)).toBe(one.standardwebhooks)
  })
  test(`the library's rules: ${one.standardwebhooks}`, () =>
    expect(byRules('standardwebhooks', one)).toBe(one.standardwebhooks))
  test(`OpenAI's rules: ${one.openaiLike}`, () => expect(byRules('openai', one)).toBe(one.openaiLike))
  test(`Replicate's rules: ${one.replicateLike}`, () =>
    expect(byRules('replicate', one)).toBe(one.replicateLike))
})

test('the reference library and its rules, over mutated cases', () => {
  const random = seeded(7)
  const below = (limit: number): number => Math.floor(random() * limit)
  const bits = ['', '0', ' ', ',', '.', 'v1,', '-', '+', 'x', 'é']
  const verdicts = { accepted: 0, refused: 0 }
  vi.useFakeTimers({ toFake: ['Date'] })
  for (let i = 0; i < 3000; i++) {
    const one = cases[below(cases.length)]!
    const names = Object.keys(one.headers)
    const name = names[below(names.length)]!
    const value = one.headers[name]!
    const at = below(value.length + 1)
    const changed = value.slice(0, at) + bits[below(bits.length)]! + value.slice(at + below(2))
    const now = one.now + [0, 0, 299, 301, -301][below(5)]!
    const mutated = { ...one, now, headers: { ...one.headers, [name]: changed } }
    vi.setSystemTime(1000 * now)
    const verdict = byRules('standardwebhooks', mutated)
    expect([mutated.headers, bodyOf(one).toString(), verdict]).toEqual([
      mutated.headers,
      bodyOf(one).toString(),
      standardWebhooks(mutated),
    ])
    verdicts[verdict]++
  }
  expect(Math.min(verdicts.accepted, verdicts.refused)).toBeGreaterThan(50)
})

test('where ours and the reference library differ, the file says why', () => {
  const differ = cases.filter((one) => (one.verdict === 'accepted') !== (one.standardwebhooks === 'accepted'))
  expect(differ.length).toBeGreaterThan(5)
  expect(differ.filter(({ differs }) => differs === undefined)).toEqual([])
  expect(cases.filter((one) => one.differs !== undefined && !differ.includes(one))).toEqual([])
})

interface Vector {
  readonly name: string
  readonly secret?: string
  readonly secret_key_base64?: string
  readonly id: string
  readonly timestamp: number
  readonly body: string
  readonly signature: string
}

describe('signing vectors', () => {
  test.each(vectors.sign as Vector[])(
    '$name',
    ({ id, timestamp, body, signature, secret, secret_key_base64: seed = '' }) => {
      const signed =
        secret === undefined
          ? signV1a(parsePrivateKey(seed), id, timestamp, body)
          : signV1(parseSecret(secret), id, timestamp, body)
      expect(signed).toBe(signature)
      const keys =
        secret === undefined
          ? { publicKeys: [rawPublic(parsePrivateKey(seed)).toString('base64')] }
          : { secrets: [secret] }
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signature,
      }
      expect(new Verifier(keys).verifySync(headers, body, timestamp)).toMatchObject({ id, bodyBound: true })
    },
  )
})

describe('secrets', () => {
  const bytes = (length: number): string => Buffer.alloc(length, 7).toString('base64')
  test.each([24, 32, 64])('%d bytes are a secret', (length) => {
    expect(parseSecret(`whsec_${bytes(length)}`).symmetricKeySize).toBe(length)
  })
  test.each([
    ['', 'not empty'],
    ['whsec_', '24 to 64 bytes'],
    [bytes(1), '24 to 64 bytes'],
    [bytes(23), '24 to 64 bytes'],
    [bytes(65), '24 to 64 bytes'],
    ['whsec_not base64!', 'base64'],
    [`whsec_${'-_'.repeat(20)}`, 'base64'],
    [`v1,whsec_${bytes(32)}`, 'leave off "v1,"'],
    [`v1a,whsec_${bytes(32)}`, 'leave off "v1a,"'],
    [`whsk_${bytes(32)}`, 'not "whsk_"'],
    [`whpk_${bytes(32)}`, 'not "whpk_"'],
  ])('%j is none: %s', (text, why) => {
    expect(() => new Verifier({ secrets: [text] })).toThrow(why)
    expect(() => new Verifier({ secrets: [text] })).not.toThrow(bytes(32))
  })
  test('Ed25519 keys of a wrong length, or with a public half that is another', () => {
    expect(() => parsePublicKey(`whpk_${bytes(31)}`)).toThrow('32 bytes')
    expect(() => parsePrivateKey(`whsk_${bytes(33)}`)).toThrow('32 or 64 bytes')
    expect(() => parsePrivateKey(`whsk_${bytes(64)}`)).toThrow('not its own')
  })
})
