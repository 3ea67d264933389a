import { describe, expect, test } from 'vitest'
import { openStream } from '../random/stream.ts'
import { mmcBare, mmcFlat, mmcProcesses, type MmcParameters } from './mmc.ts'

/** Erlang C: mean wait in M/M/c, seconds. */
function erlangWait(arrivalRate: number, serviceTime: number, servers: number): number {
  const offered = arrivalRate * serviceTime
  let blocked = 1
  for (let c = 1; c <= servers; c++) blocked = (offered * blocked) / (c + offered * blocked)
  const waits = blocked / (1 - (offered / servers) * (1 - blocked))
  return (waits * serviceTime) / (servers - offered)
}

function parameters(replication: number, rest: Partial<MmcParameters> = {}): MmcParameters {
  return {
    arrivalRate: 0.8,
    serviceTime: 1,
    servers: 1,
    until: 50_000,
    arrivals: openStream(3, replication, 'arrivals'),
    services: openStream(3, replication, 'services'),
    ...rest,
  }
}

describe.each([
  ['M/M/1', {}],
  ['M/M/20', { arrivalRate: 18, servers: 20, until: 5000 }],
  ['M/M/3/5', { arrivalRate: 4, servers: 3, queueCapacity: 2, until: 10_000 }],
] as const)('%s', (_name, rest) => {
  test('the styles agree: flat and processes to the last bit, the bare loop but for the order of its sums', () => {
    const flat = mmcFlat(parameters(1, rest)).desk
    const processes = mmcProcesses(parameters(1, rest)).desk
    expect(processes.waits).toEqual(flat.waits)
    expect(processes.flow()).toEqual(flat.flow())
    expect(processes.little()).toEqual(flat.little())
    const bare = mmcBare(parameters(1, rest))
    expect(bare.started).toBe(flat.waits.count)
    expect(bare.meanWait).toBeCloseTo(flat.waits.mean, 9)
    expect(flat.waits.count).toBeGreaterThan(20_000)
  })

  test("customers are conserved (invariant 1) and Little's law holds (invariant 5)", () => {
    const { desk } = mmcFlat(parameters(2, rest))
    const flow = desk.flow()
    expect(flow.injected).toBe(flow.completed + flow.queued + flow.running + flow.dropped + flow.expired)
    const { arrivalRate, meanTime, meanNumber, tolerance } = desk.little()
    expect(Math.abs(arrivalRate * meanTime - meanNumber)).toBeLessThan(tolerance * meanNumber)
    expect(tolerance).toBeLessThan(0.02)
  })
})

/** Mean and standard error over replications. */
function replicate(n: number, measure: (replication: number) => number): { mean: number; error: number } {
  const values = Array.from({ length: n }, (_, r) => measure(r))
  const mean = values.reduce((a, b) => a + b) / n
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1)
  return { mean, error: Math.sqrt(variance / n) }
}

describe('theory, within 3.3 standard errors over 40 replications', () => {
  test.each([
    [1, 0.8],
    [3, 2.4],
    [20, 18],
  ])('mean wait in M/M/%s at rate %s is Erlang C', (servers, arrivalRate) => {
    const { mean, error } = replicate(40, (r) => {
      const { desk } = mmcFlat(parameters(r, { servers, arrivalRate, until: 20_000 / arrivalRate }))
      return desk.waits.mean
    })
    const expected = erlangWait(arrivalRate, 1, servers)
    expect(Math.abs(mean - expected)).toBeLessThan(3.3 * error)
    expect(error / expected).toBeLessThan(0.1)
  })

  test('loss in M/M/4/4 is Erlang B', () => {
    const { mean, error } = replicate(40, (r) => {
      const flow = mmcFlat(
        parameters(r, { servers: 4, arrivalRate: 3, queueCapacity: 0, until: 5000 }),
      ).desk.flow()
      return flow.dropped / flow.injected
    })
    // 3^4/4! over the sum of 3^k/k!.
    const expected = 81 / 24 / (1 + 3 + 9 / 2 + 27 / 6 + 81 / 24)
    expect(Math.abs(mean - expected)).toBeLessThan(3.3 * error)
  })
})
