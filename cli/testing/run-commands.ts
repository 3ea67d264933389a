/**
 * Runs for real every `flowbench` command that a document shows, each for a while, one after the other:
 *
 *     npm run commands -- [SECONDS] [ONLY]
 *
 * A command that is not done after SECONDS (20) is stopped, as Ctrl-C would. It passes when it ends by itself with an answer
 * (0, 3, 99), or is stopped in order (130). What cannot be run here is told with its reason. Exit 1 when any fails.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathsOf } from '../../tools/documents.ts'
import { argumentsOf, documentedIn, readDocuments } from './documented.ts'
import { flowbench, ROOT } from './flowbench.ts'

const [seconds = '20', only = ''] = process.argv.slice(2)
const GOOD = new Set<number | null>([0, 3, 99, 130])

/** What a reader of the document has and nobody here has; null for a command that can be run. */
function missing(args: readonly string[]): string | null {
  if (args[0] === 'open') return 'opens a window'
  if (args.includes('--engine-file')) return 'needs an engine of the reader’s own'
  if (args[0] === 'history') return 'needs a file that gate --record has kept'
  if (args.includes('--bench') || args.includes('--command')) return 'needs a program of the reader’s own'
  if (args.includes('--with')) return 'needs npm run clinic:install'
  if (args.includes('--patterns')) return 'needs a file of patterns of the reader’s own'
  return null
}

const folder = mkdtempSync(join(tmpdir(), 'flowbench-commands-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** The names in documents that mean something of the reader's, as they are here. */
const here = (word: string): string =>
  ({
    'origin/main': 'HEAD~1',
    main: 'HEAD~1',
    'HEAD~5': 'HEAD~1',
    'v1..HEAD': 'HEAD~1..HEAD',
    mine: 'mm-c-theory',
    other: 'mm-c-theory',
    data: join(folder, 'data'),
    'my-question.yaml': join(folder, 'my-question.yaml'),
    'mine.yaml': join(folder, 'mine.yaml'),
    'load.csv': join(folder, 'load.csv'),
  })[word] ?? word

/** A command as it is run here: `init` writes where nothing is, and not beside the documents. */
function placed(args: readonly string[]): string[] {
  if (args[0] !== 'init') return args.map(here)
  const [name, what, file = 'load.csv'] = args
  const target = here(file)
  rmSync(target, { force: true })
  return [name, what!, target]
}

const lines = readDocuments(ROOT, documentedIn(pathsOf(ROOT).all))
  .map(({ text }) => text)
  .filter((text) => text.startsWith('flowbench ') && text.includes(only))
const commands = [
  ...new Map([...new Set(lines)].flatMap(argumentsOf).map((args) => [args.join(' '), args])).values(),
]
// What later commands look for: a report, and a scenario that the reader has made.
const first = [
  ['run', 'scenarios/mm-c-theory.yaml', '--env', 'quick'],
  ['init', 'voice-fleet', 'my-question.yaml'],
]
let failures = 0
const written = new Set<string>()
for (const args of [...first, ...commands]) {
  const name = args.join(' ')
  const why = missing(args)
  if (written.has(name)) continue
  written.add(name)
  if (why !== null) {
    console.log(`not run  ${name}: ${why}`)
    continue
  }
  let stop: NodeJS.Timeout | undefined
  const started = performance.now()
  const { code, stderr } = await flowbench(placed(args), {
    onStart: (kill) => (stop = setTimeout(() => kill('SIGINT'), 1000 * Number(seconds))),
  })
  clearTimeout(stop)
  const isGood = GOOD.has(code)
  if (!isGood) failures++
  const took = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${isGood ? 'ok     ' : 'FAILED '}  ${name}: exit ${code} after ${took} s`)
  if (!isGood) console.log(stderr.trimEnd().split('\n').slice(-8).join('\n'))
}
console.log(`${written.size} commands, ${failures} failed`)
process.exitCode = failures > 0 ? 1 : 0
