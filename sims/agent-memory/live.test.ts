/** The sim over real sockets, beside a server that stands for a Redis. */
import { describe, expect, test } from 'vitest'
import { serveSparseArray } from '../../engines/sparse-array/index.ts'
import { LogHistogram, type LogHistogramData } from '../lab/analysis/histogram.ts'
import { Unmeasurable } from '../lab/contract/sim.ts'
import type { Measures } from '../lab/contract/sim.ts'
import { openStream } from '../lab/kernel/random/stream.ts'
import { live } from './live.ts'
import { agentMemoryParams, type AgentMemoryParams } from './params.ts'
import { requests } from './requests.ts'

const paramsOf = (more: Record<string, unknown>): AgentMemoryParams =>
  agentMemoryParams.parse({ fragments: 500, span: '500ms', reads: '200/s', searches: '20/s', ...more })

const measure = (redis: string): Promise<Measures> =>
  live(paramsOf({ redis }), {
    replication: 0,
    stream: (name) => openStream(5, 0, name),
    signal: new AbortController().signal,
  })

describe('beside a Redis', () => {
  test('one that refuses is not compared with: it did other work', async () => {
    const redis = await serveSparseArray({ maxSteps: 100 })
    const found = measure(`redis://127.0.0.1:${redis.port}`)
    await expect(found).rejects.toThrow(Unmeasurable)
    await expect(found).rejects.toThrow(/refused \d+ of \d+ requests, .*; ARGREP: ERR ARGREP budget exceeded/)
    await redis.close()
  })

  test('one that answers is, and all are asked only what a Redis knows', async () => {
    const redis = await serveSparseArray()
    const { observations } = await measure(`redis://127.0.0.1:${redis.port}`)
    const waits = ['argetWait', 'atOnceWait', 'unboundedWait'].map(
      (name) => LogHistogram.fromData(observations![name] as LogHistogramData).count,
    )
    // 200/s for half a second.
    expect(waits[0]).toBeGreaterThan(50)
    expect(waits).toEqual([waits[0], waits[0], waits[0]])
    await redis.close()
    const ask = (url: string): string[] =>
      requests(paramsOf({ redis: url, searches: '500/s', hostileShare: '30%' }), (name) =>
        openStream(5, 0, name),
      ).map(({ command }) => command.join(' '))
    const [with_, without] = [ask('redis://127.0.0.1:1'), ask('none')]
    expect(with_.filter((line) => /APPROX|CONTEXT|COUNT/.test(line))).toEqual([])
    expect(without.filter((line) => /APPROX|CONTEXT|COUNT/.test(line)).length).toBeGreaterThan(50)
    expect(with_).toHaveLength(without.length)
  })
})
