/**
 * What a document may say: files that exist, and measured figures only beside the command that prints them (invariant
 * 10). And what a test may freeze: only where the same file also has a test of the rule (invariant 7).
 */
import { readdirSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

/** One row of "Where does a change go?" in docs/ARCHITECTURE.md. */
export interface Change {
  readonly change: string
  readonly room: string
  readonly files: readonly string[]
}

/** The rows of the table below the heading "Where does a change go?": change, room, files. */
export function changesOf(architecture: string): Change[] {
  const [, after = ''] = architecture.split(/^## Where does a change go\?$/m)
  const section = after.split(/^## /m)[0]!
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:---|change \|)/.test(line))
  return rows.map((row) => {
    const [change = '', room = '', files = ''] = row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    return { change, room: codeIn(room)[0] ?? '', files: codeIn(files) }
  })
}

const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)

const FROM_ROOT = /^(?:cli|reports|sims|engines|tools|docs|scenarios)\/[\w./-]*$/
const FILE_NAME = /^[\w./-]+\.(?:ts|md|yaml|json|py|png|svg)$/

/** The files of the house, as paths from the root. */
export interface Paths {
  readonly all: readonly string[]
  /** True for a file or a folder that is there. */
  has(path: string): boolean
  /** True when a file of this name, or path, lies anywhere below a folder. */
  hasBelow(folder: string, name: string): boolean
}

const OUTSIDE = /^(?:node_modules|out|coverage|\.git)$/

/** Everything below `root` but what is installed or produced. */
export function pathsOf(root: string): Paths {
  const all = readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    if (OUTSIDE.test(entry.name)) return []
    if (!entry.isDirectory()) return [entry.name]
    return readdirSync(join(root, entry.name), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => relative(root, join(file.parentPath, file.name)).replaceAll('\\', '/'))
  })
  const known = new Set(all)
  for (const path of all) for (let at = dirname(path); at !== '.'; at = dirname(at)) known.add(at)
  return {
    all,
    has: (path) => known.has(path.replace(/\/$/, '')),
    hasBelow: (folder, name) =>
      all.some((path) => path.startsWith(`${folder}/`) && path.endsWith(`/${name}`)),
  }
}

/**
 * Files and folders that a document names and that are not there: links, paths from the root (in drawings too), and, in
 * the README of a room, files of that room, by their path in it or by their name.
 */
export function missingFiles(path: string, text: string, paths: Paths): string[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, '')
  const here = dirname(path)
  const links = [...prose.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => normalize(join(here, target)))
  const spans = codeIn(prose)
  const blocks = text.match(/^```.*?^```$/gms)?.join('\n') ?? ''
  const drawn = blocks.split(/[\s,;:'"`()]+/).map((word) => word.replace(/\.$/, ''))
  const rooted = [...spans, ...drawn].filter((span) => FROM_ROOT.test(span))
  const isRoom = /^(?:engines|sims)\//.test(here)
  const own = isRoom ? spans.filter((span) => FILE_NAME.test(span) && !FROM_ROOT.test(span)) : []
  return [
    ...[...links, ...rooted].filter((file) => !paths.has(file)),
    ...own.filter((file) => !paths.hasBelow(here, file) && !paths.has(file)),
  ]
}

/** Figures that somebody measured: speeds, times of an operation, and ratios to a peer. */
const MEASURED = /\d ?(?:[kMG] )?(?:[GM]B\/s|[a-z]+\/s\b|ns\b|µs\b)|\d(?:\.\d+)?x(?= |,|\.|\)|$)/
const COMMAND = /`[^`]*\b(?:npx flowbench|flowbench|npm run|node) [^`]+`|^(?:npx flowbench|npm run|node) /m

/** Rows of tables with measured figures in a section that names no command; a section may rely on those around it. */
export function figuresWithoutCommand(text: string): string[] {
  const bad: string[] = []
  /** Per level of heading, whether the text right below it names a command. */
  const hasCommand: boolean[] = []
  for (const section of text.split(/^(?=#{1,6} )/m)) {
    const level = /^#+/.exec(section)?.[0].length ?? 0
    hasCommand.length = level
    hasCommand[level] = COMMAND.test(section)
    if (hasCommand.some((has, at) => has && (at > 1 || at === level))) continue
    bad.push(...section.split('\n').filter((line) => line.startsWith('|') && MEASURED.test(line)))
  }
  return bad
}

const TEST = /^\s*(?:test|it)(?:\.[a-z.]+)?\(/gm
const FREEZE = /\.toMatch(?:Inline|File)?Snapshot\(/g

/** True for a test file in which every test is a snapshot. */
export function freezesAlone(text: string): boolean {
  const freezes = [...text.matchAll(FREEZE)].length
  return freezes > 0 && [...text.matchAll(TEST)].length <= freezes
}

/** Blocks of TypeScript that import something: whole programs, which run from the root as they stand. */
export const programsIn = (text: string): string[] =>
  [...text.matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, code]) => code!)
    .filter((code) => /^import /m.test(code))
