/**
 * Which installed packages use one of the repository's own, or one that does: they cannot be shared by two trees.
 *
 * One is used where it is linked beside the user, where the user's manifest names it, and where its code does: Node looks
 * in every `node_modules` above a file, and there pnpm and npm lay all of the repository's own packages. What is imported by
 * a name that is only known when it runs is not found here; `strangers.ts` of the gate refuses it.
 */
import { existsSync } from 'node:fs'
import { hoistBeside, isFolder, needsOf, packagesIn, type Package } from './installed.ts'

/** The place in a tree for a path that leads to a folder of the repository's own; null for what was installed. */
export type OwnFolder = (path: string) => string | null

/** Folders of the packages that use one of the repository's own, or one that does. */
export function usersOf(packages: readonly Package[], own: OwnFolder): ReadonlySet<string> {
  const reached = new Set(packages.filter(({ path }) => own(path) !== null).map(({ name }) => name))
  const copied = new Set<string>()
  if (reached.size === 0) return copied
  // A link into a store is no copy's: what it leads to is, with what lies beside it.
  const open = packages.filter(({ path }) => isFolder(path))
  for (let before = -1; before !== copied.size;) {
    before = copied.size
    for (const { name, path } of open) {
      if (copied.has(path) || reached.isDisjointFrom(needsOf(path))) continue
      copied.add(path)
      reached.add(name)
    }
  }
  return copied
}

/** A package in a store, or a link to one. */
interface Entry extends Package {
  readonly isOwn: boolean
  readonly isFolder: boolean
  /** The room that it leads into, if it is such a link. */
  readonly room: string | null
}

/**
 * Rooms that these packages reach, in which one of the repository's own packages is used, or a room that uses one; and the
 * folders above them in which any package of their store would find one of these.
 */
export function usingRooms(
  packages: readonly Package[],
  own: OwnFolder,
  roomOf: (path: string) => string | null,
): ReadonlySet<string> {
  const entriesIn = (all: readonly Package[]): Entry[] =>
    all.map((one) => ({
      ...one,
      isOwn: own(one.path) !== null,
      isFolder: isFolder(one.path),
      room: roomOf(one.path),
    }))
  const top = entriesIn(packages)
  const rooms = new Map<string, readonly Entry[]>()
  const hoists = new Map<string, readonly Entry[]>()
  const open = new Set(top.flatMap(({ room }) => room ?? []))
  for (const room of open) {
    const hoist = hoistBeside(room)
    const fresh = [{ to: rooms, folder: room }]
    if (!hoists.has(hoist) && existsSync(hoist)) fresh.push({ to: hoists, folder: hoist })
    for (const { to, folder } of fresh) {
      const entries = entriesIn(packagesIn(folder))
      to.set(folder, entries)
      for (const entry of entries) if (entry.room !== null) open.add(entry.room)
    }
  }
  const using = new Set<string>()
  const isApart = ({ isOwn, room }: Entry): boolean => isOwn || (room !== null && using.has(room))
  const hoisted = [...top, ...[...hoists.values()].flat()]
  for (let before = -1; before !== using.size;) {
    before = using.size
    const names = new Set(hoisted.filter(isApart).map(({ name }) => name))
    for (const [room, entries] of rooms) {
      if (using.has(room)) continue
      // What lies in the room itself is found there first.
      const above = names.difference(new Set(entries.map(({ name }) => name)))
      const imports = ({ path }: Entry): boolean => above.size > 0 && !above.isDisjointFrom(needsOf(path))
      if (entries.some((entry) => isApart(entry) || (entry.isFolder && imports(entry)))) using.add(room)
    }
  }
  for (const [hoist, entries] of hoists) if (entries.some(isApart)) using.add(hoist)
  return using
}
