/**
 * The rooms of the house and the way imports may go between them, enforced.
 *
 *     cli -> reports -> sims -> engines
 *
 * `ROOMS` is the whole law between rooms. Four more rules: an engine is entered by its index (tests and benchmarks may
 * use its testing/index too); no sim imports another; what runs in virtual time takes time, randomness and bytes as
 * arguments, and so imports no `engines/disk`; and no files import each other in a circle.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { circles } from './circles.ts'
import { importsOf, type Import } from './imports.ts'
import { isVirtual, worldTaken } from './world.ts'

export interface Violation {
  readonly file: string
  readonly line: number
  /** Which rule: `room`, `door`, `world`, `circle`. */
  readonly rule: string
  readonly message: string
}

const LAYERS: readonly string[] = ['cli', 'reports', 'sims', 'engines', 'tools']

/** Each room, and the rooms it may import from besides itself. `sim` and `engine` stand for every one of their kind. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  cli: ['reports', 'registry', 'sim', 'bench', 'run', 'contract', 'analysis', 'kernel', 'engine'],
  reports: ['bench', 'contract', 'analysis', 'kernel', 'engine', 'disk'],
  // sims/*.ts: the one list of all sims.
  registry: ['sim', 'contract'],
  sim: ['world', 'contract', 'analysis', 'kernel', 'engine'],
  // sims/<name>/live.ts: the same question put to the real thing, by what the benchmarks have for that.
  live: ['contract', 'analysis', 'kernel', 'engine', 'bench'],
  bench: ['contract', 'analysis', 'kernel', 'engine', 'disk'],
  run: ['contract', 'analysis', 'kernel'],
  // What several sims are about: where callers are, and when.
  world: ['analysis', 'kernel'],
  contract: ['analysis', 'kernel'],
  analysis: ['kernel'],
  kernel: [],
  engine: ['net', 'disk'],
  net: [],
  // Making and syncing folders, and locks: for whoever writes to a disk.
  disk: [],
}

/** Tests may ask more than the code beside them: a sim's test runs its scenario. */
const TESTS_ALSO: Readonly<Record<string, readonly string[]>> = {
  sim: ['run', 'bench'],
  registry: ['run'],
}

/** Rooms of engines/ that are no engine: what several of them stand on. */
const SHARED: ReadonlySet<string> = new Set(['net', 'disk'])

/** The room a file is in, and for sims and engines which one. */
export function roomOf(file: string): { readonly room: string; readonly name: string } | null {
  const [layer, second = '', third = ''] = file.split('/')
  if (layer === 'cli' || layer === 'reports') return { room: layer, name: layer }
  if (layer === 'engines') return { room: SHARED.has(second) ? second : 'engine', name: second }
  if (layer !== 'sims') return null
  if (second === 'lab') return { room: third, name: third }
  if (second === 'bench') return { room: 'bench', name: 'bench' }
  if (second.endsWith('.ts') || second === 'testing') return { room: 'registry', name: 'sims' }
  return { room: third === 'live.ts' ? 'live' : 'sim', name: second }
}

export const isTest = (file: string): boolean => /\.test\.ts$|\/testing\//.test(file)

/** Which rule this import breaks and why, or null. */
export function forbidden({ from, to }: Import): Pick<Violation, 'rule' | 'message'> | null {
  const here = roomOf(from)
  const there = roomOf(to)
  if (here === null || there === null || (here.room === there.room && here.name === there.name)) return null
  // A sim and its own live measurement are one household; another's is another sim.
  const isHousehold = [here.room, there.room].every((room) => room === 'sim' || room === 'live')
  if (isHousehold && here.name === there.name) return null
  const isRegexForArray = here.name === 'sparse-array' && there.name === 'regex'
  const allowed = [...(ROOMS[here.room] ?? []), ...(isTest(from) ? (TESTS_ALSO[here.room] ?? []) : [])]
  if (isHousehold || (!allowed.includes(there.room) && !isRegexForArray)) {
    const names = here.room === there.room ? [here.name, there.name] : [here.room, there.room]
    return { rule: 'room', message: `${names[0]} may not import ${names[1]} (${to})` }
  }
  if (there.room === 'disk' && isVirtual(from)) {
    return { rule: 'world', message: `takes from the world: ${to}` }
  }
  if (there.room === 'engine' && !isDoor(to, from)) {
    return { rule: 'door', message: `an engine is entered by its index.ts or core.ts (${to})` }
  }
  if (there.room === 'sim' && here.room === 'cli') {
    return { rule: 'door', message: `cli finds a sim in sims/index.ts (${to})` }
  }
  return null
}

function isDoor(to: string, from: string): boolean {
  if (/^engines\/[^/]+\/(?:index|core)\.ts$/.test(to)) return true
  return /^engines\/[^/]+\/testing\/index\.ts$/.test(to) && (isTest(from) || roomOf(from)?.room === 'bench')
}

/** What one file does against the rules; circles need all files and are looked for by `checkTree`. */
export function check(file: string, text: string): Violation[] {
  const imports = importsOf(file, text).flatMap((found) => {
    const broken = forbidden(found)
    return broken ? [{ file, line: found.line, ...broken }] : []
  })
  const world = worldTaken(file, text).map((found) => ({ file, rule: 'world', ...found }))
  return [...imports, ...world]
}

/** All sources below `root`, and everything they do against the rules. */
export function checkTree(root: string): { readonly files: number; readonly violations: Violation[] } {
  const files = sourcesBelow(root)
  const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
  const violations = [...texts].flatMap(([file, text]) => check(file, text))
  for (const circle of circles(texts)) {
    const message = `files import each other in a circle: ${circle.join(' -> ')}`
    violations.push({ file: circle[0]!, line: 1, rule: 'circle', message })
  }
  return { files: files.length, violations }
}

/** Paths of all TypeScript sources below `root`, with forward slashes. */
export function sourcesBelow(root: string): string[] {
  return LAYERS.flatMap((layer) =>
    readdirSync(join(root, layer), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/')),
  )
}

if (import.meta.main) {
  const { files, violations } = checkTree(process.argv[2] ?? join(import.meta.dirname, '..'))
  for (const { file, line, rule, message } of violations)
    console.error(`${file}:${line}: ${rule}: ${message}`)
  console.log(`arrow: ${files} files, ${violations.length} violations`)
  process.exitCode = violations.length > 0 ? 1 : 0
}
