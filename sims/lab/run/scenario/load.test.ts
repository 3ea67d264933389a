import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Sim } from '../../contract/sim.ts'
import { loadScenario, paramsAt, readScenario, ScenarioErrors, type LoadOptions } from './load.ts'
import { fixture, fixtureSims, VALID, type FixtureParams } from './testing/fixture.ts'

const load = (text: string, options: LoadOptions = {}) => loadScenario('x.yaml', text, fixtureSims, options)

/** The error lines of a scenario that must not load. */
function refusal(text: string, options: LoadOptions = {}): string[] {
  try {
    load(text, options)
  } catch (error) {
    if (error instanceof ScenarioErrors) return error.message.split('\n')
    throw error
  }
  return []
}

const MINIMAL = `name: a
question: Why?
sim: fixture
params: {users: 1, voiceShare: 1%, relays: 2}
`

describe('an assumption', () => {
  const uncertain = (voiceShare: string, loss: string) =>
    MINIMAL.replace('1%', voiceShare).replace('relays: 2', `relays: 2, net: {loss: ${loss}}`)
  const SHARE = '{low: 1%, mid: 50%, high: 90%}'

  test('has ends that are possible beside the middles of all others, or is refused before anything runs', () => {
    // 90 % of 40 % is above 30 %; 50 % of 50 % is not.
    expect(refusal(uncertain(SHARE, '{low: 1%, mid: 40%, high: 50%}'))).toEqual([
      'x.yaml:4:32: params.voiceShare: at voiceShare = 90 %: so many talk that they cannot lose so much',
    ])
    expect(refusal(uncertain(SHARE, '{low: 1%, mid: 20%, high: 50%}'))).toEqual([])
  })

  test('has them at every point of a sweep', () => {
    const swept = (losses: string) => `${uncertain(SHARE, '1%')}sweep: {net.loss: [${losses}]}\n`
    expect(refusal(swept('1%, 40%'))).toEqual([
      'x.yaml:4:32: params.voiceShare: at net.loss = 40 %, voiceShare = 90 %: so many talk that they cannot lose so much',
    ])
    expect(refusal(swept('1%, 30%'))).toEqual([])
  })
})

describe('a valid scenario', () => {
  test('is loaded into base units', () => {
    const scenario = load(VALID)
    expect(scenario).toMatchObject({
      file: 'x.yaml',
      name: 'voice-fleet-week',
      environment: null,
      seed: 7,
      params: {
        users: 900e6,
        voiceShare: 0.05,
        relays: 8,
        policy: 'svix',
        arrivals: { low: 50, mid: 50, high: 50 },
        packet: 120,
        net: { delay: 0.01, loss: 0.01 },
      },
      sweep: [
        { param: 'policy', values: ['svix', 'outpost'] },
        { param: 'net.delay', values: [0.01, 0.02, 0.03] },
      ],
      until: { halfWidth: 0.03, min: 5, max: 200 },
      expect: [
        { text: 'p99(relayDelay) < 5 ms', metric: 'p99(relayDelay)', op: '<', value: 0.005 },
        { text: 'lost < 0.01 %', metric: 'lost', op: '<', value: 0.0001 },
      ],
    })
    expect(scenario.find).toEqual({
      param: 'relays',
      goal: 'smallest',
      confidence: 0.95,
      values: Array.from({ length: 57 }, (_, i) => 8 + i),
    })
  })

  test('lists its assumptions, those of defaults included', () => {
    expect(load(VALID).assumptions).toEqual([
      {
        path: 'voiceShare',
        label: 'share of users who talk',
        unit: 'share',
        low: 0.01,
        mid: 0.05,
        high: 0.1,
      },
      { path: 'net.loss', label: 'net.loss', unit: 'share', low: 0, mid: 0.01, high: 0.02 },
    ])
  })

  test('does not assume what it sweeps, nor what has no room', () => {
    const swept = load(`${MINIMAL}sweep: {net.loss: [1%, 2%]}`)
    expect(swept.assumptions).toEqual([])
    const flat = load(MINIMAL, { set: ['params.net.loss={low: 1%, mid: 1%, high: 1%}'] })
    expect(flat.assumptions).toEqual([])
  })

  test('may leave out all but name, question, sim and what the sim requires', () => {
    expect(load(MINIMAL)).toMatchObject({
      seed: 1,
      sweep: [],
      find: null,
      expect: [],
      until: { halfWidth: 0.03, min: 5, max: 200 },
    })
    expect(load(`${MINIMAL}until: {replications: 12}`).until).toEqual({ halfWidth: null, min: 12, max: 12 })
  })

  test('reads its own resolved form as the same scenario', () => {
    for (const environment of [undefined, 'quick', 'narrow']) {
      const { resolvedYaml, environment: _, ...scenario } = load(VALID, { environment, set: ['seed=9'] })
      const { resolvedYaml: again, environment: __, ...reloaded } = load(resolvedYaml)
      expect(reloaded).toEqual(scenario)
      expect(again).toBe(resolvedYaml)
    }
  })

  test('may share parts by anchors', () => {
    const text = `${MINIMAL}environments:\n  a: &a {params: {relays: 3}}\n  b: *a\n`
    expect(load(text, { environment: 'b' }).params).toMatchObject({ relays: 3 })
  })
})

describe('paramsAt', () => {
  const scenario = load(VALID)

  test('replaces by path, in base units', () => {
    expect(paramsAt(scenario, {})).toEqual(scenario.params)
    expect(
      paramsAt(scenario, { 'net.delay': 0.07, policy: 'outpost', voiceShare: 0.1, arrivals: 3 }),
    ).toMatchObject({
      voiceShare: 0.1,
      policy: 'outpost',
      arrivals: { low: 3, mid: 3, high: 3 },
      net: { delay: 0.07, loss: 0.01 },
    })
  })

  test('keeps every float', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
        const params = paramsAt(scenario, {
          voiceShare: value,
          'net.delay': value,
          users: value,
          packet: value,
        })
        expect(params).toMatchObject({
          voiceShare: value,
          users: value,
          packet: value,
          net: { delay: value },
        })
      }),
    )
  })

  test('refuses what the sim refuses', () => {
    expect(() => paramsAt(scenario, { relays: 2.5 })).toThrow('must be a whole number')
    expect(() => paramsAt(scenario, { relays: 8334 })).toThrow('relays times packet must be below 1 MB')
    expect(() => paramsAt(scenario, { relay: 8 })).toThrow(RangeError)
  })
})

describe('errors', () => {
  test('are all told, in the order of the lines', () => {
    const text = VALID.replace('seed: 7', 'seed: -7')
      .replace('users: 900M', 'users: 900m')
      .replace('find:', 'fnd:')
      .replace('lost <', 'lots <')
    expect(refusal(text)).toEqual([
      'x.yaml:5:7: seed: expected a whole number of at least 0, at most 2^53 - 1, found -7',
      'x.yaml:6:1: params.relays: is missing: expected a number of hosts such as 24 or 24 hosts',
      'x.yaml:7:10: params.users: expected a count such as 5, 12k or 900M, found "900m": unknown unit "m" (units are k, M, G, T, P) (did you mean "900M"?)',
      'x.yaml:12:1: fnd: unknown key (did you mean "find"?)',
      'x.yaml:14:36: expect[1]: no metric is called "lots" (did you mean "lost"?)',
      'x.yaml:19:40: environments.narrow.find.smallest: is missing: expected the name of a parameter',
    ])
  })

  test.each([
    [
      'params: {users: 1, voiceShare: 1%, relays: 2, net: {dealy: 5ms}}',
      '4:53: params.net.dealy: unknown key (did you mean "delay"?)',
    ],
    [
      'params: {users: 1, voiceShare: 1%, relays: 2, verify: "yes"}',
      '4:55: params.verify: expected true or false, found "yes"',
    ],
    [
      'params: {users: 1, voiceShare: 1%, relays: 2, policy: svx}',
      '4:55: params.policy: expected one of svix, outpost or full-jitter, found "svx" (did you mean "svix"?)',
    ],
    [
      'params: {users: 1, voiceShare: 1%, relays: 9000}',
      '4:44: params.relays: relays times packet must be below 1 MB',
    ],
    [
      'params: {users: 1, voiceShare: 1%, relays: 2, regions: {eu: {weight: 2}}}',
      '4:70: params.regions.eu.weight: expected a share such as 3% or 0.01 %, found 2: missing unit (the unit is %) (did you mean "2%"?)',
    ],
    [
      'params: {users: 1, voiceShare: 1%, relays: 2, regions: {eu: {wieght: 2%}}}',
      '4:62: params.regions.eu.wieght: unknown key (did you mean "weight"?)',
    ],
    [
      'params: {users: 1, voiceShare: 1%, relays: 2, hours: [1, x]}',
      '4:58: params.hours[1]: expected a count such as 5, 12k or 900M, found "x": not a quantity',
    ],
    [
      'params: {users: 1, voiceShare: {low: 1%, mid: 2%, high: 3%, hgih: 4%}, relays: 2}',
      '4:61: params.voiceShare.hgih: unknown key: an interval has low, mid and high (did you mean "high"?)',
    ],
    [
      'params: {users: 1, voiceShare: 1%}',
      '4:1: params.relays: is missing: expected a number of hosts such as 24 or 24 hosts',
    ],
    [
      'params: {users: 1, voiceShare: 1%, relays: 2, __proto__: {relays: 3}}',
      '4:47: params: a key must be plain text',
    ],
  ])('%s', (line, message) => {
    expect(refusal(MINIMAL.replace(/params:.*/, line))).toEqual([`x.yaml:${message}`])
  })

  test.each([
    [
      'sweep: {relays: [7000, 9000]}',
      '5:17: sweep.relays: at relays = 9000: relays times packet must be below 1 MB',
    ],
    [
      'sweep: {relays: [9000, 7000]}',
      '5:17: sweep.relays: at relays = 9000: relays times packet must be below 1 MB',
    ],
    ['sweep: {level: [1, 12]}', '5:20: sweep.level[1]: Too big: expected number to be <=10'],
    ['sweep: {level: 8..12}', '5:16: sweep.level: at 11: Too big: expected number to be <=10'],
    ['sweep: {relays: 1..100, users: 1..101}', '5:8: sweep: 10100 points; at most 10000: give larger steps'],
    ['sweep: {relays: 8}', '5:17: sweep.relays: expected a range such as 8..64 or a list, found 8'],
    [
      'sweep: {policy: svix..outpost}',
      '5:17: sweep.policy: a range needs a number; this parameter takes a list of names',
    ],
    [
      'sweep: {policy: [svix, outpsot]}',
      '5:24: sweep.policy[1]: expected one of svix, outpost or full-jitter, found "outpsot"',
    ],
    [
      'sweep: {net: [1, 2]}',
      '5:9: sweep.net: the sim fixture has no parameter "net": it has users, voiceShare, relays, policy, arrivals, packet, verify, level, net.delay, net.loss, regions, hours',
    ],
    ['sweep: {relays: [2, 2]}', '5:21: sweep.relays[1]: 2 is listed twice'],
    ['sweep: {relays: []}', '5:17: sweep.relays: expected 1 to 10000 values, found 0'],
    [
      'find: {smallest: policy, in: [svix]}\nexpect: ["lost < 1%"]',
      '5:18: find.smallest: policy is not a number: only numbers can be searched',
    ],
    [
      'find: {smallest: relays, in: [4, x]}\nexpect: ["lost < 1%"]',
      '5:34: find.in[1]: expected a number of hosts such as 24 or 24 hosts, found "x": not a quantity',
    ],
    [
      'expect: "lost < 1%"',
      '5:9: expect: expected a list of texts such as "p99(wait) < 5 ms", found "lost < 1%"',
    ],
    ['until: {replications: 0}', '5:23: until.replications: replications must be 1 to 10000'],
    ['environments: [quick]', '5:15: environments: expected a map of environments, by name'],
    [
      'environments: {quick: fast}',
      '5:23: environments.quick: expected a map of the keys that this environment changes',
    ],
    ['<<: [3]', '5:6: <<: a merge key takes a map, or a list of maps'],
  ])('%s', (line, message) => {
    expect(refusal(MINIMAL + line)).toEqual([`x.yaml:${message}`])
  })

  test('merge keys: what a map says itself wins, of several the first', () => {
    const text = `${MINIMAL}environments:\n  a: &a {seed: 3}\n  b: {<<: *a}\n  c: &c {<<: [*a, {seed: 5}]}\n  d: {seed: 4, <<: *c}\n`
    const seed = (environment: string) => loadScenario('x.yaml', text, fixtureSims, { environment }).seed
    expect(['b', 'c', 'd'].map(seed)).toEqual([3, 3, 4])
  })

  test('a value that the sweep replaces must still be possible', () => {
    expect(refusal(`${MINIMAL.replace('relays: 2', 'relays: none')}sweep: {relays: [1, 2]}`)).toEqual([
      'x.yaml:4:44: params.relays: expected a number of hosts such as 24 or 24 hosts, found "none": not a quantity',
    ])
  })

  test('a sweep may reach into lists and records, as far as they go', () => {
    const listed = MINIMAL.replace('relays: 2', 'relays: 2, hours: [1, 2], regions: {eu: {weight: 1%}}')
    expect(load(`${listed}sweep: {hours.1: [5, 6], regions.eu.weight: [2%]}`).params).toMatchObject({
      hours: [1, 5],
      regions: { eu: { weight: 0.02 } },
    })
    expect(refusal(`${listed}sweep: {hours.9: [5, 6]}`)).toEqual([
      expect.stringContaining('5:9: sweep.hours.9: the sim fixture has no parameter "hours.9"') as string,
    ])
    expect(refusal(`${listed}sweep: {hours.length: [5, 6]}`)).toHaveLength(1)
    expect(refusal(`${listed}sweep: {regions.__proto__.weight: [2%]}`)).toEqual([])
  })

  test('of several files stand one file after another, settings last', () => {
    const [a, b] = ['a.yaml', 'b.yaml'].map((file) => ({ file, column: 1, key: 'k', message: 'm' }))
    const set = { file: '--set x=1', line: 0, column: 0, key: 'x', message: 'n' }
    const error = new ScenarioErrors([{ ...b!, line: 2 }, set, { ...a!, line: 9 }, { ...b!, line: 1 }, set])
    expect(error.message.split('\n')).toEqual([
      'b.yaml:1:1: k: m',
      'b.yaml:2:1: k: m',
      'a.yaml:9:1: k: m',
      '--set x=1: x: n',
    ])
  })

  test('of environments not chosen are told, but not what they merely lack', () => {
    const text = MINIMAL.replace(', relays: 2', '')
    const environments = 'environments:\n  a: {params: {relays: 2}}\n  b: {params: {users: -1}}\n'
    const [lacking, negative] = [
      'x.yaml:4:1: params.relays: is missing: expected a number of hosts such as 24 or 24 hosts',
      'x.yaml:7:23: environments.b.params.users: impossible value -1: must be at least 0',
    ]
    expect(refusal(text + environments)).toEqual([lacking, negative])
    expect(refusal(text + environments, { environment: 'a' })).toEqual([negative])
    expect(refusal(text + environments.replace('-1', '1'), { environment: 'a' })).toEqual([])
  })

  test('more than fifty are counted', () => {
    const regions = Array.from({ length: 60 }, (_, i) => `r${i}: {weight: ${i}}`).join(', ')
    const lines = refusal(MINIMAL.replace('relays: 2', `relays: 2, regions: {${regions}}`))
    expect(lines).toHaveLength(51)
    expect(lines.at(-1)).toBe('and 10 more')
  })

  test('carry their parts', () => {
    expect(() => load(MINIMAL.replace('1%', '3'))).toThrow(
      expect.objectContaining({
        errors: [
          {
            file: 'x.yaml',
            line: 4,
            column: 32,
            key: 'params.voiceShare',
            expected: 'a share such as 3% or 0.01 %',
            found: '3',
            nearest: '3%',
            message: 'expected a share such as 3% or 0.01 %, found 3: missing unit (the unit is %)',
          },
        ],
      }),
    )
  })
})

describe('settings', () => {
  test.each([
    ['params.voiceShare=3%', { params: { voiceShare: 0.03 } }],
    ['params.net.delay=5 ms', { params: { net: { delay: 0.005 } } }],
    ['params.voiceShare={low: 1%, mid: 2%, high: 3%}', { params: { voiceShare: 0.02 } }],
    ['until.replications=4', { until: { min: 4, max: 4, halfWidth: null } }],
    ['sweep.relays=[4, 8]', { sweep: [{ param: 'relays', values: [4, 8] }] }],
    ['expect[0]=lost < 2%', { expect: [{ metric: 'lost', value: 0.02 }] }],
    ['name=other', { name: 'other' }],
    [' seed = 12 ', { seed: 12 }],
    ['question=Is a = b?', { question: 'Is a = b?' }],
  ])('%s', (setting, changed) => {
    expect(load(`${MINIMAL}expect: ["lost < 1%"]`, { set: [setting] })).toMatchObject(changed)
  })

  test.each([
    ['seed', '--set seed: expected PATH=VALUE, such as params.servers=12'],
    ['=3', '--set =3: expected PATH=VALUE, such as params.servers=12'],
    ['params..x=3', '--set params..x=3: expected PATH=VALUE, such as params.servers=12'],
    ['params.__proto__.x=3', '--set params.__proto__.x=3: expected PATH=VALUE, such as params.servers=12'],
    ['sede=3', '--set sede=3: sede: unknown key (did you mean "seed"?)'],
    ['seed=[', '--set seed=[: seed: not valid YAML: Flow sequence must end with a ]'],
    ['seed=', '--set seed=: seed: is empty: expected a whole number of at least 0, at most 2^53 - 1'],
    [
      'environments.quick.seed=3',
      '--set environments.quick.seed=3: environments: cannot be set: choose one by its name',
    ],
    [
      'params.voiceShare=3',
      '--set params.voiceShare=3: params.voiceShare: expected a share such as 3% or 0.01 %, found 3: missing unit (the unit is %) (did you mean "3%"?)',
    ],
  ])('%s is refused', (setting, message) => {
    expect(refusal(MINIMAL, { set: [setting] })).toEqual([message])
  })
})

describe('a steady state that not every point has', () => {
  /** Beyond 30 relays, or 50 % who talk, there is none; a level above 5 says how long a span is. */
  const steady = {
    refuses: ({ relays, voiceShare }: FixtureParams) =>
      relays > 30 || voiceShare > 0.5 ? 'that many have no steady state' : null,
    span: ({ level }: FixtureParams) => (level > 5 ? 60 : null),
  }
  const sim = { ...fixture, horizons: ['steady', 'span'], steady } as unknown as Sim
  const sims = new Map([[sim.name, sim]])
  const load = (rest: string) => loadScenario('x.yaml', `name: x\nquestion: q?\nsim: fixture\n${rest}`, sims)
  const refused = (rest: string): string[] => {
    try {
      load(rest)
      return []
    } catch (error) {
      return (error as ScenarioErrors).errors.map(({ key, message }) => `${key}: ${message}`)
    }
  }
  const asked = (relays: string): string => `params: {users: 1, voiceShare: 1%, relays: ${relays}}\n`

  test.each([
    [
      'the first point',
      `${asked('31')}sweep: {level: [1, 2]}\n`,
      'horizon: that many have no steady state: ask about a span (horizon: span)',
    ],
    [
      'a later point of a sweep',
      `${asked('2')}sweep: {relays: [30, 31]}\n`,
      'sweep.relays: at relays = 31: that many have no steady state: ask about a span (horizon: span)',
    ],
    [
      'a later value of a search',
      `${asked('2')}find: {smallest: relays, in: 2..40}\nexpect: ["lost < 1 %"]\n`,
      'find.in: at relays = 31: that many have no steady state: ask about a span (horizon: span)',
    ],
    [
      'an end of an assumption',
      'params: {users: 1, voiceShare: {low: 1%, mid: 2%, high: 60%}, relays: 2}\n',
      'params.voiceShare: at voiceShare = 60 %: that many have no steady state: ask about a span (horizon: span)',
    ],
    [
      'a point whose span is not given',
      `horizon: span\n${asked('2')}sweep: {level: [6, 5]}\n`,
      'sweep.level: at level = 5: a question about a span needs its length: params.span is missing',
    ],
  ])('is refused at %s', (_where, rest, message) => {
    expect(refused(rest)).toEqual([message])
  })

  test('is refused with what may be asked instead, for tools', () => {
    const errors: unknown = expect.arrayContaining([
      expect.objectContaining({ key: 'horizon', expected: 'span' }),
    ])
    expect(() => load(asked('31'))).toThrow(expect.objectContaining({ errors }) as Error)
  })

  test('is refused of a point that is only measured later, such as a case that is drawn', () => {
    const scenario = load(asked('2'))
    expect(paramsAt(scenario, { relays: 30 })).toMatchObject({ relays: 30 })
    expect(() => paramsAt(scenario, { relays: 31 })).toThrow(/that many have no steady state/)
  })
})

describe('readScenario', () => {
  test('names the file and what is wrong with it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scenario-'))
    const path = join(folder, 'x.yaml')
    const reading = () => readScenario(path, fixtureSims)
    try {
      expect(reading).toThrow(`${path}:1:1: no such file`)
      writeFileSync(path, Uint8Array.of(0x6e, 0xff, 0x3a))
      expect(reading).toThrow(`${path}:1:1: not UTF-8 text`)
      writeFileSync(path, 'a'.repeat(1024 * 1024 + 1))
      expect(reading).toThrow(`${path}:1:1: the file is longer than 1 MiB`)
      expect(() => readScenario(folder, fixtureSims)).toThrow(`${folder}:1:1: not a file`)
      writeFileSync(path, MINIMAL)
      expect(reading()).toEqual(loadScenario(path, MINIMAL, fixtureSims))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
