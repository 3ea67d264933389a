/** The service over its own store: changes that cross each other, clocks that step, starts on what was left. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openLive, until, type Live } from '../testing/live.ts'
import { TESTING_POLICY } from '../testing/policy.ts'
import { openReceiver, type Answering, type Receiver } from '../testing/receiver.ts'
import type { WebhookService } from './service.ts'
import { Store, StoreUnavailable } from './store/store.ts'

let server: Live | null = null
const receivers: Receiver[] = []
afterEach(async () => {
  await server?.close()
  server = null
  for (const receiver of receivers.splice(0)) await receiver.close()
})

async function open(options: Parameters<typeof openLive>[0] = {}): Promise<Live> {
  server = await openLive(options)
  return server
}
async function restart(): Promise<Live> {
  server = await server!.restart()
  return server
}
async function receive(answer?: Answering): Promise<Receiver> {
  const receiver = await openReceiver(answer)
  receivers.push(receiver)
  return receiver
}

/** What a test must reach to let two things happen at one moment, or the store refuse. */
const inside = ({ server: { service } }: Live) =>
  service as unknown as { store: Store; delivery: { performOne(effect: object): void } }
const numberOf = (endpoint: string): number => Number(endpoint.slice(3))
const stateOf = async (endpoint: string): Promise<string> =>
  (await server!.call('GET', `/endpoints/${endpoint}`)).json.state
const stateOfMessage = async (message: string): Promise<string> =>
  (await server!.call('GET', `/messages/${message}`)).json.state
const isSaved = async (of: WebhookService): Promise<boolean> => of.metrics()['unsaved'] === 0

/** The store's next refusals of one operation. */
function refuse(live: Live, operation: string, times: number): void {
  const { store } = inside(live)
  const ask = store.ask.bind(store)
  store.ask = (name, args) => {
    if (name !== operation || times-- <= 0) return ask(name, args)
    return Promise.reject(new StoreUnavailable('database or disk is full'))
  }
}

describe('changes of one endpoint that cross each other', () => {
  test('deleted and paused at once: it is gone, also after a restart', async () => {
    const live = await open()
    const id = await live.endpoint('http://127.0.0.1:9/')
    const both = await Promise.all([
      live.call('DELETE', `/endpoints/${id}`),
      live.call('POST', `/endpoints/${id}/pause`),
    ])
    expect(both.map(({ status }) => status)).toEqual([204, 404])
    const again = await restart()
    expect((await again.call('GET', `/endpoints/${id}`)).status).toBe(404)
  })

  test('deleted and given a new secret at once: no secret is left', async () => {
    const live = await open()
    const id = await live.endpoint('http://127.0.0.1:9/')
    await Promise.all([
      live.call('DELETE', `/endpoints/${id}`),
      live.call('POST', `/endpoints/${id}/rotate`, { revoke: '24h' }),
    ])
    const { store } = inside(await restart())
    const { secrets } = await store.ask('start', { candidate: 'testtest' })
    expect(secrets.filter(({ endpoint: of }) => of === numberOf(id))).toEqual([])
  })

  test('a verdict on the receiver as it is paused: it stays paused', async () => {
    const live = await open()
    const id = await live.endpoint('http://127.0.0.1:9/')
    const paused = live.server.service.change(numberOf(id), 'pause')
    const verdict = { do: 'endpoint', endpoint: numberOf(id), state: 'enabled', failingSince: 5, event: null }
    inside(live).delivery.performOne(verdict)
    expect(await paused).toBe('paused')
    await restart()
    expect(await stateOf(id)).toBe('paused')
  })

  test('a verdict that the store took late does not undo what the owner did meanwhile', async () => {
    let status = 410
    const { url } = await receive(() => status)
    const live = await open()
    const id = await live.endpoint(url)
    refuse(live, 'setEndpoint', 1)
    await live.post(id)
    await until(async () => (await stateOf(id)) === 'disabled')
    status = 200
    await live.call('POST', `/endpoints/${id}/resume`)
    await until(() => isSaved(live.server.service))
    await restart()
    expect(await stateOf(id)).toBe('enabled')
    expect((await server!.call('GET', `/endpoints/${id}`)).json.events).toHaveLength(2)
  })
})

test('a body that the store does not give now is asked for again, and the message keeps its tries', async () => {
  const receiver = await receive()
  const live = await open()
  const id = await live.endpoint(receiver.url)
  await live.call('POST', `/endpoints/${id}/pause`)
  const message = await live.post(id)
  const again = await restart()
  refuse(again, 'bodies', 2)
  await again.call('POST', `/endpoints/${id}/resume`)
  await until(async () => (await stateOfMessage(message)) === 'delivered')
  const { attempts } = (await again.call('GET', `/messages/${message}`)).json
  expect(attempts).toMatchObject([{ status: 200, error: null }])
  expect(again.server.service.metrics()['unavailable']).toBe(2)
})

test('a message whose body is asked for again while its endpoint is deleted is let go', async () => {
  const live = await open()
  const id = await live.endpoint('http://127.0.0.1:9/')
  await live.call('POST', `/endpoints/${id}/pause`)
  await live.post(id)
  const again = await restart()
  refuse(again, 'bodies', Infinity)
  await again.call('POST', `/endpoints/${id}/resume`)
  await until(() => again.server.service.metrics()['in_flight'] === 1)
  await again.call('DELETE', `/endpoints/${id}`)
  await until(() => again.server.service.metrics()['in_flight'] === 0)
  expect(again.server.service.metrics()['jobs']).toBe(0)
})

test('without a live key nothing goes out: an unsigned delivery is none', async () => {
  const receiver = await receive()
  const live = await open()
  const id = await live.endpoint(receiver.url)
  const { keys } = live.server.service as unknown as { keys: { delete(endpoint: number): void } }
  keys.delete(numberOf(id))
  const message = await live.post(id)
  await until(async () => (await live.call('GET', `/messages/${message}`)).json.attempts.length > 0)
  const { attempts } = (await live.call('GET', `/messages/${message}`)).json
  expect(attempts[0]).toMatchObject({ status: null, error: 'no live key' })
  expect(receiver.deliveries).toEqual([])
})

describe('time', () => {
  const HOUR = 3_600_000

  test('a clock that has stepped back by the next start holds nothing up', async () => {
    const { url, deliveries } = await receive()
    const ahead = await open({ clock: () => Date.now() + 9 * HOUR })
    const id = await ahead.endpoint(url)
    const first = await ahead.post(id)
    await until(async () => (await stateOfMessage(first)) === 'delivered')
    server = await ahead.restart({ clock: () => Date.now() })
    const second = await server.post(id)
    await until(async () => (await stateOfMessage(second)) === 'delivered')
    expect(deliveries.map((delivery) => delivery.id)).toEqual([first, second])
  })

  test('a retry after such a start has the rest of its delay before it, however many there are', async () => {
    let status = 500
    const { url, deliveries } = await receive(() => status)
    const hourly = { ...TESTING_POLICY, delays: [HOUR], jitter: { kind: 'none' } as const, breaker: null }
    const memory = { scheduler: { lane: 8 }, policies: [hourly] }
    const begun = Date.now()
    let clock = begun + 9 * HOUR
    const ahead = await open({ ...memory, clock: () => clock })
    const id = await ahead.endpoint(url)
    const ids = await Promise.all(Array.from({ length: 60 }, () => ahead.post(id)))
    // What came of each, too: by the clock of then its retry is an hour later.
    await until(async () => (await Promise.all(ids.map(attemptsOf))).every((count) => count > 0))
    await until(() => isSaved(ahead.server.service))
    clock += HOUR / 2
    status = 200
    // By a clock that is right; each later start at half past is one too early, or just in time.
    for (const [after, sent] of [
      [0, 60],
      [HOUR / 2 - 1000, 60],
      [HOUR / 2, 120],
    ] as const) {
      const now = begun + after
      server = await server!.restart({ ...memory, clock: () => now })
      await sleep(100)
      await until(() => deliveries.length >= sent)
      expect(deliveries.length).toBe(sent)
    }
  })

  test('what a clock ahead wrote of an endpoint is put right once, and not as late again at each start', async () => {
    const { url } = await receive(() => 500)
    const ahead = await open({ clock: () => Date.now() + 9 * HOUR })
    const id = await ahead.endpoint(url)
    const message = await ahead.post(id)
    await until(async () => (await attemptsOf(message)) > 0)
    await ahead.call('POST', `/endpoints/${id}/pause`)
    await ahead.call('POST', `/endpoints/${id}/resume`)
    const before = await attemptsOf(message)
    await until(async () => (await attemptsOf(message)) > before)
    await until(() => isSaved(ahead.server.service))
    const timesAt = async (now: number): Promise<(number | null)[]> => {
      server = await server!.restart({ clock: () => now })
      const { endpoints } = await inside(server).store.ask('start', { candidate: 'testtest' })
      return endpoints.flatMap(({ changed, failingSince }) => [changed, failingSince])
    }
    const now = Date.now()
    const times = await timesAt(now)
    // As long ago as they were for the clock that was ahead.
    expect(times).toHaveLength(2)
    expect(times.every((time) => time! <= now && time! > now - 60_000)).toBe(true)
    expect(await timesAt(now + HOUR)).toEqual(times)
  })

  // The first of each is the furthest ahead, or one that cannot be right: any other step forward is time that has passed.
  test.each([
    ['behind', [0, -9, 0]],
    ['behind, by more and by less', [0, -9, -9000, -20, 0]],
    ['in 1970 at each start, and put right', [0, -490_000, -490_001, 0]],
    ['ahead, put right, and ahead again', [9, 0, 9, 0, -9, 0]],
    ['in 2036, put right, in 1970, and put right', [87_600, 0, -490_000, 0]],
    ['in 1970 at the first start, and put right', [-490_000, 0]],
    ['in 1970 at the first start, then in 2015, and put right', [-490_000, -100_000, 0]],
  ])('a message has all its window whichever clock it was accepted under: %s', async (_, offs) => {
    const { url } = await receive(() => 500)
    // An hour of it may be taken for time in which the server was down.
    const patient = { ...TESTING_POLICY, delays: [50], retries: 10_000, window: 3 * HOUR, breaker: null }
    const list = async (): Promise<{ state: string; attempts: number }[]> =>
      (await server!.call('GET', '/messages')).json.messages
    let endpoint = ''
    for (const [n, hours] of offs.entries()) {
      const clock = (): number => Date.now() + hours * HOUR
      server = server === null ? await open({ policies: [patient], clock }) : await server.restart({ clock })
      if (n === 0) endpoint = await server.endpoint(url)
      await server.post(endpoint)
      const before = await list()
      let after = before
      const isTriedAgain = (): boolean =>
        after.every(({ state, attempts }, i) => state !== 'pending' || attempts > before[i]!.attempts + 1)
      await until(async () => {
        after = await list()
        return isTriedAgain()
      })
      expect(after.map(({ state }) => state)).toEqual(Array.from({ length: n + 1 }, () => 'pending'))
    }
    expect(await stateOf(endpoint)).toBe('enabled')
  })

  test('two secrets sign for 24 h by the clock of the service, ahead though it was when the second was made', async () => {
    const { url, deliveries } = await receive()
    const begun = Date.now()
    const ahead = await open({ clock: () => begun + 9000 * HOUR })
    const id = await ahead.endpoint(url)
    await ahead.call('POST', `/endpoints/${id}/rotate`, { revoke: '24h' })
    let now = begun
    server = await ahead.restart({ clock: () => now })
    const signatures: number[] = []
    for (const hours of [0, 23, 25]) {
      now = begun + hours * HOUR
      await server.post(id)
      await until(() => deliveries.length > signatures.length)
      signatures.push(String(deliveries.at(-1)!.headers['webhook-signature']).split(' ').length)
    }
    expect(signatures).toEqual([2, 2, 1])
  })

  test('what has been overdue for longer than the clock shows is found', async () => {
    const { url, deliveries } = await receive()
    let now = Date.now()
    const live = await open({ clock: () => now })
    const id = await live.endpoint(url)
    await live.call('POST', `/endpoints/${id}/pause`)
    const message = await live.post(id)
    now += 2 * HOUR
    server = await live.restart({ clock: () => 30_000 })
    await server.call('POST', `/endpoints/${id}/resume`)
    await until(async () => (await stateOfMessage(message)) === 'delivered')
    expect(deliveries).toHaveLength(1)
  })

  test('a key that was taken in 1970 is known when the clock is right', async () => {
    const { url } = await receive()
    const live = await open({ clock: () => 300_000 })
    const id = await live.endpoint(url)
    const once = { idempotencyKey: 'k' }
    const message = await live.post(id, 1, once)
    await until(async () => (await stateOfMessage(message)) === 'delivered')
    await until(() => isSaved(live.server.service))
    server = await live.restart({ clock: () => Date.now() })
    await server.server.service.messages.prune(7 * 24 * HOUR)
    expect(await server.post(id, 1, once)).toBe(message)
  })

  test('without room to put anything right the clock goes on as it was, and uses up no window', async () => {
    const { url } = await receive(() => 500)
    const patient = { ...TESTING_POLICY, delays: [50], retries: 10_000, window: 3 * HOUR, breaker: null }
    const live = await open({ policies: [patient], clock: () => Date.now() })
    const message = await live.post(await live.endpoint(url))
    const isTriedAgain = async (): Promise<void> => {
      const before = await attemptsOf(message)
      await until(async () => (await attemptsOf(message)) > before + 1)
      expect(await stateOfMessage(message)).toBe('pending')
    }
    await isTriedAgain()
    const { ask } = Store.prototype as unknown as {
      ask: (this: Store, name: string, args: unknown) => unknown
    }
    const full = vi.spyOn(Store.prototype, 'ask').mockImplementation(function (
      this: Store,
      name: string,
      args: unknown,
    ) {
      if (name !== 'start') return ask.call(this, name, args)
      return Promise.reject(new StoreUnavailable('database or disk is full'))
    } as never)
    try {
      server = await live.restart({ clock: () => Date.now() - 490_000 * HOUR })
    } finally {
      full.mockRestore()
    }
    await isTriedAgain()
    server = await server.restart({ clock: () => Date.now() })
    await isTriedAgain()
  })

  const policy = { ...TESTING_POLICY, delays: [50], window: 300, breaker: null }
  const attemptsOf = async (message: string): Promise<number> =>
    (await server!.call('GET', `/messages/${message}`)).json.attempts.length

  test('a replay has the window of its policy as if new, also after a restart', async () => {
    let status = 500
    const { url } = await receive(() => status)
    const live = await open({ policies: [policy] })
    const message = await live.post(await live.endpoint(url))
    await until(async () => (await stateOfMessage(message)) === 'dead')
    const before = await attemptsOf(message)
    await live.call('POST', `/messages/${message}/replay`)
    await until(async () => (await attemptsOf(message)) > before)
    await restart()
    await until(async () => (await stateOfMessage(message)) === 'dead')
    expect(await attemptsOf(message)).toBeGreaterThan(before + 1)
    status = 200
    await server!.call('POST', `/messages/${message}/replay`)
    await until(async () => (await stateOfMessage(message)) === 'delivered')
  })

  test('what was held has its window from the first attempt on, also when a restart comes before that', async () => {
    const { url } = await receive(() => 500)
    const live = await open({ policies: [policy] })
    const id = await live.endpoint(url)
    await live.call('POST', `/endpoints/${id}/pause`)
    const message = await live.post(id)
    await sleep(400)
    const { service } = live.server
    const resumed = service.change(numberOf(id), 'resume')
    await service.close()
    await resumed
    await restart()
    await until(async () => (await stateOfMessage(message)) === 'dead')
    expect(await attemptsOf(message)).toBeGreaterThan(2)
  })
})
