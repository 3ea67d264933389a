/**
 * The environment of what runs in one of two trees: where it names the working tree, that tree.
 *
 * Who starts us through a package manager has the working tree's programs first among the paths that are searched, and its
 * folder in `INIT_CWD` and more: both sides would run the same. What git ignores is in no tree. Of it, what is searched
 * stays where it is, as that is where tools are installed, and so do files, which are data; a folder may be where the
 * command puts what it makes, and what one side has made the other would find.
 */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { delimiter, relative, sep } from 'node:path'

export interface Places {
  /** The working tree, by its real path. */
  readonly repository: string
  /** The folders of all trees that are compared. */
  readonly trees: readonly string[]
}

/**
 * Names of variables that hold places to look in (`PATH`, `XDG_DATA_DIRS`, `JAVA_HOME`), or one for files that nobody else
 * finds.
 */
const SEARCHED = /(?:PATH|DIRS|HOME|ROOT)$|^TE?MP(?:DIR)?$/i

/** Ours, as what runs in `tree` is given it. */
export function environmentIn(
  tree: string,
  { repository, trees }: Places,
  ours: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const inside = mentionOf(namesOf(repository, ours))
  const moved = (text: string, to = tree): string => text.replaceAll(inside, () => to)
  const isShared = (path: string): boolean =>
    existsSync(path) && !trees.some((other) => existsSync(moved(path, other)))
  const isData = (path: string): boolean => isShared(path) && statSync(path).isFile()
  const searched = (paths: string): string =>
    paths
      .split(delimiter)
      .map((path) => (isShared(path) ? path : moved(path)))
      .join(delimiter)
  const given = (name: string, value: string): string => {
    if (SEARCHED.test(name)) return searched(value)
    return isData(value) ? value : moved(value)
  }
  const entries = Object.entries(ours).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, given(name, value)] as const],
  )
  return Object.fromEntries(entries)
}

/** Those of its variables that are not as ours are. */
export function changedIn(tree: string, places: Places): Readonly<Record<string, string>> {
  const theirs = Object.entries(environmentIn(tree, places))
  return Object.fromEntries(
    theirs.flatMap(([name, value]) =>
      value === undefined || value === process.env[name] ? [] : [[name, value] as const],
    ),
  )
}

/** Names of the variables that lead to something in the working tree, but in none of the trees. */
export function lostIn({ repository, trees }: Places, ours: NodeJS.ProcessEnv = process.env): string[] {
  const given = trees.map((tree) => environmentIn(tree, { repository, trees }, ours))
  const isLost = (name: string, value = ''): boolean =>
    existsSync(value) && given.every((theirs) => theirs[name] !== value && !existsSync(theirs[name]!))
  return Object.keys(ours).filter((name) => isLost(name, ours[name]))
}

/** The repository by its real path and, where that is reached through a link, by the one that the shell knows. */
function namesOf(repository: string, { PWD = '' }: NodeJS.ProcessEnv): readonly string[] {
  const within = relative(repository, realpathSync(process.cwd()))
  const top = within === '' ? PWD : PWD.endsWith(sep + within) ? PWD.slice(0, -within.length - 1) : ''
  const isAnother = top !== '' && top !== repository && existsSync(top) && realpathSync(top) === repository
  return isAnother ? [repository, top] : [repository]
}

/** What may stand before a path in a text: nothing of a longer path, but a flag of one letter (`-I/repo/include`). */
const BEFORE = String.raw`(?<=^|[\s:;,='"(]|(?:^|\s)-[A-Za-z]|file://)`
const AFTER = String.raw`(?=$|[\s:;,'")/])`

function mentionOf(names: readonly string[]): RegExp {
  const escaped = names.map((name) => name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`))
  return new RegExp(`${BEFORE}(?:${escaped.join('|')})${AFTER}`, 'g')
}
