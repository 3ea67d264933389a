import fc from 'fast-check'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { arrivalLoad, lengthOf, meanRate, MOST_INTERVALS, ratesOf } from '../../contract/arrival-load.ts'
import { defineSim, type Sim } from '../../contract/sim.ts'
import { CSV_TEMPLATE, MAX_CSV, readArrivals } from './arrivals-csv.ts'
import { formatError } from './errors.ts'
import { loadScenario, readScenario, ScenarioErrors } from './load.ts'

const problems = (text: string): string[] => readArrivals('a.csv', text).errors.map(formatError)
const good = (text: string) => {
  const { load, errors } = readArrivals('a.csv', text)
  expect(errors).toEqual([])
  return load!
}

describe('a load that can be read', () => {
  it.each([
    ['seconds', 'time,arrivals\n0,5\n60,7\n120,0\n'],
    ['durations', 'time,arrivals\n0s,5\n1min,7\n2min,0\n'],
    ['dates, UTC', 'time,arrivals\n2026-11-02T00:00Z,5\n2026-11-02T00:01Z,7\n2026-11-02 00:02:00,0'],
    [
      'dates with a zone',
      'time,arrivals\n2026-11-02T01:00+01:00,5\n2026-11-02T00:01Z,7\n2026-11-02T00:02Z,0',
    ],
    [
      'comments, blank lines, CRLF, a BOM',
      '\uFEFF# a\r\n\r\ntime,arrivals\r\n0,5\r\n# b\r\n60,7\r\n120,0\r\n',
    ],
    [
      'quotes, other columns, another order',
      'Arrivals,"who, where",TIME\n5,"a, ""b""",0\n7,,60\n0,c,"120"\n',
    ],
  ])('%s', (_, text) => {
    expect(good(text)).toEqual({ every: 60, arrivals: [5, 7, 0] })
  })

  it.each([
    ['2026-11-02T00:00Z', '2026-11-02T01:00Z', undefined],
    ['2026-11-02T00:00-08:00', '2026-11-02T01:00-08:00', 8 * 3600],
    ['2026-11-02T00:00:00+05:30', '2026-11-02T01:00:00+05:30', 18.5 * 3600],
    ['2026-11-02 06:30', '2026-11-02 07:30', 6.5 * 3600],
    ['8h', '9h', 8 * 3600],
    ['1793577600', '1793581200', undefined],
    ['1793606400', '1793610000', 8 * 3600],
  ])('from %s on, with the time of that day in UTC', (first, second, start) => {
    expect(good(`time,arrivals\n${first},5\n${second},7\n`)).toEqual({ every: 3600, arrivals: [5, 7], start })
  })

  it('the template, which is a day of hours', () => {
    const load = good(CSV_TEMPLATE)
    expect(load.every).toBe(3600)
    expect(load.arrivals).toHaveLength(24)
    expect(lengthOf(load)).toBe(86_400)
    expect(meanRate(load)).toBeGreaterThan(1)
    expect(ratesOf(load, 2 * meanRate(load))[3]).toBeCloseTo((2 * load.arrivals[3]!) / 3600, 9)
  })
})

describe('a broken one says where and why', () => {
  const rows = (data: string): string => `time,arrivals\n${data}\n`
  it.each<[string, string, string[]]>([
    ['empty', '', ['a.csv:1:1: the file is empty: expected the header time,arrivals']],
    ['comments only', '# x\n', ['a.csv:1:1: the file is empty: expected the header time,arrivals']],
    [
      'no header',
      '0,5\n60,7\n',
      [
        'a.csv:1:1: no column is called "time": the header is time,arrivals',
        'a.csv:1:1: no column is called "arrivals": the header is time,arrivals',
      ],
    ],
    [
      'misspelt column',
      'time,arrival\n0,5\n60,7\n',
      ['a.csv:1:1: no column is called "arrivals", but one called "arrival": the header is time,arrivals'],
    ],
    ['a column twice', 'time,arrivals,time\n0,5,1\n60,7,1\n', ['a.csv:1:15: two columns are called "time"']],
    [
      'semicolons',
      'time;arrivals\n0;5\n60;7\n',
      ['a.csv:1:1: columns are cut at commas, not at semicolons or tabs'],
    ],
    [
      'header alone',
      'time,arrivals\n',
      ['a.csv:1:1: fewer than two rows below the header: they say how long an interval is'],
    ],
    [
      'one row',
      rows('0,5'),
      ['a.csv:1:1: fewer than two rows below the header: they say how long an interval is'],
    ],
    ['too few columns', rows('0,5\n60'), ['a.csv:3:1: 1 columns, but the header has 2']],
    ['a thousands separator', rows('0,5\n60,1,000'), ['a.csv:3:6: 3 columns, but the header has 2']],
    [
      'no time',
      rows('0,5\nnoon,7'),
      ['a.csv:3:1: expected a time such as 2026-11-02T08:00:00Z, 90min or a number of seconds, found "noon"'],
    ],
    [
      'a day that is none',
      rows('2026-02-01T00:00Z,5\n2026-13-01T00:00Z,7'),
      [
        'a.csv:3:1: expected a time such as 2026-11-02T08:00:00Z, 90min or a number of seconds, found "2026-13-01T00:00Z"',
      ],
    ],
    ['no arrivals', rows('0,5\n60,'), ['a.csv:3:4: expected how many arrive, 0 or more, found nothing']],
    [
      'negative',
      rows('0,5\n60,-2'),
      ['a.csv:3:4: expected how many arrive, 0 or more, found "-2": nobody can un-arrive'],
    ],
    ['no number', rows('0,5\n60, NaN'), ['a.csv:3:4: expected how many arrive, 0 or more, found "NaN"']],
    ['infinite', rows('0,5\n60,1e999'), ['a.csv:3:4: expected how many arrive, 0 or more, found "1e999"']],
    ['backwards', rows('60,5\n0,7'), ['a.csv:3:1: earlier than the row before: rows go forward in time']],
    [
      'the same time',
      rows('0,5\n60,7\n60,8'),
      ['a.csv:4:1: the same time as the row before: rows go forward in time'],
    ],
    [
      'a gap',
      rows('0,5\n60,7\n180,8'),
      [
        'a.csv:4:1: 2 min after the row before, but the first two rows are 60 s apart: intervals are equally long',
      ],
    ],
    ['nobody', rows('0,0\n60,0'), ['a.csv:2:3: nobody arrives: every interval says 0']],
    ['next to nobody', rows('0,1e-300\n60,0.5'), ['a.csv:2:3: fewer than one arrives in all: 0.5']],
    [
      'an interval of ages',
      rows('0,5\n1e308,7'),
      ['a.csv:3:1: more than a year after the row before: give shorter intervals'],
    ],
    ['an open quote', rows('0,"5\n60,7'), ['a.csv:2:3: a quote that is not closed on its line']],
    ['text after a quote', rows('0,"5"x\n60,7'), ['a.csv:2:6: expected a comma after a closing quote']],
    [
      'several at once',
      rows('x,5\n60,y\n120,-1'),
      [
        'a.csv:2:1: expected a time such as 2026-11-02T08:00:00Z, 90min or a number of seconds, found "x"',
        'a.csv:3:4: expected how many arrive, 0 or more, found "y"',
        'a.csv:4:5: expected how many arrive, 0 or more, found "-1": nobody can un-arrive',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected)
  })

  it('too long a file stops where it is too long, and a million bad rows are not all told', () => {
    const long = rows(Array.from({ length: MOST_INTERVALS + 5 }, (_, i) => `${i},1`).join('\n'))
    expect(problems(long)).toEqual([
      `a.csv:${MOST_INTERVALS + 2}:1: more than ${MOST_INTERVALS} rows: give longer intervals`,
    ])
    expect(problems(rows(Array.from({ length: 500 }, () => 'x,y').join('\n')))).toHaveLength(50)
  })

  it('no text makes the reader throw, and what it reads is a load (invariant 11)', () => {
    const piece = fc.constantFrom(
      'time',
      'arrivals',
      ',',
      '\n',
      '"',
      '0',
      '60',
      '-1',
      '5',
      '1e9',
      ';',
      '#',
      'é',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { load, errors } = readArrivals('a.csv', pieces.join(''))
        expect(load === null).toBe(errors.length > 0)
        const { every, arrivals } = load ?? { every: 1, arrivals: [1] }
        expect(every > 0 && arrivals.every((count) => count >= 0)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('in a scenario', () => {
  const folder = mkdtempSync(join(tmpdir(), 'load-'))
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })
  const sim = defineSim<{ load?: { every: number; arrivals: readonly number[] } | undefined }>({
    name: 'toy',
    summary: '',
    params: z.strictObject({ load: arrivalLoad() }),
    metrics: {},
    replicate: () => {
      throw new Error('not run')
    },
    answer: () => ({ text: '', value: null, unit: 's', low: null, high: null }),
    charts: () => [],
  }) as unknown as Sim
  const sims = new Map([[sim.name, sim]])
  const scenario = (load: string): string => `name: t\nquestion: q?\nsim: toy\nparams:\n  load: ${load}\n`
  const written = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const refusal = (run: () => unknown): string => {
    try {
      run()
    } catch (error) {
      if (error instanceof ScenarioErrors) return error.message.replaceAll(folder, 'DIR')
      throw error
    }
    return ''
  }

  it('a file is found beside it, and written out it needs no file', () => {
    written('ok.csv', 'time,arrivals\n0,5\n60,7\n')
    const path = written('ok.yaml', scenario('{ csv: ok.csv }'))
    const read = readScenario(path, sims)
    expect(read.params).toEqual({ load: { every: 60, arrivals: [5, 7] } })
    const again = loadScenario('again.yaml', read.resolvedYaml, sims)
    expect(again.params).toEqual(read.params)
    expect(read.resolvedYaml).not.toContain('csv')
  })

  it('the time of its first row goes with it', () => {
    written('ok8.csv', 'time,arrivals\n2026-11-02T00:00-08:00,5\n2026-11-02T00:01-08:00,7\n')
    const read = readScenario(written('ok8.yaml', scenario('{ csv: ok8.csv }')), sims)
    expect(read.params).toEqual({ load: { every: 60, arrivals: [5, 7], start: 28_800 } })
    expect(loadScenario('again.yaml', read.resolvedYaml, sims).params).toEqual(read.params)
  })

  it('an environment and --set may name another, the latter from where one stands', () => {
    written('two.csv', 'time,arrivals\n0,1\n60,2\n')
    const text = `${scenario('{ csv: ok.csv }')}environments: { two: { params: { load: { csv: two.csv } } } }\n`
    const path = written('env.yaml', text)
    expect(readScenario(path, sims, { environment: 'two' }).params).toMatchObject({
      load: { arrivals: [1, 2] },
    })
    const set = [`params.load.csv=${join(folder, 'two.csv')}`]
    expect(readScenario(path, sims, { set }).params).toMatchObject({ load: { arrivals: [1, 2] } })
  })

  it('the later of a file and a load written out counts, whichever is in the environment', () => {
    const out = '{ every: 5min, arrivals: [8, 9] }'
    const two = (base: string, environment: string): string =>
      written('both.yaml', `${scenario(base)}environments: { two: { params: { load: ${environment} } } }\n`)
    const chosen = (path: string) => readScenario(path, sims, { environment: 'two' }).params
    expect(chosen(two('{ csv: ok.csv }', out))).toEqual({ load: { every: 300, arrivals: [8, 9] } })
    expect(chosen(two(out, '{ csv: ok.csv }'))).toEqual({ load: { every: 60, arrivals: [5, 7] } })
    const plain = written('plain.yaml', scenario(out))
    const set = [`params.load.csv=${join(folder, 'ok.csv')}`]
    expect(readScenario(plain, sims, { set }).params).toEqual({ load: { every: 60, arrivals: [5, 7] } })
    const file = written('file.yaml', scenario('{ csv: ok.csv }'))
    const outSet = ['params.load.every=5min', 'params.load.arrivals=[8, 9]']
    expect(readScenario(file, sims, { set: outSet }).params).toEqual({
      load: { every: 300, arrivals: [8, 9] },
    })
  })

  it.each([
    ['{ csv: ok.csv, evry: 5min }', 'x.yaml:5:24: params.load.evry: unknown key (did you mean "every"?)'],
    [
      '{ csv: ok.csv, every: 5min }',
      'x.yaml:5:24: params.load.every: the file says when and how many arrive: leave out one of them',
    ],
    [
      '{ arrivals: [1, 2], csv: ok.csv }',
      'x.yaml:5:11: params.load.arrivals: the file says when and how many arrive: leave out one of them',
    ],
  ])('nothing stands beside a file: %s', (load, message) => {
    written('ok.csv', 'time,arrivals\n0,5\n60,7\n')
    const path = written('x.yaml', scenario(load))
    expect(refusal(() => readScenario(path, sims))).toBe(`DIR/${message}`)
    // In an environment that is not chosen as well.
    const other = `${scenario('{ csv: ok.csv }')}environments: { two: { params: { load: ${load} } } }\n`
    expect(refusal(() => readScenario(written('y.yaml', other), sims))).toContain(
      message.replace(/^.*params/, 'environments.two.params'),
    )
  })

  it('a broken file of an environment that is not chosen is told', () => {
    written('bad.csv', 'time,arrivals\n0,5\n60,-7\n')
    const other = `${scenario('{ csv: ok.csv }')}environments: { two: { params: { load: { csv: bad.csv } } } }\n`
    expect(refusal(() => readScenario(written('y.yaml', other), sims))).toContain('nobody can un-arrive')
  })

  it('what is wrong is told with its place: in the CSV, or where its name is written', () => {
    written('bad.csv', 'time,arrivals\n0,5\n60,-7\n')
    mkdirSync(join(folder, 'folder.csv'))
    writeFileSync(join(folder, 'latin.csv'), Buffer.from([0x74, 0xe9, 0x0a]))
    written('large.csv', '#'.repeat(MAX_CSV + 1))
    const from = (csv: string): string =>
      refusal(() => readScenario(written('x.yaml', scenario(`{ csv: ${csv} }`)), sims))
    expect(from('bad.csv')).toBe(
      'DIR/bad.csv:3:4: expected how many arrive, 0 or more, found "-7": nobody can un-arrive',
    )
    expect(from('none.csv')).toBe('DIR/x.yaml:5:16: params.load.csv: DIR/none.csv: no such file')
    expect(from('folder.csv')).toBe('DIR/x.yaml:5:16: params.load.csv: DIR/folder.csv: not a file')
    expect(from('large.csv')).toBe(
      'DIR/x.yaml:5:16: params.load.csv: DIR/large.csv: the file is longer than 4 MiB',
    )
    expect(from('latin.csv')).toBe('DIR/x.yaml:5:16: params.load.csv: DIR/latin.csv: not UTF-8 text')
  })

  it.each([
    [
      '{ csv: ok.csv }',
      'x.yaml:5:9: params.load: a file is read only where it is written in params, not in a sweep',
    ],
    [
      '{ every: 5min }',
      'x.yaml:5:9: params.load: expected { csv: FILE }, or { every: 5min, arrivals: [512, 498, ...] }',
    ],
    [
      '{ every: 60s, arrivals: [1e-300, 0.25] }',
      'x.yaml:5:9: params.load: fewer than one arrives in all: 0.25',
    ],
    ['{ every: 60s, arrivals: [0, 0] }', 'x.yaml:5:9: params.load: nobody arrives: every interval says 0'],
    ['{ csw: ok.csv }', 'x.yaml:5:11: params.load.csw: unknown key (did you mean "csv"?)'],
  ])('a text alone: %s', (load, message) => {
    expect(refusal(() => loadScenario('x.yaml', scenario(load), sims)).split('\n')).toContain(message)
  })
})
