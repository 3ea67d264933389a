/** A git repository in a temporary folder whose commits are versions of one benchmark: for tests of `--against`. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach } from 'vitest'

export interface Repository {
  readonly folder: string
  /** URL of the benchmark's rows module in the working tree. */
  readonly module: URL
  /** Commits these files and returns the hash; a file whose text is null is removed. */
  commit(files: Readonly<Record<string, string | null>>): string
  /** Writes into the working tree without a commit. */
  write(files: Readonly<Record<string, string>>): void
  /** Every work tree there is, as git lists them. */
  worktrees(): string[]
  remove(): void
}

export function newRepository(): Repository {
  const folder = mkdtempSync(join(tmpdir(), 'flowbench-repository-'))
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  git('init', '--quiet')
  const write = (files: Readonly<Record<string, string | null>>): void => {
    for (const [name, text] of Object.entries(files)) {
      if (text === null) {
        rmSync(join(folder, name))
        continue
      }
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
  }
  return {
    folder,
    module: pathToFileURL(join(folder, 'rows.mjs')),
    commit(files) {
      write(files)
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', 'a version')
      return git('rev-parse', 'HEAD')
    },
    write,
    worktrees: () =>
      git('worktree', 'list', '--porcelain')
        .split('\n')
        .filter((line) => line.startsWith('worktree ')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/**
 * A new repository for each test of a file, which calls this before it adds hooks of its own: those then close what they have
 * open first. Whatever a test did, no work tree is left.
 */
export function repositoryOfEachTest(): Repository {
  let current: Repository
  beforeEach(() => {
    current = newRepository()
  })
  afterEach(() => {
    const left = current.worktrees()
    current.remove()
    if (left.length !== 1) throw new Error(`work trees are left: ${left.join(', ')}`)
  })
  return {
    get folder() {
      return current.folder
    },
    get module() {
      return current.module
    },
    commit: (files) => current.commit(files),
    write: (files) => current.write(files),
    worktrees: () => current.worktrees(),
    remove: () => current.remove(),
  }
}

export interface FixtureRow {
  readonly id?: string
  readonly unit?: string
  /**
   * Seconds that a unit of work is said to take: exact figures, whatever the machine does. Default 0.6: what takes so
   * long is warm after one run.
   */
  readonly seconds?: number
  readonly expected?: number
  /** What the work returns, where that is not what it should. */
  readonly got?: number
  readonly work?: number
  /** Seconds of each part, by its id: a mean over parts instead of a burst. */
  readonly parts?: Readonly<Record<string, number>>
}

/** The text of a rows module. */
export function rowsModule(...rows: readonly FixtureRow[]): string {
  return `const burst = ({ seconds = 0.6, expected = 1, got = expected, work = 1 }) => ({
  expected, work, run: () => got,
  timed: (repeats) => Promise.resolve({ check: got, seconds: repeats * seconds * work }),
})
const prepare = (row) => row.parts
  ? { parts: Object.entries(row.parts).map(([id, seconds]) => ({ id, prepare: () => burst({ ...row, seconds }) })) }
  : burst(row)
const contestant = (id, row) => ({ id, version: '1', missing: () => null, prepare: () => prepare(row) })
export const rows = ${JSON.stringify(rows)}.map((row) => ({
  id: row.id ?? 'fixture/row', unit: row.unit ?? 'steps/s', better: 'higher', summary: 'a fixture',
  ours: contestant('flowbench', row), peers: [contestant('twin', row)],
}))
`
}
