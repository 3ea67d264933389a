import { describe, expect, it } from 'vitest'
import { renderTerminal } from './run.ts'
import { hostileTexts } from '../testing/hostile.ts'
import { replaceTexts } from '../testing/replace.ts'
import { voiceFleet } from '../testing/voice-fleet.ts'

const { document } = voiceFleet()

describe('the terminal summary', () => {
  it('says verdict, answer, interval and what breaks first, in that order', () => {
    const text = renderTerminal(document)
    const places = [
      'PASS',
      document.answer.text,
      '23 to 26 hosts',
      'relay CPU, at 1.3\u00d7',
      'rests most on',
    ].map((words) => text.indexOf(words))
    expect(places[0]).toBe(0)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places.every((place) => place >= 0)).toBe(true)
    expect(text).toMatch(
      /ok {3}p99\(relayDelay\) < 5 ms at relayHosts = 24: 3\.12 ms \(2\.92 to 3\.32 ms\)\n/,
    )
    expect(text).toContain('cpuAtPeak < 77 % at relayHosts = 24: 76.9 % (76.5 to 77.3 %), only just')
    expect(text.endsWith('\n')).toBe(true)
  })

  it('holds no escape sequence unless colour is asked for, and then says the same', () => {
    const plain = renderTerminal(document)
    const coloured = renderTerminal(document, { colour: true })
    expect(plain).not.toContain('\u001b')
    // oxlint-disable-next-line no-control-regex -- the sequences are what is taken out
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain)
    expect(coloured).not.toBe(plain)
  })

  it('names the expectation that fails and where', () => {
    const failed = { ...document.expectations[0]!, ok: false, value: 0.0081, low: 0.008, high: 0.0082 }
    const text = renderTerminal({
      ...document,
      verdict: 'fail',
      expectations: [failed, ...document.expectations],
    })
    expect(text.split('\n')[0]).toBe(
      'FAIL  voice-fleet-week: p99(relayDelay) < 5 ms does not hold at relayHosts = 24',
    )
    expect(text).toContain('FAIL p99(relayDelay) < 5 ms at relayHosts = 24: 8.1 ms (8 to 8.2 ms)')
  })

  it('does not call it a narrow pass when nothing was seen: it says in how many replications', () => {
    const none = { value: 0, low: 0, high: 0.922, clear: false, ok: true, at: {}, unit: 'share' }
    const expectation = { ...none, text: 'lost < 0.1 %', metric: 'lost' }
    const point = { ...document.points[0]!, at: {}, samples: { lost: [0, 0, 0, 0] } }
    const text = renderTerminal({ ...document, points: [point], expectations: [expectation] })
    expect(text).toContain('lost < 0.1 %: 0 % (0 to 92.2 %), not one in 4 replications')
    expect(text).not.toContain('only just')
    expect(text.split('\n')[0]).toContain('the expectation holds, as far as these replications saw')
  })

  it.each([
    ['p50(lostPackets)', 'count', 0],
    ['p99(wait)', 's', 0],
    ['lastFailure', 's', 0],
    ['servers', 'count', 5],
  ])('does not say that there was not one of %s, which is no event', (metric, unit, value) => {
    const same = { value, low: value, high: value, clear: false, ok: true, at: {}, unit }
    const expectation = { ...same, text: `${metric} <= ${value}`, metric }
    const point = { ...document.points[0]!, at: {}, samples: { [metric]: [value, value, value] } }
    const text = renderTerminal({ ...document, points: [point], expectations: [expectation] })
    expect(text).not.toMatch(/not one|no exception|as far as these replications saw/)
  })

  it('prints no percentile for an overloaded run', () => {
    const none = { ...document.expectations[0]!, ok: false, value: null, low: null, high: null }
    const text = renderTerminal({ ...document, verdict: 'overloaded', expectations: [none] })
    expect(text).toMatch(/^OVERLOADED {2}/)
    expect(text).toContain('no steady state')
  })

  it('what has no figure is neither met nor missed', () => {
    const [one] = document.expectations
    const point = document.points.find(({ at }) => Object.entries(at).every(([k, v]) => one!.at[k] === v))!
    const { [one!.metric]: _, ...samples } = point.samples
    const none = { ...one!, ok: false, value: null, low: null, high: null, clear: null }
    const told = (seen: typeof point.samples, verdict: 'weak' | 'fail') =>
      renderTerminal({ ...document, verdict, expectations: [none], points: [{ ...point, samples: seen }] })
    expect(told(samples, 'fail')).toContain(`none ${one!.text} at relayHosts = 24: no value`)
    expect(told(samples, 'fail')).not.toContain('FAIL p99')
    // One that is only not printed may be known to miss its limit.
    expect(told({ ...samples, [one!.metric]: [0.01] }, 'fail')).toContain('24: too few observations')
    expect(told({ ...samples, [one!.metric]: [0.01] }, 'fail')).toContain(`FAIL ${one!.text}`)
  })

  it('says which invariant broke', () => {
    const invariants = [{ name: 'conservation', at: {}, ok: false, detail: '5 in, 4 out' }]
    expect(renderTerminal({ ...document, invariants })).toContain(
      'BROKEN: conservation: 5 in, 4 out (0 of 1 hold)',
    )
  })

  it.each(hostileTexts)('is not led astray by %j', (words) => {
    const text = renderTerminal(replaceTexts(document, words))
    // oxlint-disable-next-line no-control-regex -- control characters are what must be absent
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    expect(text.split('\n')).toHaveLength(renderTerminal(replaceTexts(document, 'x')).split('\n').length)
  })
})
