import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { claimFolder } from '../reports/folder/claim.ts'
import { writeReport } from '../reports/folder/write.ts'
import { voiceFleet } from '../reports/testing/voice-fleet.ts'
import { sims } from '../sims/index.ts'
import type { RunDocument } from '../sims/lab/contract/document.ts'
import type { Measures } from '../sims/lab/contract/sim.ts'
import { commandLine } from './command-line.ts'
import { describeSim } from './describe-sim.ts'
import { exitCodeOf, explain } from './exit.ts'
import { simEntry } from './list.ts'
import { describe as describeProgress } from './progress.ts'
import { quote } from './reproduce.ts'
import { flowbench, ROOT } from './testing/flowbench.ts'
import { refused } from './testing/refused.ts'

const folder = mkdtempSync(join(tmpdir(), 'flowbench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const out = (name: string) => ['--out', join(folder, name)]
const MMC = join('scenarios', 'mm-c-theory.yaml')
/**
 * Sizes that are enough to look at what is told, and how: one that passes, one that stops by its precision as a whole run
 * does, and one that is decided at once. Inline, where threads are not what is looked at.
 */
const ENOUGH = ['--env', 'quick', '--set', 'params.span=1h', '--replications', '10', '--inline']
const PRECISE = [
  '--env',
  'quick',
  '--set',
  'params.span=20min',
  '--set',
  'until={halfWidth: 10%, replications: 5..60}',
]
const BRIEF = ['--env', 'quick', '--set', 'params.span=10min', '--replications', '3', '--inline']

describe('flowbench run', () => {
  it('prints the same bytes with 1 and 2 workers, and without any (invariant 3)', async () => {
    const [one, none, two] = await Promise.all([
      flowbench(['run', MMC, ...PRECISE, '--json', '--workers', '1', ...out('one')]),
      flowbench(['run', MMC, ...PRECISE, '--json', '--inline', ...out('none')]),
      flowbench(['run', MMC, ...PRECISE, '--json', '--workers', '2', ...out('two')]),
    ])
    expect(one.code, one.stderr).toBe(0)
    expect(two.stdout).toBe(one.stdout)
    expect(none.stdout).toBe(one.stdout)
    const body = JSON.parse(one.stdout) as RunDocument
    expect(body.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(body.theory.length).toBeGreaterThan(2)
    expect(readFileSync(join(folder, 'one', 'mm-c-theory', 'result.json'), 'utf8')).toBe(one.stdout)
    expect(existsSync(join(folder, 'one', 'index.html'))).toBe(true)

    const again = await flowbench(['report', 'mm-c-theory', ...out('one')])
    expect(again.code, again.stderr).toBe(0)
    // All but the footer's wall-clock facts.
    const page = (name: string) => {
      const html = readFileSync(join(folder, name, 'mm-c-theory', 'report.html'), 'utf8')
      return html.replaceAll(/Ran for \d+ s on \d workers/g, '')
    }
    expect(page('one')).toBe(page('two'))
  })

  it('sends a small voice week through the real relay, the same with 1 and 2 workers', async () => {
    const small = ['run', 'scenarios/voice-fleet-week.yaml', '--env', 'quick', '--json']
    small.push(
      '--set',
      'params.weeklyActiveUsers=9M',
      '--set',
      'params.coresPerHost=1',
      '--replications',
      '2',
    )
    const [one, two] = await Promise.all([
      flowbench([...small, '--workers', '1', ...out('voice-one')]),
      flowbench([...small, '--workers', '2', ...out('voice-two')]),
    ])
    expect(one.code, one.stderr).toBe(0)
    expect(two.stdout).toBe(one.stdout)
    const document = JSON.parse(one.stdout) as RunDocument
    // Two hosts in each of eight clusters: one to lose.
    expect(document.answer.value).toBe(16)
    expect(document.assumptions.map((one) => one.effect?.of)).toEqual(Array(5).fill('relayHosts'))
    expect(document.invariants.length).toBeGreaterThan(0)
    expect(document.invariants.filter((one) => !one.ok)).toEqual([])
  })

  it('exits 99 when an expectation fails, and when the system is overloaded', async () => {
    const brief = ['run', MMC, ...BRIEF, '--json']
    const [failed, overloaded] = await Promise.all([
      flowbench([...brief, '--set', 'expect=["mean(wait) < 1 ms"]', ...out('failed')]),
      flowbench([...brief, '--set', 'params.arrivalRate=25/s', ...out('overloaded')]),
    ])
    expect(failed.code).toBe(99)
    expect((JSON.parse(failed.stdout) as RunDocument).verdict).toBe('fail')
    expect(overloaded.code).toBe(99)
    const document = JSON.parse(overloaded.stdout) as RunDocument
    expect(document.verdict).toBe('overloaded')
    expect(document.points[0]!.metrics['p99(wait)']!.value).toBeNull()
  })

  it('prints a verdict first for people, and several files as one document for programs', async () => {
    const [people, programs] = await Promise.all([
      flowbench(['run', MMC, ...ENOUGH, ...out('people')]),
      flowbench(['run', MMC, copyOf(MMC, 'other-name'), ...BRIEF, '--json', ...out('two-files')]),
    ])
    expect(people.stdout).toMatch(/^PASS {2}mm-c-theory/)
    const several = JSON.parse(programs.stdout) as { schema: string; runs: RunDocument[] }
    expect(several.schema).toBe('flowbench.runs/1')
    expect(several.runs.map((run) => run.scenario)).toEqual(['mm-c-theory', 'other-name'])
  })

  it('leaves what was complete when it is interrupted', async () => {
    // A replication takes some milliseconds, so that at the first word of progress several are complete also on a busy
    // machine; and this precision is never reached.
    const long = [
      'run',
      MMC,
      '--env',
      'quick',
      '--set',
      'until={halfWidth: 0.001%, replications: 3..10000}',
      '--set',
      'horizon=span',
      '--set',
      'params.span=20min',
      ...out('stopped'),
    ]
    const { code, stdout } = await flowbench(long, {
      onStderr: (text, kill) => {
        // By what is done and not by the clock: a busy machine may do nothing in seconds.
        if (/measuring ([5-9]|\d\d) %/.test(text)) kill('SIGINT')
      },
    })
    expect(code).toBe(130)
    expect(stdout).toMatch(/^UNFINISHED/)
    const file = join(folder, 'stopped', 'mm-c-theory', 'result.json')
    const document = JSON.parse(readFileSync(file, 'utf8')) as RunDocument
    expect(document.verdict).toBe('unfinished')
    expect(document.points[0]!.replications).toBeGreaterThan(0)
  })
})

describe('interruption', () => {
  it.concurrent.each(['SIGINT', 'SIGTERM'] as const)(
    '%s in a search tells what is known so far',
    async (signal) => {
      const file = join(folder, `${signal}.yaml`)
      const lines = [
        `name: stopped-${signal.toLowerCase()}`,
        'question: How many?',
        'sim: mm-c',
        'params: {arrivalRate: 18/s, serviceTime: 1s, span: 3min}',
        'find: {smallest: servers, in: 19..400}',
        // The first value is measured at once; the precision makes the second or third take for ever.
        'until: {halfWidth: 0.01%, replications: 20..1500}',
        'expect: ["mean(wait) < 0.2 s"]',
      ]
      writeFileSync(file, lines.join('\n'))
      const { code, stdout } = await flowbench(['run', file, ...out(`stopped-${signal}`)], {
        onStderr: (text, kill) => {
          // By then the first value, which takes a small part, is done, and the next one is far from it.
          if (/searching servers (1[5-9]|[2-9]\d) %/.test(text)) kill(signal)
        },
      })
      expect(code).toBe(130)
      expect(stdout).toMatch(/^UNFINISHED/)
      expect(stdout).not.toContain('PASS')
      expect(stdout).not.toContain('Not even')
    },
  )
})

describe('a place for the report', () => {
  const brief = ['run', MMC, ...BRIEF, '--accept-weak']
  it('is tried before anything is measured', async () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    const tried: readonly [string, RegExp][] = [
      [file, /a file is in the way|is a file/],
      [join(file, 'below'), /is a file|a file is in the way/],
      ['/proc/flowbench-out', /cannot be written to/],
    ]
    const ended = await Promise.all(tried.map(([where]) => flowbench([...brief, '--out', where])))
    for (const [i, { code, stdout, stderr }] of ended.entries()) {
      const [where, message] = tried[i]!
      expect([where, code, stdout]).toEqual([where, 2, ''])
      expect(stderr).toMatch(message)
      expect(stderr).not.toContain('measuring')
    }
  })
  it('is refused while another run writes there, and taken over from one that is gone', async () => {
    const where = join(folder, 'shared')
    const claim = join(where, 'mm-c-theory', '.in-use')
    const other = await claimFolder(join(where, 'mm-c-theory'))
    const refused = await flowbench([...brief, '--out', where])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(`is in use by another run, process ${process.pid}`)
    await other.release()
    // A number that is given again says nothing.
    writeFileSync(claim, String(process.pid))
    expect((await flowbench([...brief, '--out', where])).code).toBe(0)
    expect(existsSync(claim)).toBe(false)
    expect(existsSync(join(where, 'mm-c-theory', 'report.html'))).toBe(true)
  })
  it('is refused where it has an index of somebody else’s, which stays', async () => {
    const where = join(folder, 'site')
    const { dir } = await writeReport(voiceFleet(), where)
    const index = join(where, 'index.html')
    writeFileSync(index, 'mine')
    for (const args of [
      [...brief, '--out', where],
      ['report', dir],
      ['report', 'voice-fleet-week', '--out', where],
    ]) {
      const { code, stdout, stderr } = await flowbench(args)
      expect([code, stdout], stderr).toEqual([2, ''])
      expect(stderr).toMatch(/^\S+index\.html: was not written by flowbench and is not replaced: .*\n$/)
    }
    expect(readFileSync(index, 'utf8')).toBe('mine')
  })
})

it('a run of which nothing is expected says NO CHECK, and one replication that it has no interval', async () => {
  const quick = [
    'run',
    MMC,
    '--env',
    'quick',
    '--set',
    'params.span=10min',
    '--replications',
    '1',
    '--inline',
  ]
  const { code, stdout } = await flowbench([
    ...quick,
    '--set',
    'expect=[]',
    '--accept-weak',
    ...out('unchecked'),
  ])
  expect(stdout).toMatch(/^NO CHECK {2}mm-c-theory \(quick\): nothing was expected of this run/)
  expect(stdout).toContain('1 replication, which has no interval')
  expect(code).toBe(0)
})

it('a run that is too weak to judge exits 3, and 0 when that is accepted', async () => {
  const weak = ['run', MMC, '--env', 'quick', '--set', 'params.span=1min', '--replications', '3', '--inline']
  const judged = await flowbench([...weak, ...out('weak')])
  expect(judged.code).toBe(3)
  expect(judged.stdout).toMatch(/^TOO WEAK TO JUDGE/)
  expect(judged.stdout).toContain('Do: --set params.span=')
  const accepted = await flowbench([...weak, '--accept-weak', '--json', ...out('accepted')])
  expect(accepted.code).toBe(0)
  // Without it the command that is to give this run again would give another verdict.
  expect((JSON.parse(accepted.stdout) as RunDocument).reproduce).toMatch(/^flowbench run .* --accept-weak$/)
})

describe('mistakes', () => {
  it.concurrent.each([
    [['frobnicate'], /frobnicate/],
    [[], /which command/],
  ])('%j exits 2 with a clear line', async (args: string[], message: RegExp) => {
    const { code, stdout, stderr } = await flowbench(args)
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it.each([
    [['run', 'no-such-file.yaml'], /no-such-file\.yaml.*no such file/],
    [['run', MMC, '--live', '--inline'], /one of them/],
    [['run', MMC, '--env', 'quik'], /did you mean "quick"/],
    [['run', MMC, '--set', 'params.servrs=3'], /did you mean "(params\.)?servers"/],
    [['run', MMC, '--set', 'servers=3'], /servers: unknown key \(did you mean "params\.servers"\?\)/],
    [['run', MMC, '--set', 'params.servers=.nan'], /params\.servers: .* found NaN: not a quantity/],
    [['list', 'sims', 'mm-k'], /no sim is called "mm-k"; did you mean mm-c\?/],
    [['list', 'engines', 'mm-c'], /only a sim can be described/],
    [['run', MMC, MMC], /is also the name of/],
    [['run', MMC, '--workers', '0'], /--workers takes a whole number/],
    [['run', MMC, '--live'], /sim mm-c has no live mode; `flowbench list sims` marks/],
    [['run', MMC, '--seed', '-1'], /seed/],
    [['run', MMC, '--frob'], /frob/],
    [['report', 'no-such-run', '--out', folder], /no-such-run/],
    [['init', 'voice-flet'], /did you mean "voice-fleet"/],
    [['open', '--out', join(folder, 'empty')], /run a scenario first/],
  ])('%j is the caller’s, and told in a clear line', async (args: string[], message: RegExp) => {
    const helped = vi.spyOn(console, 'error').mockImplementation(() => {})
    // yargs throws some at once and others later.
    const error = await Promise.resolve()
      .then(async () => (await commandLine(args)).parseAsync())
      .catch((thrown: unknown) => thrown)
    helped.mockRestore()
    expect(explain(error)).toMatch(message)
    expect(explain(error)).not.toMatch(/\n\s+at /)
    expect(exitCodeOf(error)).toBe(2)
  })
})

describe('the other commands', () => {
  it('lists what there is', async () => {
    const { stdout } = await flowbench(['list'])
    expect(stdout).toContain('voice-fleet-week')
    expect(stdout).toContain('mm-c')
    expect(stdout).toMatch(/relay {2,}\S/)
  })

  it('marks the sims that `run --live` takes, and no other', async () => {
    const live = async () => ({}) as Measures
    expect(simEntry({ name: 'a', summary: 'Real.', live }).summary).toBe('Real. [--live]')
    expect(simEntry({ name: 'b', summary: 'Virtual.' }).summary).toBe('Virtual.')
    const { stdout } = await flowbench(['list', 'sims'])
    const marked = stdout.split('\n').filter((line) => line.endsWith('[--live]'))
    const able = [...sims.values()].filter((sim) => 'live' in sim)
    expect(marked.map((line) => line.split(' ')[0])).toEqual(able.map(({ name }) => name))
  })

  it('has a committed schema equal to the generated one', async () => {
    const { stdout } = await flowbench(['schema'])
    expect(readFileSync(join(ROOT, 'scenarios/scenario.schema.json'), 'utf8')).toBe(stdout)
  })

  it('starts a scenario that checks', async () => {
    const file = join(folder, 'mine.yaml')
    expect((await flowbench(['init', 'mm-c', file])).code).toBe(0)
    // A name of its own, so that its report does not overwrite that of the original.
    expect(readFileSync(file, 'utf8')).toMatch(/^name: (?!mm-c-theory)[a-z0-9-]+$/m)
    expect((await refused(['init', 'mm-c'])).stderr).toContain('name it: flowbench init mm-c')
    expect((await refused(['init', 'mm-c', '--name', 'mm-c-theory'])).stderr).toContain(
      'that is a scenario already',
    )
    expect((await flowbench(['check', file])).stdout).toContain('ok')
    expect((await refused(['init', 'mm-c', file])).stderr).toContain('exists')
  })

  it('starts a load of one’s own that every sim with one takes', async () => {
    const csv = join(folder, 'calls.csv')
    expect((await flowbench(['init', 'load', csv])).stdout).toContain('load: { csv: calls.csv }')
    expect((await refused(['init', 'load', csv])).stderr).toContain('exists')
    const asked = {
      'mm-c': '{ serviceTime: 1s, servers: 9, span: 10min, load: { csv: calls.csv } }\nhorizon: span',
      'relay-faults': '{ fault: relay-crash, load: { csv: calls.csv } }',
      'turn-latency': '{ inferenceServers: 5, span: 10min, load: { csv: calls.csv } }',
      'voice-fleet': '{ load: { csv: calls.csv } }',
    }
    const files = Object.entries(asked).map(([sim, params]) => {
      const file = join(folder, `load-${sim}.yaml`)
      writeFileSync(file, `name: own-load\nquestion: q?\nsim: ${sim}\nparams: ${params}\n`)
      return file
    })
    const { stdout, code } = await flowbench(['check', ...files])
    expect([stdout.match(/: ok/g)?.length, code]).toEqual([files.length, 0])
    // Whoever takes one is tried above.
    const taking = [...sims.values()].filter((sim) => /^\s*load\.csv /m.test(describeSim(sim)))
    expect(taking.map(({ name }) => name).toSorted()).toEqual(Object.keys(asked))
  })
})

it('quotes a command for a shell only where it must', () => {
  expect(quote('params.voiceShare=3%')).toBe('params.voiceShare=3%')
  expect(quote('expect=["a < 1 ms"]')).toBe(`'expect=["a < 1 ms"]'`)
  expect(quote("it's")).toBe(String.raw`'it'\''s'`)
})

it('shows share, rate and time left', () => {
  expect(describeProgress(5, 10, 2.5e6, 20)).toBe('████████████░░░░░░░░░░░░ 50 %, 2.5 M events/s, ~20 s left')
  expect(describeProgress(0, 0, 0, 0)).toBe('')
})

function copyOf(scenario: string, name: string): string {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(file, readFileSync(join(ROOT, scenario), 'utf8').replace(/^name: .*/m, `name: ${name}`))
  return file
}
