/**
 * Which files of a stranger's benchmark are the question, and not what it is put to.
 *
 * A benchmark imports what it measures and what it measures that with: how much data, which cases. Where the latter changes,
 * base has to be asked the same as head. Nothing but names tells the two apart, and to take code for data would hide that it
 * became slower, so in doubt all is code. A file is the benchmark's own where
 *
 *     the benchmark, or another that is its own, imports it by a relative path,
 *     it lies with it in a folder of benchmarks (`bench`, `benchmarks`, `perf`), or in its folder or below under a name of
 *     benchmarks or data (`bench-setup.mjs`, `data.mjs`, `fixtures/long.json`) and uses nothing that is measured itself,
 *     and no code that is not the benchmark's imports it, which does so of what is measured.
 *
 * Where nothing of the repository would be left to be measured, what looked like data is that.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { importsOf } from '../../../tools/imports.ts'

const BENCH_FOLDER = /^_*(?:bench|benches|benchmarks?|perf)_*$/i
const BENCH_NAME = /(?:^|[^a-z])(?:bench|benches|benchmarks?|perf)(?:$|[^a-z])/i
/** The whole of a name: `data-access` or `load-data` may be just what is measured. */
const DATA_NAME = /^_*(?:data|datasets?|cases|fixtures?|inputs|samples|corpus|corpora)_*(?:\.\w+)*$/i

export interface Searched {
  /** Head's tree and base's: what either measures is no data. */
  readonly trees: readonly [head: string, base: string]
  /** Names of the repository's own packages, by which they may be imported. */
  readonly packages: ReadonlySet<string>
}

/** Paths from the top of head's tree of what is the benchmark's own, `file` first. */
export function questionOf(file: string, { trees, packages }: Searched): readonly string[] {
  const [head] = trees
  const room = roomOf(head, file)
  const isInRoom = (path: string): boolean => room !== null && path.startsWith(`${room}/`)
  const usesPackage = (tree: string, path: string): boolean =>
    packagesIn(tree, path).some((name) => name.startsWith('#') || packages.has(name))
  const isOwn = (path: string): boolean => isInRoom(path) || isNamed(path, file)
  /** Whether it uses what is measured, in either tree. */
  const isCode = (path: string, seen = new Set<string>()): boolean => {
    if (seen.has(path)) return false
    seen.add(path)
    return trees.some(
      (tree) => usesPackage(tree, path) || importsIn(tree, path).some((to) => !isOwn(to) || isCode(to, seen)),
    )
  }
  const own = new Set([file])
  const others = new Set<string>()
  let measuresPackage = false
  for (const one of own) {
    for (const to of importsIn(head, one))
      (isInRoom(to) || (isNamed(to, file) && !isCode(to)) ? own : others).add(to)
    measuresPackage ||= usesPackage(head, one)
  }
  const measured = trees.map((tree) => reached(tree, others))
  const left = [...own].filter((one) => one === file || !measured.some((files) => files.has(one)))
  return others.size > 0 || measuresPackage ? left : [file]
}

/**
 * The innermost folder of benchmarks that a file lies in: where one lies in another, the outer may be the code's name. None
 * where it is a package that others can use.
 */
function roomOf(tree: string, file: string): string | null {
  const folders = dirname(file).split('/')
  const last = folders.findLastIndex((name) => BENCH_FOLDER.test(name))
  const room = folders.slice(0, last + 1).join('/')
  return last === -1 || isLibrary(join(tree, room, 'package.json')) ? null : room
}

function isLibrary(file: string): boolean {
  if (!existsSync(file)) return false
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>
    if (['exports', 'main', 'module', 'bin'].some((name) => name in manifest)) return true
    return 'name' in manifest && manifest['private'] !== true
  } catch {
    return true
  }
}

/** Whether a file beside the benchmark or below it is called as its data or its helpers are. */
function isNamed(path: string, file: string): boolean {
  const folder = dirname(file)
  const within = folder === '.' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null
  // The benchmark of `data.mjs` measures just that.
  if (within === null || stemOf(path) === stemOf(file)) return false
  return within.split('/').some((name) => BENCH_NAME.test(name) || DATA_NAME.test(name))
}

/** `data.bench.mjs` and `data.mjs` are of `data`. */
const stemOf = (path: string): string => join(dirname(path), basename(path).split('.')[0]!)

/** Files that these import, and those import, and these themselves. */
function reached(tree: string, entries: Iterable<string>): ReadonlySet<string> {
  const files = new Set(entries)
  for (const file of files) for (const to of importsIn(tree, file)) files.add(to)
  return files
}

const REQUIRED = /\brequire\(\s*(['"])(\.[^'"]*)\1/g

/** Files of the tree that a file imports by relative paths. */
function importsIn(tree: string, file: string): string[] {
  const text = textOf(tree, file)
  const required = [...text.matchAll(REQUIRED)].map(([, , path]) => normalize(join(dirname(file), path!)))
  const imported = importsOf(file, text).map(({ to }) => to)
  return [...imported, ...required].flatMap((path) => fileAt(tree, path) ?? [])
}

const BARE = /\b(?:from|import|require)\s*\(?\s*['"](#|(?:@[\w.~-]+\/)?[\w~-][\w.~-]*)/g

/** What a file imports by the names of packages; `#` stands for those of its own package. */
function packagesIn(tree: string, file: string): string[] {
  return [...textOf(tree, file).matchAll(BARE)].map(([, name]) => name!)
}

function textOf(tree: string, file: string): string {
  const isCode = /\.[cm]?[jt]sx?$/.test(file) && existsSync(join(tree, file))
  return isCode ? readFileSync(join(tree, file), 'utf8') : ''
}

const ENDINGS = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json']

/** The file that a path of an import means: with an ending or an index that Node or a bundler adds, or TypeScript's own. */
function fileAt(tree: string, path: string): string | null {
  const paths = [
    ...ENDINGS.map((ending) => path + ending),
    path.replace(/js$/, 'ts'),
    ...ENDINGS.map((ending) => `${path}/index${ending}`),
  ].map((one) => normalize(one))
  const isFile = (one: string): boolean => existsSync(join(tree, one)) && statSync(join(tree, one)).isFile()
  return paths.find((one) => !one.startsWith('..') && isFile(one)) ?? null
}
