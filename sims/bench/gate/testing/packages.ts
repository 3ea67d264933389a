/** Made-up packages, installed in the working tree of a repository, and the gate of what they are used by. */
import { chmodSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Repository } from '../../testing/repository.ts'
import { commandContest } from '../contest.ts'
import type { GateDocument } from '../document.ts'
import { planOf } from '../judge.ts'
import type { Trees } from '../trees.ts'
import { askGate } from './ask-gate.ts'

export const manifest = (name: string): string => JSON.stringify({ name, type: 'module', exports: './i.js' })

/** The text of a module whose work is so many steps. */
export const walk = (steps: number): string =>
  `export function w() {\n  let sum = 0\n  for (let i = 0; i < ${steps}; i++) sum += 1\n  return sum > 0\n}\n`

/** A link at `from`, of a folder, that says `to`. */
export function link({ folder }: Repository, to: string, from: string): void {
  mkdirSync(join(folder, from, '..'), { recursive: true })
  symlinkSync(to, join(folder, from), 'dir')
}

/** The script that pnpm lays at `path` for a program that lies at `to` from there. */
export function script(repository: Repository, path: string, to: string): void {
  const { folder } = repository
  const paths = ['tool@1.0.0/node_modules/tool/node_modules', 'tool@1.0.0/node_modules', 'node_modules']
  const store = join(realpathSync(folder), 'node_modules/.pnpm')
  const searched = paths.map((place) => join(store, place)).join(':')
  repository.write({
    [path]: `#!/bin/sh
basedir=$(dirname "$(echo "$0" | sed -e 's,\\\\,/,g')")

if [ -z "$NODE_PATH" ]; then
  export NODE_PATH="${searched}"
else
  export NODE_PATH="${searched}:$NODE_PATH"
fi
exec "${process.execPath}"  "$basedir/${to}" "$@"
`,
  })
  chmodSync(join(folder, path), 0o755)
}

/** The exact work of a file of tasks, of the working tree against its last commit or another. */
export async function countsOf({ folder }: Repository, file: string, base = 'HEAD'): Promise<GateDocument> {
  return await askGate({ base, from: { file: join(folder, file) }, folder, countsOnly: true })
}

/** Runs a round of a command that appends to `out`; the lines that there are then in a tree. */
export async function writtenBy(
  command: string,
  trees: Trees,
  folder: string,
): Promise<(tree: string) => ReadonlySet<string>> {
  await commandContest(`${command} >> out`, trees, folder).pairs({
    plan: planOf(1),
    clock: 'cpu',
    cache: trees.cache,
    seed: 1,
    signal: new AbortController().signal,
    isOver: () => false,
    left: () => 600,
    onProgress: () => {},
  })()
  return (tree) => new Set(readFileSync(join(tree, 'out'), 'utf8').trim().split('\n'))
}
