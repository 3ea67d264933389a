import { describe, expect, test } from 'vitest'
import { TestRandom } from '../testing/random.ts'
import { FlowTable } from './flows.ts'
import { ADDRESS, LIVE, NONCE_LOW, PORT, RECORD, ROUTE, SEEN, STATE } from './record.ts'

function table(capacity: number, idleTimeout = 30, pendingTimeout = 5): FlowTable {
  return new FlowTable({ capacity, idleTimeout, pendingTimeout, seed: 12 }, new Int32Array(4))
}

/** Inserts a confirmed flow. */
function live(flows: FlowTable, address: number, port: number, second: number): number {
  const flow = flows.insert(address, port, 0, 0, 0, 0, second)
  if (flow >= 0) flows.words[flow * RECORD + STATE] = LIVE
  return flow
}

describe('flow table', () => {
  test('300,000 random inserts, packets, switches and expiries, as a Map would have them', () => {
    const random = new TestRandom(4)
    const capacity = 700
    const flows = table(capacity, 30, 30)
    const model = new Map<string, { flow: number; seen: number; handle: number; route: number }>()
    const gone: number[] = []
    let now = 0
    for (let step = 0; step < 300_000; step++) {
      // Few addresses, many of them one bit apart, so that probe runs collide and wrap.
      const address = random.below(30) << random.below(26)
      const port = random.below(40)
      const key = `${address}:${port}`
      const known = model.get(key)
      const found = flows.find(address, port)
      if (found !== (known?.flow ?? -1)) throw new Error(`step ${step}: found ${found}, not ${known?.flow}`)
      if (known !== undefined) {
        if (flows.flowOf(known.handle) !== known.flow) throw new Error(`step ${step}: a live handle is lost`)
        if (random.below(4) === 0) {
          known.route = random.below(4)
          known.seen = Math.max(known.seen, now)
          flows.reassign(found, known.route, 0, 0, 0, now)
        } else if (random.below(2) === 0) {
          known.seen = now
          flows.words[found * RECORD + SEEN] = now
        }
      } else {
        const route = random.below(4)
        const flow = flows.insert(address, port, route, 0, 0, step, now)
        if (flow < 0 !== (model.size === capacity)) throw new Error(`step ${step}: full at ${model.size}`)
        if (flow >= 0) model.set(key, { flow, seen: now, handle: flows.handle(flow), route })
      }
      if (random.below(400) === 0) {
        now += 1 + random.below(5)
        flows.expire(now)
        for (const [key, { seen, handle }] of model) {
          if (seen + 30 > now) continue
          model.delete(key)
          gone.push(handle)
        }
        if (flows.size !== model.size) throw new Error(`step ${step}: ${flows.size} flows, not ${model.size}`)
        const gauge = [0, 0, 0, 0]
        for (const { route } of model.values()) gauge[route]!++
        if (gauge.join() !== flows.flowsOfRoute.join())
          throw new Error(`step ${step}: gauges ${gauge.join()}`)
      }
    }
    expect(gone.length).toBeGreaterThan(10_000)
    expect(gone.slice(-400).map((handle) => flows.flowOf(handle))).toEqual(gone.slice(-400).map(() => -1))
    flows.expire(now + 31)
    expect(flows.size).toBe(0)
    expect([...flows.flowsOfRoute]).toEqual([0, 0, 0, 0])
  })

  test('addresses above 2^31 and all fields of a record', () => {
    const flows = table(2)
    const flow = flows.insert(0xffffffff, 65_535, 3, 0xfffffff, 255, -1, 9)
    const at = flow * RECORD
    expect(flows.find(0xffffffff, 65_535)).toBe(flow)
    expect(flows.find(0xffffffff, 65_534)).toBe(-1)
    expect(flows.words[at + ADDRESS]! >>> 0).toBe(0xffffffff)
    expect([PORT, ROUTE, NONCE_LOW, SEEN].map((field) => flows.words[at + field])).toEqual([65_535, 3, -1, 9])
  })

  test('full: refuses, loses nothing, and takes new ones once old ones are gone', () => {
    const flows = table(3, 10)
    for (let i = 0; i < 3; i++) expect(live(flows, i, 1, i)).toBe(i)
    expect(live(flows, 3, 1, 3)).toBe(-1)
    for (let i = 0; i < 3; i++) expect(flows.find(i, 1)).toBe(i)
    expect(flows.expire(10)).toBe(1)
    expect(live(flows, 3, 1, 10)).toBe(0)
  })

  test.each([
    [{ capacity: 0 }, 'capacity'],
    [{ capacity: 2 ** 22 + 1 }, 'capacity'],
    [{ capacity: 1.5 }, 'capacity'],
    [{ idleTimeout: 0 }, 'timeouts'],
    [{ pendingTimeout: 31 }, 'timeouts'],
    [{ idleTimeout: Number.NaN }, 'timeouts'],
  ])('%j is refused', (wrong, message) => {
    const options = { capacity: 4, idleTimeout: 30, pendingTimeout: 5, seed: 1, ...wrong }
    expect(() => new FlowTable(options, new Int32Array(1))).toThrow(message)
  })
})

describe('wheel', () => {
  test('pending flows have their own timeout, and confirming one in time extends it', () => {
    const flows = table(4, 30, 5)
    flows.insert(1, 1, 0, 0, 0, 0, 100)
    const confirmed = flows.insert(2, 1, 0, 0, 0, 0, 100)
    flows.words[confirmed * RECORD + STATE] = LIVE
    expect(flows.expire(104.99)).toBe(0)
    expect(flows.expire(105)).toBe(1)
    expect(flows.find(1, 1)).toBe(-1)
    expect(flows.expire(129)).toBe(0)
    expect(flows.expire(130)).toBe(1)
  })

  test('a deadline hours ahead, beyond the span of the wheel', () => {
    const flows = table(2)
    const flow = live(flows, 1, 1, 0)
    flows.words[flow * RECORD + SEEN] = 50_000
    for (let now = 0; now < 50_030; now += 7) expect(flows.expire(now)).toBe(0)
    expect(flows.expire(50_030)).toBe(1)
  })

  test('a clock that starts high, and one that jumps over several turns', () => {
    const flows = table(4)
    flows.expire(1_700_000_000)
    live(flows, 1, 1, 1_700_000_000)
    live(flows, 2, 1, 1_700_100_000)
    expect(flows.expire(1_700_000_029)).toBe(0)
    expect(flows.expire(1_700_100_029)).toBe(1)
    expect(flows.expire(1_700_100_030)).toBe(1)
  })

  test('flows inserted before the first expire call, at any time, still go', () => {
    const flows = table(4)
    live(flows, 1, 1, 1_700_000_000)
    expect(flows.expire(1_700_000_029)).toBe(0)
    expect(flows.expire(1_700_000_030)).toBe(1)
  })

  test('a clock that goes back removes nothing', () => {
    const flows = table(4)
    live(flows, 1, 1, 100)
    flows.expire(120)
    expect(flows.expire(10)).toBe(0)
    expect(flows.expire(130)).toBe(1)
  })
})
