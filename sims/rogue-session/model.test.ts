import { describe, expect, it } from 'vitest'
import { conserves } from '../lab/contract/conservation.ts'
import { openStream, type Stream } from '../lab/kernel/random/stream.ts'
import { context } from '../lab/contract/testing/context.ts'
import { ATTACKS, DEFENCES, IN_FORCE } from './defences.ts'
import { rogueSession } from './index.ts'
import { forgedAt } from './metrics.ts'
import { simulate } from './model.ts'
import { rogueParams } from './params.ts'
import { RogueRelay } from './relay.ts'
import { meanUntilStopped, predictions } from './theory.ts'
import { chainOf, drawTheft, heldFor } from './thefts.ts'

const paramsOf = (written: Record<string, unknown>) =>
  rogueParams.parse({ attack: 'stolen-key', defence: 'none', thefts: 300, watched: 3, ...written })

describe('every attack under every defence', () => {
  const all = ATTACKS.flatMap((attack) => DEFENCES.map((defence) => [attack, defence] as const))
  it.each(all)('%s, %s: conserves, kills for good, measures what it declares', (attack, defence) => {
    const measures = simulate(paramsOf({ attack, defence, thefts: 200, vanished: '50%' }), context())
    expect(conserves(measures.flow)).toEqual({ ok: true })
    expect(measures.invariants.filter(({ ok }) => !ok)).toEqual([])
    expect(Object.keys(measures.metrics).toSorted()).toEqual(Object.keys(rogueSession.metrics).toSorted())
    const kills = measures.counters['kills']!
    // Consent that ends after 30 s leaves nothing to kill, and a replay is of the owner's own session.
    const isKilled = IN_FORCE[defence].kill && attack !== 'replay'
    expect(kills > 0).toBe(isKilled)
    // What is ruled out is 0, and nothing passes a kill only where there is one.
    for (const name of Object.keys(measures.unseen!))
      expect([name, measures.metrics[name]]).toEqual([name, 0])
    expect(measures.unseen!['passedAfterKill']).toBe(isKilled ? undefined : 0)
  })

  it('meets the same thefts whatever is in force', () => {
    const thwarted = (defence: string) =>
      simulate(paramsOf({ attack: 'copied-ufrag', defence }), context()).metrics['thwarted']
    expect(thwarted('kill')).toBe(thwarted('none'))
    expect(thwarted('none')).toBeGreaterThan(0.5)
  })
})

describe('forged time', () => {
  it.each([
    ['stolen-key', 'none', { keyLifetime: '2h', sessionCap: '30min', leakDelay: '30min' }],
    ['stolen-key', 'single-use', { ownerDelay: '30s' }],
    ['stolen-key', 'kill', { detection: '20min', spread: '60s' }],
    ['stolen-key', 'all', { ownerDelay: '30s' }],
    ['copied-ufrag', 'none', { vanished: '80%' }],
    ['copied-ufrag', 'consent', { vanished: '80%' }],
    ['copied-ufrag', 'kill', { vanished: '80%', detection: '3s', spread: '60s' }],
  ])('by %s under %s is that of the closed form', (attack, defence, more) => {
    const params = paramsOf({ attack, defence, ...more })
    const [row] = predictions(params)
    const values = Array.from(
      { length: 8 },
      (_, replication) => simulate(params, context(replication)).metrics['forgedTime']!,
    )
    const mean = values.reduce((a, b) => a + b) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
    expect(Math.abs(mean - row!.expected)).toBeLessThan(4 * Math.sqrt(variance / values.length))
    expect(mean).toBeGreaterThan(0)
  })

  it('by hand: chains of sessions, what is left, and the mean until stopped', () => {
    const params = paramsOf({ sessionCap: '1h', parallel: 3 })
    const draws = { leak: 60, owner: 1, call: 600, vanishes: true, detection: 100, reaches: [0.5] }
    expect(chainOf(params, IN_FORCE.none, draws, 600)).toEqual({ length: 3600, places: 3 })
    expect(chainOf(params, IN_FORCE.none, draws, 3660)).toEqual({ length: 7200, places: 3 })
    expect(chainOf(params, IN_FORCE.none, draws, 60)).toBeNull()
    expect(chainOf(params, IN_FORCE['single-use'], draws, 600)).toBeNull()
    expect(chainOf(params, IN_FORCE['single-use'], { ...draws, owner: 61 }, 600)).toEqual({
      length: 3600,
      places: 1,
    })
    expect([600, 3590].map((call) => heldFor(params, IN_FORCE.consent, call))).toEqual([30, 10])
    expect(heldFor(params, IN_FORCE.none, 600)).toBe(3000)
    for (const s of [2, 5, 40, 4000]) {
      let sum = 0
      for (let i = 0; i < 400; i++)
        for (let j = 0; j < 400; j++)
          sum += Math.min(
            s,
            -Math.log(1 - (i + 0.5) / 400) * params.detection + params.spread * ((j + 0.5) / 400),
          )
      expect(meanUntilStopped(params, IN_FORCE.kill, s) / (sum / 160_000)).toBeCloseTo(1, 2)
    }
  })

  it('grows with the life of a key, and by nothing where a key opens one session', () => {
    const { metrics } = simulate(paramsOf({ sessionCap: '30min' }), context())
    expect(metrics[forgedAt(7200)]! / metrics[forgedAt(300)]!).toBeGreaterThan(3)
    const once = simulate(paramsOf({ sessionCap: '30min', defence: 'single-use' }), context()).metrics
    expect(once[forgedAt(7200)]).toBe(once[forgedAt(300)])
  })
})

it('thefts of a week each go on when they have filled sixty years: the clock begins anew', () => {
  // Most come too late for the key, so that few sessions are put to the relay.
  const params = paramsOf({ thefts: 5000, keyLifetime: '7d', sessionCap: '4h', leakDelay: '2000d' })
  const measures = simulate(params, context())
  expect(measures.invariants.filter(({ ok }) => !ok)).toEqual([])
  const [stream, reaching] = ['thefts', 'reaches'].map((name) => context().stream(name)) as [Stream, Stream]
  const chains = Array.from({ length: params.thefts }, () =>
    chainOf(params, IN_FORCE.none, drawTheft(params, stream, reaching), params.keyLifetime),
  )
  const forged = chains.reduce((sum, chain) => sum + (chain === null ? 0 : chain.length * chain.places), 0)
  expect(forged).toBeGreaterThan(0)
  expect(measures.metrics['forgedTime']! / (forged / params.thefts)).toBeCloseTo(1, 9)
})

it.each(['none', 'consent'] as const)(
  'a copied ufrag, defence %s, is stopped at the thief’s last packet, counted from his first',
  (defence) => {
    const params = paramsOf({ attack: 'copied-ufrag', defence, vanished: '80%' })
    const { observations } = simulate(params, context())
    const [stream, reaching] = ['thefts', 'reaches'].map((name) => context().stream(name)) as [Stream, Stream]
    const times = Array.from({ length: params.thefts }, () => drawTheft(params, stream, reaching)).flatMap(
      (draws) => {
        const { leak, call, vanishes } = draws
        return vanishes && leak < call ? [call - leak + heldFor(params, IN_FORCE[defence], call)] : []
      },
    )
    const { sum, count } = observations!['timeToStop'] as { sum: number; count: number }
    expect(count).toBe(times.length)
    expect(sum / times.reduce((total, one) => total + one, 0)).toBeCloseTo(1, 9)
  },
)

it.each([1, 2, 5, 20])(
  'a kill reaches the last of %i places as late as the latest of so many relays',
  (parallel) => {
    // Detection takes next to nothing, so what is left of the time is the spread: n / (n + 1) of it in the mean.
    const params = paramsOf({ defence: 'kill', detection: '1us', spread: '60s', parallel, thefts: 2000 })
    const { sum, count } = simulate(params, context()).observations!['timeToStop'] as {
      sum: number
      count: number
    }
    const deviation = 60 * Math.sqrt(parallel / ((parallel + 1) ** 2 * (parallel + 2)) / count)
    expect(Math.abs(sum / count - (60 * parallel) / (parallel + 1))).toBeLessThan(4 * deviation)
  },
)

describe('the answer’s figure is that of the point it speaks of', () => {
  const estimate = (value: number, unit: string) => ({ unit, value, low: value, high: value })
  const points = [
    ['stolen-key', 18_000, 0],
    ['copied-ufrag', 3000, 0],
    ['thief-inside', 60, 0.019],
  ].map(([attack, forgedTime, lostMedia]) => ({
    at: { attack },
    params: paramsOf({ attack }),
    metrics: {
      forgedTime: estimate(forgedTime as number, 's'),
      lostMedia: estimate(lostMedia as number, 'share'),
      bill: estimate(1, 'USD'),
    },
  }))

  it.each([
    ['a thief inside: the owner’s media', 2, 0.019, 'share'],
    ['a copied ufrag: the time that it is worth', 1, 3000, 's'],
  ])('%s', (_, index, value, unit) => {
    const headline = rogueSession.answer({ points, chosen: points[index], limits: {} } as never)
    expect(headline).toMatchObject({ value, low: value, high: value, unit })
    expect(headline.text).toContain('A thief inside costs an owner 1.9 % of the media')
    expect(headline.text).toContain('A stolen key is worth 5 h')
  })

  it('a defence is compared where nothing else differs', () => {
    const [key] = points
    const compared = [
      ['none', 600, 18_000],
      ['kill', 600, 3000],
      ['kill', 60, 120],
    ].map(([defence, keyLifetime, forgedTime]) => ({
      at: { defence, keyLifetime },
      params: { ...key!.params, defence, keyLifetime },
      metrics: { ...key!.metrics, forgedTime: estimate(forgedTime as number, 's') },
    }))
    const { text } = rogueSession.answer({ points: compared, chosen: compared[0], limits: {} } as never)
    expect(text).toContain('with a kill list 50 min.')
  })

  it('figures of another number of sessions at once are not told under the chosen one’s name', () => {
    const [key, , inside] = points
    const at = (one: typeof key, parallel: number, forgedTime: number) => ({
      at: { ...one!.at, parallel },
      params: { ...one!.params, parallel },
      metrics: { ...one!.metrics, forgedTime: estimate(forgedTime, 's') },
    })
    const swept = [at(inside, 1, 60), at(key, 1, 3600), at(inside, 50, 60), at(key, 50, 180_000)]
    const told = (chosen: number): string =>
      rogueSession.answer({ points: swept, chosen: swept[chosen], limits: {} } as never).text
    expect(told(0)).toContain('A stolen key is worth 60 min of sessions')
    expect(told(2)).toContain('A stolen key is worth 50 h of sessions')
  })

  it('its number is in the sentence: what is expected first, else its media or its time', () => {
    const told = (index: number, limits: object) =>
      rogueSession.answer({ points, chosen: points[index], limits } as never)
    const limit = { op: '<', value: 1 }
    expect(told(1, {}).text).toContain('A copied ufrag is worth 50 min of sessions with nothing against it.')
    expect(told(0, { lostMedia: limit }).text).toContain('A stolen key costs an owner 0 % of the media')
    const bill = told(2, { bill: limit })
    expect(bill).toMatchObject({ value: 1, unit: 'USD' })
    expect(bill.text).toContain('Of a thief inside with nothing against it bill is 1 USD.')
  })

  it('a found value is told in its own unit', () => {
    const found = { param: 'spread', value: 2.5, searched: [2.5, 5] }
    const headline = rogueSession.answer({ points, chosen: points[2], found, limits: {} } as never)
    expect(headline.text).toContain('The smallest spread that will do is 2.5 s.')
  })
})

describe('the relay', () => {
  it('lets a copied password in until the session is killed; planted: without the kill all five ways stay open', () => {
    const relay = new RogueRelay(openStream(1, 0, 'keys'))
    const owner = { address: 0x0b000001, port: 2000 }
    const thief = { address: 0x0b000002, port: 2000 }
    const session = relay.open()
    expect(relay.exchange(session, owner, 0, 0.002)).toBe(true)
    expect(relay.exchange(session, thief, 1, 0.002)).toBe(true)
    const ways = (now: number): boolean[] => [
      relay.one(session, thief, now),
      relay.one(session, owner, now),
      relay.check(session, thief, now) >= 0,
      relay.check(session, { ...thief, port: 9 }, now) >= 0,
      relay.check(relay.named(session.pod, session.nonce + 2 ** 36), thief, now) >= 0,
    ]
    expect(ways(2)).toEqual([true, true, true, true, true])
    relay.kill(session, 4000)
    expect(ways(3)).toEqual([false, false, false, false, false])
  })

  it('keeps the owner’s flow when his check is replayed from twenty addresses a second', () => {
    const { metrics, counters } = simulate(
      paramsOf({ attack: 'replay', thiefInterval: '50ms', watched: 2 }),
      context(),
    )
    expect(counters['packets']).toBeGreaterThan(10_000)
    expect(metrics['lostMedia']).toBe(0)
  })

  it('gives a thief inside the owner’s media only until the owner’s next check', () => {
    const { metrics, counters } = simulate(
      paramsOf({ attack: 'thief-inside', thiefInterval: '100ms', watched: 10 }),
      context(),
    )
    expect(counters['packets']).toBeGreaterThan(50_000)
    expect(metrics['lostMedia']).toBeGreaterThan(0.001)
    expect(metrics['lostMedia']).toBeLessThan(0.05)
    expect(metrics['longestLoss']).toBeGreaterThan(0.5)
    expect(metrics['longestLoss']).toBeLessThan(2.6)
  })
})
