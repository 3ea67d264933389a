/** What a terminal is given: colour where it can be shown, lines that fit, and never two seconds of nothing. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Runner } from '../sims/lab/run/runner.ts'
import { alive, SILENCE_MS } from './alive.ts'
import { hasColour } from './colour.ts'
import { fitted, progressLine } from './progress.ts'

describe('colour', () => {
  const [terminal, pipe] = [{ isTTY: true }, { isTTY: false }]
  it.each([
    ['a terminal gets it', terminal, {}, true],
    ['a pipe does not', pipe, {}, false],
    ['NO_COLOR forbids it', terminal, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR says nothing', terminal, { NO_COLOR: '' }, true],
    ['NO_COLOR stands above FORCE_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['FORCE_COLOR demands it of a pipe', pipe, { FORCE_COLOR: '1' }, true],
    ['of a dumb terminal too', pipe, { FORCE_COLOR: '3', TERM: 'dumb' }, true],
    ['FORCE_COLOR=0 forbids it', terminal, { FORCE_COLOR: '0' }, false],
    ['an empty FORCE_COLOR says nothing', pipe, { FORCE_COLOR: '' }, false],
    ['TERM=dumb cannot show it', terminal, { TERM: 'dumb' }, false],
  ] as const)('%s', (_, stream, env, expected) => {
    expect(hasColour(stream, env)).toBe(expected)
  })
})

/** A stream that keeps what it is given; a runner half-way through. */
function scene(isTTY: boolean, columns = 80) {
  const written: string[] = []
  const stream = { isTTY, columns, write: (text: string) => written.push(text) }
  let events = 0
  const status = () => ({ partsDone: 0, partsWorth: 12, partsKnown: 24, events: (events += 1e6) })
  return {
    written,
    stream: stream as unknown as NodeJS.WriteStream,
    runner: { status } as unknown as Runner,
  }
}

describe('progress', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }))
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.useRealTimers()
  })

  it.each([200, 80, 40, 20, 8, 1])('fits a terminal of %d columns, its last one left free', (columns) => {
    vi.stubEnv('TERM', 'xterm')
    const { written, stream, runner } = scene(true, columns)
    const progress = progressLine(runner, 'voice-fleet-week', stream)
    progress.phase('searching relayHosts')
    vi.advanceTimersByTime(5000)
    progress.stop()
    const lines = written.map((text) => text.replace('\r\u001B[K', ''))
    expect(lines.length).toBeGreaterThan(20)
    for (const line of lines) expect(line.length).toBeLessThan(columns)
  })

  it('tells phase, share, rate and the time left where there is room', () => {
    vi.stubEnv('TERM', 'xterm')
    const { written, stream, runner } = scene(true, 200)
    const progress = progressLine(runner, 'voice-fleet-week', stream)
    progress.phase('searching relayHosts')
    vi.advanceTimersByTime(5000)
    expect(written.at(-1)).toMatch(/searching relayHosts █+░+ 50 %.*M events\/s, ~\d+ s left/)
    progress.stop()
  })

  it('tells no share of work that nobody knows the size of', () => {
    const { written, stream, runner } = scene(false)
    const progress = progressLine(runner, 'mm-c', stream)
    progress.phase('drawing assumptions together: 8 of 256 cases', true)
    vi.advanceTimersByTime(4000)
    progress.stop()
    expect(written).toEqual(Array(3).fill('mm-c: drawing assumptions together: 8 of 256 cases\n'))
  })

  it('gives up the bar before the words', () => {
    const line = 'mm-c: measuring ████░░░░ 50 %, ~3 s left'
    expect(fitted(line, 80)).toBe(line)
    expect(fitted(line, 35)).toBe('mm-c: measuring 50 %, ~3 s left')
    expect(fitted(line, 12)).toBe('mm-c: measu…')
  })

  it.each([
    ['a pipe', false, 'xterm'],
    ['a dumb terminal', true, 'dumb'],
  ])('tells %s a line at least every two seconds, without control characters', (_, isTTY, term) => {
    vi.stubEnv('TERM', term)
    const { written, stream, runner } = scene(isTTY)
    const progress = progressLine(runner, 'mm-c', stream)
    progress.phase('measuring')
    for (let second = 0; second < 60; second += 2) {
      const before = written.length
      vi.advanceTimersByTime(2000)
      expect(written.length).toBeGreaterThan(before)
    }
    progress.stop()
    const all = written.join('')
    for (const control of ['\r', '\u001B', '█', '░']) expect(all).not.toContain(control)
    expect(all).toMatch(/^mm-c: measuring\n/)
    const last = written.length
    vi.advanceTimersByTime(10_000)
    expect(written).toHaveLength(last)
  })

  it('says of any long work that it goes on, and nothing of short work', async () => {
    const { written, stream } = scene(false)
    let end = (): void => {}
    const work = alive('gate: starting', () => new Promise<void>((resolve) => (end = resolve)), stream)
    vi.advanceTimersByTime(SILENCE_MS - 1)
    expect(written).toEqual([])
    vi.advanceTimersByTime(1)
    stream.write('round 1\n')
    vi.advanceTimersByTime(2 * SILENCE_MS)
    expect(written).toEqual([
      'still at it after 2 s: gate: starting\n',
      'round 1\n',
      'still at it after 2 s: round 1\n',
      'still at it after 4 s: round 1\n',
    ])
    end()
    await work
    stream.write('done\n')
    vi.advanceTimersByTime(60_000)
    expect(written).toHaveLength(5)
  })
})
