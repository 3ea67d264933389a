import { describe, expect, test, vi } from 'vitest'
import { deriveRouteKey } from '../hint/keys.ts'
import { KeyRing } from '../hint/key-ring.ts'
import { Batch, Verdicts } from './batch.ts'
import { GOOG_PING_REQUEST } from '../../net/stun/constants.ts'
import { check, play, POD_1, relayed, response, RTP, UFRAG, UFRAG_B } from './fixtures/fixture.ts'
import { Forwarder } from './forwarder.ts'
import { deriveLinkKey } from './links.ts'
import { answers, asked } from './proof.ts'
import { RECORD } from './record.ts'
import { DROP, REASONS, TO_POD } from './verdict.ts'

/** Two clients. */
const ONE = 0x01000001
const TWO = 0x01000002
const GOOG_PING = response('1.2.3.4:5', 9, GOOG_PING_REQUEST)
const ring = (): KeyRing => new KeyRing([deriveRouteKey(new Uint8Array(32).fill(5), 'k')], 64)

function world(idleTimeout = 30): { forwarder: Forwarder; batch: Batch; out: Verdicts } {
  const forwarder = new Forwarder({ keys: ring(), seed: 1, flows: 64, idleTimeout })
  forwarder.routes.setPod(1, 1, 0x0a000001, 4000)
  return { forwarder, batch: new Batch(), out: new Verdicts() }
}

describe('a batch', () => {
  test('is judged in order of arrival: what follows the first check finds its flow, what comes before does not', () => {
    const { forwarder, batch, out } = world()
    batch.push(RTP, ONE, 1, 0)
    batch.push(check(UFRAG), ONE, 1, 0)
    batch.push(GOOG_PING, ONE, 1, 0)
    batch.push(check(`j${UFRAG.slice(1)}`), ONE, 1, 0)
    batch.push(RTP, TWO, 1, 0)
    batch.push(RTP, ONE, 1, 0)
    forwarder.fromClients(batch, out)
    expect([...out.action.subarray(0, 6)]).toEqual([DROP, TO_POD, TO_POD, DROP, DROP, DROP])
    expect([0, 3, 4, 5].map((slot) => REASONS[out.reason[slot]!])).toEqual([
      'unknownFlow',
      'unknownKey',
      'unknownFlow',
      'unconfirmed',
    ])
    expect(forwarder.routes.flowsOfPod(1, 1)).toBe(1)
  })

  test('costs one AES call, however many checks it holds, and none without checks', () => {
    const keys = ring()
    const forwarder = new Forwarder({ keys, seed: 1, flows: 64 })
    const batch = new Batch()
    for (let i = 0; i < 64; i++) batch.push(check(UFRAG), ONE + i, 1, 0)
    forwarder.fromClients(batch, new Verdicts())
    expect(keys.calls).toBe(1)
    batch.count = 0
    batch.push(RTP, ONE, 1, 0)
    forwarder.fromClients(batch, new Verdicts())
    expect(keys.calls).toBe(1)
  })

  test('looks a settled check’s route up again only while a check of another session may be under way', () => {
    const { forwarder, batch, out } = world()
    const find = vi.spyOn(forwarder.routes, 'find')
    const isLookedUp = (ufrag: string, arrival: number): boolean => {
      find.mockClear()
      batch.count = 0
      batch.push(check(ufrag, arrival), ONE, 1, arrival)
      forwarder.fromClients(batch, out)
      expect(out.action[0]).toBe(TO_POD)
      return find.mock.calls.length > 0
    }
    expect(isLookedUp(UFRAG, 0)).toBe(true)
    forwarder.credit(out.flow[0]!, 1, 1, 500)
    expect(isLookedUp(UFRAG, 1)).toBe(false)
    expect(isLookedUp(UFRAG_B, 2)).toBe(true)
    // Its answer counts for 40 s.
    expect(isLookedUp(UFRAG, 42)).toBe(true)
    expect(isLookedUp(UFRAG, 43)).toBe(false)
  })

  test("goes to the pod with the client's address in front, the packet itself untouched", () => {
    const { forwarder, batch, out } = world()
    batch.push(check(UFRAG), 0xc6336409, 6000, 0)
    forwarder.fromClients(batch, out)
    const sent = batch.arena.subarray(out.offset[0], out.offset[0]! + out.length[0]!)
    expect([...sent.subarray(0, 8)]).toEqual([4, 0, 0x17, 0x70, 198, 51, 100, 9])
    expect(sent.subarray(8)).toEqual(check(UFRAG))
  })

  test('that is too large for the keys or the verdicts is refused before anything is done', () => {
    const { forwarder } = world()
    const batch = new Batch({ capacity: 65 })
    batch.count = 65
    expect(() => forwarder.fromClients(batch, new Verdicts(65))).toThrow('room for 64')
    batch.count = 3
    expect(() => forwarder.fromPods(batch, new Verdicts(2))).toThrow('room for 2')
    expect(() => batch.push(new Uint8Array(1709), ONE, 1, 1)).toThrow('1708 bytes')
    batch.count = 65
    expect(() => batch.push(RTP, ONE, 1, 1)).toThrow('65 packets')
    for (const count of [-1, 1.5, Number.NaN]) {
      batch.count = count
      expect(() => forwarder.fromClients(batch, new Verdicts())).toThrow('packets')
    }
  })

  test.each([
    ['a length above the slot', (batch: Batch) => (batch.length[0] = 1709), 'badSlot'],
    ['a negative length', (batch: Batch) => (batch.length[0] = -1), 'badSlot'],
    ['a place outside the arena', (batch: Batch) => (batch.offset[0] = 64 * 1728 - 20), 'badSlot'],
    ['no room for the header', (batch: Batch) => (batch.offset[0] = 19), 'badSlot'],
    ['an arrival that is no number', (batch: Batch) => (batch.arrival[0] = Number.NaN), 'badTime'],
    ['an arrival out of range', (batch: Batch) => (batch.arrival[0] = 2 ** 31), 'badTime'],
    ['one before all times', (batch: Batch) => (batch.arrival[0] = -Infinity), 'badTime'],
  ])('%s: that packet is refused, its neighbour is judged', (_, spoil, reason) => {
    const { forwarder, batch, out } = world()
    batch.push(check(UFRAG), ONE, 1, 0)
    batch.push(check(UFRAG), TWO, 1, 0)
    spoil(batch)
    forwarder.fromClients(batch, out)
    expect([...out.action.subarray(0, 2)]).toEqual([DROP, TO_POD])
    expect(REASONS[out.reason[0]!]).toBe(reason)
    batch.count = 0
    batch.offset[0] = 20
    batch.push(relayed('1.0.0.2:1', RTP), 0x0a000001, 4000, 0)
    spoil(batch)
    if (batch.offset[0] === 19) batch.offset[0] = -1
    forwarder.fromPods(batch, out)
    expect(REASONS[out.reason[0]!]).toBe(reason)
  })

  test('a slot at the very end of an arena is a slot', () => {
    const { forwarder, batch, out } = world()
    batch.push(check(UFRAG), ONE, 1, 0)
    batch.offset[0] = batch.arena.length - batch.length[0]!
    batch.arena.set(check(UFRAG), batch.offset[0])
    forwarder.fromClients(batch, out)
    expect(out.action[0]).toBe(TO_POD)
  })
})

describe('credit', () => {
  test('confirms a flow and keeps it alive from a second in the future', () => {
    const { forwarder, batch, out } = world()
    batch.push(check(UFRAG), ONE, 1, 0)
    forwarder.fromClients(batch, out)
    const flow = out.flow[0]!
    expect(forwarder.credit(flow, 50, 7000, 7200)).toBe(true)
    expect(forwarder.credit(flow, 1, 140, 10)).toBe(true)
    expect(forwarder.expire(7229)).toBe(0)
    expect(forwarder.expire(7230)).toBe(1)
    expect(forwarder.credit(flow, 1, 1, 8000)).toBe(false)
    expect(forwarder.counters().done).toMatchObject({
      packetsCredited: 51,
      bytesCredited: 7140,
      flowsConfirmed: 1,
      flowsExpired: 1,
    })
  })

  test("a handle does not name the record's next tenant", () => {
    const { forwarder, batch, out } = world()
    batch.push(check(UFRAG), ONE, 1, 0)
    forwarder.fromClients(batch, out)
    const old = out.flow[0]!
    forwarder.expire(10)
    batch.address[0] = TWO
    batch.arrival[0] = 10
    forwarder.fromClients(batch, out)
    expect(out.flow[0]).not.toBe(old)
    expect(forwarder.credit(old, 1, 1, 20)).toBe(false)
    expect(forwarder.credit(out.flow[0]!, 1, 1, 20)).toBe(true)
    expect(forwarder.credit(-1, 1, 1, 20)).toBe(false)
    expect(forwarder.credit(12_345, 1, 1, 20)).toBe(false)
  })

  test('does not revive a killed session; refuses times it cannot hold', () => {
    const { forwarder, batch, out } = world()
    batch.push(check(UFRAG), ONE, 1, 0)
    forwarder.fromClients(batch, out)
    expect(() => forwarder.credit(out.flow[0]!, 1, 1, Number.NaN)).toThrow('lastSeen')
    expect(() => forwarder.credit(out.flow[0]!, 1, 1, 2 ** 31)).toThrow('lastSeen')
    for (const wrong of [-1, Number.NaN, Infinity]) {
      expect(() => forwarder.credit(out.flow[0]!, wrong, 1, 1)).toThrow('packets')
      expect(() => forwarder.credit(out.flow[0]!, 1, wrong, 1)).toThrow('bytes')
    }
    forwarder.kill(1, 1, 1, 100)
    expect(forwarder.credit(out.flow[0]!, 1, 1, 50)).toBe(false)
  })

  test('a flow credited ahead ends with its kill, not with its credit', () => {
    const { forwarder, batch, out } = world()
    batch.push(check(UFRAG), ONE, 1, 0)
    forwarder.fromClients(batch, out)
    forwarder.credit(out.flow[0]!, 1, 1, 7200)
    forwarder.expire(100)
    forwarder.kill(1, 1, 1, 200)
    expect(forwarder.expire(129)).toBe(0)
    expect(forwarder.expire(130)).toBe(1)
    expect(forwarder.flowCount).toBe(0)
  })
})

test('expire refuses a time that is none, rather than turn its wheel for ever', () => {
  const { forwarder } = world()
  expect(() => forwarder.expire(Infinity)).toThrow('now')
  expect(() => forwarder.expire(Number.NaN)).toThrow('now')
  expect(forwarder.expire(-5)).toBe(0)
})

test('kill refuses fields out of range and a full list', () => {
  const forwarder = new Forwarder({ keys: ring(), seed: 1, kills: 1 })
  expect(() => forwarder.kill(4096, 0, 0, 1)).toThrow('cluster')
  expect(() => forwarder.kill(0, 0, 2 ** 40, 1)).toThrow('nonce')
  expect(() => forwarder.kill(0, 0, 0, Number.NaN)).toThrow('until')
  expect(forwarder.kill(0, 0, 2 ** 40 - 1, 1)).toBe(true)
  expect(forwarder.kill(0, 0, 0, 1)).toBe(false)
})

test('every counter name is a drop reason or a kind of work, and counts are conserved', () => {
  const { counters } = play({
    description: '',
    steps: [
      { from: '203.0.113.7:5000', bytes: check(UFRAG), verdict: `to pod ${POD_1}` },
      { from: '203.0.113.7:5001', bytes: RTP, verdict: 'drop unknownFlow' },
    ],
  })
  expect(Object.keys(counters)).toEqual(expect.arrayContaining(REASONS.slice(1)))
  expect(counters).toMatchObject({ packetsToPod: 1, unknownFlow: 1, flowsCreated: 1 })
})

test.each([
  [{ seed: 0.5 }, 'seed'],
  [{ flows: 0 }, 'flow capacity'],
  [{ routes: Number.NaN }, 'routes'],
  [{ kills: 0 }, 'kills'],
  [{ transactions: -1 }, 'transactions'],
  [{ transactionTimeout: Number.NaN }, 'transaction timeout'],
  [{ idleTimeout: Number.NaN }, 'timeouts'],
  [{ switchInterval: Number.NaN }, 'switch interval'],
  [{ flowsPerSession: 0 }, 'flowsPerSession'],
  [{ pendingPerAddress: 1.5 }, 'pendingPerAddress'],
  [{ link: { key: { key: new Uint8Array(16) }, window: Number.NaN } }, 'window'],
])('%j is refused', (options, message) => {
  expect(() => new Forwarder({ keys: ring(), seed: 1, ...options })).toThrow(message)
})

const NET = 0x0a090000

test('a relay takes links from 254 others at a time, and from none without a key', () => {
  const link = { key: deriveLinkKey(new Uint8Array(16)) }
  const forwarder = new Forwarder({ keys: ring(), seed: 1, link })
  for (let i = 0; i < 254; i++) forwarder.addRelay(NET + i, 1)
  forwarder.addRelay(NET + 7, 1)
  expect(() => forwarder.addRelay(NET + 1, 2)).toThrow('254')
  expect(forwarder.removeRelay(NET + 7, 1)).toBe(true)
  expect(forwarder.removeRelay(NET + 7, 1)).toBe(false)
  forwarder.addRelay(NET + 1, 2)
  expect(() => forwarder.addRelay(NET + 1, 65_536)).toThrow('port')
  expect(() => forwarder.addRelay(NET + 1, 0)).toThrow('port')
  expect(() => forwarder.addRelay(0xe0000001, 1)).toThrow('224.0.0.1')
  expect(() => world().forwarder.addRelay(NET + 1, 2)).toThrow('link key')
  expect(() => deriveLinkKey(new Uint8Array(15))).toThrow('16 bytes')
})

test('of a pod’s requests the last is remembered, and one that stays for as many as came before it', () => {
  const words = new Int32Array(RECORD)
  const cold = new Int32Array(RECORD)
  const request = (n: number): Uint8Array => response('1.2.3.4:5', n)
  const remembered = (asked: number): number[] =>
    Array.from({ length: asked }, (_, i) => i + 1).filter((n) => answers(words, cold, 0, request(n), 0))
  expect(answers(words, cold, 0, request(1), 0)).toBe(false)
  for (let n = 1, kept = 1; n <= 700; n++) {
    asked(words, cold, 0, request(n), 0)
    asked(words, cold, 0, request(n), 0)
    // 1, 3, 7, ... 127, 255, 383, ...
    if (n === (kept < 128 ? 2 * kept + 1 : kept + 128)) kept = n
    expect(remembered(n)).toEqual([...new Set([kept, n])])
  }
})
