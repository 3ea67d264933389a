/** Git, asked about a repository. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { BadRequest, CouldNotMeasure } from '../harness/errors.ts'
import { isInstalled } from './paths.ts'

const run = promisify(execFile)

/** A repository may have millions of files, and git lists them by name. */
const MOST_OUTPUT = 1 << 30

/** What git writes. Throws BadRequest where there is no git, and CouldNotMeasure, with its own words, where it fails. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run('git', args, { cwd: folder, env: gitEnvironment(), maxBuffer: MOST_OUTPUT })
    // Its end alone: a name may begin with a space.
    return stdout.trimEnd()
  } catch (error) {
    const { code, message, stderr = '' } = error as NodeJS.ErrnoException & { readonly stderr?: string }
    if (code === 'ENOENT') throw new BadRequest('git is not installed', { cause: error })
    throw new CouldNotMeasure(`git failed: ${saidIn(stderr) ?? message}`, { cause: error })
  }
}

/** The top folder of the repository that `folder` lies in. Throws BadRequest where git finds none that it takes. */
export async function repositoryOf(folder: string): Promise<string> {
  try {
    return await git(folder, 'rev-parse', '--show-toplevel')
  } catch (error) {
    if (!(error instanceof CouldNotMeasure)) throw error
    const isNone = error.message.includes('not a git repository (or any')
    const why = isNone ? 'there is no git repository here to take another commit from' : error.message
    throw new BadRequest(why, { cause: error })
  }
}

/** Files that git does not know, and would take. */
const FRESH = ['ls-files', '-z', '--others', '--exclude-standard'] as const

const namesIn = (listed: string): string[] => listed.split('\0').filter((name) => name !== '')

/** Every file that git knows or would take, or those that match a pattern. Ones that were deleted are among them. */
export async function filesOf(tree: string, ...patterns: string[]): Promise<ReadonlySet<string>> {
  return new Set(namesIn(await git(tree, ...FRESH, '--cached', '--', ...patterns)))
}

/** Folders, '' for the top, that hold a file of one of these names. */
export async function foldersWith(tree: string, names: readonly string[]): Promise<string[]> {
  const files = await filesOf(tree, ...names.map((name) => `:(glob)**/${name}`))
  const folders = [...files]
    .filter((file) => !isInstalled(file) && existsSync(join(tree, file)))
    .map((file) => dirname(file))
  return [...new Set(folders.map((folder) => (folder === '.' ? '' : folder)))]
}

/** Paths that differ between a commit and the working tree, files that are new included. */
export async function changedFiles(repository: string, commit: string): Promise<ReadonlySet<string>> {
  const listed = await Promise.all([
    git(repository, 'diff', '--name-only', '--no-renames', '-z', commit, '--'),
    git(repository, ...FRESH),
  ])
  return new Set(listed.flatMap(namesIn))
}

/** The full hash. Throws BadRequest when `ref` names no commit. */
export async function commitOf(repository: string, ref: string): Promise<string> {
  try {
    return await git(repository, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`)
  } catch {
    throw new BadRequest(
      (await isShallow(repository))
        ? `"${ref}" is not in this shallow clone; fetch it, or everything: git fetch --unshallow`
        : `"${ref}" names no commit in this repository`,
    )
  }
}

/** Whether not all of its history is here. */
export async function isShallow(repository: string): Promise<boolean> {
  return (await git(repository, 'rev-parse', '--is-shallow-repository')) === 'true'
}

/** From its first error on, as a remedy may follow; of what names no error, the last line. */
function saidIn(stderr: string): string | undefined {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const first = lines.findIndex((line) => /^(?:fatal|error):/.test(line))
  return first === -1 ? lines.at(-1) : lines.slice(first).join(' ')
}

/**
 * Within a hook git sets these, which would point every command at the hook's repository. The last of them change what is
 * meant by a path. All else is what the caller has told git: which folders are safe, who is asked for a password.
 */
const POINTING: ReadonlySet<string> = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_COMMON_DIR',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_GRAFT_FILE',
  'GIT_REPLACE_REF_BASE',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
])

export function gitEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !POINTING.has(name))
  // What it says is looked at.
  return { ...Object.fromEntries(ours), LC_ALL: 'C' }
}
