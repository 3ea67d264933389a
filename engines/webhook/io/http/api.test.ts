import { once } from 'node:events'
import { connect } from 'node:net'
import { readFileSync, statSync, writeFileSync, mkdtempSync, readdirSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasIPv6 } from '../../../net/testing/ipv6.ts'
import { BODY_LIMIT } from '../../message/envelope.ts'
import { fuzzRequests } from '../../testing/fuzz-requests.ts'
import { openLive, until, type Live } from '../../testing/live.ts'
import { openReceiver, type Receiver } from '../../testing/receiver.ts'
import { BadKeyFile, readApiKey } from '../api-key.ts'
import { memberTexts } from './members.ts'

let server: Live
let target: Receiver
let endpoint: string

beforeAll(async () => {
  target = await openReceiver()
  server = await openLive({ headersTimeout: 600, requestTimeout: 1200 })
  endpoint = await server.endpoint(target.url)
})
afterAll(async () => {
  await server.close()
  await target.close()
})

/** Sends bytes as they are and returns all that comes back. */
async function raw(text: string, end = false): Promise<string> {
  const socket = connect(server.server.http.port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => {})
  socket.write(text)
  if (end) socket.end()
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

const count = async (): Promise<number> =>
  (await server.call('GET', '/messages?limit=100')).json.messages.length

describe('what is refused, with which status, and where', () => {
  const good = { type: 'batch.succeeded', data: { a: 1 } }
  const cases: [string, string, string, unknown, number, string | null][] = [
    ['unknown member', 'POST', '/messages', { ...good, extra: 1 }, 400, 'extra'],
    ['no type', 'POST', '/messages', { data: 1 }, 400, 'type'],
    ['no data', 'POST', '/messages', { type: 'a' }, 400, 'data'],
    ['a number as type', 'POST', '/messages', { ...good, type: 5 }, 400, 'type'],
    ['a line break in the type', 'POST', '/messages', { ...good, type: 'a\r\nX-Injected: 1' }, 400, 'type'],
    ['U+2028 in the type', 'POST', '/messages', { ...good, type: 'a\u2028b' }, 400, 'type'],
    ['a type of 10,000 characters', 'POST', '/messages', { ...good, type: 'a'.repeat(10_000) }, 400, 'type'],
    ['a type that begins with a dot', 'POST', '/messages', { ...good, type: '.a' }, 400, 'type'],
    [
      'a line break in the key',
      'POST',
      '/messages',
      { ...good, idempotencyKey: 'a\nb' },
      400,
      'idempotencyKey',
    ],
    ['an empty key', 'POST', '/messages', { ...good, idempotencyKey: '' }, 400, 'idempotencyKey'],
    [
      'a key of 257 characters',
      'POST',
      '/messages',
      { ...good, idempotencyKey: 'k'.repeat(257) },
      400,
      'idempotencyKey',
    ],
    ['a number as key', 'POST', '/messages', { ...good, idempotencyKey: 5 }, 400, 'idempotencyKey'],
    ['an endpoint that is none', 'POST', '/messages', { ...good, endpoint: 'ep_99' }, 404, 'endpoint'],
    ['an endpoint with a full stop', 'POST', '/messages', { ...good, endpoint: 'ep_1.2' }, 404, 'endpoint'],
    ['a prototype as endpoint', 'POST', '/messages', { ...good, endpoint: '__proto__' }, 404, 'endpoint'],
    ['a body of 20 kB and more', 'POST', '/messages', { ...good, data: 'x'.repeat(BODY_LIMIT) }, 413, 'data'],
    ['a request of 200 kB', 'POST', '/messages', { ...good, data: 'x'.repeat(200_000) }, 413, null],
    ['a list', 'POST', '/messages', '[]', 400, null],
    ['null', 'POST', '/messages', 'null', 400, null],
    ['half of an object', 'POST', '/messages', '{"type":', 400, null],
    ['a member twice', 'POST', '/messages', '{"type":"a","type":"b","data":1}', 400, null],
    ['nesting without end', 'POST', '/messages', '['.repeat(50_000), 400, null],
    ['no body', 'POST', '/messages', undefined, 400, null],
    ['a URL that is none', 'POST', '/endpoints', { url: 'nowhere' }, 400, 'url'],
    ['an unknown policy', 'POST', '/endpoints', { url: 'http://127.0.0.1/', policy: 'x' }, 400, 'policy'],
    ['an unknown mode', 'POST', '/endpoints', { url: 'http://127.0.0.1/', mode: 'x' }, 400, 'mode'],
    ['a rate of 0', 'POST', '/endpoints', { url: 'http://127.0.0.1/', rateLimit: 0 }, 400, 'rateLimit'],
    ['a rate as text', 'POST', '/endpoints', { url: 'http://127.0.0.1/', rateLimit: '5' }, 400, 'rateLimit'],
    ['metadata', 'POST', '/endpoints', { url: 'http://169.254.169.254/' }, 400, 'url'],
    ['an id with a full stop', 'GET', '/messages/msg_1.2', undefined, 404, null],
    ['an id of another store', 'GET', '/messages/msg_000000000010000000f', undefined, 404, null],
    ['an unknown parameter', 'GET', '/messages?x=1', undefined, 400, 'x'],
    ['a state that is none', 'GET', '/messages?state=lost', undefined, 400, 'state'],
    ['a cursor that is none', 'GET', '/messages?after=5', undefined, 400, 'after'],
    ['a parameter twice', 'GET', '/messages?state=dead&state=dead', undefined, 400, 'state'],
    ['no way to revoke', 'POST', '/endpoints/ep_1/rotate', {}, 400, 'revoke'],
    ['a range backwards', 'POST', '/replay', { endpoint: 'ep_1', from: 5, to: 4 }, 400, 'to'],
    ['a time that is none', 'POST', '/replay', { endpoint: 'ep_1', from: 'now', to: 4 }, 400, 'from'],
    ['a path that is none', 'GET', '/nothing', undefined, 404, null],
    ['a method that is none here', 'DELETE', '/messages', undefined, 404, null],
    ['resuming what runs', 'POST', '/endpoints/ep_1/resume', undefined, 409, 'endpoint'],
  ]
  test.each(cases)('%s', async (_, method, path, body, status, field) => {
    const before = await count()
    const isMessage = path === '/messages' && typeof body === 'object' && !('endpoint' in (body as object))
    const sent = isMessage ? { endpoint, ...(body as object) } : body
    const answer = await server.call(method, path, sent)
    expect([answer.status, answer.json.error.field], answer.text).toEqual([status, field])
    expect(answer.json.error).toEqual({ code: expect.any(String), message: expect.any(String), field })
    expect(await count()).toBe(before)
  })

  test('another type than JSON, and packed bodies', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
    ]) {
      expect((await server.call('POST', '/messages', '{}', { 'content-type': type })).status).toBe(415)
    }
    expect((await server.call('POST', '/messages', '{}', { 'content-encoding': 'gzip' })).status).toBe(415)
  })

  test('a foreign Host, and any Origin', async () => {
    const request = (more: string): string => `GET /messages HTTP/1.1\r\n${more}\r\nConnection: close\r\n\r\n`
    const { port } = server.server.http
    expect(await raw(request('Host: evil.example'))).toContain('HTTP/1.1 400')
    expect(await raw(request(`Host: evil.example:${port}`))).toContain('wrong_host')
    expect(await raw(request(`Host: localhost:${port}\r\nOrigin: http://localhost:${port}`))).toContain(
      'HTTP/1.1 403',
    )
    expect(await raw(request(`Host: localhost:${port}`))).toContain('HTTP/1.1 200')
  })

  test.skipIf(!hasIPv6())('an IPv6 host is a name of the server too, in brackets', async () => {
    const six = await openLive({ host: '::1' })
    const { url, port } = six.server.http
    expect(url).toBe(`http://[::1]:${port}`)
    expect((await fetch(`${url}/messages`)).status).toBe(200)
    await six.close()
  })

  // These wait for the server to lose its patience: two at a time.
  test.concurrent.each([
    ['slow', 'GET / HTTP/1.1\r\nHost: a'],
    [
      'slow to send its body',
      'POST /messages HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    ],
    ['broken', 'nonsense\r\n\r\n'],
  ])('who is %s and does not close when told is closed', async (_, text) => {
    const client = connect({ port: server.server.http.port, host: '127.0.0.1', allowHalfOpen: true })
    const gone = new Promise((resolve) => client.once('error', resolve))
    client.resume().write(text.replace('HOST', `localhost:${server.server.http.port}`))
    await once(client, 'end')
    // Only a socket that is still there takes this without a reset.
    const more = setInterval(() => client.write('x'), 50)
    expect(await gone).toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) })
    clearInterval(more)
  })

  test.concurrent('what is slow, broken or too long before it is a request', async () => {
    const { port } = server.server.http
    const head = `POST /messages HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\n`
    const [slowHead, slowBody, nonsense, long] = await Promise.all([
      raw('POST /mess'),
      raw(`${head}Content-Length: 100\r\n\r\n{"ty`),
      raw('\u0016\u0003\u0001 nonsense\r\n\r\n'),
      raw(`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
    ])
    expect(slowHead).toContain('HTTP/1.1 408')
    expect(slowBody).toContain('HTTP/1.1 408')
    expect(nonsense).toContain('HTTP/1.1 400')
    expect(long).toContain('HTTP/1.1 431')
    for (const answer of [slowHead, nonsense, long]) expect(answer).toContain('{"error":{"code":')
  })

  test('2,000 mutated requests: an answer to each, and never one of ours gone wrong', async () => {
    const report = await fuzzRequests(server.url, endpoint, 2000, 5)
    expect(report.statuses[500]).toBeUndefined()
    expect(Object.keys(report.statuses).length).toBeGreaterThan(4)
    expect((await server.call('GET', '/healthz')).json).toEqual({ ok: true })
  })
})

test('data goes out as it came: digits, spaces, order', async () => {
  const data = '{ "big": 12345678901234567890, "huge":1e400, "b":[1.0,"\\u00e9\\ud83d\\ude00"], "a" : null }'
  const { json } = await server.call(
    'POST',
    '/messages',
    `{"endpoint":"${endpoint}","type":"a.b","data":${data}}`,
  )
  await until(() => target.deliveries.some(({ id }) => id === json.id))
  const body = target.deliveries.find(({ id }) => id === json.id)!.body.toString()
  expect(body.endsWith(`,"data":${data}}`)).toBe(true)
  expect(JSON.parse(body)).toMatchObject({ type: 'a.b', version: 'v1' })
})

test('member texts are what JSON.parse makes of them', () => {
  for (const text of [
    '{}',
    ' { } ',
    '{"a":1}',
    '{"a" : "}\\"{" , "b":[{"c":"]"}], "\\u0061b": -1.5e3 , "d":true}',
  ]) {
    const texts = memberTexts(text)!
    const parsed = JSON.parse(text)
    expect([...texts.keys()]).toEqual(Object.keys(parsed))
    for (const [name, value] of texts) expect(JSON.parse(value)).toEqual(parsed[name])
  }
  expect(memberTexts('{"a":1,"\\u0061":2}')).toBeNull()
})

test('pages: all messages once, in order, while more come', async () => {
  const seen: string[] = []
  for (let after: string | null = null; ;) {
    const query: string = after === null ? '' : `&after=${after}`
    const { json } = await server.call('GET', `/messages?limit=2${query}`)
    for (const { id } of json.messages) seen.push(id)
    after = json.next
    if (after === null) break
  }
  expect(seen.length).toBe(await count())
  expect([...seen].sort()).toEqual(seen)
})

describe('the API key', () => {
  test("is required when there is one, and its file is the owner's alone", async () => {
    const dir = mkdtempSync(join(tmpdir(), 'flowbench-key-'))
    const keyFile = join(dir, 'key')
    const locked = await openLive({ keyFile })
    try {
      expect(statSync(keyFile).mode & 0o777).toBe(0o600)
      const key = readFileSync(keyFile, 'utf8').trim()
      const wrong: readonly Record<string, string>[] = [
        {},
        { authorization: 'Bearer wrong' },
        { authorization: key },
        { authorization: 'Bearer ' },
      ]
      for (const given of wrong) {
        const { status, json } = await locked.call('GET', '/messages', undefined, given)
        expect([status, json.error.code]).toEqual([401, 'unauthorized'])
      }
      expect(
        (await locked.call('GET', '/messages', undefined, { authorization: `Bearer ${key}` })).status,
      ).toBe(200)
      // What receivers and watchers need is open.
      for (const path of ['/healthz', '/.well-known/jwks.json'])
        expect((await locked.call('GET', path)).status).toBe(200)
      for (const name of readdirSync(locked.dir))
        expect(statSync(join(locked.dir, name)).mode & 0o077).toBe(0)
    } finally {
      await locked.close()
    }
  })
  test('that others can read, or that is too short, is refused', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'flowbench-key-')), 'key')
    writeFileSync(path, 'short', { mode: 0o600 })
    expect(() => readApiKey(path)).toThrow(BadKeyFile)
    writeFileSync(path, 'a key that is long enough'.replaceAll(' ', '-'))
    expect(readApiKey(path)).toBe('a-key-that-is-long-enough')
    chmodSync(path, 0o640)
    expect(() => readApiKey(path)).toThrow('chmod 600')
  })
})
