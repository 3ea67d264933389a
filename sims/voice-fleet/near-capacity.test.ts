/** Cores near their capacity, second by second, against the same queue packet by packet. */
import { describe, expect, it } from 'vitest'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { exponential } from '../lab/kernel/random/exponential.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { RelayDelay } from './delay.ts'
import { Hosts, type FleetWorld } from './hosts.ts'
import { exceeds, fillsFrom, meanWait, waitTail } from './queueing.ts'
import { ReflectedQueue } from './reflected.ts'
import { Words } from './words.ts'

/** Packets in a second, and of a session: 500 sessions are all that a core can do. */
const CAPACITY = 5000
const EACH = 10
const RUNS = 120

/** How long packets wait, in packets, and how many are lost. */
interface Waits {
  readonly mean: number
  readonly lost: number
  above(packets: number): number
}

/** M/D/1 with a buffer, each packet by itself: Poisson arrivals at each second's load, from an empty queue. */
function packetByPacket(loads: readonly number[], room: number): Waits {
  const waits = new LogHistogram({ bits: 7, min: 1e-6, max: 1e6 })
  let [offered, lost] = [0, 0]
  for (let run = 0; run < RUNS; run++) {
    const stream = openStream(1, run, 'packets')
    // Work left when the last packet came, in packets, and when that was, in services.
    let [work, last] = [0, 0]
    for (const [second, load] of loads.entries()) {
      // What would come after this second comes at the pace of the next: a Poisson stream has no memory.
      const end = (second + 1) * CAPACITY
      let now = second * CAPACITY + exponential(stream, 1 / load)
      for (; now < end; now += exponential(stream, 1 / load)) {
        work = Math.max(0, work - (now - last))
        last = now
        offered++
        if (work >= room) lost++
        else waits.add(work++)
      }
    }
  }
  return { mean: waits.mean!, lost: lost / offered, above: (packets) => waits.shareAbove(packets)! }
}

/** One core of a host with so many sessions in each second; drawn, or as a fluid. */
function worldOf(loads: readonly number[], room: number, run: number | null): FleetWorld {
  const luck = run === null ? {} : { luck: () => openStream(2, run, 'queue') }
  const model = { packetsPerSession: EACH, coresPerHost: 1, capacity: CAPACITY, queueLimit: room, ...luck }
  const hosts = new Hosts([1], model)
  const change = (count: number, by: 1 | -1): void => {
    const words = new Words()
    for (let i = 0; i < count; i++) words.add(0)
    hosts.change(words, by)
  }
  let before = 0
  for (const load of loads) {
    const sessions = Math.round((load * CAPACITY) / EACH)
    if (sessions > before) change(sessions - before, 1)
    else change(before - sessions, -1)
    before = sessions
    hosts.second()
  }
  return hosts.world()[0]!
}

function secondBySecond(loads: readonly number[], room: number, isDrawn = true): Waits {
  const runs = isDrawn ? 4 * RUNS : 1
  const fleets = Array.from({ length: runs }, (_, run) => worldOf(loads, room, isDrawn ? run : null))
  const delay = new RelayDelay(fleets, { packetsPerCoreSecond: CAPACITY, queueLimit: room, loadMultiple: 1 })
  return {
    mean: CAPACITY * (delay.sum / delay.count - delay.smallest),
    lost: delay.lost / delay.offered,
    above: (packets) => delay.exceeding(delay.smallest + packets / CAPACITY) / delay.count,
  }
}

const steady = (load: number, seconds: number): number[] => Array.from({ length: seconds }, () => load)

/** Relative to the exact one. */
const off = (ours: number, exact: number): number => Math.abs(ours / exact - 1)

describe('a core near its capacity waits as long as packet by packet', () => {
  it.each([
    ['98 %', steady(0.98, 8)],
    ['99 %', steady(0.99, 8)],
    ['99.8 %, which takes longer to settle than it lasts', steady(0.998, 8)],
    ['all of it', steady(1, 8)],
    ['a little more', steady(1.02, 8)],
    ['over it and back: what is left over is carried on', [1.04, 1.04, 0.98, 0.98, 0.98, 0.98, 0.98]],
    ['up and down through it', [0.94, 0.96, 0.98, 1, 1.02, 1, 0.98, 0.96, 0.94]],
  ])('%s', (_name, loads) => {
    const exact = packetByPacket(loads, 1e6)
    const ours = secondBySecond(loads, 1e6)
    expect(off(ours.mean, exact.mean)).toBeLessThan(0.06)
    for (const packets of [0.5 * exact.mean, exact.mean, 2 * exact.mean])
      expect(Math.abs(ours.above(packets) - exact.above(packets))).toBeLessThan(0.03)
    expect([ours.lost, exact.lost]).toEqual([0, 0])
  })

  it('planted: as a fluid, it does not wait at all at its capacity', () => {
    const exact = packetByPacket(steady(1, 8), 1e6)
    expect(exact.mean).toBeGreaterThan(50)
    expect(secondBySecond(steady(1, 8), 1e6, false).mean).toBeCloseTo(0, 6)
  })

  it('loses what a full buffer cannot take', () => {
    const [exact, ours] = [packetByPacket(steady(1, 8), 150), secondBySecond(steady(1, 8), 150)]
    expect(exact.lost).toBeGreaterThan(0.001)
    expect(off(ours.lost, exact.lost)).toBeLessThan(0.1)
    expect(off(ours.mean, exact.mean)).toBeLessThan(0.06)
    expect([ours.above(151), exact.above(151)]).toEqual([0, 0])
  })

  it.each([
    // A second's packets vary by 71: a buffer of 20 is full and empty again many times between two instants.
    [10, 0.85],
    [20, 0.95],
    [20, 1],
    [20, 1.05],
    [40, 1],
    [70, 0.98],
  ])('loses as much where the buffer is small: %i packets at %d', (room, load) => {
    const [exact, ours] = [packetByPacket(steady(load, 8), room), secondBySecond(steady(load, 8), room)]
    expect(exact.lost).toBeGreaterThan(1e-4)
    expect(off(ours.lost, exact.lost)).toBeLessThan(0.15)
    expect(off(ours.mean, exact.mean)).toBeLessThan(0.2)
    expect([ours.above(room + 1), exact.above(room + 1)]).toEqual([0, 0])
  })
})

it.each([150, 1000, 9000])(
  'a buffer of %i packets is hardly ever filled below a load, and is some way above',
  (room) => {
    const load = fillsFrom(CAPACITY, room)
    expect(exceeds(waitTail(load), room)).toBeLessThan(1e-12)
    expect(exceeds(waitTail((2 + load) / 3), room)).toBeGreaterThan(1e-6)
    // Short buffers lose below, too, which lossShare counts.
    expect(fillsFrom(CAPACITY, 10)).toBeCloseTo(0.9, 9)
  },
)

describe('packets of seconds near capacity', () => {
  it('are all there, whether they wait or are lost', () => {
    for (const room of [50, 9000]) {
      const loads = [0.5, 0.99, 1.01, 1.03, 1.3, 0.97, 0.5, 0.5]
      const { packetsAt, lateAt, queued, dropped, packets } = worldOf(loads, room, 3)
      const quiet = packetsAt.reduce((sum, some) => sum + some, 0)
      expect(quiet + queued.count + dropped).toBeCloseTo(packets, 6)
      expect(quiet + lateAt.reduce((sum, some) => sum + some, 0)).toBeCloseTo(packets, 6)
    }
  })

  it('are a backlog only where more came than could go', () => {
    expect(worldOf(steady(0.99, 200), 9000, 1).longestBacklog).toBe(0)
    expect(worldOf([0.99, 1.1, 1.1, 0.99, 0.5, 0.5], 9000, 1).longestBacklog).toBeGreaterThanOrEqual(2)
  })

  it('settle to the mean of Pollaczek and Khinchine, whatever the instants', () => {
    const queue = new ReflectedQueue()
    const luck = openStream(3, 0, 'queue')
    let [sum, count] = [0, 0]
    for (let second = 0; second < 20_000; second++) {
      queue.second(queue.length, 0.98 * 242_000, 242_000, 9000, luck)
      for (const length of queue.lengths) sum += length
      count += queue.lengths.length
    }
    expect(off(sum / count, meanWait(0.98))).toBeLessThan(0.02)
  })

  it.each([
    [64, 0.985],
    [64, 1],
    [200, 0.99],
    [277, 0.994],
    [277, 1.01],
  ])('settle to what a buffer of %i packets loses at %d, and to its mean', (room, load) => {
    const [queue, luck] = [new ReflectedQueue(), openStream(4, 0, 'queue')]
    let [sum, lost] = [0, 0]
    const seconds = 4000
    for (let second = 0; second < seconds; second++) {
      queue.second(queue.length, load * 242_000, 242_000, room, luck)
      for (const length of queue.lengths) sum += length
      lost += queue.lost
    }
    // An exponential law between both ends (Harrison).
    const drift = 1 - 1 / load
    const tilt = 2 * drift * room
    const [loss, mean] =
      drift === 0
        ? [1 / (2 * room), room / 2]
        : [drift / -Math.expm1(-tilt), room * (1 / -Math.expm1(-tilt) - 1 / tilt)]
    expect(off(lost / (seconds * load * 242_000), loss)).toBeLessThan(0.1)
    expect(off(sum / (seconds * queue.lengths.length), mean)).toBeLessThan(0.03)
  })

  it('under a multiple of the load wait no less than packet by packet', () => {
    const exact = packetByPacket(steady(0.99, 8), 1e6)
    const calm = worldOf(steady(0.5, 8), 9000, 1)
    const delay = new RelayDelay([calm], {
      packetsPerCoreSecond: CAPACITY,
      queueLimit: 9000,
      loadMultiple: 0.99 / 0.5005,
    })
    expect(CAPACITY * (delay.sum / delay.count - delay.smallest)).toBeGreaterThan(0.95 * exact.mean)
  })
})
