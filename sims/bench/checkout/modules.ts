/**
 * The packages that are installed in one folder, for a tree of another commit: links to them, and hardly ever a copy.
 *
 * A workspace of npm, pnpm or yarn is installed as a link to its folder in the repository. Node looks up where a link
 * leads, so a tree that took such a link over would run the repository's working tree, whatever commit it holds. These
 * links are made anew and lead to the same folder of the tree; all others lead where they did. So must a package of a
 * registry be the tree's own that uses a workspace, or uses one that does (`users.ts`): it is copied, and links that led to
 * it or into it lead to the copy. So are scripts that start programs (`programs.ts`). Whatever folder holds any of these, be
 * it in a store, is made anew; of all others a link is enough.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { leadsTo, shelvesOf } from './installed.ts'
import { isInstalled, placeIn } from './paths.ts'
import { isScript, layScript, programsOn } from './programs.ts'
import { usersOf } from './users.ts'

/**
 * Links what is installed in these `folders` of `from` (paths from its top, '' for the top itself) into the same folders
 * of `tree`. False where nothing is installed.
 */
export function linkModules(from: string, tree: string, folders: Iterable<string>): boolean {
  const top = realpathSync(from)
  const inTree = (path: string): string => join(tree, relative(top, path))
  // What the commit itself holds is its own.
  const isFree = (place: string): boolean => existsSync(dirname(place)) && !existsSync(place)
  const installed = [...folders]
    .map((folder) => join(top, folder, 'node_modules'))
    .filter((path) => existsSync(path) && isFree(inTree(path)))
  const shelves = shelvesOf(installed)
  const isOwn = (path: string): boolean => {
    const place = placeIn(top, path)
    return place !== null && !isInstalled(place)
  }
  const copied = usersOf(shelves, isOwn)
  /** Whether what is at a path is another in the tree. */
  const isTrees = (path: string): boolean =>
    isOwn(path) || [...copied].some((folder) => path === folder || path.startsWith(folder + sep))

  /** Folders of which not all is the same for every tree. */
  const anew = new Set<string>()
  const makeAnew = (path: string): void => {
    anew.add(path)
    if (!installed.includes(path)) makeAnew(dirname(path))
  }
  for (const { packages } of shelves.values())
    for (const { path, real } of packages.values()) if (isTrees(real)) makeAnew(dirname(path))
  for (const program of [...new Set([...installed, ...anew])].flatMap(programsOn))
    if (isScript(program) || isTrees(leadsTo(program))) makeAnew(dirname(program))

  const tops = [...new Set([top, from])]
  const lay = (path: string): void => {
    const to = inTree(path)
    if (copied.has(path)) {
      cpSync(path, to, { recursive: true, verbatimSymlinks: true })
      for (const program of programsOn(join(path, 'node_modules')).filter(isScript))
        layScript(program, inTree(program), tree, tops)
    } else if (anew.has(path)) {
      mkdirSync(to)
      for (const name of readdirSync(path)) lay(join(path, name))
    } else if (isScript(path)) {
      layScript(path, to, tree, tops)
    } else {
      const real = leadsTo(path)
      symlinkSync(isTrees(real) ? inTree(real) : path, to)
    }
  }
  for (const path of installed) {
    if (anew.has(path)) lay(path)
    else symlinkSync(path, inTree(path))
  }
  return installed.length > 0
}
