/** What is installed by files of the project itself: by its scripts (patches, say), by compiling, from archives. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Lock } from './locks.ts'
import { manifestIn, type Manifest } from './manifest.ts'

const INSTALLING = ['preinstall', 'install', 'postinstall', 'dependencies']
/** These build what is published, or set hooks; some patch packages. */
const PREPARING = ['prepublish', 'preprepare', 'prepare', 'postprepare']

/** Whether files of the commit itself take part in its installation. */
export function runsOwn(tree: string, folders: readonly string[], lock: Lock | null): boolean {
  const isArchive = ({ resolved = '', link = false }): boolean => resolved.startsWith('file:') && !link
  if (Object.values(lock?.packages ?? {}).some(isArchive)) return true
  return folders.some((folder) => {
    const scripts = scriptsIn(join(tree, folder))
    return (
      existsSync(join(tree, folder, 'binding.gyp')) ||
      [...INSTALLING, ...PREPARING].some((name) => name in scripts)
    )
  })
}

/**
 * Whether what scripts install of the same packages may be another in `tree` than in `repository`, where these files have
 * changed: the scripts, patches, or what the scripts name.
 */
export function installsOther(
  repository: string,
  tree: string,
  folders: readonly string[],
  changed: ReadonlySet<string>,
): boolean {
  return folders.some((folder) => {
    const [here, theirs] = [repository, tree].map((top) => scriptsIn(join(top, folder))) as [Scripts, Scripts]
    const texts = makingIn(theirs)
    if (texts.join('\n') !== makingIn(here).join('\n')) return true
    if (texts.length === 0) return false
    const places = ['patches', ...texts.flatMap(wordsOf)]
      .map((name) => join(folder, name))
      .filter((place) => place !== folder)
    const isOf = (file: string, place: string): boolean =>
      file.startsWith(place) && /^(?:$|\/|\.[cm]?[jt]s$)/.test(file.slice(place.length))
    return [...changed].some((file) => places.some((place) => isOf(file, place)))
  })
}

type Scripts = NonNullable<Manifest['scripts']>

const wordsOf = (text: string): string[] => text.split(/[\s'"=;&|()]+/).filter((word) => word !== '')

/** Scripts that may change what is installed. */
function makingIn(scripts: Scripts): string[] {
  const prepare = textsOf(scripts, PREPARING)
  return [...textsOf(scripts, INSTALLING), ...(prepare.some((text) => text.includes('patch')) ? prepare : [])]
}

/** Of these scripts, and of those that they name. */
function textsOf(scripts: Scripts, names: readonly string[]): string[] {
  const all = new Set(names.filter((name) => name in scripts))
  for (const name of all)
    for (const word of wordsOf(scripts[name]!)) if (Object.hasOwn(scripts, word)) all.add(word)
  return [...all].map((name) => scripts[name]!)
}

const scriptsIn = (folder: string): Scripts => manifestIn(folder).scripts ?? {}
