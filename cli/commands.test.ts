/**
 * Every command that README, docs, CONTRIBUTING, the READMEs of rooms and the comments of scenarios show, by what it is:
 *
 *     run      cheap: run for real, and it must pass
 *     parsed   costly: taken by the real parser, whose flags are strict, with its scenario loaded, environment and
 *              settings included; `npm run commands` runs these for real, each for a while
 *     script   an npm script: it exists, and what it starts exists
 *     file     a program or tests of this repository: the file exists
 *     foreign  another program's, with what tests the thing it talks to
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { pathsOf } from '../tools/documents.ts'
import { COMMAND_NAMES, commandLine } from './command-line.ts'
import { EXIT } from './exit.ts'
import { readScenarios } from './scenarios.ts'
import {
  argumentsOf,
  documentedIn,
  inMarkdown,
  inScenario,
  readDocuments,
  type Documented,
} from './testing/documented.ts'
import { flowbench, ROOT } from './testing/flowbench.ts'
import { parsed } from './testing/parsed.ts'

const documents = documentedIn(pathsOf(ROOT).all)
const found = readDocuments(ROOT, documents)
const scripts = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as PackageJson).scripts
interface PackageJson {
  readonly scripts: Readonly<Record<string, string>>
}

/** Programs that are not ours, and the test of what they are shown talking to. */
const FOREIGN: Readonly<Record<string, string>> = {
  'redis-cli': 'engines/sparse-array/clients.test.ts',
  curl: 'cli/serve/webhooks.test.ts',
}
/** They take a second and need nothing; all others are costly, or open a window. */
const CHEAP = new Set(['list', 'schema', 'check', 'init'])

type Kind = 'run' | 'parsed' | 'script' | 'file' | 'foreign'

/** Null for what nobody has thought of: the test then fails. */
function kindOf(text: string): Kind | null {
  const [program = '', second = ''] = text.split(' ')
  if (program === 'flowbench') return CHEAP.has(second) ? 'run' : 'parsed'
  if (program === 'npm') return 'script'
  if (program === 'node' || text.startsWith('npx vitest ')) return 'file'
  return Object.hasOwn(FOREIGN, program) ? 'foreign' : null
}

/** The parser, and for what names scenarios the loader; how many commands the line stands for. */
async function taken(text: string): Promise<number> {
  const lines = argumentsOf(text)
  for (const args of lines) {
    const { _: names, files, file, env, set, live } = await parsed(args)
    const [name] = names as string[]
    const read = name === 'run' ? (files as string[]) : name === 'profile' ? [file as string] : []
    // What a reader is told to make first is made by the test of README's example.
    const scenarios = readScenarios(
      read.filter((one) => one !== 'my-question.yaml'),
      { ...(typeof env === 'string' ? { environment: env } : {}), set: (set as string[] | undefined) ?? [] },
    )
    const simulated = live === true ? scenarios.find(({ sim }) => !sim.live) : undefined
    if (simulated) throw new Error(`${text}: ${simulated.sim.name} has no live mode`)
  }
  return lines.length
}

/** What a cheap command prints, run in this process; what it writes goes elsewhere. Throws as the command line would. */
async function printed(args: readonly string[]): Promise<string> {
  const [name, what, file = `${what}.csv`] = args
  const target = join(folder, `${what}-${file}`)
  // Several documents may show the same.
  if (name === 'init') rmSync(target, { force: true })
  let text = ''
  const log = vi.spyOn(console, 'log').mockImplementation((line) => void (text += `${line}\n`))
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((part) => (text += part) !== '')
  try {
    await (await commandLine(name === 'init' ? [name, what!, target] : args)).parseAsync()
  } finally {
    log.mockRestore()
    write.mockRestore()
  }
  return text
}

const exists = (path: string): boolean => existsSync(join(ROOT, path))
const programsOf = (script: string): string[] =>
  [...script.matchAll(/\bnode (?:--\S+ )*(\S+\.[mc]?[jt]s)/g)].map(([, file]) => file!)

// Help about a mistake is for people.
beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
const folder = mkdtempSync(join(tmpdir(), 'flowbench-commands-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const unique = [...new Map(found.map((one) => [one.text, one])).values()]
const of = (kind: Kind): Documented[] => unique.filter(({ text }) => kindOf(text) === kind)

describe('commands in documents', () => {
  it('are of a known kind, every one', () => {
    expect(unique.filter(({ text }) => kindOf(text) === null)).toEqual([])
    for (const [kind, least] of Object.entries({ run: 6, parsed: 80, script: 40, file: 4, foreign: 3 }))
      expect([kind, of(kind as Kind).length >= least]).toEqual([kind, true])
    // In each of them something is shown.
    for (const path of ['README.md', 'CONTRIBUTING.md', 'engines/relay/README.md', 'scenarios/redos.yaml'])
      expect(found.some(({ where }) => where.startsWith(`${path}:`))).toBe(true)
  })

  it.each(of('run'))('run: $text', async ({ text }) => {
    for (const args of argumentsOf(text)) {
      expect((await printed(args)).length).toBeGreaterThan(20)
      expect(process.exitCode ?? 0).toBe(0)
    }
  })

  it.each(of('parsed'))('parsed: $text', async ({ text }) => {
    expect(await taken(text)).toBeGreaterThan(0)
  })

  it.each(of('script'))('script: $text', ({ text }) => {
    const [, verb, name = ''] = text.split(' ')
    // `npm ci` is npm's own, and takes what is in the lock file.
    const known = [...Object.keys(scripts), ...(exists('package-lock.json') ? ['ci'] : [])]
    expect(known).toContain(verb === 'run' ? name : verb)
  })

  it.each(of('file'))('file: $text', ({ text }) => {
    const files = text.split(' ').filter((word) => word.includes('/'))
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter((file) => !exists(file))).toEqual([])
  })

  it.each(of('foreign'))('foreign: $text', ({ text }) => {
    expect(exists(FOREIGN[text.split(' ')[0]!]!)).toBe(true)
  })
})

describe('npm scripts, and what CI calls', () => {
  it.each(Object.entries(scripts))('%s starts what is there', async (_, script) => {
    for (const file of programsOf(script)) expect([file, exists(file)]).toEqual([file, true])
    const [, own] = /node cli\/main\.ts ([^>|&]*)/.exec(script) ?? []
    if (own !== undefined) await taken(`flowbench ${own.trim()}`)
  })

  it.each(['.ci/gate', 'action.yml'])('%s gives the gate flags that it takes', async (path) => {
    const lines = readFileSync(join(ROOT, path), 'utf8').matchAll(/cli\/main\.ts"? gate (.*?)(?: > .*)?$/gm)
    const calls = [...lines].map(([, rest]) => `flowbench gate ${rest!.replace('"$@" ', '')}`)
    expect(calls.length).toBeGreaterThan(0)
    for (const call of calls) await taken(call)
  })
})

describe('README', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

  it('shows a scenario that can be run as shown', async () => {
    const [, yaml] = /^```yaml\n(.*?)^```$/ms.exec(readme)!
    const file = join(folder, 'my-question.yaml')
    writeFileSync(file, yaml!)
    const shown = found.find(({ text }) => text.startsWith('flowbench run my-question.yaml'))!
    const [args] = argumentsOf(shown.text)
    expect(args).toContain('--env')
    // A hundredth of the world, twice: the way is the same.
    const small = [
      '--set',
      'params.weeklyActiveUsers=9M',
      '--set',
      'find.in=8..16',
      '--replications',
      '2',
      '--workers',
      '1',
    ]
    const where = ['--accept-weak', '--out', join(folder, 'out')]
    const { code, stdout, stderr } = await flowbench([
      ...args!.map((word) => (word === 'my-question.yaml' ? file : word)),
      ...small,
      ...where,
    ])
    expect([0, 99], stderr).toContain(code)
    expect(stdout).toContain('my-question (quick)')
  })

  it('lists every command, with flags that it takes', async () => {
    const rows = [...readme.matchAll(/^\| (`flowbench .*?) \| (.*) \|$/gm)]
    const named = rows.flatMap(([, commands, does]) => {
      const flags = `${commands} ${does}`.match(/--[a-z-]+/g) ?? []
      return [...commands!.matchAll(/`flowbench ([a-z]+)/g)].map(([, name]) => ({ name: name!, flags }))
    })
    expect([...new Set(named.map(({ name }) => name))].toSorted()).toEqual(COMMAND_NAMES.toSorted())
    for (const { name, flags } of named.filter((one) => one.flags.length > 0)) {
      const help = await (await commandLine([name])).getHelp()
      for (const flag of flags) expect(help).toContain(flag)
    }
  })

  it('tells the exit codes that there are, and so does `run --help`', async () => {
    const ascending = (codes: readonly number[]): number[] => codes.toSorted((a, b) => a - b)
    const codesIn = (text: string, pattern: RegExp): number[] =>
      ascending([...text.matchAll(pattern)].map(([, code]) => Number(code)))
    const help = (await (await commandLine(['run'])).getHelp()).replaceAll(/\s+/g, ' ')
    const [, table = ''] = /^\| code \| means \|\n(.*?)\n\n/ms.exec(readme) ?? []
    const [, told = ''] = / exit codes: (.*)$/.exec(help) ?? []
    const all = ascending(Object.values(EXIT))
    expect(codesIn(table, /^\| (\d+) \|/gm)).toEqual(all)
    expect(codesIn(told, /(?:^|; )(\d+) /g)).toEqual(all)
  })
})

describe('a planted fault is found:', () => {
  const refused = async (line: string): Promise<unknown> =>
    taken(line).catch((error: unknown) => String(error))

  it('a renamed flag, in a block, a span and a scenario', async () => {
    const planted = [
      ...inMarkdown(
        'a.md',
        'See `flowbench bench kernel --againts main`.\n```sh\nnpx flowbench open --outt x && npm test # why\n```\n',
      ),
      ...inScenario('a.yaml', '#   flowbench run scenarios/redos.yaml --lively     the engines\n'),
    ]
    expect(planted.map(({ where }) => where)).toEqual(['a.md:1', 'a.md:3', 'a.md:3', 'a.yaml:1'])
    const [bench, open, , run] = planted
    expect(await refused(bench!.text)).toMatch(/againts/)
    expect(await refused(open!.text)).toMatch(/outt/)
    expect(await refused(run!.text)).toMatch(/lively/)
  })

  it.each([
    ['flowbench bench kernels', /kernels/],
    ['flowbench serve relays', /relays/],
    ['flowbench run scenarios/gone.yaml', /no such file/],
    ['flowbench run scenarios/redos.yaml --env quik', /quik/],
    ['flowbench run scenarios/mm-c-theory.yaml --live', /no live mode/],
    ['flowbench run scenarios/mm-c-theory.yaml --set params.serverz=3', /servers/],
    ['flowbench list [sims|simz]', /simz/],
  ])('%s', async (line, message) => {
    expect(await refused(line)).toMatch(message)
  })

  it('a command of a kind that nobody has thought of', () => {
    const [one] = inMarkdown('a.md', '```sh\ndocker run flowbench\n```\n')
    expect(kindOf(one!.text)).toBeNull()
  })
})
