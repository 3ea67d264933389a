/** What differs between two trees besides the code that is compared, and bears on every figure. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Checkout } from '../checkout/checkout.ts'
import { foldersWith, git, isShallow } from '../checkout/git.ts'
import { lockOf, NPM_LOCKS } from '../checkout/locks.ts'
import { manifestIn } from '../checkout/manifest.ts'
import { installsOther } from '../checkout/scripts.ts'

export interface Changes {
  /** To be read first. */
  readonly notes: readonly string[]
  /** Those for which nothing can pass: of what changed, both sides run the same. */
  readonly doubts: readonly string[]
}

/** Of package managers whose installations are not made anew. */
const OTHER_LOCKS = ['yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb'] as const

const SHARED = 'both sides run the packages that are installed here'

export interface Changed {
  /** The copy of the working tree. */
  readonly head: string
  /** Packages for development are used, too. */
  readonly dev: boolean
  /** Paths that differ from base's. */
  readonly changed: ReadonlySet<string>
}

export async function changesOf(
  repository: string,
  base: Checkout,
  { head, dev, changed: files }: Changed,
): Promise<Changes> {
  const notes: string[] = []
  const doubts: string[] = []
  const differs = (file: string): boolean => !isSame(join(base.folder, file), join(head, file))
  const folders = await packagesOf(repository, base)
  for (const folder of folders) {
    const changed = (names: readonly string[]): string[] =>
      names.map((name) => join(folder, name)).filter((file) => differs(file))
    const isOwn = base.installed.includes(folder)
    for (const file of changed(NPM_LOCKS)) {
      if (isOwn) notes.push(`${file} changed, and with it packages: each side runs its own`)
      else if (lockOf(join(base.folder, folder)) === null) doubts.push(`${file} is new; ${SHARED}`)
      else notes.push(`${file} changed, but in nothing that ${dev ? 'is installed' : 'runs'}`)
    }
    const isInstalled = existsSync(join(repository, folder, 'node_modules'))
    if (isInstalled && installsOther(repository, base.folder, [folder], files)) {
      const made = `what scripts of ${join(folder, 'package.json')} install changed`
      if (base.installed.includes(packageAt(base.folder, folder)))
        notes.push(`${made}: each side runs its own`)
      else doubts.push(`${made}; ${SHARED}`)
    }
    for (const file of changed(OTHER_LOCKS)) {
      if (isOwn) notes.push(`${file} changed; base runs what its lock file of npm asks for`)
      else doubts.push(`${file} changed; ${SHARED}`)
    }
  }
  if (!folders.some((folder) => hasLock(base.folder, folder) || hasLock(head, folder))) {
    for (const folder of folders) {
      const file = join(folder, 'package.json')
      const isAsked = existsSync(join(base.folder, file))
      if (isAsked && asksOf(join(base.folder, folder)) !== asksOf(join(head, folder)))
        doubts.push(`${file} asks for other packages, and no lock file says which; ${SHARED}`)
    }
  }
  for (const file of ['.nvmrc', '.node-version', '.tool-versions'])
    if (differs(file)) notes.push(`${file} changed; both sides run on Node ${process.versions.node}`)
  return { notes: [...(await partedNotes(repository, base)), ...doubts, ...notes], doubts }
}

/** That base is no ancestor of what is checked out. In a shallow clone that is not known of most. */
async function partedNotes(repository: string, { commit }: Checkout): Promise<string[]> {
  const beyond = await git(repository, 'rev-list', '--max-count=1', commit, '^HEAD')
  if (beyond === '' || (await isShallow(repository))) return []
  return ['base is no ancestor of head: what base has gained since the two parted, head has not']
}

/** Folders whose packages are installed here, and of rush the one that says which; '' is the top. */
async function packagesOf(repository: string, { folder: base }: Checkout): Promise<readonly string[]> {
  const names = ['package.json', ...NPM_LOCKS, ...OTHER_LOCKS]
  const found = await Promise.all([base, repository].map((tree) => foldersWith(tree, names)))
  const isUsed = (folder: string): boolean =>
    folder === '' ||
    /(?:^|\/)common\/config\//.test(folder) ||
    ['node_modules', '.pnp.cjs'].some((name) => existsSync(join(repository, folder, name)))
  return [...new Set(['', ...found.flat()])].filter(isUsed)
}

/** The package of `tree` that a folder is or, where it has no such folder, would lie in; '' where there is none. */
function packageAt(tree: string, folder: string): string {
  if (folder === '' || existsSync(join(tree, folder, 'package.json'))) return folder
  const above = dirname(folder)
  return packageAt(tree, above === '.' ? '' : above)
}

const hasLock = (tree: string, folder: string): boolean =>
  [...NPM_LOCKS, ...OTHER_LOCKS].some((name) => existsSync(join(tree, folder, name)))

/** Of one kind of lock file, the text is no text. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((file) => (existsSync(file) ? readFileSync(file) : null))
  return a && b ? a.equals(b) : a === b
}

const ASKS = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'overrides',
  'resolutions',
] as const

/** What a manifest asks for, as text; none is as one that asks for nothing. */
function asksOf(folder: string): string {
  const manifest = manifestIn(folder)
  return JSON.stringify(ASKS.map((kind) => manifest[kind] ?? {}))
}
