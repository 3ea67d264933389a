import { describe, expect, it } from 'vitest'
import type { Sim } from '../contract/sim.ts'
import { runScenario } from './run.ts'
import { fixtureRunner, fixtureScenario, fixtureSim } from './testing/fixture.ts'

const REPRODUCE = 'flowbench run fixture.yaml'
const FIND = `find: {smallest: servers, in: 5..60}\nexpect: ["utilisation < 80 %"]\nuntil: {replications: 4}\n`

async function run(
  yaml: string,
  { judged = true, failAfter = Infinity, signal = new AbortController().signal, acceptWeak = false } = {},
) {
  const sim = fixtureSim(judged)
  const runner = fixtureRunner(sim, failAfter)
  const outcome = await runScenario(fixtureScenario(sim, yaml), {
    runner,
    reproduce: REPRODUCE,
    signal,
    acceptWeak,
  })
  return { ...outcome, runner }
}

/** A sim whose demand grows with the load. */
const loaded = (sim: Sim): Sim => ({
  ...sim,
  underLoad: (params, multiple) => {
    const { demand, ...others } = params as { demand: number }
    return { ...others, demand: demand * multiple }
  },
})

describe('a capacity search', () => {
  // Demand is 20 to 21, so 26 servers may hold utilisation under 80 % and 27 always do (21 / 0.8 = 26.25).
  it.each([true, false])(
    'finds the smallest value that passes (judged from one world: %s)',
    async (judged) => {
      const { document } = await run(FIND, { judged })
      expect(document.verdict).toBe('pass')
      expect([26, 27]).toContain(document.answer.value)
      expect(document.answer.low).toBeLessThanOrEqual(document.answer.value!)
      expect(document.answer.high).toBeGreaterThanOrEqual(document.answer.value!)
      expect(document.expectations.map(({ at, ok }) => ({ at, ok }))).toEqual([
        { at: { servers: document.answer.value }, ok: true },
      ])
    },
  )

  it('has the number and unit of what was searched, whatever the sim’s sentence is about', async () => {
    const sim: Sim = {
      ...fixtureSim(true),
      answer: () => ({ text: 'so it is', value: 7, unit: 's', low: 6, high: 8 }),
    }
    const outcome = await runScenario(fixtureScenario(sim, FIND), {
      runner: fixtureRunner(sim),
      reproduce: REPRODUCE,
    })
    expect(outcome.document.answer).toMatchObject({ text: 'so it is', unit: 'count' })
    expect([26, 27]).toContain(outcome.document.answer.value)
  })

  it('gives the same answer both ways, and simulates one world a replication when it can', async () => {
    const shared = await run(FIND, { judged: true })
    const apart = await run(FIND, { judged: false })
    expect(shared.document.answer).toEqual(apart.document.answer)
    expect(shared.runner.tasks).toHaveLength(4 * 2)
    expect(apart.runner.tasks.length).toBeGreaterThan(4 * 2)
    expect(shared.document.counters).toEqual({ draws: 4 * 2 })
    expect(shared.document.points).toHaveLength(56)
  })

  it('says so when nothing in the range passes', async () => {
    const { document } = await run(FIND.replace('5..60', '11..20'))
    expect(document.verdict).toBe('fail')
    expect(document.answer.value).toBeNull()
    expect(document.expectations[0]).toMatchObject({ at: { servers: 20 }, ok: false })
  })

  it('fails where one point of a sweep needs more than was searched, whatever the others do', async () => {
    const { document } = await run(`sweep: {demand: [5, 60]}\n${FIND}`)
    expect(document).toMatchObject({
      verdict: 'fail',
      trust: { level: 'sound', reasons: [] },
      answer: { text: 'Not even servers 60, the largest searched, meets the expectations.', value: null },
    })
  })

  it('prints no steady-state figure of an overloaded point (invariant 6)', async () => {
    const { document } = await run(FIND)
    const overloaded = document.points.filter((point) => point.state === 'overloaded')
    expect(overloaded.map((point) => point.at['servers'])).toEqual([5, 6, 7, 8, 9, 10])
    for (const { metrics } of overloaded) {
      expect(metrics['p99(wait)']).toEqual({ unit: 's', value: null, low: null, high: null })
      expect(metrics['utilisation']!.value).toBeGreaterThan(2)
    }
  })
})

describe('a sweep', () => {
  it('judges every point, and one overloaded point decides', async () => {
    const sweep = (values: string) =>
      `sweep: {servers: ${values}}\nexpect: ["utilisation < 80 %"]\nuntil: {replications: 3}\n`
    expect((await run(sweep('[30, 40]'))).document.verdict).toBe('pass')
    expect((await run(sweep('[20, 40]'))).document.verdict).toBe('fail')
    const { document } = await run(sweep('[5, 40]'))
    expect(document.verdict).toBe('overloaded')
    expect(document.expectations.map((one) => one.ok)).toEqual([false, true])
  })
})

describe('a sentence about a sweep', () => {
  const SWEEP = 'sweep: {servers: [30, 40]}\nexpect: ["utilisation < 80 %"]\nuntil: {replications: 3}\n'
  const told = async (servers: number | null): Promise<string> => {
    const sim: Sim = {
      ...fixtureSim(true),
      answer: () => ({
        text: 'So it is.',
        value: 7,
        unit: 's',
        low: 6,
        high: 8,
        ...(servers === null ? {} : { at: { servers } }),
      }),
    }
    const options = { runner: fixtureRunner(sim), reproduce: REPRODUCE }
    return (await runScenario(fixtureScenario(sim, SWEEP), options)).document.answer.text
  }

  it('names the point that it speaks of, and calls only the worst the worst', async () => {
    expect(await told(null)).toBe('At the worst of 2 points (servers = 30): so it is.')
    expect(await told(30)).toBe('At the worst of 2 points (servers = 30): so it is.')
    expect(await told(40)).toBe('At one of 2 points (servers = 40): so it is.')
  })

  it('has the units of its parameters beside it', async () => {
    expect((await run(SWEEP)).document.atUnits).toEqual({ servers: 'count' })
    expect((await run('until: {replications: 2}\n')).document.atUnits).toBeUndefined()
  })
})

describe('a limit where the figure can go no further', () => {
  const judged = async (expectation: string, more = '') =>
    (await run(`params: {demand: 0, noise: 0%, servers: 5}\nexpect: ["${expectation}"]\n${more}`)).document
  it.each([
    ['utilisation <= 0 %', 'pass'],
    ['utilisation < 0 %', 'fail'],
    ['utilisation > 0 %', 'fail'],
    ['utilisation >= 0 %', 'pass'],
    ['utilisation == 0 %', 'pass'],
  ])('of nothing seen at all, %s: %s', async (expectation, verdict) => {
    for (const until of ['until: {replications: 4}\n', '']) {
      const document = await judged(expectation, until)
      expect(document).toMatchObject({ verdict, trust: { level: 'sound' } })
      expect(document.expectations[0]!.ok).toBe(verdict === 'pass')
    }
  })

  it.each([
    [0, '< 0.1 %', 'pass'],
    [0, '> 0.1 %', 'fail'],
    [5, '< 99.9 %', 'fail'],
    [5, '> 99.9 %', 'pass'],
  ])('of %i of 5 in every replication, %s: %s, as its expectation says', async (demand, limit, verdict) => {
    const scenario = (more: string): string =>
      `params: {demand: ${demand}, noise: 0%, servers: 5}\nexpect: ["utilisation ${limit}"]\n${more}`
    for (const replications of [2, 4]) {
      const until = scenario(`until: {replications: ${replications}}\n`)
      const { document } = await run(until, { acceptWeak: true })
      expect([document.verdict, document.expectations[0]!.ok]).toEqual([verdict, verdict === 'pass'])
      // So few cannot show it, on either side.
      expect((await run(until)).document).toMatchObject({ verdict: 'weak', trust: { level: 'weak' } })
    }
    // A search wants more than an estimate, on either side.
    const { document } = await run(
      scenario('find: {smallest: servers, in: 5..5}\nuntil: {replications: 2}\n'),
    )
    expect([document.verdict, document.answer.value]).toEqual(['weak', null])
  })

  it.each([
    [0, '< 10 %', 'not one in 4 replications: up to 92.2 % cannot be ruled out, and the limit is 10 %'],
    [
      5,
      '> 90 %',
      'without a single exception in 4 replications: down to 7.78 % cannot be ruled out, and the limit is 90 %',
    ],
  ])('of %i of 5, %s: says how many replications would show it, and they do', async (demand, limit, text) => {
    const scenario = (replications: number): string =>
      `params: {demand: ${demand}, noise: 0%, servers: 5}\nexpect: ["utilisation ${limit}"]\nuntil: {replications: ${replications}}\n`
    const [reason, ...others] = (await run(scenario(4))).document.trust.reasons
    expect(others).toEqual([])
    expect(reason).toMatchObject({ code: 'unseen', remedy: '--replications 37' })
    expect(reason!.text).toContain(text)
    expect((await run(scenario(36))).document.verdict).toBe('weak')
    expect((await run(scenario(37))).document).toMatchObject({
      verdict: 'pass',
      trust: { level: 'sound', reasons: [] },
    })
  })

  it('that no affordable number of replications shows is said to need another limit', async () => {
    const { trust } = await judged('utilisation < 0.0001 %', 'until: {replications: 4}\n')
    expect(trust.reasons).toMatchObject([{ code: 'unseen', remedy: 'a limit that 92.2 % would meet' }])
  })

  it.each([
    [0, '> 0.0001 %', '92.2 %'],
    [5, '< 99.9999 %', '7.78 %'],
  ])(
    'of %i of 5, %s: a limit that is missed would have to be one that is surely missed',
    async (demand, limit, bound) => {
      const { document } = await run(
        `params: {demand: ${demand}, noise: 0%, servers: 5}\nexpect: ["utilisation ${limit}"]\nuntil: {replications: 4}\n`,
      )
      expect(document.trust.reasons).toMatchObject([
        { code: 'unseen', remedy: `a limit that ${bound} would miss` },
      ])
    },
  )

  it('is said to be up to 100 % at most, and then no limit is proposed', async () => {
    const { trust } = await judged('utilisation < 0.0001 %', 'until: {replications: 3}\n')
    expect(trust.reasons[0]!.text).toContain('up to 100 % cannot be ruled out')
    expect(trust.reasons[0]!.remedy).not.toContain('a limit')
  })

  it.each(['<=', '>', '=='])(
    'a search for a share that is %s nothing finds nothing sure in 0, and says why',
    async (op) => {
      const find = 'find: {smallest: servers, in: 5..6}\nuntil: {replications: 4}\n'
      const { verdict, trust } = await judged(`utilisation ${op} 0 %`, find)
      expect(verdict).toBe('weak')
      expect(trust.reasons).toContainEqual(
        expect.objectContaining({
          code: 'undecided',
          remedy: expect.stringContaining('exactly 0 or 1') as unknown,
        }),
      )
    },
  )

  it('is as unsure at the other end: that a share is exactly 100 % no search finds', async () => {
    for (const op of ['==', '>=']) {
      const { verdict, answer, trust } = (
        await run(
          `params: {demand: 5, noise: 0%}\nfind: {smallest: servers, in: 5..5}\nuntil: {replications: 4}\nexpect: ["utilisation ${op} 100 %"]\n`,
        )
      ).document
      expect([op, verdict, answer.value, trust.reasons.map(({ code }) => code)]).toEqual([
        op,
        'weak',
        null,
        ['undecided'],
      ])
    }
  })

  it('is a share that scatters around it: a search for exactly that finds nothing, and says why', async () => {
    // 20 to 21 on 41 servers: half of them are busy, more or less.
    const { document } = await run(
      'find: {smallest: servers, in: 41..41}\nuntil: {replications: 4}\nexpect: ["utilisation == 50 %"]\n',
    )
    expect([document.verdict, document.answer.value]).toEqual(['weak', null])
    expect(document.trust.reasons[0]!.remedy).toContain('exactly so much')
    const missed = await run(
      'find: {smallest: servers, in: 60..60}\nuntil: {replications: 4}\nexpect: ["utilisation == 50 %"]\n',
    )
    expect(missed.document.verdict).toBe('fail')
  })

  it('is met by what always is exactly the limit, where it may be', async () => {
    const find = (op: string) =>
      run(
        `params: {demand: 20, noise: 0%}\nfind: {smallest: servers, in: 30..50}\nuntil: {replications: 3}\nexpect: ["utilisation ${op} 50 %"]\n`,
      )
    expect((await find('<=')).document.answer.value).toBe(40)
    expect((await find('<')).document.answer.value).toBe(41)
    const exactly = await run(
      'params: {demand: 20, noise: 0%}\nfind: {smallest: servers, in: 40..40}\nuntil: {replications: 3}\nexpect: ["utilisation == 50 %"]\n',
    )
    expect(exactly.document).toMatchObject({ verdict: 'pass', answer: { value: 40 } })
  })

  it('is not missed by what a sum of alike values rounds to', async () => {
    // A tenth three times is 0.30000000000000004.
    const { document } = await run(
      'params: {demand: 3, servers: 30, noise: 0%}\nuntil: {replications: 3}\nexpect: ["utilisation <= 10 %", "utilisation == 10 %"]\n',
    )
    expect(document).toMatchObject({ verdict: 'pass', trust: { level: 'sound', reasons: [] } })
    expect(document.points[0]!.metrics['utilisation']).toMatchObject({ value: 0.1, low: 0.1, high: 0.1 })
  })
})

describe('what a sweep doubts', () => {
  it('is said once, of the worst point, and how many there are', async () => {
    const { document } = await run(
      'sweep: {servers: 30..60}\nuntil: {replications: 1}\nexpect: ["utilisation < 90 %"]\n',
    )
    expect(document.points).toHaveLength(31)
    expect(document.trust.reasons.map(({ text }) => text)).toEqual([
      'utilisation comes from one replication, so nobody knows how far off it is (servers = 30, the worst of 31 points)',
    ])
  })

  it('names the point where it is one, and the gravest where they differ', async () => {
    const { document } = await run(
      'params: {demand: 20}\nsweep: {servers: [30, 31], noise: [1%, 100%]}\nuntil: {halfWidth: 0.001%, replications: 3..3}\nexpect: ["utilisation < 90 %"]\n',
    )
    const [reason, ...others] = document.trust.reasons
    expect(others).toEqual([])
    expect(reason!.text).toMatch(/reached \d.*\(servers = 3\d, noise = 100 %, the worst of 4 points\)$/)
  })
})

describe('the document', () => {
  it('is the same bytes for the same seed, and its digest covers the scenario and the results', async () => {
    const [one, two] = [await run(FIND), await run(FIND)]
    expect(JSON.stringify(one.document)).toBe(JSON.stringify(two.document))
    const { digest } = one.document
    expect((await run(FIND.replace('replications: 4', 'replications: 5'))).document.digest).not.toBe(digest)
    expect((await run(FIND.replace('80 %', '79 %'))).document.digest).not.toBe(digest)
    // The same question, written otherwise and run by another command.
    const sim = fixtureSim(true)
    const written = `until: {replications: 4..4}\nfind: {in: 5..60, smallest: servers, confidence: 95%}\nexpect: ["utilisation < 80 %"]\nparams: {servers: 1}\n`
    const again = await runScenario(fixtureScenario(sim, written), {
      runner: fixtureRunner(sim),
      reproduce: 'flowbench run elsewhere/other.yaml --replications 4',
    })
    expect(again.document.digest).toBe(digest)
  })

  it('shows theory, invariants, and what each assumption would change', async () => {
    const { document } = await run(`${FIND}params: {demand: {low: 10, mid: 20, high: 40}, noise: 0%}\n`)
    expect(document.theory[0]).toMatchObject({ metric: 'utilisation', ok: true })
    expect(document.invariants.every((one) => one.ok)).toBe(true)
    expect(document.invariants.map((one) => one.name)).toContain("Little's law: all")
    // 20 servers would be 100 %, so 26 at 20, 13 at 10 and 51 at 40.
    expect(document.assumptions).toEqual([
      expect.objectContaining({
        path: 'demand',
        effect: expect.objectContaining({
          of: 'servers',
          unit: 'count',
          low: 13,
          mid: 26,
          high: 51,
        }) as unknown,
      }),
    ])
  })

  it('shows of a sweep what each assumption would change at the point that answers', async () => {
    const { document } = await run(
      'params: {demand: {low: 10, mid: 20, high: 24}, noise: 0%}\nsweep: {servers: [60, 30]}\nuncertainty: {samples: 64}\nuntil: {replications: 3}\nexpect: ["utilisation < 80 %"]\n',
    )
    expect(document.answer.text).toContain('(servers = 30)')
    const { low, mid, high } = document.assumptions[0]!.effect!
    expect([low, mid, high].map((value) => value!.toFixed(3))).toEqual(['0.333', '0.667', '0.800'])
    // Demand is always at least 10, so no case of 30 servers is below a third.
    for (const { value } of document.uncertainty!.quantiles) expect(value).toBeGreaterThan(1 / 3)
  })

  it('rounds what it searched only where that is counted in wholes', async () => {
    // The cheap world is the whole one, so its answers are carried over as they are.
    const sim: Sim = { ...fixtureSim(false), probe: (params) => params }
    const scenario = fixtureScenario(
      sim,
      'params: {demand: {low: 9, mid: 10, high: 11}, servers: 10}\nfind: {smallest: noise, in: 10%..100% step 10%}\nuntil: {replications: 8}\nexpect: ["utilisation > 102 %"]\n',
    )
    const { document } = await runScenario(scenario, { runner: fixtureRunner(sim), reproduce: REPRODUCE })
    const { of, unit, low, mid, high } = document.assumptions[0]!.effect!
    expect({ of, unit, low, high }).toEqual({ of: 'noise', unit: 'share', low: null, high: 0.1 })
    expect(mid).toBe(document.answer.value)
  })

  it('carries no part of a whole over to more than the whole', async () => {
    const sim: Sim = {
      ...fixtureSim(false),
      // Of ten fewer, two more are more.
      probe: (params) => ({ ...(params as object), demand: (params as { demand: number }).demand - 10 }),
    }
    const scenario = fixtureScenario(
      sim,
      'params: {demand: {low: 26, mid: 27, high: 29}, servers: 30, noise: 0%}\nuntil: {replications: 3}\nexpect: ["utilisation < 95 %"]\n',
    )
    const { document } = await runScenario(scenario, { runner: fixtureRunner(sim), reproduce: REPRODUCE })
    // 19 of 17 are 112 %, and so much of 90 % would be 100.6 %.
    const { low, mid, high } = document.assumptions[0]!.effect!
    expect([low!.toFixed(3), mid, high]).toEqual(['0.847', 0.9, 1])
  })

  it.each(['', 'uncertainty: {samples: 64}\n'])(
    'asks for headroom wherever it searches: %j',
    async (more) => {
      const sim = loaded(fixtureSim(false))
      const scenario = fixtureScenario(
        sim,
        `params: {demand: {low: 10, mid: 20, high: 30}, noise: 0%}\nfind: {smallest: servers, in: 10..80}\nuntil: {replications: 3}\nexpect: ["utilisation < 80 %", "headroom >= 1.5"]\n${more}`,
      )
      const { document } = await runScenario(scenario, { runner: fixtureRunner(sim), reproduce: REPRODUCE })
      // 80 % of the servers carry one and a half times the demand: 18.75, 37.5 and 56.25 servers, found to a fiftieth.
      const { low, mid, high } = document.assumptions[0]!.effect!
      for (const [servers, exact] of [
        [low, 18.75],
        [mid, 37.5],
        [high, 56.25],
      ] as const)
        expect(Math.abs(servers! / exact - 1)).toBeLessThan(0.05)
    },
  )

  it('sets drawn cases that cannot be apart: shares are of the others', async () => {
    const whole = fixtureSim(false)
    const isPossible = (params: unknown): boolean => {
      const { demand } = params as { demand: number }
      return demand <= 12 || demand >= 18
    }
    const sim: Sim = { ...whole, params: whole.params.refine(isPossible, { message: 'never so many' }) }
    const scenario = fixtureScenario(
      sim,
      'params: {demand: {low: 10, mid: 20, high: 30}, servers: 40}\nuncertainty: {samples: 64}\nuntil: {replications: 3}\nexpect: ["utilisation < 80 %"]\n',
    )
    const { document } = await runScenario(scenario, { runner: fixtureRunner(sim), reproduce: REPRODUCE })
    // Of a triangle from 10 to 30, what rounds to 13 .. 17: 7.5 wide squared less 2.5 squared, of 200.
    const { impossible, beyond, quantiles } = document.uncertainty!
    expect(impossible! / 64).toBeCloseTo(0.25, 1)
    expect(beyond).toBe(0)
    expect(quantiles.filter(({ value }) => value === null)).toEqual([])
    // Half of those that can be lie below a demand of 30 - sqrt(75) = 21.3, on 40 servers.
    const median = quantiles.find(({ p }) => p === 0.5)!.value!
    expect(Math.abs(median - 21.3 / 40)).toBeLessThan(0.03)
  })

  it('reports a broken invariant with the replication in which it broke', async () => {
    const { document } = await run('params: {demand: 0, noise: 0%, servers: 5}\nuntil: {replications: 2}\n')
    const broken = document.invariants.filter((one) => !one.ok)
    expect(broken).toEqual([{ name: 'demand is positive', at: {}, ok: false, detail: 'replication 0: 0' }])
  })

  it('runs until the expected metric is precise, however far its limit', async () => {
    const { document } = await run(
      'params: {demand: 20, servers: 30}\nexpect: ["utilisation < 5000 %"]\nuntil: {halfWidth: 0.2%, replications: 3..200}\n',
    )
    const { replications, metrics } = document.points[0]!
    const { value, low, high } = metrics['utilisation']!
    expect(replications).toBeGreaterThan(20)
    expect((high! - low!) / 2).toBeLessThanOrEqual(0.002 * value!)
    expect(document.trust).toEqual({ level: 'sound', reasons: [] })
  })
})

describe('an interrupted run', () => {
  it('answers from the complete replications, a prefix, and says so (invariant 6a)', async () => {
    const controller = new AbortController()
    const sim = fixtureSim(true)
    const runner = fixtureRunner(sim, 5)
    // The pool stops in the middle of replication 2: two replications of two parts are complete.
    const stopping = {
      ...runner,
      run: (task: Parameters<typeof runner.run>[0]) => {
        if (runner.tasks.length === 5) controller.abort()
        return runner.run(task)
      },
    }
    const scenario = fixtureScenario(sim, 'params: {servers: 30}\nuntil: {replications: 6}\n')
    const { document } = await runScenario(scenario, {
      runner: stopping,
      reproduce: REPRODUCE,
      signal: controller.signal,
    })
    expect(document.verdict).toBe('unfinished')
    expect(document.trust.reasons).toContainEqual(expect.objectContaining({ code: 'interrupted' }))
    expect(document.points[0]!.replications).toBe(2)
  })

  it('fails clearly when nothing was complete', async () => {
    const controller = new AbortController()
    controller.abort()
    await expect(
      run('until: {replications: 3}\n', { failAfter: 1, signal: controller.signal }),
    ).rejects.toThrow('before the first replication')
  })
})

describe('headroom', () => {
  const judged = async (yaml: string, sim = loaded(fixtureSim(false)), servers = 40) => {
    const scenario = fixtureScenario(
      sim,
      `params: {demand: 20, servers: ${servers}, noise: 0%}\nuntil: {replications: 3}\n${yaml}`,
    )
    return (await runScenario(scenario, { runner: fixtureRunner(sim), reproduce: REPRODUCE })).document
  }

  // Half of the servers are busy, and 80 % of them are at 1.6 times the load.
  it.each([
    [1.59, 'pass'],
    [1.599, 'pass'],
    [1.6, 'fail'],
    [1.61, 'fail'],
  ])('is decided at its limit, however coarse the search: %s', async (limit, verdict) => {
    const document = await judged(`expect: ["utilisation < 80 %", "headroom >= ${limit}"]\n`)
    expect(document.verdict).toBe(verdict)
    const { low, high } = document.expectations[1]!
    expect([low! < 1.6, high! >= 1.6]).toEqual([true, true])
    expect(document.answer.breaksFirst!.name).toBe('utilisation < 80 %')
  })

  it('is looked for as far as it is asked for', async () => {
    // 800 servers carry 20 at 2.5 %: 80 % of them are busy at 32 times the load.
    for (const [limit, verdict] of [
      [20, 'pass'],
      [31, 'pass'],
      [33, 'fail'],
    ] as const) {
      const document = await judged(
        `expect: ["utilisation < 80 %", "headroom >= ${limit}"]\n`,
        loaded(fixtureSim(false)),
        800,
      )
      expect([limit, document.verdict]).toEqual([limit, verdict])
    }
  })

  it('finds what is enough for it, and no more', async () => {
    const { answer } = await judged(
      'find: {smallest: servers, in: 30..60}\nexpect: ["utilisation < 80 %", "headroom >= 1.6"]\n',
    )
    expect(answer.value).toBe(41)
  })

  it('is all that was looked at where nothing breaks', async () => {
    const whole = loaded(fixtureSim(false))
    const patient: Sim = {
      ...whole,
      judge: (params, worlds) => ({ ...whole.judge(params, worlds), state: 'stable' }),
    }
    const { verdict, answer, expectations } = await judged(
      'expect: ["utilisation > 10 %", "headroom >= 1.3"]\n',
      patient,
    )
    expect([verdict, answer.breaksFirst, expectations[1]!.value]).toEqual(['pass', null, 16])
  })

  it('cannot be told where nothing could break', async () => {
    const { verdict, trust } = await judged('expect: ["headroom >= 1.3"]\n')
    expect([verdict, trust.reasons.map(({ code }) => code)]).toEqual(['weak', ['no-figure']])
  })
})

describe('a figure that is not there', () => {
  const without = async (isWithout: (replication: number) => boolean, more: string) => {
    const whole = fixtureSim(false)
    let judged = 0
    const sim: Sim = {
      ...whole,
      judge: (params, worlds) => {
        const measures = whole.judge(params, worlds)
        return isWithout(judged++)
          ? { ...measures, metrics: { ...measures.metrics, 'p99(wait)': null } }
          : measures
      },
    }
    const scenario = fixtureScenario(
      sim,
      `params: {servers: 30}\nuntil: {replications: 5}\nexpect: ["p99(wait) < 3 s", "p99(wait) < 4 s"]\n${more}`,
    )
    return (await runScenario(scenario, { runner: fixtureRunner(sim), reproduce: REPRODUCE })).document
  }

  it.each([
    ['none of the replications has it', () => true, 'p99(wait) has no value here'],
    ['one lacks it', (i: number) => i === 3, 'p99(wait) has no value in 1 of 5 replications'],
  ])('fails nothing and is no answer: %s', async (_case, isWithout, text) => {
    const { verdict, trust, answer } = await without(isWithout, '')
    expect(verdict).toBe('weak')
    expect(trust.level).toBe('none')
    expect(trust.reasons.map((reason) => [reason.code, reason.text])).toEqual([['no-figure', text]])
    expect(answer.text).toBe(`No answer yet: ${text}.`)
  })

  it('is not found by a search either', async () => {
    const { verdict, trust } = await without(() => true, 'find: {smallest: servers, in: 25..30}\n')
    expect([verdict, trust.level]).toEqual(['weak', 'none'])
  })
})

it('claims no interval from one replication (invariant 6a)', async () => {
  const { document } = await run(FIND.replace('replications: 4', 'replications: 1'))
  expect(document.verdict).toBe('weak')
  expect(document.answer).toMatchObject({ value: null, high: null })
  expect(document.trust.reasons.map(({ code }) => code)).toContain('no-interval')
})

it('an interrupted search says what is known so far, and measures nothing more', async () => {
  const controller = new AbortController()
  const sim = { ...fixtureSim(false), underLoad: (params: unknown) => params, resources: () => [] }
  const runner = fixtureRunner(sim)
  const stopping = {
    ...runner,
    run: async (task: Parameters<typeof runner.run>[0]) => {
      // Stopped in the fourth value: 60 values, bisected, are 35, 20, 28, 24, ...
      if (runner.tasks.length === 3 * 8 + 2) controller.abort()
      if (controller.signal.aborted) throw new Error('a closed pool takes nothing')
      return runner.run(task)
    },
  }
  const scenario = fixtureScenario(sim, FIND)
  const { document } = await runScenario(scenario, {
    runner: stopping,
    reproduce: REPRODUCE,
    signal: controller.signal,
  })
  expect(document).toMatchObject({ verdict: 'unfinished', answer: { value: null, low: null, high: null } })
  expect(document.answer.text).toMatch(
    /^Not finished: servers \d+ is the smallest seen to pass, servers \d+ the largest seen to fail\.$/,
  )
  expect(document.trust.reasons.map(({ code }) => code)).toContain('interrupted')
})
