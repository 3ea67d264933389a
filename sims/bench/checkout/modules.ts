/**
 * The packages that are installed in one folder, for a tree of another commit: links to them, and hardly ever a copy.
 *
 * A workspace of npm, pnpm or yarn is installed as a link to its folder in the repository. Node looks up where a link
 * leads, so a tree that took such a link over would run the repository's working tree, whatever commit it holds. These
 * links are made anew and lead to the same folder of the tree; all others lead where they did. So must a package of a
 * registry be the tree's own that uses a workspace, or uses one that does (`users.ts`): it is copied. pnpm keeps these in a
 * store (`node_modules/.pnpm/NAME/node_modules`, here a room), each beside links to what it needs; there the whole room is
 * made anew, and links that led to it lead to the tree's. What is in no room is looked for in the folder above them
 * (`node_modules/.pnpm/node_modules`), which is made anew where it links such a package or a workspace. So are the scripts
 * that start programs (`programs.ts`).
 */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { isFolder, isShelf, leadsTo, packagesIn, roomIn } from './installed.ts'
import { isProgram, layScript, scriptIn, type Move } from './programs.ts'
import { usersOf, usingRooms, type OwnFolder } from './users.ts'

/**
 * Links what is installed in these `folders` of `from` (paths from its top, '' for the top itself) into the same folders
 * of `tree`. False where nothing is installed.
 */
export function linkModules(from: string, tree: string, folders: Iterable<string>): boolean {
  const real = realpathSync(from)
  const installations = [...folders]
    .map((folder) => ({
      installed: join(real, folder, 'node_modules'),
      place: join(tree, folder, 'node_modules'),
    }))
    // What the commit itself holds is its own.
    .filter(
      ({ installed, place }) => existsSync(installed) && existsSync(dirname(place)) && !existsSync(place),
    )
  const within: OwnFolder = (path) => ownFolder(path, real, tree)
  const packages = installations.flatMap(({ installed }) => packagesIn(installed))
  const roomOf = (path: string): string | null =>
    roomIn(
      path,
      installations.map(({ installed }) => installed),
    )
  const rooms = usingRooms(packages, within, roomOf)
  const own: OwnFolder = (path) =>
    within(path) ?? (rooms.has(roomOf(path) ?? '') ? join(tree, relative(real, leadsTo(path))) : null)
  const inRooms = [...rooms].flatMap((room) => packagesIn(room)).filter(({ path }) => isFolder(path))
  const copied = new Set([...usersOf(packages, own), ...inRooms.map(({ path }) => path)])
  const move = { from: [...new Set([real, from])], tree }
  for (const { installed, place } of installations) linkAll(installed, place, { own, copied, rooms, move })
  return installations.length > 0
}

interface Rules {
  readonly own: OwnFolder
  /** Folders of packages that the tree gets a copy of. */
  readonly copied: ReadonlySet<string>
  /** Folders of a store that the tree has anew. */
  readonly rooms: ReadonlySet<string>
  readonly move: Move
}

function linkAll(installed: string, place: string, rules: Rules): void {
  const { own, copied, move } = rules
  if (!isApart(installed, rules)) {
    symlinkSync(installed, place, 'dir')
    return
  }
  mkdirSync(place)
  for (const name of readdirSync(installed)) {
    const path = join(installed, name)
    const to = join(place, name)
    if (isShelf(path) || holdsRoom(path, rules)) linkAll(path, to, rules)
    else if (copied.has(path)) copyPackage(path, to, move)
    else if (scriptIn(path) !== null) layScript(path, to, move)
    // A program of a package that is copied is the copy's, beside which it lies as it did.
    else if (isOfCopied(path, copied)) symlinkSync(readlinkSync(path), to)
    else symlinkSync(own(path) ?? path, to)
  }
}

/** With the programs that it starts. */
function copyPackage(path: string, to: string, move: Move): void {
  cpSync(path, to, { recursive: true, verbatimSymlinks: true })
  const programs = join('node_modules', '.bin')
  if (!existsSync(join(path, programs))) return
  for (const name of readdirSync(join(path, programs))) {
    const program = join(path, programs, name)
    if (scriptIn(program) !== null) layScript(program, join(to, programs, name), move)
  }
}

/** Whether not all in this folder of packages is the same for every tree. */
function isApart(folder: string, rules: Rules): boolean {
  if (holdsRoom(folder, rules)) return true
  return readdirSync(folder).some((name) => {
    const path = join(folder, name)
    if (isShelf(path)) return isApart(path, rules)
    return (
      rules.copied.has(path) ||
      scriptIn(path) !== null ||
      isOfCopied(path, rules.copied) ||
      rules.own(path) !== null
    )
  })
}

function holdsRoom(folder: string, { rooms }: Rules): boolean {
  return [...rooms].some((room) => room === folder || room.startsWith(folder + sep))
}

function isOfCopied(path: string, copied: ReadonlySet<string>): boolean {
  if (copied.size === 0 || !isProgram(path) || !lstatSync(path).isSymbolicLink()) return false
  const to = leadsTo(path)
  return [...copied].some((folder) => to.startsWith(folder + sep))
}

function ownFolder(path: string, repository: string, tree: string): string | null {
  if (!lstatSync(path).isSymbolicLink()) return null
  const within = relative(repository, leadsTo(path))
  if (isAbsolute(within) || within.split(sep).some((part) => part === '..' || part === 'node_modules'))
    return null
  return join(tree, within)
}
