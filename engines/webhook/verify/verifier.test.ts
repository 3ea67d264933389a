import { generateKeyPairSync, randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { publicJwk } from '../sign/jwks.ts'
import { formatPrivateKey, formatSecret, parsePrivateKey, parseSecret } from '../sign/secret.ts'
import { signatureHeader, signV1, signV1a } from '../sign/signer.ts'
import { fuzzHeaders } from '../testing/fuzz-headers.ts'
import { KeySet } from './key-set.ts'
import { Misused, Refused, type Reason } from './refusal.ts'
import { SeenIds } from './seen.ts'
import { Verifier } from './verifier.ts'

const NOW = 1_700_000_000
const secret = formatSecret(randomBytes(32))
const body = '{"type":"batch.succeeded"}'
const newKey = () => parsePrivateKey(formatPrivateKey(randomBytes(32)))

function headers(signature: string, { id = 'msg_1', timestamp = NOW } = {}): Record<string, string> {
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
}

async function reasonOf(verdict: Promise<unknown>): Promise<Reason | 'accepted'> {
  try {
    await verdict
    return 'accepted'
  } catch (error) {
    if (error instanceof Refused) return error.reason
    throw error
  }
}

describe('the caller', () => {
  const verifier = new Verifier({ secrets: [secret] })
  const signed = headers(signV1(parseSecret(secret), 'msg_1', NOW, body))
  test('who passes a parsed body is told so by a typed error', async () => {
    for (const parsed of [JSON.parse(body), null, undefined, 5, [1], new ArrayBuffer(3)]) {
      await expect(verifier.verify(signed, parsed as string, NOW)).rejects.toThrow(Misused)
    }
  })
  test('may pass Headers, or what Node gives', async () => {
    expect(await verifier.verify(new Headers(signed), body, NOW)).toMatchObject({ id: 'msg_1' })
    expect(await verifier.verify({ ...signed, 'webhook-id': ['msg_1'] }, body, NOW)).toMatchObject({
      id: 'msg_1',
    })
  })
  test('gets no header twice', async () => {
    expect(await reasonOf(verifier.verify({ ...signed, 'webhook-id': ['msg_1', 'msg_2'] }, body, NOW))).toBe(
      'repeated header',
    )
    expect(await reasonOf(verifier.verify({ ...signed, 'Webhook-Id': 'msg_1' }, body, NOW))).toBe(
      'repeated header',
    )
  })
  test('who passes no finite time or tolerance is told so: nothing is accepted by a comparison with it', async () => {
    const old = headers(signV1(parseSecret(secret), 'msg_1', 1, body), { timestamp: 1 })
    for (const none of [NaN, Infinity, -Infinity, undefined, null, '1700000000', new Date()]) {
      const now = none as number
      await expect(verifier.verify(old, body, now)).rejects.toThrow(Misused)
      expect(() => verifier.verifySync(old, body, now)).toThrow(Misused)
      expect(() => verifier.processed('msg_1', now)).toThrow(Misused)
      if (none === undefined || none === null) continue
      expect(() => new Verifier({ secrets: [secret], tolerance: now })).toThrow(Misused)
    }
    expect(() => new Verifier({ secrets: [secret], tolerance: -1 })).toThrow(Misused)
    expect(await reasonOf(verifier.verify(old, body, NOW))).toBe('too old')
  })
  test('of the parts is told the same', () => {
    const seen = new SeenIds()
    seen.add('a', 0)
    expect(() => seen.add('b', NaN)).toThrow(Misused)
    expect(() => seen.has('a', NaN)).toThrow(Misused)
    expect(seen.has('a', 1)).toBe(true)
    const keySet = new KeySet({ read: () => Promise.resolve({ keys: [] }) })
    expect(() => keySet.isOld(NaN)).toThrow(Misused)
    expect(() => keySet.begin(NaN)).toThrow(Misused)
    expect(keySet.fetches).toBe(0)
    const bad = [{ pause: NaN }, { maxAge: NaN }, { patience: NaN }, { pause: -1 }, { patience: 0 }]
    for (const options of bad) {
      expect(() => new KeySet({ read: () => Promise.resolve({}), ...options })).toThrow(Misused)
    }
    for (const options of [{ seconds: NaN }, { most: NaN }, { seconds: 0 }]) {
      expect(() => new SeenIds(options)).toThrow(Misused)
    }
  })
  test('needs a key', () => expect(() => new Verifier({})).toThrow(Misused))
})

test('10,000 signatures in one header: refused, whatever they are', async () => {
  const verifier = new Verifier({ secrets: [secret] })
  for (const one of [`v1,${'A'.repeat(43)}=`, 'v1,', 'x']) {
    const many = Array.from({ length: 10_000 }, () => one).join(' ')
    expect(await reasonOf(verifier.verify(headers(many), body, NOW))).toBe('bad signature header')
  }
})

test('rotation: both signatures while both keys live, each receiver is served; then one', () => {
  const [old, young] = [secret, formatSecret(randomBytes(32))]
  const keys = [
    { key: parseSecret(young), expires: null },
    { key: parseSecret(old), expires: 1000 * NOW + 1 },
  ]
  const during = signatureHeader(keys, 'msg_1', NOW, body, 1000 * NOW)
  expect(during.split(' ')).toHaveLength(2)
  for (const one of [old, young]) {
    expect(new Verifier({ secrets: [one] }).verifySync(headers(during), body, NOW).id).toBe('msg_1')
  }
  expect(signatureHeader(keys, 'msg_1', NOW, body, 1000 * NOW + 1).split(' ')).toHaveLength(1)
})

describe('ids that were seen', () => {
  test('a retry of what was processed is a duplicate; of what was not, none', () => {
    const verifier = new Verifier({ secrets: [secret] })
    const at = (timestamp: number) =>
      verifier.verifySync(
        headers(signV1(parseSecret(secret), 'msg_1', timestamp, body), { timestamp }),
        body,
        timestamp,
      )
    expect(at(NOW).duplicate).toBe(false)
    expect(at(NOW + 60).duplicate).toBe(false)
    verifier.processed('msg_1', NOW + 60)
    expect(at(NOW + 7200).duplicate).toBe(true)
  })
  test('are remembered for their time, forgotten after twice that, and bounded', () => {
    const seen = new SeenIds({ seconds: 100, most: 1000 })
    seen.add('a', 0)
    expect(seen.has('a', 99)).toBe(true)
    expect(seen.has('a', 150)).toBe(true)
    expect(seen.has('a', 301)).toBe(false)
    for (let i = 0; i < 10_000; i++) seen.add(`b${i}`, 302)
    expect(seen.size).toBeLessThanOrEqual(1000)
    expect(seen.has('b9999', 302)).toBe(true)
  })
})

describe('published keys', () => {
  const keySetOf = (keys: () => readonly ReturnType<typeof newKey>[], options = {}) =>
    new KeySet({ read: () => Promise.resolve({ keys: keys().map(publicJwk) }), ...options })

  test('v1a without a key id against three keys: accepted when one matches', async () => {
    const keys = [newKey(), newKey(), newKey()]
    const verifier = new Verifier({ keySet: keySetOf(() => keys) })
    for (const key of keys) {
      expect(await reasonOf(verifier.verify(headers(signV1a(key, 'msg_1', NOW, body)), body, NOW))).toBe(
        'accepted',
      )
    }
    const other = signV1a(newKey(), 'msg_1', NOW, body)
    expect(await reasonOf(verifier.verify(headers(other), body, NOW))).toBe('no match')
    expect(
      await reasonOf(verifier.verify(headers(signV1a(keys[0]!, 'msg_1', NOW, body)), `${body} `, NOW)),
    ).toBe('no match')
  })

  test('10,000 forgeries in 60 s: 3 fetches at most, genuine ones pass all the while', async () => {
    const key = newKey()
    const keySet = keySetOf(() => [key])
    const verifier = new Verifier({ keySet })
    const forged = `v1a,${randomBytes(64).toString('base64')}`
    const [verdicts, genuine] = [new Set<string>(), new Set<string>()]
    for (let i = 0; i < 10_000; i++) {
      const now = NOW + (60 * i) / 10_000
      verdicts.add(await reasonOf(verifier.verify(headers(forged), body, now)))
      if (i % 500 !== 0) continue
      genuine.add(await reasonOf(verifier.verify(headers(signV1a(key, 'msg_1', NOW, body)), body, now)))
    }
    expect([...genuine]).toEqual(['accepted'])
    expect([...verdicts]).toEqual(['no match'])
    expect(keySet.fetches).toBeLessThanOrEqual(3)
  })

  test('a rotated key is taken within the pause, the old one serves until it leaves the set', async () => {
    let keys = [newKey()]
    const [old] = keys
    const verifier = new Verifier({ keySet: keySetOf(() => keys, { pause: 30 }) })
    const by = (key: ReturnType<typeof newKey>, now: number) =>
      reasonOf(verifier.verify(headers(signV1a(key, 'msg_1', now, body), { timestamp: now }), body, now))
    expect(await by(old!, NOW)).toBe('accepted')
    const young = newKey()
    keys = [young, old!]
    expect(await by(young, NOW + 10)).toBe('no match')
    expect(await by(young, NOW + 30)).toBe('accepted')
    expect(await by(old!, NOW + 31)).toBe('accepted')
  })

  test('a set that cannot be read, or is none, changes nothing and spends the pause', async () => {
    const key = newKey()
    const answers: unknown[] = [
      new Error('down'),
      { keys: 'none' },
      { keys: [null, 5, { kty: 'OKP' }, publicJwk(key)] },
    ]
    const keySet = new KeySet({
      read() {
        const answer = answers.shift()
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
      },
    })
    const verifier = new Verifier({ keySet })
    const at = (now: number) =>
      reasonOf(verifier.verify(headers(signV1a(key, 'msg_1', now, body), { timestamp: now }), body, now))
    expect(await at(NOW)).toBe('no keys')
    expect(await at(NOW + 1)).toBe('no keys')
    expect(await at(NOW + 30)).toBe('no keys')
    expect(await at(NOW + 60)).toBe('accepted')
    expect(keySet.fetches).toBe(3)
  })

  test('a fetch that does not end is given up: known keys serve on, and the next one is begun after the pause', async () => {
    const key = newKey()
    const signals: AbortSignal[] = []
    let answer = (): Promise<unknown> => Promise.resolve({ keys: [publicJwk(key)] })
    const keySet = new KeySet({
      read(signal) {
        signals.push(signal)
        return answer()
      },
    })
    const verifier = new Verifier({ keySet })
    const by = (signer: ReturnType<typeof newKey>, now: number) =>
      reasonOf(verifier.verify(headers(signV1a(signer, 'msg_1', now, body), { timestamp: now }), body, now))
    expect(await by(key, NOW)).toBe('accepted')
    answer = () => new Promise(() => {})
    // Old by now: the set is read again, in vain. Who comes after five seconds frees those before.
    const waiting = [by(key, NOW + 700), by(newKey(), NOW + 704), by(key, NOW + 705)]
    expect(await Promise.all(waiting)).toEqual(['accepted', 'no match', 'accepted'])
    expect(await by(key, NOW + 706)).toBe('accepted')
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
    const young = newKey()
    answer = () => Promise.resolve({ keys: [publicJwk(young)] })
    expect(await by(young, NOW + 729)).toBe('no match')
    expect(await by(young, NOW + 730)).toBe('accepted')
  })

  test.each([
    ['has read', true],
    ['waits for', false],
  ])('a clock that steps back holds up no fetch: neither the next one nor what it %s', async (_, ends) => {
    const [old, young] = [newKey(), newKey()]
    let answer: () => Promise<unknown> = () =>
      ends ? Promise.resolve({ keys: [publicJwk(old)] }) : new Promise(() => {})
    const keySet = new KeySet({ read: () => answer() })
    const first = keySet.refresh(NOW + 3600)
    if (ends) await first
    answer = () => Promise.resolve({ keys: [publicJwk(young)] })
    expect(keySet.isOld(NOW)).toBe(true)
    expect(await keySet.refresh(NOW)).toBe(true)
    await first
    expect(keySet.known.map(({ key }) => key.export({ format: 'jwk' }).x)).toEqual([publicJwk(young)['x']])
    // And counts the pause from there. Deliveries that come out of order are no step.
    const asked = [await keySet.refresh(NOW + 1), keySet.begin(NOW + 29), keySet.begin(NOW - 1)]
    expect([keySet.isOld(NOW + 1), ...asked]).toEqual([false, false, false, false])
    expect(keySet.begin(NOW + 30)).toBe(true)
    expect(keySet.fetches).toBe(3)
  })

  test('a fetch whose read throws at once, and that is given up in that moment, leaves no rejection behind', async () => {
    const rejections: unknown[] = []
    const note = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', note)
    try {
      const keySet = new KeySet({
        read() {
          throw new Error('down')
        },
      })
      await Promise.all([keySet.refresh(NOW), keySet.refresh(NOW + 30)])
      await new Promise((resolve) => setTimeout(resolve, 5))
    } finally {
      process.off('unhandledRejection', note)
    }
    expect(rejections).toEqual([])
  })

  test('what a fetch brings after it was given up is not taken', async () => {
    const [old, young] = [newKey(), newKey()]
    const late = Promise.withResolvers<unknown>()
    let answer: Promise<unknown> = late.promise
    const keySet = new KeySet({ read: () => answer })
    const first = keySet.refresh(NOW)
    answer = Promise.resolve({ keys: [publicJwk(young)] })
    expect(await keySet.refresh(NOW + 30)).toBe(true)
    await first
    const { known } = keySet
    expect(known).toHaveLength(1)
    late.resolve({ keys: [publicJwk(old)] })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(keySet.known).toBe(known)
  })

  test('many deliveries that wait for one fetch share it', async () => {
    const key = newKey()
    const keySet = keySetOf(() => [key])
    const verifier = new Verifier({ keySet })
    const one = headers(signV1a(key, 'msg_1', NOW, body))
    await Promise.all(Array.from({ length: 50 }, () => verifier.verify(one, body, NOW)))
    expect(keySet.fetches).toBe(1)
  })
})

describe('the documented JWT scheme', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }
  const keySet = () => new KeySet({ read: () => Promise.resolve({ keys: [jwk] }) })
  const token = (
    claims: Record<string, unknown>,
    header: Record<string, string> = {},
    key = pair.privateKey,
  ) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key)
  const good = { aud: 'project', iss: 'gemini', exp: NOW + 600 }
  const judge = async (signature: string | Promise<string>, set = keySet()) =>
    reasonOf(
      new Verifier({ token: { keySet: set, audience: 'project', issuer: 'gemini' } }).verify(
        headers(await signature),
        'any body at all',
        NOW,
      ),
    )

  test('accepts a genuine one, and says that the body is not bound', async () => {
    const verifier = new Verifier({ token: { keySet: keySet(), audience: 'project', issuer: 'gemini' } })
    expect(await verifier.verify(headers(await token(good)), 'swapped', NOW)).toMatchObject({
      bodyBound: false,
    })
  })
  test.each([
    ['wrong audience', { ...good, aud: 'other' }],
    ['wrong issuer', { ...good, iss: 'other' }],
    ['expired', { ...good, exp: NOW - 1 }],
    ['missing claim', { aud: 'project', iss: 'gemini' }],
    ['missing claim', { iss: 'gemini', exp: NOW + 600 }],
  ])('%s', async (reason, claims) => expect(await judge(token(claims))).toBe(reason))
  test('another algorithm, none, an unknown key, a forged signature', async () => {
    const [, payload] = (await token(good)).split('.')
    const none = `${Buffer.from('{"alg":"none","kid":"k1"}').toString('base64url')}.${payload}.`
    expect(await judge(none)).toBe('wrong algorithm')
    // The public key as an HMAC secret: the classic confusion.
    const hs = new SignJWT(good).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(randomBytes(32))
    expect(await judge(hs)).toBe('wrong algorithm')
    expect(await judge(token(good, { kid: 'k2' }))).toBe('unknown key')
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    expect(await judge(token(good, {}, stranger))).toBe('no match')
    expect(await judge('a.b.c')).toBe('bad token')
  })
  test('10,000 tokens with random key ids in 60 s: 3 fetches at most', async () => {
    const set = keySet()
    const verifier = new Verifier({ token: { keySet: set, audience: 'project', issuer: 'gemini' } })
    const [, payload, mac] = (await token(good)).split('.')
    for (let i = 0; i < 10_000; i++) {
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: `x${i}` })).toString('base64url')
      const reason = await reasonOf(
        verifier.verify(headers(`${header}.${payload}.${mac}`), body, NOW + (60 * i) / 10_000),
      )
      if (reason !== 'unknown key') throw new Error(reason)
    }
    expect(set.fetches).toBeLessThanOrEqual(3)
  })
})

test('20,000 mutated headers: refused with a reason, or untouched; no other error', () => {
  const { tried, accepted, reasons } = fuzzHeaders(20_000, 7)
  expect(tried).toBe(20_000)
  expect(accepted).toBe(0)
  // It is worth something only if it gets everywhere.
  expect(Object.keys(reasons).length).toBeGreaterThanOrEqual(8)
})

test('any body, any id, any secret: what is signed is accepted, and with one byte changed it is not', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ minLength: 24, maxLength: 64 }),
      fc.nat(),
      (bytes, key, at) => {
        const text = formatSecret(key)
        const signed = headers(signV1(parseSecret(text), 'msg_x', NOW, bytes), { id: 'msg_x' })
        const verifier = new Verifier({ secrets: [text] })
        expect(verifier.verifySync(signed, bytes, NOW).id).toBe('msg_x')
        const changed = Buffer.from(bytes.length === 0 ? [0] : bytes)
        if (bytes.length > 0) changed[at % bytes.length]! ^= 1
        expect(() => verifier.verifySync(signed, changed, NOW)).toThrow('no match')
      },
    ),
  )
})
