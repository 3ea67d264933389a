import { describe, expect, it } from 'vitest'
import { Kernel } from '../../lab/kernel/kernel.ts'
import { openStream } from '../../lab/kernel/random/stream.ts'
import { slowChecks } from '../testing/slow-checks.ts'
import { CheckList, MOST_PATHS, type Lost, type Path } from './check-list.ts'
import { connection, turnTls } from './gathering.ts'
import { StunWire } from './wire.ts'

const never: Lost = () => false
const udp = (rtt: number, more: Partial<Path> = {}): Path => ({
  transport: 'udp',
  passes: true,
  rtt,
  ready: 0,
  ...more,
})

function checks(nomination: 'aggressive' | 'regular' = 'aggressive') {
  const wire = new StunWire(MOST_PATHS, openStream(1, 0, 'ids'))
  return { wire, list: new CheckList(new Kernel(), wire, { nomination }) }
}

/** Runs one list on a fresh clock. */
function run(paths: Path[], answered = 0, lost = never, nomination: 'aggressive' | 'regular' = 'aggressive') {
  return { ...checks(nomination).list.run(paths, answered, lost) }
}

/** The requests of path 0 up to `n` are lost, or their answers. */
const losing =
  (...steps: number[]): Lost =>
  (p, step, isAnswer) =>
    p === 0 && !isAnswer && steps.includes(step)

describe('computed by hand from the RFCs’ timers', () => {
  const tcp = (rtt: number, more: Partial<Path> = {}): Path => udp(rtt, { transport: 'connect', ...more })
  const turn = (rtt: number, ready: number): Path => udp(rtt, { transport: 'stream', ready })
  const blocked = udp(0.04, { passes: false })
  const crowd = Array.from({ length: 12 }, () => blocked)
  it.each<[string, Path[], number, Lost, number, number]>([
    ['one round trip after the answer', [udp(0.04)], 0.12, never, 0, 0.16],
    ['first request lost: 500 ms later', [udp(0.04)], 0, losing(0), 0, 0.54],
    ['two lost: 1.5 s', [udp(0.04)], 0, losing(0, 1), 0, 1.54],
    ['three lost: 3.5 s', [udp(0.04)], 0, losing(0, 1, 2), 0, 3.54],
    ['four lost: 7.5 s', [udp(0.04)], 0, losing(0, 1, 2, 3), 0, 7.54],
    ['five lost: 15.5 s', [udp(0.04)], 0, losing(0, 1, 2, 3, 4), 0, 15.54],
    ['six lost: 31.5 s', [udp(0.04)], 0, losing(0, 1, 2, 3, 4, 5), 0, 31.54],
    ['all seven lost: failure at 39.5 s', [udp(0.04)], 0, losing(0, 1, 2, 3, 4, 5, 6), -1, 39.5],
    ['an answer lost is as bad', [udp(0.04)], 0, (_, step, isAnswer) => isAnswer && step === 0, 0, 0.54],
    ['blocked: failure at 39.5 s after the answer', [blocked], 0.12, never, -1, 39.62],
    ['a candidate gathered after the answer', [udp(0.04, { ready: 0.3 })], 0.12, never, 0, 0.34],
    ['ICE-TCP: handshake and check, 50 ms behind UDP', [blocked, tcp(0.04)], 0, never, 1, 0.13],
    ['a SYN lost: one second more', [blocked, tcp(0.04)], 0, (p, step) => p === 1 && step === 0, 1, 1.13],
    ['two SYNs lost: three seconds', [blocked, tcp(0.04)], 0, (p, step) => p === 1 && step < 2, 1, 3.13],
    [
      'its check lost: TCP repeats after 200 ms',
      [blocked, tcp(0.04)],
      0,
      (p, step) => p === 1 && step === 2,
      1,
      0.33,
    ],
    [
      'the answer to its SYN lost: one second more',
      [blocked, tcp(0.04)],
      0,
      (p, step, isAnswer) => p === 1 && isAnswer && step === 1,
      1,
      1.13,
    ],
    [
      'the answer to its check lost: 200 ms more',
      [blocked, tcp(0.04)],
      0,
      (p, step, isAnswer) => p === 1 && isAnswer && step === 3,
      1,
      0.33,
    ],
    [
      'an answer over TURN lost twice: 600 ms more',
      [blocked, turn(0.06, 0)],
      0,
      (p, step, isAnswer) => p === 1 && isAnswer && step < 3,
      1,
      0.71,
    ],
    ['TURN that is ready: a round trip', [blocked, turn(0.06, 0)], 0, never, 1, 0.11],
    ['TURN gathered late', [blocked, turn(0.06, 0.9)], 0.12, never, 1, 0.96],
    ['UDP beats TURN started 50 ms later', [udp(0.1), turn(0.04, 0)], 0, never, 1, 0.09],
    ['UDP first when it is as fast', [udp(0.09), turn(0.04, 0)], 0, never, 0, 0.09],
    ['nothing at all: failure when PAC has run', [], 0.12, never, -1, 39.62],
    ['a late candidate fails later than PAC', [udp(0.04, { passes: false, ready: 5 })], 0, never, -1, 44.5],
    ['twelve pairs: an RTO of 600 ms, so the last fails 47.4 s after its start', crowd, 0, never, -1, 47.95],
  ])('%s', (_, paths, answered, lost, path, at) => {
    const outcome = run(paths, answered, lost)
    expect(outcome.path).toBe(path)
    expect(outcome.at).toBeCloseTo(at, 9)
  })

  it('regular nomination: one more round trip, not sooner than Ta after the first check', () => {
    expect(run([udp(0.04)], 0, never, 'regular').at).toBeCloseTo(0.09, 9)
    expect(run([udp(0.2)], 0, never, 'regular').at).toBeCloseTo(0.4, 9)
    // Its request lost: 500 ms more, whatever the first transaction's timers still do.
    expect(run([udp(0.2)], 0, losing(1), 'regular').at).toBeCloseTo(0.9, 9)
  })

  it('regular nomination that fails goes to another pair that worked', () => {
    const outcome = run([udp(0.02), udp(0.02)], 0, (p, step) => p === 0 && step > 0, 'regular')
    expect(outcome.path).toBe(1)
    expect(outcome.at).toBeGreaterThan(39.5)
  })
})

it('a new TCP connection waits a second for its handshake, and 200 ms or a round trip for what follows', () => {
  const losing = (...sent: number[]) => {
    let n = 0
    return (): boolean => sent.includes(n++)
  }
  expect(connection(0.04, 3, losing())).toBeCloseTo(0.12, 12)
  // In order: the SYN, its answer, a request, its answer, ...
  for (const first of [0, 1]) expect(connection(0.04, 3, losing(first))).toBeCloseTo(1.12, 12)
  for (const later of [2, 3, 4, 5]) expect(connection(0.04, 3, losing(later))).toBeCloseTo(0.32, 12)
  expect(connection(0.5, 3, losing(2, 3))).toBeCloseTo(1.5 + 0.5 + 1, 12)
  // TURN over TLS through a proxy: SYN, CONNECT, TLS, two Allocates.
  expect(turnTls(0.04, true, true, losing(9))).toBeCloseTo(0.4, 12)
})

/** A loss table by hash: any call can be asked any number of times. */
function table(seed: number, share: number): Lost {
  return (p, step, isAnswer) => {
    let h =
      seed ^ Math.imul(p + 1, 0x9e3779b1) ^ Math.imul(step + 1, 0x85ebca6b) ^ (isAnswer ? 0x27d4eb2f : 0)
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
    h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
    return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32 < share
  }
}

const CASES = Number(process.env['ICE_CASES'] ?? 20_000)

it(`equals the slow model on ${CASES} random check lists`, () => {
  const draw = openStream(2026, 0, 'cases')
  let { list, wire } = checks()
  const transports = ['udp', 'connect', 'stream'] as const
  let connected = 0
  const differences: unknown[] = []
  for (let i = 0; i < CASES; i++) {
    const paths = Array.from({ length: draw.below(draw.below(4) === 0 ? MOST_PATHS + 1 : 6) }, (): Path => {
      const ready = draw.below(4)
      return {
        transport: transports[draw.below(3)]!,
        passes: draw.uniform() < 0.6,
        rtt: 0.005 + 0.4 * draw.uniform() ** 2,
        ready: ready === 0 ? Infinity : ready === 1 ? 0 : 80 * draw.uniform() ** 3,
      }
    })
    // A clock that has run for days no longer tells nanoseconds apart.
    if (i % 1000 === 999) ({ list, wire } = checks())
    const lost = table(draw.uint32() | 0, [0, 0.01, 0.3, 0.7][draw.below(4)]!)
    const answered = draw.uniform()
    const fast = list.run(paths, answered, lost)
    const slow = slowChecks(paths, answered, lost)
    const differs = fast.path !== slow.path || Math.abs(fast.at - slow.at) > 1e-9
    if (differs) differences.push({ i, paths, answered, fast: { ...fast }, slow })
    if (fast.path >= 0) connected++
  }
  expect(differences.slice(0, 1)).toEqual([])
  expect(connected).toBeGreaterThan(CASES / 4)
  expect(connected).toBeLessThan(CASES)
  expect(wire.refused).toBe(0)
})

it('an answer to an earlier transaction is not taken for one to this', () => {
  const wire = new StunWire(2, openStream(1, 0, 'ids'))
  wire.begin(1)
  wire.answer(1)
  expect(wire.accept(1)).toBe(true)
  wire.begin(1)
  expect(wire.accept(1)).toBe(false)
  wire.answer(1)
  expect(wire.accept(1)).toBe(true)
})
