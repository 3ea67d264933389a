import { describe, expect, test } from 'vitest'
import { deriveRouteKey } from '../hint/keys.ts'
import { KeyRing } from '../hint/key-ring.ts'
import { Batch, Verdicts } from './batch.ts'
import { check, play, POD_1, RTP, UFRAG } from './fixtures/fixture.ts'
import { Forwarder } from './forwarder.ts'
import { DROP, REASONS, TO_POD } from './verdict.ts'

const ring = (): KeyRing => new KeyRing([deriveRouteKey(new Uint8Array(32).fill(5), 'k')], 64)

function world(idleTimeout = 30): { forwarder: Forwarder; batch: Batch; out: Verdicts } {
  const forwarder = new Forwarder({ keys: ring(), seed: 1, flows: 64, idleTimeout })
  forwarder.routes.setPod(1, 1, 0x0a000001, 4000)
  return { forwarder, batch: new Batch(), out: new Verdicts() }
}

describe('a batch', () => {
  test('is judged in order of arrival: media behind its first check finds the flow, media before it does not', () => {
    const { forwarder, batch, out } = world()
    batch.push(RTP, 1, 1, 0)
    batch.push(check(UFRAG), 1, 1, 0)
    batch.push(RTP, 1, 1, 0)
    batch.push(check(`j${UFRAG.slice(1)}`), 1, 1, 0)
    batch.push(RTP, 2, 1, 0)
    forwarder.fromClients(batch, out)
    expect([...out.action.subarray(0, 5)]).toEqual([DROP, TO_POD, TO_POD, DROP, DROP])
    expect([0, 3, 4].map((slot) => REASONS[out.reason[slot]!])).toEqual([
      'unknownFlow',
      'unknownKey',
      'unknownFlow',
    ])
    expect(forwarder.routes.flowsOfPod(1, 1)).toBe(1)
  })

  test('costs one AES call, however many checks it holds, and none without checks', () => {
    const keys = ring()
    const forwarder = new Forwarder({ keys, seed: 1, flows: 64 })
    const batch = new Batch()
    for (let i = 0; i < 64; i++) batch.push(check(UFRAG), i, 1, 0)
    forwarder.fromClients(batch, new Verdicts())
    expect(keys.calls).toBe(1)
    batch.count = 0
    batch.push(RTP, 1, 1, 0)
    forwarder.fromClients(batch, new Verdicts())
    expect(keys.calls).toBe(1)
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
    expect(() => batch.push(new Uint8Array(1709), 1, 1, 1)).toThrow('1708 bytes')
    batch.count = 65
    expect(() => batch.push(RTP, 1, 1, 1)).toThrow('65 packets')
  })
})

describe('credit', () => {
  test('confirms a flow and keeps it alive from a second in the future', () => {
    const { forwarder, batch, out } = world()
    batch.push(check(UFRAG), 1, 1, 0)
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
    batch.push(check(UFRAG), 1, 1, 0)
    forwarder.fromClients(batch, out)
    const old = out.flow[0]!
    forwarder.expire(10)
    batch.address[0] = 2
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
    batch.push(check(UFRAG), 1, 1, 0)
    forwarder.fromClients(batch, out)
    expect(() => forwarder.credit(out.flow[0]!, 1, 1, Number.NaN)).toThrow('lastSeen')
    expect(() => forwarder.credit(out.flow[0]!, 1, 1, 2 ** 31)).toThrow('lastSeen')
    forwarder.kill(1, 1, 1, 100)
    expect(forwarder.credit(out.flow[0]!, 1, 1, 50)).toBe(false)
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
