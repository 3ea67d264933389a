/** Ours and jose's verifier of the same tokens: the same verdict, whatever is done to them. */
import { generateKeyPairSync, sign } from 'node:crypto'
import * as fc from 'fast-check'
import { jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { KeySet } from './key-set.ts'
import { Misused, Refused } from './refusal.ts'
import { verifyToken } from './token.ts'

const NOW = 1_700_000_000
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keySet = new KeySet({ read: () => Promise.reject(new Error('never read')) })
const options = { keySet, audience: 'project', issuer: 'gemini' }
const keys = [{ kid: 'k1', key: pair.publicKey }]

const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url')
function tokenOf(header: unknown, claims: unknown): string {
  const text = `${encoded(header)}.${encoded(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), pair.privateKey).toString('base64url')}`
}

function ours(token: string): boolean {
  try {
    verifyToken(token, options, keys, NOW)
    return true
  } catch (error) {
    if (error instanceof Refused) return false
    throw error
  }
}

async function theirs(token: string): Promise<boolean> {
  const { kid, key } = keys[0]!
  try {
    await jwtVerify(
      token,
      (header) => {
        if (header.kid !== kid) throw new Error('unknown key')
        return key
      },
      {
        algorithms: ['RS256'],
        audience: options.audience,
        issuer: options.issuer,
        requiredClaims: ['aud', 'iss', 'exp'],
        currentDate: new Date(1000 * NOW),
      },
    )
    return true
  } catch {
    return false
  }
}

/** `null` stands for a member that is not there. */
const without = (part: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(part).filter(([, value]) => value !== null))

test('a time that is no finite number judges no token', () => {
  const old = tokenOf({ alg: 'RS256', kid: 'k1' }, { aud: 'project', iss: 'gemini', exp: 1 })
  expect(() => verifyToken(old, options, keys, NaN)).toThrow(Misused)
  expect(() => verifyToken(old, options, keys, NOW)).toThrow('expired')
})

test('every combination of headers and claims, and any byte changed', async () => {
  const mostly = (good: unknown, ...others: unknown[]): fc.Arbitrary<unknown> =>
    fc.oneof(
      { weight: 8, arbitrary: fc.constant(good) },
      { weight: 1, arbitrary: fc.constantFrom(...others) },
    )
  const times = [null, NOW - 1, NOW, NOW + 1, String(NOW + 9), -1, 1e300]
  const header = fc.record({
    alg: mostly('RS256', 'none', 'HS256', null, 5, ''),
    kid: mostly('k1', 'k2', null, 5),
    typ: mostly(null, 'JWT', 'at+jwt'),
    crit: mostly(null, ['exp'], ['b64'], [], 'b64'),
    b64: mostly(null, true, false),
  })
  const claims = fc.record({
    aud: mostly('project', ['other', 'project'], ['other'], 'other', [], 5, null),
    iss: mostly('gemini', 'other', ['gemini'], null),
    exp: mostly(NOW + 600, ...times),
    nbf: mostly(null, ...times),
    iat: mostly(null, ...times),
  })
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(
      header,
      fc.oneof({ weight: 20, arbitrary: claims }, fc.constantFrom<unknown>([], 5, 'x', null)),
      fc.option(fc.tuple(fc.nat(), fc.constantFrom('A', '.', '=', '_', '')), { freq: 3 }),
      async (head, body, change) => {
        const isMap = typeof body === 'object' && body !== null && !Array.isArray(body)
        let token = tokenOf(without(head), isMap ? without(body as Record<string, unknown>) : body)
        if (change !== null) {
          const at = change[0] % token.length
          token = token.slice(0, at) + change[1] + token.slice(at + 1)
        }
        const verdict = ours(token)
        if (verdict) accepted++
        // jose knows one extension (RFC 7797), ours none.
        expect([token, verdict]).toEqual([token, head.crit === null && (await theirs(token))])
      },
    ),
    { numRuns: 1200 },
  )
  expect(accepted).toBeGreaterThan(100)
})
