/** The same 1,000 messages, live over real sockets and a real disk, and in virtual time: the same attempts, the same ends. */
import { expect, test } from 'vitest'
import { WebhookService } from '../io/service.ts'
import { parseCidr } from '../address/address.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { POLICIES } from '../policy/policies.ts'
import type { Policy } from '../policy/policy.ts'
import { until } from '../testing/live.ts'
import { openReceiver } from '../testing/receiver.ts'
import { seeded } from '../testing/random.ts'
import { VirtualService } from './service.ts'

const MESSAGES = 1000
const ENDPOINTS = 10

/** Without a breaker: how many failures come in a row is a matter of milliseconds, and these differ. */
const policy: Policy = {
  ...POLICIES.get('flowbench')!,
  name: 'short',
  delays: [5, 10, 20],
  retries: 3,
  throttle: false,
  breaker: null,
}

/** What the n-th message's attempt is answered: its number decides, so both runs hear the same. */
const STATUSES = [200, 500, 301, 429, 204, 503, 404]
const statusOf = (n: number, attempt: number): number =>
  STATUSES[(n * 31 + attempt * (1 + (n % 5))) % STATUSES.length]!

test('1,000 messages, live and in virtual time', { timeout: 60_000 }, async () => {
  const virtual = VirtualService.logged(
    { start: 0 },
    (seq, attempt) => ({
      outcome: { status: statusOf(seq, attempt), error: null, retryAfter: null },
      after: 1,
    }),
    seeded(1),
  )
  for (let id = 1; id <= ENDPOINTS; id++) {
    virtual.act((scheduler, now) => scheduler.addEndpoint(id, { policy, concurrency: 16, rate: null }, now))
  }
  for (let n = 0; n < MESSAGES; n++) virtual.accept(1 + (n % ENDPOINTS), n)
  virtual.runUntil(3_600_000)
  const wanted = [...virtual.store.messages.values()].map(({ state, log }) => [
    state,
    log.map(({ status }) => status),
  ])

  const numbers = new Map<string, number>()
  const receiver = await openReceiver(({ id, body }, _, nth) => {
    if (!numbers.has(id)) numbers.set(id, JSON.parse(body.toString()).data)
    return statusOf(numbers.get(id)!, nth + 1)
  })
  const dir = mkdtempSync(join(tmpdir(), 'flowbench-virtual-'))
  const service = await WebhookService.open({
    dir,
    allow: [parseCidr('127.0.0.0/8')],
    policies: [policy],
    draw: seeded(1),
  })
  try {
    for (let id = 1; id <= ENDPOINTS; id++) await service.addEndpoint({ url: receiver.url, policy: 'short' })
    const seqs = await Promise.all(
      Array.from({ length: MESSAGES }, (_, n) =>
        service.accept({ endpoint: 1 + (n % ENDPOINTS), type: 'a', data: String(n) }).then(({ seq }) => seq),
      ),
    )
    await until(async () => (await service.census()).pending === 0)
    const messages = await Promise.all(seqs.map((seq) => service.messages.read(seq)))
    expect(messages.map(({ view, log }) => [view, log.map(({ status }) => status)])).toEqual(wanted)
    // Both ends, first attempts and last ones are in it.
    expect(new Set(wanted.map(([state]) => state))).toEqual(new Set(['delivered', 'dead']))
    const { sent, delivered, failed, dead } = service.metrics()
    const { counters } = virtual.scheduler
    expect({ sent, delivered, failed, dead }).toEqual({
      sent: counters.sent,
      delivered: counters.delivered,
      failed: counters.failed,
      dead: counters.dead,
    })
  } finally {
    await service.close()
    await receiver.close()
    rmSync(dir, { recursive: true, force: true })
  }
})
