/** Cases from public bug reports of other engines, each a kind; numbers as in the list of cases this project keeps. */
import { afterEach, describe, expect, test } from 'vitest'
import { Verifier } from '../verify/verifier.ts'
import { openLive, until, type Live } from '../testing/live.ts'
import { TESTING_POLICY } from '../testing/policy.ts'
import { openReceiver, type Answering, type Receiver } from '../testing/receiver.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function live(options: Parameters<typeof openLive>[0] = {}): Promise<Live> {
  const one = await openLive(options)
  closers.push(() => one.close())
  return one
}

async function receiver(answer?: Answering): Promise<Receiver> {
  const one = await openReceiver(answer)
  closers.push(() => one.close())
  return one
}

const stateOf = async (server: Live, id: string): Promise<string> =>
  (await server.call('GET', `/messages/${id}`)).json.state
const isEnded = async (server: Live, id: string, state = 'delivered'): Promise<boolean> =>
  (await stateOf(server, id)) === state

describe('1 where a message may go', () => {
  test('1, 3: addresses in other forms and names with a dot are refused, and nothing is stored', async () => {
    const server = await live({ allowCidr: [] })
    for (const host of [
      '[::ffff:7f00:1]:80', '[::ffff:169.254.169.254]', '[::7f00:1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]',
      'localhost.', 'svc.internal.', 'localhost..', '127.0.0.1', 'user:pass@example.com',
    ]) {
      const { status, json } = await server.call('POST', '/endpoints', { url: `http://${host}/` })
      expect([status, json.error.field]).toEqual([400, 'url'])
    }
    expect((await server.call('GET', '/endpoints/ep_1')).status).toBe(404)
  }) // prettier-ignore

  test('1: with loopback allowed its mapped form is accepted, metadata is not', async () => {
    const server = await live()
    const of = async (host: string) =>
      (await server.call('POST', '/endpoints', { url: `http://${host}/` })).status
    expect(await of('[::ffff:7f00:1]:80')).toBe(201)
    expect(await of('[::ffff:169.254.169.254]')).toBe(400)
  })

  test('8: a redirect is not delivered and not followed', async () => {
    const target = await receiver(({ path }, response) => {
      if (path === '/ok') return 200
      response.writeHead(301, { location: '/ok' }).end()
      return null
    })
    const server = await live()
    const id = await server.post(await server.endpoint(target.url, { policy: 'flowbench' }))
    await until(async () => (await server.call('GET', `/messages/${id}`)).json.attempts.length === 1)
    const { json } = await server.call('GET', `/messages/${id}`)
    expect(json).toMatchObject({ state: 'pending', attempts: [{ status: 301, error: null }] })
    expect(Date.parse(json.next)).toBeGreaterThan(Date.now())
    expect(target.deliveries.map(({ path }) => path)).toEqual(['/'])
  })
})

describe('2 when it goes again', () => {
  test('10: a Retry-After that is none changes nothing', async () => {
    const values = ['-3', '+3', '1.5', '', 'abc']
    const target = await receiver(({ path }, response, nth) => {
      if (nth > 0) return 200
      response.writeHead(503, { 'retry-after': values[Number(path.slice(1))]! }).end()
      return null
    })
    const server = await live()
    const ids = await Promise.all(
      values.map(async (_, i) => server.post(await server.endpoint(`${target.url}${i}`))),
    )
    for (const id of ids) await until(() => isEnded(server, id))
    // 20 ms as the policy says, not 24 years, and not the hour that is the most.
    for (const id of ids) {
      const [first, second] = target.deliveries.filter((delivery) => delivery.id === id)
      expect(second!.at - first!.at).toBeLessThan(5000)
    }
  })

  test('10: Retry-After: 1 is heeded', async () => {
    const target = await receiver((_, response, nth) => {
      if (nth > 0) return 200
      response.writeHead(503, { 'retry-after': '1' }).end()
      return null
    })
    const server = await live()
    const id = await server.post(await server.endpoint(target.url))
    await until(() => isEnded(server, id))
    expect(target.deliveries[1]!.at - target.deliveries[0]!.at).toBeGreaterThanOrEqual(990)
  })
})

describe('3 crash and store', () => {
  test('15, 16: what was accepted and never tried goes out once after the start; its key still names it', async () => {
    const target = await receiver()
    let server = await openLive()
    const endpoint = await server.endpoint(target.url)
    await server.call('POST', `/endpoints/${endpoint}/pause`)
    const id = await server.post(endpoint, { n: 1 }, { idempotencyKey: 'k' })
    server = await server.restart()
    closers.push(() => server.close())
    expect(await stateOf(server, id)).toBe('held')
    expect(await server.post(endpoint, { n: 1 }, { idempotencyKey: 'k' })).toBe(id)
    await server.call('POST', `/endpoints/${endpoint}/resume`)
    await until(() => isEnded(server, id))
    expect(target.deliveries.map((delivery) => delivery.id)).toEqual([id])
  })
})

test('an attempt that is cut by a shutdown is made again after the next start, and has cost the message nothing', async () => {
  let isHanging = true
  const target = await receiver(() => (isHanging ? null : 200))
  let server = await openLive()
  const id = await server.post(await server.endpoint(target.url))
  await until(() => target.deliveries.length === 1)
  await server.server.http.close()
  await server.server.service.close(50)
  isHanging = false
  server = await openLive({ dir: server.dir })
  closers.push(() => server.close())
  await until(() => isEnded(server, id))
  expect((await server.call('GET', `/messages/${id}`)).json.attempts).toMatchObject([{ status: 200 }])
  expect(target.deliveries).toHaveLength(2)
})

describe('4 others are not held up', () => {
  test('21: beside a receiver that answers late, the others take no more than twice their time', async () => {
    const slow = await receiver((_, response) => {
      setTimeout(() => response.writeHead(200).end(), 1500).unref()
      return null
    })
    const quick = await receiver()
    const server = await live()
    const hanging = await server.endpoint(slow.url)
    const good: string[] = []
    for (let i = 0; i < 30; i++) good.push(await server.endpoint(quick.url))
    const run = async (withSlow: boolean): Promise<number> => {
      const before = quick.deliveries.length
      const begin = performance.now()
      for (let i = 0; i < 10; i++) {
        if (withSlow) await Promise.all([server.post(hanging), server.post(hanging)])
        await Promise.all(good.map((endpoint) => server.post(endpoint)))
      }
      await until(() => quick.deliveries.length === before + 10 * good.length)
      return performance.now() - begin
    }
    await run(false)
    const [alone, beside] = [
      Math.min(await run(false), await run(false)),
      Math.min(await run(true), await run(true)),
    ]
    expect(beside).toBeLessThan(2 * alone + 200)
  })

  test('23: receivers that trickle end at the deadline; 100 of them do not starve a good one', async () => {
    const trickle = await receiver((_, response) => {
      response.socket!.write('HTTP/1.1 200 OK\r\n')
      const timer = setInterval(() => response.socket?.write('x'), 50)
      response.socket!.once('close', () => clearInterval(timer))
      return null
    })
    const quick = await receiver()
    const policy = { ...TESTING_POLICY, name: 'short', timeout: 600, retries: 0, breaker: null }
    const server = await live({ policies: [policy] })
    const bad: string[] = []
    for (let i = 0; i < 100; i++) bad.push(await server.endpoint(trickle.url, { policy: 'short' }))
    const good = await server.endpoint(quick.url, { policy: 'short' })
    const ids = await Promise.all(bad.map((endpoint) => server.post(endpoint)))
    const id = await server.post(good)
    await until(() => isEnded(server, id))
    await until(() => isEnded(server, ids.at(-1)!, 'dead'))
    expect((await server.call('GET', `/messages/${ids[0]!}`)).json.attempts).toMatchObject([
      { status: null, error: 'timeout' },
    ])
  })

  test('26: a receiver that closes idle sockets as they are used again: all delivered, none failed', async () => {
    const target = await receiver()
    target.server.keepAliveTimeout = 100
    // Node lets sockets live a second longer than it says, unless told otherwise.
    Object.assign(target.server, { keepAliveTimeoutBuffer: 0 })
    const server = await live()
    const endpoint = await server.endpoint(target.url)
    const ids: string[] = []
    for (let i = 0; i < 20; i++) {
      ids.push(await server.post(endpoint))
      await new Promise((resolve) => {
        setTimeout(resolve, 95 + i)
      })
    }
    for (const id of ids) {
      await until(() => isEnded(server, id))
      expect((await server.call('GET', `/messages/${id}`)).json.attempts).toMatchObject([{ status: 200 }])
    }
  })
})

test("26: a socket that dies as it is used again is the socket's fault: the attempt goes over a new one", async () => {
  const used = new WeakSet<object>()
  const target = await receiver((_, response) => {
    const { socket } = response
    if (used.has(socket!)) {
      socket!.destroy()
      return null
    }
    used.add(socket!)
    return 200
  })
  const server = await live({ concurrency: 1 })
  const endpoint = await server.endpoint(target.url)
  for (let i = 0; i < 6; i++) {
    const id = await server.post(endpoint)
    await until(() => isEnded(server, id))
    expect((await server.call('GET', `/messages/${id}`)).json.attempts).toMatchObject([{ status: 200 }])
  }
  expect(target.connections()).toBeGreaterThanOrEqual(6)
})

describe('5 state and replay', () => {
  test('28: messages to a disabled endpoint are held, and delivered after it is enabled', async () => {
    let gone = true
    const target = await receiver(() => (gone ? 410 : 200))
    const server = await live()
    const endpoint = await server.endpoint(target.url)
    const first = await server.post(endpoint)
    await until(() => isEnded(server, first, 'held'))
    expect((await server.call('GET', `/endpoints/${endpoint}`)).json).toMatchObject({
      state: 'disabled',
      events: [{ type: 'endpoint.disabled.gone' }],
    })
    const held = await Promise.all(Array.from({ length: 10 }, () => server.post(endpoint)))
    expect(await Promise.all(held.map((id) => stateOf(server, id)))).toEqual(held.map(() => 'held'))
    expect(
      (await server.call('GET', `/messages?endpoint=${endpoint}&state=held`)).json.messages,
    ).toHaveLength(11)
    gone = false
    await server.call('POST', `/endpoints/${endpoint}/resume`)
    for (const id of [first, ...held]) await until(() => isEnded(server, id))
  })

  test('30: one key: the same body gives the first id, another 409, also for 50 at once', async () => {
    const target = await receiver()
    const server = await live()
    const endpoint = await server.endpoint(target.url)
    const message = { endpoint, type: 'a', data: { n: 1 }, idempotencyKey: 'k' }
    const all = await Promise.all(Array.from({ length: 50 }, () => server.call('POST', '/messages', message)))
    expect(new Set(all.map(({ status, json }) => `${status} ${json.id}`)).size).toBe(1)
    for (const other of [
      { ...message, data: { n: 2 } },
      { ...message, type: 'b' },
    ]) {
      const { status, json } = await server.call('POST', '/messages', other)
      expect([status, json.error.code]).toEqual([409, 'idempotency_conflict'])
    }
    expect((await server.call('GET', '/messages')).json.messages).toHaveLength(1)
    await until(() => target.deliveries.length === 1)
  })

  test('a dead letter, alone or in a range of time, is replayed and signed by the current secret', async () => {
    let isDown = true
    const target = await receiver(() => (isDown ? 500 : 200))
    const server = await live({ policies: [{ ...TESTING_POLICY, retries: 1, breaker: null }] })
    const begin = Date.now() - 1
    const endpoint = await server.endpoint(target.url)
    const ids = [await server.post(endpoint), await server.post(endpoint), await server.post(endpoint)]
    for (const id of ids) await until(() => isEnded(server, id, 'dead'))
    isDown = false
    const { json } = await server.call('POST', `/endpoints/${endpoint}/rotate`, { revoke: 'now' })
    expect((await server.call('POST', `/messages/${ids[0]!}/replay`)).status).toBe(202)
    await until(() => isEnded(server, ids[0]!))
    const range = { endpoint, from: begin, to: new Date(Date.now() + 1000).toISOString(), state: 'dead' }
    expect((await server.call('POST', '/replay', range)).json).toEqual({ replayed: 2 })
    for (const id of ids) await until(() => isEnded(server, id))
    const verifier = new Verifier({ secrets: [json.secret] })
    const last = target.deliveries.slice(-3)
    expect(
      last.map(({ headers, body }) => verifier.verifySync(headers, body, Date.now() / 1000).id).sort(),
    ).toEqual(ids.sort())
    expect((await server.call('POST', `/messages/${ids[0]!}/replay`)).status).toBe(202)
  })
})

test('a deleted endpoint: what it was to get is cancelled, its id is gone, and nothing is replayed to it', async () => {
  let isDown = true
  const target = await receiver(() => (isDown ? 500 : 200))
  const server = await live({ policies: [{ ...TESTING_POLICY, retries: 0, breaker: null }] })
  const endpoint = await server.endpoint(target.url)
  const dead = await server.post(endpoint)
  await until(() => isEnded(server, dead, 'dead'))
  await server.call('POST', `/endpoints/${endpoint}/pause`)
  const waiting = await server.post(endpoint)
  expect((await server.call('DELETE', `/endpoints/${endpoint}`)).status).toBe(204)
  isDown = false
  expect(await stateOf(server, waiting)).toBe('cancelled')
  expect((await server.call('GET', `/endpoints/${endpoint}`)).status).toBe(404)
  expect((await server.call('POST', '/messages', { endpoint, type: 'a', data: 1 })).status).toBe(404)
  expect((await server.call('POST', `/messages/${dead}/replay`)).status).toBe(409)
  expect(target.deliveries).toHaveLength(1)
})

describe('7 rotation', () => {
  test('41: both signatures for 24 h, one after a revocation now', async () => {
    const target = await receiver()
    const server = await live()
    const { id: endpoint, secret: old } = (await server.call('POST', '/endpoints', { url: target.url })).json
    const { secret: young } = (await server.call('POST', `/endpoints/${endpoint}/rotate`, { revoke: '24h' }))
      .json
    await server.post(endpoint)
    await until(() => target.deliveries.length === 1)
    const [both] = target.deliveries
    for (const secret of [old, young]) {
      new Verifier({ secrets: [secret] }).verifySync(both!.headers, both!.body, Date.now() / 1000)
    }
    const { secret: last } = (await server.call('POST', `/endpoints/${endpoint}/rotate`, { revoke: 'now' }))
      .json
    await server.post(endpoint)
    await until(() => target.deliveries.length === 2)
    const one = target.deliveries[1]!
    expect(String(one.headers['webhook-signature']).split(' ')).toHaveLength(1)
    expect(
      new Verifier({ secrets: [last] }).verifySync(one.headers, one.body, Date.now() / 1000).duplicate,
    ).toBe(false)
  })

  test('a dynamic endpoint is signed by the published keys, through a rotation too', async () => {
    const target = await receiver()
    const server = await live()
    const endpoint = await server.endpoint(target.url, { mode: 'dynamic' })
    const keys = async () => (await server.call('GET', '/.well-known/jwks.json')).json
    const before = await keys()
    await server.post(endpoint)
    await until(() => target.deliveries.length === 1)
    expect((await server.call('POST', `/endpoints/${endpoint}/rotate`, { revoke: 'now' })).status).toBe(409)
    expect((await server.call('POST', '/keys/rotate', { revoke: '24h' })).json.keys).toHaveLength(2)
    await server.post(endpoint)
    await until(() => target.deliveries.length === 2)
    const { KeySet } = await import('../verify/key-set.ts')
    for (const set of [before, await keys()]) {
      const verifier = new Verifier({ keySet: new KeySet({ read: () => Promise.resolve(set) }) })
      for (const { headers, body } of target.deliveries) {
        expect(await verifier.verify(headers, body, Date.now() / 1000)).toMatchObject({ bodyBound: true })
      }
    }
  })

  test('no more keys are live at a time than receivers can read; one that is refused changes nothing', async () => {
    const target = await receiver()
    const server = await live()
    const { id: endpoint, secret: first } = (await server.call('POST', '/endpoints', { url: target.url }))
      .json
    await server.endpoint(target.url, { mode: 'dynamic' })
    for (const path of [`/endpoints/${endpoint}/rotate`, '/keys/rotate']) {
      const all = await Promise.all(
        Array.from({ length: 100 }, () => server.call('POST', path, { revoke: '24h' })),
      )
      expect([...new Set(all.map(({ status }) => status))].toSorted((a, b) => a - b)).toEqual([200, 409])
      expect(all.find(({ status }) => status === 409)!.json.error).toMatchObject({ field: 'revoke' })
    }
    await server.post(endpoint)
    await server.post('ep_2')
    await until(() => target.deliveries.length === 2)
    const { KeySet } = await import('../verify/key-set.ts')
    const set = (await server.call('GET', '/.well-known/jwks.json')).json
    expect(set.keys).toHaveLength(16)
    const keySet = new KeySet({ read: () => Promise.resolve(set) })
    for (const { headers, body } of target.deliveries) {
      const isStatic = String(headers['webhook-signature']).startsWith('v1,')
      const verifier = new Verifier(isStatic ? { secrets: [first] } : { keySet })
      expect(await verifier.verify(headers, body, Date.now() / 1000)).toMatchObject({ bodyBound: true })
    }
    const { status } = await server.call('POST', `/endpoints/${endpoint}/rotate`, { revoke: 'now' })
    expect(status).toBe(200)
    expect((await server.call('POST', `/endpoints/${endpoint}/rotate`, { revoke: '24h' })).status).toBe(200)
  })
})
