/**
 * Wherever a command is told to write to, a place that cannot be had is told before anything is done: in one line that
 * names it, with exit code 2. In `/proc` no folder can be made, and Node's own way to make several at once never ends.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { COMMAND_NAMES, commandLine } from './command-line.ts'
import { flowbench, type Finished } from './testing/flowbench.ts'

const folder = mkdtempSync(join(tmpdir(), 'flowbench-places-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SCENARIO = join('scenarios', 'mm-c-theory.yaml')
const RUN = join(folder, 'mm-c-theory')
const QUICK = [SCENARIO, '--env', 'quick']
const STORE = join(folder, 'store')
const CHECKED = ['regex', 'a+', '--check', 'flowbench']

/** By the option: a command with that place. */
const TOLD: Readonly<Record<string, (place: string) => string[]>> = {
  'run --out': (place) => ['run', ...QUICK, '--out', place],
  'report --out': (place) => ['report', 'mm-c-theory', '--out', place],
  'compare --out': (place) => ['compare', RUN, RUN, '--out', place],
  'open --out': (place) => ['open', '--out', place],
  'init FILE': (place) => ['init', 'mm-c', place],
  'init load FILE': (place) => ['init', 'load', place],
  'gate --store': (place) => ['gate', '--self-test', '--rounds', '0', '--store', place],
  'gate --markdown': (place) => ['gate', '--base', 'HEAD', '--markdown', place],
  'gate --junit': (place) => ['gate', '--base', 'HEAD', '--junit', place],
  'gate --bencher': (place) => ['gate', '--base', 'HEAD', '--bencher', place],
  'gate --record': (place) => ['gate', '--base', 'HEAD', '--record', place],
  'profile --out': (place) => ['profile', ...QUICK, '--out', place],
  'profile --with --out': (place) => ['profile', ...QUICK, '--with', 'clinic-doctor', '--out', place],
  'regex --out': (place) => ['regex', '--suite', 'redos', '--env', 'quick', '--out', place],
  'regex --junit': (place) => [...CHECKED, '--junit', place],
  'regex --sarif': (place) => [...CHECKED, '--sarif', place],
  'serve sparse-array --dir': (place) => ['serve', 'sparse-array', '--dir', place],
  'serve sparse-array --password-file': (place) => ['serve', 'sparse-array', '--password-file', place],
  'serve webhooks --dir': (place) => ['serve', 'webhooks', '--dir', place],
  'serve webhooks --key-file': (place) => ['serve', 'webhooks', '--dir', STORE, '--key-file', place],
}
/** Of which the help speaks in the same words, though they name no place. */
const NO_PLACES = ['gate --rounds', 'init --name', 'regex --suite']
/** Named by no option, or tried in another way besides. */
const BESIDES = new Set(['init FILE', 'init load FILE', 'profile --with --out'])

/** What is said of an option whose value is written to. */
const IS_WRITTEN = /\b(?:folder|write|append|goes|keep|keeps|kept|made)\b/

/** The options of a command that take the name of a place. */
async function placesOf(command: readonly string[]): Promise<string[]> {
  const help = await (await commandLine(command)).getHelp()
  // A description goes on in the next line.
  const lines = help.replaceAll(/\n {12,}(?!--)/g, ' ').split('\n')
  return lines.flatMap((line) => {
    const [, flag, text] = /^\s+--([a-z-]+)\s+(.*)\[string\]/.exec(line) ?? []
    return flag !== undefined && IS_WRITTEN.test(text!) ? [`${command.join(' ')} --${flag}`] : []
  })
}

/** Long after any refusal; what hangs is ended then. */
const HANGS_MS = 60_000

async function tried(args: readonly string[]): Promise<Finished> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await flowbench(args, {
      onStart: (kill) => {
        timer = setTimeout(() => kill('SIGKILL'), HANGS_MS)
      },
    })
  } finally {
    clearTimeout(timer)
  }
}

beforeAll(async () => {
  writeFileSync(join(folder, 'file'), '')
  const short = ['--set', 'params.span=1min', '--replications', '3', '--accept-weak', '--inline']
  const { stderr } = await flowbench(['run', ...QUICK, ...short, '--out', folder])
  if (!existsSync(join(RUN, 'result.json'))) throw new Error(`nothing to compare: ${stderr}`)
}, 120_000)

it('every option that takes a place is tried here', async () => {
  const serving = ['sparse-array', 'webhooks'].map((engine) => ['serve', engine])
  const commands = [...COMMAND_NAMES.filter((name) => name !== 'serve').map((name) => [name]), ...serving]
  const found = (await Promise.all(commands.map(placesOf))).flat()
  const known = [...Object.keys(TOLD).filter((name) => !BESIDES.has(name)), ...NO_PLACES]
  expect(found.toSorted()).toEqual(known.toSorted())
})

/** Where making a folder fails, and where Node's own way of making one never ends. */
const [below, endless] = [join(folder, 'file', 'below'), '/proc/x/y']
const cases = Object.entries(TOLD).flatMap(([name, told], i) => {
  const all = existsSync('/proc/self') ? [endless, ...(i === 0 ? [below] : [])] : [below]
  return all.map((place) => [name, place, told] as const)
})

it.each(cases)('%s %s', async (_, place, told) => {
  const { code, stdout, stderr } = await tried(told(place))
  expect([code, stdout], stderr).toEqual([2, ''])
  expect(stderr).toContain(place)
  expect(stderr).not.toMatch(/\n\s+at |measuring|sampled|round \d/)
})
