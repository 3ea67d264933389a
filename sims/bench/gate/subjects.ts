/**
 * What is compared, and with what: each benchmark as work in base's tree and in head's.
 *
 * A benchmark's code is every file that its module imports, and theirs. Where none of them has changed, nor any data
 * beside them, base and head are the same program and there is nothing to measure. Where the benchmark's own files have
 * changed, base is asked head's question: head's benchmark laid over base's engines. Of a stranger's benchmark
 * `question.ts` says which files are its own.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { importsOf } from '../../../tools/imports.ts'
import { changedIn } from '../checkout/environment.ts'
import { manifestIn, packageFolders } from '../checkout/manifest.ts'
import { placeIn } from '../checkout/paths.ts'
import { BadRequest } from '../harness/errors.ts'
import { GATED_ROWS } from './gated.ts'
import { questionOf } from './question.ts'
import { placesOf, type Trees } from './trees.ts'
import type { TaskFile, Work } from './work.ts'

export interface Subject {
  readonly id: string
  readonly base: Work
  readonly head: Work
  /** Folders that base's and head's files lie in. */
  readonly folders: { readonly base: string; readonly head: string }
  /** False where its time is not its own, and only its work is compared. */
  readonly timed: boolean
  /** Base and head are the same program. */
  readonly sameCode: boolean
  /** The benchmark's own files that differ: base is asked head's question. */
  readonly laidOver: readonly string[]
}

/** The registry: modules of rows by benchmark, and the module that is handed to those that ask for it. */
export interface Registry {
  readonly modules: ReadonlyMap<string, URL>
  readonly handed: URL
}

/** The rows of the registry that the gate compares, those whose id contains one of `only`. */
export async function rowSubjects(
  { modules, handed }: Registry,
  trees: Trees,
  only: readonly string[] | undefined,
): Promise<Subject[]> {
  const { changed } = trees
  const place = (url: URL): string => relative(trees.repository, fileURLToPath(url))
  const chosen = GATED_ROWS.filter(({ id }) => only === undefined || only.some((part) => id.includes(part)))
  if (chosen.length === 0) {
    throw new BadRequest(
      `the gate has no benchmark like ${only?.join(', ')}; it has ${GATED_ROWS.map(({ id }) => id).join(', ')}`,
    )
  }
  const codes = new Map<string, Code>()
  for (const name of new Set(chosen.map((row) => row.name))) {
    codes.set(
      name,
      codeOf(trees.head, [place(modules.get(name)!), ...(name === 'sims' ? [place(handed)] : [])], changed),
    )
  }
  const own = [...changed].filter(isBenchCode)
  const needsOver = [...codes.values()].some((code) => code.own.length > 0)
  const over = needsOver ? await trees.layOver(own) : trees.base.folder
  return chosen.map(({ name, id, timed }) => {
    const code = codes.get(name)!
    const folder = code.own.length > 0 ? over : trees.base.folder
    return {
      id,
      base: rowWork({ modules, handed }, id, trees.repository, folder),
      head: rowWork({ modules, handed }, id, trees.repository, trees.head),
      folders: { base: folder, head: trees.head },
      timed,
      sameCode: code.same && trees.base.dependencies !== 'installed',
      laidOver: code.own,
    }
  })
}

/** The row `id` of the registry (whose files are in `repository`) as it is in `tree`. */
export function rowWork({ modules, handed }: Registry, id: string, repository: string, tree: string): Work {
  const inTree = (url: URL): string =>
    pathToFileURL(join(tree, relative(repository, fileURLToPath(url)))).href
  const module = modules.get(id.slice(0, id.indexOf('/')))!
  return { kind: 'row', row: id, module: inTree(module), handed: inTree(handed) }
}

/**
 * Somebody's file, which lies at `file` in the repository, in one of its trees. Paths that it takes from the current folder
 * or the environment lead into that tree, too: it would read, or run, the working tree on both sides.
 */
export function taskFile(file: string, trees: Trees, tree: string): TaskFile {
  const { repository } = trees
  const here = placeIn(repository, realpathSync(process.cwd()))
  const cwd = here === null ? null : join(tree, here)
  return {
    file: join(tree, relative(repository, file)),
    ...(cwd !== null && existsSync(cwd) && { cwd }),
    // A temporary folder may lie anywhere.
    ...(placeIn(repository, tree) === null && { repository }),
    env: changedIn(tree, placesOf(trees)),
  }
}

export const taskId = (file: string, task: string): string =>
  `${basename(file).replace(/\.\w+$/, '')}/${task}`

/** The tasks of somebody's file, by `names` as head has them. */
export async function taskSubjects(file: string, names: readonly string[], trees: Trees): Promise<Subject[]> {
  const place = relative(trees.repository, file)
  const packages = await packageNames(trees)
  const question = questionOf(place, { trees: [trees.head, trees.base.folder], packages })
  const laidOver = question.filter((one) => trees.changed.has(one))
  const base = laidOver.length > 0 ? await trees.layOver(laidOver) : trees.base.folder
  return names.map((task) => ({
    id: taskId(file, task),
    base: { kind: 'task', task, ...taskFile(file, trees, base) },
    head: { kind: 'task', task, ...taskFile(file, trees, trees.head) },
    folders: { base, head: trees.head },
    timed: true,
    // What a stranger's file reads is not known.
    sameCode: false,
    laidOver,
  }))
}

async function packageNames({ repository, head }: Trees): Promise<ReadonlySet<string>> {
  const folders = [...(await packageFolders(repository))]
  return new Set(folders.flatMap((folder) => manifestIn(join(head, folder)).name ?? []))
}

interface Code {
  readonly same: boolean
  /** Changed files of the benchmark itself. */
  readonly own: readonly string[]
}

/** Rows, peers and what they share: the question, not what it is put to. */
const isBenchCode = (file: string): boolean => file.startsWith('sims/bench/')
/** How time is taken is this run's alone, for both sides. */
const isHarness = (file: string): boolean => /^sims\/bench\/(checkout|harness|gate)\//.test(file)
const isData = (file: string): boolean => !/\.(ts|md)$/.test(file)

function codeOf(root: string, entries: readonly string[], changed: ReadonlySet<string>): Code {
  const files = closure(root, entries)
  const rooms = new Set([...files].map(roomOf))
  const touched = [...changed].filter(
    (file) => !isHarness(file) && (files.has(file) || (isData(file) && rooms.has(roomOf(file)))),
  )
  return { same: touched.length === 0, own: touched.filter(isBenchCode) }
}

/** `engines/regex`, `sims/bench`: files of any kind in one belong together. Those of the root are nobody's data. */
function roomOf(file: string): string {
  const parts = file.split('/')
  return parts.length < 3 ? file : parts.slice(0, 2).join('/')
}

/** Every file that these import, and that those import. */
function closure(root: string, entries: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>(entries)
  for (const file of seen) {
    const path = join(root, file)
    if (!/\.[cm]?[jt]s$/.test(file) || !existsSync(path)) continue
    const text = readFileSync(path, 'utf8')
    for (const { to } of importsOf(file, text)) if (to !== 'package.json') seen.add(to)
    for (const [, , beside] of text.matchAll(BESIDE)) seen.add(normalize(join(dirname(file), beside!)))
  }
  return seen
}

/** A worker's file, or data, named as it lies beside the file that starts or reads it. */
const BESIDE = /\bnew URL\(\s*(['"])([^'":]+)\1,\s*import\.meta\.url/g
