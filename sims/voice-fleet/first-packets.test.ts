import { describe, expect, it } from 'vitest'
import { openStream, type Stream } from '../lab/kernel/random/stream.ts'
import { FirstPackets } from './first-packets.ts'

const END = 400
const IDLE = 30

interface Session {
  readonly address: number
  readonly start: number
  readonly end: number
}

function sessionsOf(count: number): Session[] {
  const stream = openStream(5, 0, 'sessions')
  const starts = Array.from({ length: count }, () => stream.below(300)).toSorted((a, b) => a - b)
  return starts.map((start) => ({ address: stream.uint32(), start, end: start + 1 + stream.below(60) }))
}

function through(
  sessions: readonly Session[],
  flows: number,
  stream: Pick<Stream, 'uint32'> = openStream(5, 0, 'checks'),
): FirstPackets {
  const first = new FirstPackets({
    cluster: 3,
    pods: 20,
    flows,
    idleTimeout: IDLE,
    verifyOneIn: 500,
    packetsPerSession: 50,
    packetSize: 100,
    end: END,
    stream,
  })
  for (const { address, start, end } of sessions) first.add(address, start, end)
  first.finish()
  return first
}

describe('first packets', () => {
  const sessions = sessionsOf(12_000)

  it('make flows that live from the first second to an idle timeout after the last', () => {
    const alive = new Int32Array(END + 2)
    for (const { start, end } of sessions) for (let s = start; s <= end + IDLE; s++) alive[s]!++
    const first = through(sessions, 20_000)
    expect(first.peakFlows).toBe(Math.max(...alive))
    expect(first.flows).toBe(0)
    expect(first.counters()).toEqual({
      checks: 12_000,
      flowsCreated: 12_000,
      flowsExpired: 12_000,
      packetsCredited: sessions.reduce((sum, { start, end }) => sum + 50 * (end - start), 0),
      checksVerified: 24,
    })
    expect([first.misrouted, first.refused, first.integrityFailures]).toEqual([0, 0, 0])
  })

  it('are the same through one relay as through many', () => {
    const seen = [4096, 9000, 60_000].map((flows) => {
      const first = through(sessions, flows)
      return { peak: first.peakFlows, ...first.counters() }
    })
    expect(seen[1]).toEqual(seen[0])
    expect(seen[2]).toEqual(seen[0])
  })

  it('of two sessions at one address and port share a flow, which lives as long as the later one', () => {
    const onePort: Pick<Stream, 'uint32'> = { uint32: () => 7 }
    const pairs = [0, 10].flatMap((start) =>
      Array.from({ length: 100 }, (_, i) => ({ address: 1e7 * i, start, end: 50 + start })),
    )
    const first = through(pairs, 60_000, onePort)
    expect(first.counters()).toMatchObject({ checks: 200, flowsCreated: 100, flowsExpired: 100 })
    expect(first.peakFlows).toBe(100)
    expect(first.misrouted + first.refused + first.flows).toBe(0)
  })

  it('beyond the room that there is are refused, and counted', () => {
    const many = Array.from({ length: 3000 }, (_, i) => ({ address: i * 1e6, start: 0, end: 50 }))
    const first = through(many, 1000)
    expect(first.refused).toBe(2000)
    expect(first.peakFlows).toBe(1000)
    expect(first.flows).toBe(0)
  })
})
