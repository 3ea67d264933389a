/**
 * The packages that are installed in one folder, for a tree of another commit: links to them, and hardly ever a copy.
 *
 * A workspace of npm, pnpm or yarn is installed as a link to its folder in the repository. Node looks up where a link
 * leads, so a tree that took such a link over would run the repository's working tree, whatever commit it holds. These
 * links are made anew and lead to the same folder of the tree; all others lead where they did. So must a package of a
 * registry be the tree's own that uses a workspace, or uses one that does: it is copied. pnpm keeps these in a store
 * (`node_modules/.pnpm/NAME/node_modules`, here a room), each beside links to what it needs; there the whole room is made
 * anew, and links that led to it lead to the tree's.
 */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

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
  const inRooms = [...rooms]
    .flatMap((room) => packagesIn(room))
    .filter(({ path }) => lstatSync(path).isDirectory())
  const copied = new Set([...usersOf(packages, own), ...inRooms.map(({ path }) => path)])
  for (const { installed, place } of installations) linkAll(installed, place, { own, copied, rooms })
  return installations.length > 0
}

interface Rules {
  readonly own: OwnFolder
  /** Folders of packages that the tree gets a copy of. */
  readonly copied: ReadonlySet<string>
  /** Folders of a store that the tree has anew. */
  readonly rooms: ReadonlySet<string>
}

/** The place in a tree for a path that leads to a folder of the repository's own; null for what was installed. */
type OwnFolder = (path: string) => string | null

function linkAll(installed: string, place: string, rules: Rules): void {
  const { own, copied } = rules
  if (!isApart(installed, rules)) {
    symlinkSync(installed, place, 'dir')
    return
  }
  mkdirSync(place)
  for (const name of readdirSync(installed)) {
    const path = join(installed, name)
    if (isShelf(path) || holdsRoom(path, rules)) linkAll(path, join(place, name), rules)
    else if (copied.has(path)) cpSync(path, join(place, name), { recursive: true, verbatimSymlinks: true })
    // A program of a package that is copied is the copy's, beside which it lies as it did.
    else if (isOfCopied(path, copied)) symlinkSync(readlinkSync(path), join(place, name))
    else symlinkSync(own(path) ?? path, join(place, name))
  }
}

/** Whether not all in this folder of packages is the same for every tree. */
function isApart(folder: string, rules: Rules): boolean {
  if (holdsRoom(folder, rules)) return true
  return readdirSync(folder).some((name) => {
    const path = join(folder, name)
    if (isShelf(path)) return isApart(path, rules)
    return rules.copied.has(path) || isOfCopied(path, rules.copied) || rules.own(path) !== null
  })
}

function holdsRoom(folder: string, { rooms }: Rules): boolean {
  return [...rooms].some((room) => room === folder || room.startsWith(folder + sep))
}

/** The room of a store, within one of these installations, that a link leads into; null where it leads elsewhere. */
function roomIn(path: string, installations: readonly string[]): string | null {
  if (!lstatSync(path).isSymbolicLink() || !existsSync(path)) return null
  const shelf = `${sep}node_modules${sep}`
  const to = leadsTo(path)
  const room = to.slice(0, to.lastIndexOf(shelf) + shelf.length - 1)
  return installations.some((installed) => room.startsWith(installed + sep)) ? room : null
}

/** Rooms that these packages reach, in which one of the repository's own packages is used, or a room that uses one. */
function usingRooms(
  packages: readonly Package[],
  own: OwnFolder,
  roomOf: (path: string) => string | null,
): ReadonlySet<string> {
  const using = new Set<string>()
  const leadTo = (all: readonly Package[]): string[] => all.flatMap(({ path }) => roomOf(path) ?? [])
  const reached = new Map(leadTo(packages).map((room) => [room, [] as string[]]))
  for (const room of reached.keys()) {
    const inside = packagesIn(room)
    if (inside.some(({ path }) => own(path) !== null)) using.add(room)
    const next = leadTo(inside)
    reached.set(room, next)
    for (const other of next) if (!reached.has(other)) reached.set(other, [])
  }
  for (let before = -1; before !== using.size;) {
    before = using.size
    for (const [room, next] of reached) if (next.some((other) => using.has(other))) using.add(room)
  }
  return using
}

function isOfCopied(path: string, copied: ReadonlySet<string>): boolean {
  if (copied.size === 0 || basename(dirname(path)) !== '.bin' || !lstatSync(path).isSymbolicLink())
    return false
  const to = leadsTo(path)
  return [...copied].some((folder) => to.startsWith(folder + sep))
}

interface Package {
  readonly name: string
  readonly path: string
}

function packagesIn(installed: string, scope = ''): Package[] {
  return readdirSync(installed).flatMap((name) => {
    const path = join(installed, name)
    if (name.startsWith('.')) return []
    return isShelf(path) ? packagesIn(path, `${name}/`) : [{ name: `${scope}${name}`, path }]
  })
}

/** Folders of the packages that use one of the repository's own, or one that does. */
function usersOf(packages: readonly Package[], own: OwnFolder): ReadonlySet<string> {
  const reached = new Set(packages.filter(({ path }) => own(path) !== null).map(({ name }) => name))
  const copied = new Set<string>()
  if (reached.size === 0) return copied
  // A link into a store is no copy's: what it leads to is, with what lies beside it.
  const open = packages
    .filter(({ path }) => lstatSync(path).isDirectory())
    .map((one) => ({ ...one, needs: needsOf(one.path) }))
  for (let before = -1; before !== copied.size;) {
    before = copied.size
    for (const { name, path, needs } of open) {
      if (copied.has(path) || !needs.some((need) => reached.has(need))) continue
      copied.add(path)
      reached.add(name)
    }
  }
  return copied
}

/**
 * Names of what a package depends on, and of what those depend on that are installed within it. Links may lead round, or to
 * one package on many ways: each is looked at once.
 */
function needsOf(folder: string, seen = new Set<string>()): string[] {
  if (!existsSync(folder)) return []
  const real = realpathSync(folder)
  if (seen.has(real)) return []
  seen.add(real)
  const within = join(folder, 'node_modules')
  const inner = existsSync(within) ? packagesIn(within).flatMap(({ path }) => needsOf(path, seen)) : []
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return inner
  const manifest = manifestIn(readFileSync(file, 'utf8'))
  return [
    ...inner,
    ...['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((kind) =>
      Object.keys(manifest[kind] ?? {}),
    ),
  ]
}

/** Of a package that nobody can load there is nothing to copy. */
function manifestIn(text: string): Readonly<Record<string, object | undefined>> {
  try {
    return (JSON.parse(text) as Record<string, object> | null) ?? {}
  } catch {
    return {}
  }
}

/** A folder of packages or of programs: a scope, `.bin`. */
function isShelf(path: string): boolean {
  return /^(@|\.bin$)/.test(basename(path)) && lstatSync(path).isDirectory()
}

function ownFolder(path: string, repository: string, tree: string): string | null {
  if (!lstatSync(path).isSymbolicLink()) return null
  const within = relative(repository, leadsTo(path))
  if (isAbsolute(within) || within.split(sep).some((part) => part === '..' || part === 'node_modules'))
    return null
  return join(tree, within)
}

/** A link of an installation that was made elsewhere may lead to what is not there. */
function leadsTo(link: string): string {
  return existsSync(link) ? realpathSync(link) : resolve(dirname(link), readlinkSync(link))
}
