import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareFolders } from '../compare/read.ts'
import { writeIndex } from '../page/index-page.ts'
import { hostileTexts } from '../testing/hostile.ts'
import { voiceFleet } from '../testing/voice-fleet.ts'
import { tryIndex } from './index-file.ts'
import { documentText, folderName, readRun, RunFolderError, writeReport, writeRun } from './write.ts'

let out: string
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'flowbench-report-'))
})
afterAll(() => rm(out, { recursive: true, force: true }))

const listing = async (dir: string): Promise<Record<string, string>> => {
  const names = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  )
  const pairs = names.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name)
    return [path.slice(dir.length + 1), (await readFile(path)).toString('base64')] as const
  })
  return Object.fromEntries((await Promise.all(pairs)).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

describe('the folder of a run', () => {
  it('holds page, charts three ways, result, series and scenario, and says which', async () => {
    const input = voiceFleet()
    const written = await writeReport(input, out)
    expect(written.dir).toBe(join(out, 'voice-fleet-week'))
    const files = await listing(written.dir)
    expect(Object.keys(files)).toEqual([...written.files].toSorted())
    expect(Object.keys(files)).toEqual(
      [
        'report.html',
        'result.json',
        'run.json',
        'scenario.yaml',
        'points.csv',
        'series.csv',
        ...['knee', 'tornado', 'utilisation', 'week'].flatMap((name) =>
          ['svg', 'png', 'vl.json'].map((ending) => `charts/${name}.${ending}`),
        ),
      ].toSorted(),
    )
    expect(await readFile(join(written.dir, 'result.json'), 'utf8')).toBe(documentText(input.document))
    expect(await readFile(join(written.dir, 'scenario.yaml'), 'utf8')).toBe(input.scenarioYaml)
  })

  it('is read back whole, and rebuilt to the same bytes', async () => {
    const input = voiceFleet()
    const { dir } = await writeReport(input, out)
    const before = await listing(dir)
    const read = await readRun(dir)
    expect(read).toEqual(input)
    await writeRun(read, dir)
    expect(await listing(dir)).toEqual(before)
  })

  it('loses the charts of an earlier run, and nothing else', async () => {
    const dir = join(out, 'twice')
    const input = voiceFleet()
    await writeRun({ ...input, charts: input.charts.slice(0, 2) }, dir)
    await writeFile(join(dir, 'charts', 'notes.txt'), 'mine')
    await writeRun({ ...input, charts: input.charts.slice(0, 1) }, dir)
    expect((await readdir(join(dir, 'charts'))).toSorted()).toEqual([
      'knee.png',
      'knee.svg',
      'knee.vl.json',
      'notes.txt',
      'tornado.png',
      'tornado.svg',
      'tornado.vl.json',
    ])
  })

  it.each([...hostileTexts, '../../etc', '..', '.', '', '/root', 'a/b', 'con\u0000'])(
    'is below the output folder for a scenario called %j',
    (name) => {
      expect(folderName(name)).toMatch(/^[\p{L}\p{N}_-][\p{L}\p{N}._-]*$/u)
    },
  )

  it('refuses a chart whose name is a path, before anything is written', async () => {
    const input = voiceFleet()
    const charts = [{ ...input.charts[0]!, name: '../evil' }]
    await expect(writeRun({ ...input, charts }, join(out, 'never'))).rejects.toThrow(RunFolderError)
    await expect(readdir(join(out, 'never'))).rejects.toThrow('ENOENT')
  })
})

describe('a folder that is no run', () => {
  const whole = () => join(out, 'whole')
  beforeAll(async () => {
    const { document, ...rest } = voiceFleet()
    await writeRun(
      { ...rest, document: { ...document, assumptions: [] }, charts: rest.charts.slice(2) },
      whole(),
    )
  }, 60_000)
  const broken = async (change: (dir: string) => Promise<unknown>): Promise<unknown> => {
    const dir = await mkdtemp(join(out, 'broken-'))
    await cp(whole(), dir, { recursive: true })
    await change(dir)
    return readRun(dir).catch((error: unknown) => error)
  }

  it.each([
    ['is empty', 'result.json', (dir: string) => rm(join(dir, 'result.json')), 'is missing'],
    [
      'holds half a document',
      'result.json',
      (dir: string) => writeFile(join(dir, 'result.json'), '{"schema":'),
      'is not JSON',
    ],
    [
      'holds another schema',
      'result.json',
      (dir: string) => writeFile(join(dir, 'result.json'), '{"schema":"k6"}'),
      'schema',
    ],
    [
      'holds an array',
      'result.json',
      (dir: string) => writeFile(join(dir, 'result.json'), '[]'),
      'not a flowbench run',
    ],
    ['lost its run.json', 'run.json', (dir: string) => rm(join(dir, 'run.json')), 'is missing'],
    [
      'names charts elsewhere',
      'run.json',
      (dir: string) =>
        writeFile(
          join(dir, 'run.json'),
          JSON.stringify({
            schema: 'flowbench.report/1',
            charts: ['../../x'],
            metricLabels: {},
            wallClock: [],
            series: {},
          }),
        ),
      'charts.0',
    ],
    [
      'lost a chart',
      'utilisation.vl.json',
      (dir: string) => rm(join(dir, 'charts/utilisation.vl.json')),
      'is missing',
    ],
    [
      'has a foreign chart',
      'utilisation.vl.json',
      (dir: string) => writeFile(join(dir, 'charts/utilisation.vl.json'), '{"mark":"bar"}'),
      'not a chart',
    ],
    [
      'has a folder for a file',
      'scenario.yaml',
      async (dir: string) => {
        await rm(join(dir, 'scenario.yaml'))
        await mkdir(join(dir, 'scenario.yaml'))
      },
      'EISDIR',
    ],
  ])('because it %s, is refused by the file at fault', async (_, file, change, problem) => {
    const error = await broken(change)
    expect(error).toBeInstanceOf(RunFolderError)
    expect((error as RunFolderError).path).toMatch(new RegExp(`${file}$`))
    expect((error as RunFolderError).message).toContain(problem)
  })

  it('is refused when it is not there at all', async () => {
    await expect(readRun(join(out, 'nowhere'))).rejects.toThrow(RunFolderError)
  })
})

describe('the index', () => {
  it('lists whole runs by folder, with verdict and answer, and escapes what they say', async () => {
    const dir = await mkdtemp(join(out, 'index-'))
    const input = voiceFleet()
    const named = (scenario: string, over: object) => ({
      ...input,
      charts: [],
      document: { ...input.document, scenario, assumptions: [], ...over },
    })
    await writeReport(named('b-run', {}), dir)
    await writeReport(named('a-run', { verdict: 'fail', question: hostileTexts[0] }), dir)
    await mkdir(join(dir, 'c-half'))
    await writeFile(join(dir, 'c-half', 'result.json'), documentText(input.document))
    await mkdir(join(dir, 'd-foreign'))
    await writeFile(join(dir, 'd-foreign', 'report.html'), '')
    await writeFile(join(dir, 'd-foreign', 'result.json'), '{}')
    const { path, runs } = await writeIndex(dir)
    expect(runs).toEqual(['a-run', 'b-run'])
    const page = await readFile(path, 'utf8')
    expect(page).toContain('2 runs: 1 PASS, 1 FAIL.')
    expect(page).toContain('href="a-run/report.html"')
    expect(page.match(/24 relay hosts keep/g)).toHaveLength(2)
    expect(page).not.toContain('<script')
    await writeIndex(dir)
    expect(await readFile(path, 'utf8')).toBe(page)
  })

  it('lists shoot-outs beside runs, also in one folder', async () => {
    const dir = await mkdtemp(join(out, 'shoot-outs-'))
    const input = voiceFleet()
    await writeReport({ ...input, charts: [], document: { ...input.document, assumptions: [] } }, dir)
    const shootout = {
      schema: 'flowbench.shootout/1',
      suite: 'curated',
      engines: [{ id: 'a', version: '1' }],
      definitions: [],
      growth: [],
      cases: [],
    }
    for (const folder of ['voice-fleet-week', 'other & more', 'broken']) {
      await mkdir(join(dir, folder), { recursive: true })
      await writeFile(join(dir, folder, 'shootout.html'), '')
      await writeFile(
        join(dir, folder, 'shootout.json'),
        folder === 'broken' ? '{}' : JSON.stringify(shootout),
      )
    }
    const { path, runs } = await writeIndex(dir)
    expect(runs).toEqual(['voice-fleet-week'])
    const page = await readFile(path, 'utf8')
    expect(page).toContain('1 run: 1 PASS. 2 shoot-outs.')
    expect(page).toContain('href="voice-fleet-week/report.html"')
    expect(page).toContain('href="voice-fleet-week/shootout.html"')
    expect(page).toContain('href="other%20%26%20more/shootout.html"')
    expect(page).not.toContain('broken/')
  })

  it('is written where there is none, an empty one or one of ours, and replaces no other', async () => {
    const dir = await mkdtemp(join(out, 'foreign-'))
    const index = join(dir, 'index.html')
    for (const before of [null, '', await readFile((await writeIndex(dir)).path, 'utf8')]) {
      await rm(index, { force: true })
      if (before !== null) await writeFile(index, before)
      await tryIndex(dir)
      expect(await readFile((await writeIndex(dir)).path, 'utf8')).toContain('No run yet.')
    }
    const theirs = '<!doctype html><title>my site</title>'
    await writeFile(index, theirs)
    for (const write of [tryIndex, writeIndex])
      await expect(write(dir)).rejects.toThrow(
        /index\.html: was not written by flowbench and is not replaced/,
      )
    expect(await readFile(index, 'utf8')).toBe(theirs)
    await rm(index)
    await mkdir(index)
    await expect(tryIndex(dir)).rejects.toThrow(/index\.html: cannot be written to: a folder is in the way/)
  })

  it('says so when there is none', async () => {
    const dir = await mkdtemp(join(out, 'empty-'))
    const { path } = await writeIndex(dir)
    expect(await readFile(path, 'utf8')).toContain('No run yet.')
  })
})

it('a folder that is unfinished is read by nobody, and says so', async () => {
  const dir = await mkdtemp(join(out, 'unfinished-'))
  const { dir: run } = await writeReport(voiceFleet(), dir)
  expect((await writeIndex(dir)).runs).toEqual(['voice-fleet-week'])
  await writeFile(join(run, 'UNFINISHED.txt'), '')
  await expect(readRun(run)).rejects.toThrow(/voice-fleet-week: is unfinished/)
  await expect(compareFolders(run, run)).rejects.toThrow(/voice-fleet-week: is unfinished/)
  expect((await writeIndex(dir)).runs).toEqual([])
  // As it is once it is written anew.
  await writeReport(voiceFleet(), dir)
  expect((await writeIndex(dir)).runs).toEqual(['voice-fleet-week'])
})
