/**
 * Every option in every mode: it acts, or it is refused by name. The table is written by hand from what the commands do, and
 * is whole: an option that is new in a command is in no row, and fails every one of them until somebody has thought of it.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import yargs, { type CommandModule } from 'yargs'
import { COMMAND_NAMES, COMMANDS } from './command-line.ts'
import { UsageError } from './exit.ts'
import { ENGINES } from './serve/engines.ts'
import { parsed } from './testing/parsed.ts'

// Help about a mistake is for people.
beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

/** Of a gate, but for what says of what. */
const GATE = 'store accept markdown junit bencher record budget strict json'
const RUN = 'env set seed replications out accept-weak interactive json'
const ARRAY = 'port host output-limit max-steps yields debug'
const REGEX = 'engine-file engines json'

/** By command, each of its modes: what may be added to it. */
const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  run: {
    'run a.yaml': `${RUN} workers inline live`,
    'run a.yaml --inline': RUN,
    'run a.yaml --live': RUN,
  },
  list: { list: '', 'list sims': '', 'list sims mm-c': '' },
  check: { 'check a.yaml': 'env set' },
  schema: { schema: '' },
  report: { 'report mine': 'out interactive', 'report docs': 'interactive' },
  compare: {
    'compare mine other': 'out json',
    'compare mine docs --json': 'out',
    'compare docs cli': 'out json',
    'compare docs cli --json': '',
  },
  open: { open: 'out' },
  init: { 'init mm-c a.yaml': 'name', 'init load a.csv': '' },
  bench: {
    'bench kernel': 'rows against peers rounds json',
    'bench sparse-array': 'rows against peers redis rounds json',
  },
  gate: {
    'gate --base a': `${GATE} bench command only counts all`,
    'gate --base a --bench a.mjs': `${GATE} only counts all`,
    'gate --base a --command true': GATE,
    'gate --base a --counts': `${GATE} bench only all controls`,
    'gate --self-test': 'rounds gates load store budget json',
    'gate --bisect a..b kernel/mm1': 'counts budget json',
    'gate --bisect a..b kernel/mm1 --counts': 'budget json',
  },
  history: { 'history a.ndjson': 'json' },
  profile: {
    'profile a.yaml': 'env with diff out json',
    'profile a.yaml --with clinic-doctor': 'env out json',
    'profile a.yaml --diff a': 'env out json',
  },
  serve: {},
  'serve sparse-array': {
    'serve sparse-array': `${ARRAY} dir password password-file`,
    'serve sparse-array --password a': `${ARRAY} dir`,
    'serve sparse-array --password-file a': `${ARRAY} dir`,
    'serve sparse-array --dir a': `${ARRAY} password password-file fsync cut`,
  },
  'serve webhooks': { 'serve webhooks --dir a': 'port allow-cidr key-file' },
  regex: {
    'regex a': `${REGEX} flags haystack check`,
    'regex --patterns a.txt': `${REGEX} flags haystack check path`,
    'regex a --haystack a.txt': `${REGEX} flags spans`,
    'regex --patterns a.txt --haystack a.txt': `${REGEX} flags spans path`,
    'regex a --check v8': `${REGEX} flags strict accepted junit sarif`,
    'regex --patterns a.txt --check v8': `${REGEX} flags strict accepted junit sarif path`,
    'regex --suite redos': `${REGEX} spans env out`,
  },
}

interface Known {
  readonly module: CommandModule
  /** Arguments that choose each option: those of a list, a number, a text. */
  readonly options: ReadonlyMap<string, readonly string[]>
  readonly positionals: readonly string[]
}

/** What yargs knows of its options, which its types do not say. */
interface YargsOptions {
  readonly boolean: readonly string[]
  readonly choices: Readonly<Record<string, readonly string[]>>
  readonly default: Readonly<Record<string, unknown>>
  readonly key: Readonly<Record<string, unknown>>
  readonly string: readonly string[]
  readonly array: readonly string[]
}

function known(module: CommandModule): Known {
  const parser = yargs([])
  if (typeof module.builder === 'function') void module.builder(parser)
  const {
    boolean,
    choices,
    default: defaults,
    key,
    string,
    array,
  } = (parser as unknown as { getOptions(): YargsOptions }).getOptions()
  const positionals = [...String(module.command).matchAll(/[<[](\w+)/g)].map(([, name]) => name!)
  const names = new Set([...boolean, ...string, ...array, ...Object.keys(choices), ...Object.keys(key)])
  for (const name of ['help', 'version', ...positionals]) names.delete(name)
  const given = (name: string): string[] => {
    if (boolean.includes(name)) return [defaults[name] === true ? `--no-${name}` : `--${name}`]
    // A whole number that every one of them takes; and a text.
    return [`--${name}`, choices[name]?.at(-1) ?? '1024']
  }
  return { module, options: new Map([...names].map((name) => [name, given(name)])), positionals }
}

const modules = new Map<string, Known>()
for (const [name, load] of Object.entries(COMMANDS)) modules.set(name, known(await load()))
for (const engine of ENGINES) modules.set(`serve ${String(engine.command)}`, known(engine))

it('every command is in the table, and every option acts somewhere', () => {
  expect(Object.keys(TABLE).toSorted()).toEqual([...modules.keys()].toSorted())
  expect([...modules.keys()]).toEqual(expect.arrayContaining([...COMMAND_NAMES]))
  for (const [name, { options }] of modules) {
    const acting = new Set(
      Object.entries(TABLE[name]!).flatMap(([mode, added]) => [
        ...mode.split(' ').flatMap((word) => (word.startsWith('--') ? [word.slice(2)] : [])),
        ...added.split(' '),
      ]),
    )
    expect([name, [...options.keys()].filter((option) => !acting.has(option))]).toEqual([name, []])
  }
})

it.each([...modules])(
  '%s says of each of its arguments when it acts, and of no other',
  (_, { module, options, positionals }) => {
    const { acts } = module as unknown as { acts: Record<string, { with?: string[]; without?: object }> }
    expect(Object.keys(acts).toSorted()).toEqual([...options.keys(), ...positionals].toSorted())
    const named = Object.values(acts).flatMap((one) => [
      ...(one.with ?? []),
      ...Object.keys(one.without ?? {}),
    ])
    expect(named.filter((name) => !options.has(name))).toEqual([])
  },
)

describe('what does nothing is refused:', () => {
  const modes = Object.entries(TABLE).flatMap(([name, rows]) =>
    Object.entries(rows).map(([mode, added]) => [mode, name, added] as const),
  )

  it.each(modes)('%s', async (mode, name, added) => {
    const words = mode.split(' ')
    // As it is, it is taken.
    await parsed(words)
    const taken: string[] = []
    for (const [option, given] of modules.get(name)!.options) {
      if (words.includes(`--${option}`)) continue
      const error = await parsed([...words, ...given]).then(
        () => null,
        (thrown: unknown) => thrown,
      )
      if (error === null) {
        taken.push(option)
        continue
      }
      expect(error).toBeInstanceOf(UsageError)
      const told = (error as UsageError).message
      expect(told).toMatch(/^(?:--[a-z-]+|a pattern) (?:does not go|goes) with /)
      // By its name, or by that of what it takes the ground from.
      expect([option, told.includes(`--${option}`)]).toEqual([option, true])
    }
    expect(taken.toSorted()).toEqual(added.split(' ').filter(Boolean).toSorted())
  })
})

describe('what is given as it would be without is nobody’s wish:', () => {
  it.each([
    'gate --base a --load=false',
    'gate --base a --no-self-test',
    'serve sparse-array --no-cut --yields',
  ])('%s', async (line) => {
    expect(await parsed(line.split(' '))).toHaveProperty('_')
  })
  it('but a value is, also where it is the default', async () => {
    await expect(parsed(['regex', 'a', '--out', 'out'])).rejects.toThrow('--out goes with --suite')
    await expect(parsed(['gate', '--base', 'a', '--rounds', '300'])).rejects.toThrow('--rounds goes with')
  })
})
