import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { LookupAddress } from 'node:dns'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseCidr } from '../address/address.ts'
import type { EndpointUrl } from '../address/url.ts'
import type { Outcome } from '../policy/policy.ts'
import { openReceiver, type Answering, type Receiver } from '../testing/receiver.ts'
import { Sender, type SenderOptions } from './sender.ts'

const LOOPBACK = [parseCidr('127.0.0.0/8')]

/** Addresses that a socket was being opened to, as Node itself tells it. */
const attempted: string[] = []
const onSocket = (message: unknown): void => {
  const { socket } = message as { socket: Socket }
  socket.on('connectionAttempt', (address) => attempted.push(address))
}
beforeAll(() => subscribe('net.client.socket', onSocket))
afterAll(() => {
  unsubscribe('net.client.socket', onSocket)
})
beforeEach(() => attempted.splice(0))

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** As if it had passed when the endpoint was made: the connect alone must stop it. */
function target(text: string, isLiteral: boolean): EndpointUrl {
  const url = new URL(text)
  return {
    url,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    isLiteral,
    needsAllowed: url.protocol === 'http:',
  }
}

async function attempt(options: SenderOptions, to: EndpointUrl, timeout = 2000): Promise<Outcome> {
  const sender = new Sender(options)
  closers.push(() => sender.close())
  return await send(sender, to, timeout)
}

const send = (sender: Sender, to: EndpointUrl, timeout = 2000): Promise<Outcome> =>
  new Promise((resolve) => {
    const headers = ['content-type', 'application/json']
    sender.send(
      { endpoint: 1, target: to, concurrency: 2, timeout, body: Buffer.from('{}'), headers },
      resolve,
    )
  })

const resolves =
  (...addresses: readonly string[]) =>
  (): Promise<LookupAddress[]> =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))

async function receiver(answer?: Answering): Promise<Receiver> {
  const one = await openReceiver(answer)
  closers.push(() => one.close())
  return one
}

const BLOCKED = { status: null, error: 'blocked address', retryAfter: null }
const ADDRESSES = [
  '127.0.0.1', '10.0.0.1', '169.254.169.254', '168.63.129.16', '100.100.100.200', '192.0.0.192', '192.168.1.1', '0.0.0.0',
  '::1', '::ffff:7f00:1', '::7f00:1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001::1', 'fec0::1', 'fe80::1', 'fd00:ec2::254',
] // prettier-ignore

describe('a blocked address: no socket is opened to it', () => {
  test.each(ADDRESSES)(
    '%s, as a literal, by name, in good company, and when a name changes its mind',
    async (address) => {
      const literal = address.includes(':') ? `[${address}]` : address
      expect(await attempt({}, target(`https://${literal}/`, true))).toEqual(BLOCKED)
      expect(await attempt({ resolve: resolves(address) }, target('https://a.example/', false))).toEqual(
        BLOCKED,
      )
      const mixed = resolves('93.184.216.34', address)
      expect(await attempt({ resolve: mixed }, target('https://a.example/', false))).toEqual(BLOCKED)
      // What it answered when the endpoint was made is forgotten: the address that is judged is the one that is used.
      const answers = [resolves('93.184.216.34'), resolves(address)]
      const rebinding = () => (answers.shift() ?? resolves(address))()
      await rebinding()
      expect(await attempt({ resolve: rebinding }, target('https://a.example/', false))).toEqual(BLOCKED)
      expect(attempted).toEqual([])
    },
  )

  test.each(ADDRESSES)('%s, by a redirect', async (address) => {
    const literal = address.includes(':') ? `[${address}]` : address
    const here = await receiver((_, response) => {
      response.writeHead(302, { location: `http://${literal}/` }).end()
      return null
    })
    expect(await attempt({ allow: LOOPBACK }, target(here.url, true))).toMatchObject({ status: 302 })
    expect(attempted).toEqual(['127.0.0.1'])
    expect(here.deliveries).toHaveLength(1)
  })

  test('a connection is made to the address that was judged, asked for once', async () => {
    const here = await receiver()
    let asked = 0
    const resolve = () => {
      asked++
      return resolves(asked === 1 ? '127.0.0.1' : '127.0.0.9')()
    }
    const named = target(`http://a.example:${here.port}/`, false)
    expect(await attempt({ allow: LOOPBACK, resolve }, named)).toMatchObject({ status: 200 })
    expect([asked, attempted]).toEqual([1, ['127.0.0.1']])
  })

  test('plain http to a public address', async () => {
    expect(await attempt({ resolve: resolves('93.184.216.34') }, target('http://a.example/', false))).toEqual(
      BLOCKED,
    )
    expect(attempted).toEqual([])
  })
})

test('no proxy is taken from the environment', async () => {
  const [here, proxy] = [await receiver(), await receiver()]
  const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy']
  for (const name of names) process.env[name] = proxy.url
  try {
    expect(await attempt({ allow: LOOPBACK }, target(here.url, true))).toMatchObject({ status: 200 })
  } finally {
    for (const name of names) delete process.env[name]
  }
  expect([here.connections(), proxy.connections()]).toEqual([1, 0])
})

describe('the response', () => {
  test('of any length: 64 KiB are read, the status counts', async () => {
    let written = 0
    const here = await receiver((_, response) => {
      response.writeHead(200)
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384
      }
      response.on('drain', more).on('error', () => {})
      more()
      return null
    })
    expect(await attempt({ allow: LOOPBACK }, target(here.url, true))).toMatchObject({
      status: 200,
      error: null,
    })
    // Beyond what is read, only what the kernel's buffers took.
    expect(written).toBeLessThan(32 * 2 ** 20)
  })

  test('that is packed is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 2 ** 20))
    const here = await receiver((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
      return null
    })
    const before = process.memoryUsage().rss
    expect(await attempt({ allow: LOOPBACK }, target(here.url, true))).toMatchObject({ status: 200 })
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 2 ** 20)
  })

  test('that does not come, or comes byte by byte, ends at the one deadline', async () => {
    for (const first of ['', 'HTTP/1.1 200 OK\r\n']) {
      const here = await receiver((_, response) => {
        response.socket!.write(first)
        const timer = setInterval(() => response.socket?.write(first === '' ? '' : 'x'), 20)
        response.socket!.once('close', () => clearInterval(timer))
        return null
      })
      const begin = performance.now()
      const outcome = await attempt({ allow: LOOPBACK }, target(here.url, true), 300)
      expect(outcome).toEqual({ status: null, error: 'timeout', retryAfter: null })
      expect(performance.now() - begin).toBeGreaterThanOrEqual(299)
    }
  })

  test('that is no HTTP, or a connection that is refused: a failure with a short name', async () => {
    const here = await receiver((_, response) => {
      response.socket!.end('SSH-2.0-x\r\n')
      return null
    })
    expect(await attempt({ allow: LOOPBACK }, target(here.url, true))).toMatchObject({
      status: null,
      error: expect.stringMatching(/^[A-Za-z_0-9 ]+$/),
    })
    expect(await attempt({ allow: LOOPBACK }, target('http://127.0.0.1:1/', true))).toMatchObject({
      error: 'ECONNREFUSED',
    })
  })
})

test('TLS is verified: a certificate that nobody signed is refused before anything is sent', async () => {
  const { createServer } = await import('node:tls')
  let secure = 0
  const server = createServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, () => secure++)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  server.on('tlsClientError', () => {})
  const { port } = server.address() as { port: number }
  const outcome = await attempt({ allow: LOOPBACK }, target(`https://127.0.0.1:${port}/`, true))
  server.close()
  expect(outcome.status).toBeNull()
  expect(outcome.error).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY|CERT/)
  expect(secure).toBe(0)
})

// For this test alone: a key and a certificate that it signed itself, for `localhost`, good for a hundred years.
const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtq6/FecjRRhj3+CZ
H5RVd/QZUpiT3iohFF02VDxwQ22hRANCAASe32aBQHPIrKDqN+AvhLAF/WUFX14z
ZkOZurMnwUbDSRVR4S7URc5SO162puky9v2fgyksqDm5CHh/+/FJ/awC
-----END PRIVATE KEY-----
`
const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUJvRzWhuQBuMgGM+tK1xZRzqDIeAwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjIwMjI1OFoYDzIxMjYxMTAy
MjAyMjU4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASe32aBQHPIrKDqN+AvhLAF/WUFX14zZkOZurMnwUbDSRVR4S7URc5S
O162puky9v2fgyksqDm5CHh/+/FJ/awCo1MwUTAdBgNVHQ4EFgQUQc1hP0XwQPwy
mbkSe4DmoX7xlvgwHwYDVR0jBBgwFoAUQc1hP0XwQPwymbkSe4DmoX7xlvgwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBzVH+bso2VsA/6QFyDrk0f
AgsRXPK/vJYjWpuuLxHM/QIhALZI3Fg+/dOEvpTLaZ4VF7dLOiPCufOUwq9n432R
vdAB
-----END CERTIFICATE-----
`
