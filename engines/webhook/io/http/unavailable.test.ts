/** What clients are told when the store cannot keep up or takes nothing. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openLive, until, type Live, type Reply } from '../../testing/live.ts'
import type { ServeOptions } from '../serve.ts'
import { STORE_FILE } from '../store/store.ts'

let server: Live
let endpoint: string
afterEach(() => server.close())

/** With an endpoint that is paused: nothing but accepts is written. */
async function open(options: Partial<ServeOptions>): Promise<void> {
  server = await openLive(options)
  endpoint = await server.endpoint('http://127.0.0.1:9/')
  await server.call('POST', `/endpoints/${endpoint}/pause`)
}

const post = (data: unknown): Promise<Reply> =>
  server.call('POST', '/messages', { endpoint, type: 'a', data })
const stored = async (): Promise<number> => (await server.server.service.census()).pending
const metric = async (name: string): Promise<number> =>
  Number(
    new RegExp(`^flowbench_webhooks_${name} (\\d+)$`, 'm').exec(
      (await server.call('GET', '/metrics')).text,
    )![1],
  )

test('more requests than may wait for the disk: 429 with Retry-After, and nothing of them is stored', async () => {
  await open({ mostWaiting: 4 })
  const replies = await Promise.all(Array.from({ length: 100 }, (_, n) => post(n)))
  const refused = replies.filter(({ status }) => status === 429)
  const accepted = replies.filter(({ status }) => status === 202)
  expect(refused.length).toBeGreaterThan(0)
  expect(accepted.length).toBeGreaterThanOrEqual(4)
  expect(refused.length + accepted.length).toBe(100)
  for (const { json, headers } of refused) {
    expect(json.error).toEqual({ code: 'overloaded', message: expect.any(String), field: null })
    expect(headers.get('retry-after')).toBe('1')
  }
  expect(await stored()).toBe(accepted.length)
  expect(await metric('refused_total')).toBe(refused.length)
  // Those who come later are served.
  expect((await post('later')).status).toBe(202)
})

test('a full disk: 503 with Retry-After; what was promised is there, and reads go on', async () => {
  await open({ store: { maxPages: 60, checkpointPages: 10 } })
  const replies: Reply[] = []
  await until(async () => replies.push(await post('x'.repeat(5000))) > 0 && replies.at(-1)!.status !== 202)
  const { status, json, headers } = replies.at(-1)!
  expect([status, json.error.code, headers.get('retry-after')]).toEqual([503, 'unavailable', '1'])
  expect(await stored()).toBe(replies.length - 1)
  expect((await server.call('GET', `/messages/${replies[0]!.json.id}`)).json.state).toBe('held')
  expect(await metric('unavailable_total')).toBe(1)
  expect((await server.call('GET', '/healthz')).status).toBe(200)
  expect(statSync(join(server.dir, STORE_FILE)).size).toBeLessThanOrEqual(60 * 4096)
})
