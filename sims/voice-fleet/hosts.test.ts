import { describe, expect, it } from 'vitest'
import { quantileFigure } from '../lab/analysis/figure.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { figureOver, readFigure } from '../lab/contract/figure.ts'
import type { Measures } from '../lab/contract/sim.ts'
import { context } from '../lab/contract/testing/context.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { RelayDelay } from './delay.ts'
import { Hosts } from './hosts.ts'
import { hostsOf } from './model.ts'
import { voiceFleetParams } from './params.ts'
import { Words } from './words.ts'

const MODEL = { packetsPerSession: 10, coresPerHost: 1, capacity: 1000, queueLimit: 500 }

function wordsOf(addresses: readonly number[]): Words {
  const words = new Words()
  for (const address of addresses) words.add(address)
  return words
}

/** `sessions[i]` sessions in second i, all on the one host. */
function oneHost(sessions: readonly number[]) {
  const hosts = new Hosts([1], MODEL)
  let now = 0
  for (const wanted of sessions) {
    hosts.change(wordsOf(Array.from({ length: Math.max(0, wanted - now) }, () => 0)), 1)
    hosts.change(wordsOf(Array.from({ length: Math.max(0, now - wanted) }, () => 0)), -1)
    now = wanted
    hosts.second()
  }
  return hosts.world()[0]!
}

describe('one host', () => {
  it('counts packets by utilisation while there is no queue', () => {
    const world = oneHost([10, 50, 50, 99])
    expect(world.packetsAt[100]).toBe(100)
    expect(world.packetsAt[500]).toBe(1000)
    expect(world.packetsAt[990]).toBe(990)
    expect(world).toMatchObject({
      packets: 2090,
      dropped: 0,
      longestBacklog: 0,
      peakUtilisation: 0.99,
      peakSessions: 99,
    })
  })

  it('builds a queue above capacity, drains it below, and delays what meets it', () => {
    // 1,200 then 1,100 packets come, 1,000 go: 200 and 300 wait; then 700, and the queue is gone.
    const world = oneHost([120, 110, 70, 50])
    expect(world.longestBacklog).toBe(2)
    expect(world.dropped).toBe(0)
    const queued = LogHistogram.fromData(world.queued)
    expect(queued.count).toBe(1200 + 1100 + 700)
    // Mean queues of 100, 250 and 150 packets at 1,000 a second.
    expect(queued.mean).toBeCloseTo((1200 * 0.1 + 1100 * 0.25 + 700 * 0.15) / 3000, 12)
  })

  it('loses what the buffer cannot hold, and nothing else', () => {
    const world = oneHost([200, 200, 200, 0])
    // 1,000 too many each second, 500 fit once.
    expect(world.dropped).toBe(500 + 1000 + 1000)
    expect(world.longestBacklog).toBe(3)
    const taken =
      LogHistogram.fromData(world.queued).count + world.packetsAt.reduce((sum, packets) => sum + packets, 0)
    expect(taken + world.dropped).toBe(world.packets)
  })
})

describe('fleets side by side', () => {
  it('see the same sessions, each on its own hosts', () => {
    const counts = [1, 2, 3, 7]
    const hosts = new Hosts(counts, MODEL)
    const stream = openStream(1, 0, 'addresses')
    const addresses = Array.from({ length: 500 }, () => stream.uint32())
    hosts.change(wordsOf(addresses), 1)
    hosts.second()
    hosts.world().forEach((world, i) => {
      expect(world.packets).toBe(5000)
      const loads = Array.from({ length: counts[i]! }, () => 0)
      for (const address of addresses) loads[Math.floor((address / 2 ** 32) * counts[i]!)]!++
      expect(world.peakSessions).toBe(Math.max(...loads))
    })
    hosts.change(wordsOf(addresses), -1)
    hosts.second()
    for (const world of hosts.world()) expect(world.packets).toBe(5000)
  })
})

describe('delay over all packets', () => {
  const RELAY = { packetsPerCoreSecond: 1000, queueLimit: 400, loadMultiple: 1 }

  it('under a multiple of the load, loses what does not fit and waits for a full buffer', () => {
    const calm = oneHost([50])
    const twice = new RelayDelay([calm], { ...RELAY, loadMultiple: 4 })
    // 500 of 1,000 packets a second become 2,000, of which half fit.
    expect(twice.lost / twice.offered).toBeCloseTo(0.5, 2)
    expect(twice.exceeding(0.39)).toBe(twice.count)
    expect(new RelayDelay([calm], RELAY).lost).toBe(0)
  })

  it('under a part of the load that was too much, loses and delays no more than that part would', () => {
    // 1,200 packets a second where 1,000 go, then 900 that meet the queue: at half of it nothing waits for long.
    const crowded = oneHost([120, 120, 120, 90])
    const asIs = new RelayDelay([crowded], RELAY)
    expect(asIs.lost).toBeGreaterThan(0)
    expect(asIs.quantile(0.5)!).toBeGreaterThan(0.1)
    const half = new RelayDelay([crowded], { ...RELAY, loadMultiple: 0.5 })
    expect([half.lost, half.offered, half.count]).toEqual([0, asIs.offered, asIs.offered])
    expect(half.quantile(0.99)!).toBeLessThan(0.01)
    const most = new RelayDelay([crowded], { ...RELAY, loadMultiple: 0.9 })
    expect(most.lost / most.offered).toBeCloseTo((3600 / 4500) * (1 - 1 / 1.08), 3)
  })

  it('tells above from at or above, where many packets share one delay', () => {
    // Half of them do not wait: the service time is theirs.
    const calm = new RelayDelay([oneHost([50])], RELAY)
    expect(calm.exceeding(1e-3, true)).toBe(calm.count)
    expect(calm.exceeding(1e-3) / calm.count).toBeCloseTo(0.5, 1)
    expect(calm.exceeding(2e-3, true)).toBe(calm.exceeding(2e-3))
    // All of them meet a full buffer, at a load that was multiplied.
    const full = new RelayDelay([oneHost([50])], { ...RELAY, loadMultiple: 4 })
    expect([full.exceeding(0.401, true), full.exceeding(0.401)]).toEqual([full.count, 0])
    // So no share of them is below it, and all are of at most it.
    const share = (op: string): number => {
      const read = readFigure(`share(delay ${op} 401 ms)`, {
        metrics: {},
        observations: { delay: { unit: 's', label: 'delay', of: 'packets' } },
      })
      if (!read.ok) throw new Error(read.message)
      const measures = { observations: { delay: full } } as unknown as Measures
      return figureOver(read.figure, [measures, measures])!.value!
    }
    expect(['<', '<=', '>', '>='].map(share)).toEqual([0, 1, 0, 1])
    expect(quantileFigure([full, full], 0.5).confidenceBelow(0.401)).toBe(0)
    expect(quantileFigure([full, full], 0.5).confidenceBelow(0.401, true)).toBe(1)
  })

  it('has the mean that its tail integrates to', () => {
    const delay = new RelayDelay([oneHost([90, 40, 120])], RELAY)
    let integral = delay.smallest
    const step = 1e-5
    for (let x = delay.smallest + step / 2; x < 1; x += step)
      integral += (delay.exceeding(x) / delay.count) * step
    // The tail is an asymptote, the mean exact.
    expect(Math.abs(delay.sum / delay.count / integral - 1)).toBeLessThan(0.05)
  })

  it('is the service time when hosts are idle, and the queue when they are not', () => {
    const calm = new RelayDelay([oneHost([1, 1, 1])], RELAY)
    expect(calm.quantile(0.5)).toBeCloseTo(1e-3, 9)
    const busy = new RelayDelay([oneHost([120, 120, 110])], RELAY)
    const p99 = busy.quantile(0.99)!
    expect(p99).toBeGreaterThan(0.4)
    expect(busy.exceeding(p99) / busy.count).toBeLessThanOrEqual(0.01)
    expect(busy.exceeding(0.9 * p99) / busy.count).toBeGreaterThan(0.01)
  })

  it.each([
    // A queue that grows to 0.2 s and is gone again in the second after: delays are as even as the growth.
    [[120, 10], (wait: number) => (1200 * (0.2 - wait)) / 0.2 + (100 * (0.2 / 0.9) * (0.2 - wait)) / 0.2],
    // One that fills its buffer of 0.5 s half-way, and loses what comes then: 1,000 a second get in at the end of it.
    [[200], (wait: number) => (1000 * (0.5 - wait)) / 0.5 + 500],
  ])('spreads the packets of a second over the queue as it grows and shrinks: %o', (sessions, above) => {
    const delay = new RelayDelay([oneHost(sessions)], RELAY)
    const longest = sessions[0] === 200 ? 0.5 : 0.2
    for (const share of [0.1, 0.25, 0.5, 0.75, 0.9]) {
      const wait = share * longest
      expect(Math.abs(delay.exceeding(wait + delay.smallest) - above(wait)) / delay.count).toBeLessThan(0.05)
    }
    // The very longest, too, which a mean over the second would halve.
    expect(delay.quantile(0.99)! / longest).toBeGreaterThan(0.94)
  })

  it('mixes fleets by their packets', () => {
    const calm = oneHost([10])
    const busy = oneHost([120])
    const both = new RelayDelay([calm, busy], RELAY)
    // 1,200 of 1,300 packets met a queue that grew to 0.2 s: three quarters of them more than a quarter of that.
    expect(both.exceeding(0.05) / both.count).toBeCloseTo(900 / 1300, 6)
    expect(new RelayDelay([], RELAY).quantile(0.99)).toBeNull()
  })
})

it('the hosts of a cluster draw the queues of cores that are nearly full', () => {
  const params = voiceFleetParams.parse({ coresPerHost: 1 })
  const hosts = hostsOf(params, { ...context(), judged: () => [40] })
  const cores = hosts.world()[0]!.hosts
  hosts.instant((cores * 0.99 * params.packetsPerCoreSecond) / params.packetsPerSession, [0])
  const { queued, packets } = hosts.world()[0]!
  expect(packets).toBeGreaterThan(cores)
  expect(queued.count).toBeCloseTo(packets, 3)
})
