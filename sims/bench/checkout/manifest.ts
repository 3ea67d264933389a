/** `package.json`: where they lie, and what they say. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { foldersWith } from './git.ts'

/** What is asked for, by name. */
type Asked = Readonly<Record<string, unknown>>

export interface Manifest {
  readonly name?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Asked
  readonly devDependencies?: Asked
  readonly optionalDependencies?: Asked
  readonly peerDependencies?: Asked
  readonly overrides?: Asked
  readonly resolutions?: Asked
}

/** That of a folder. One that is none says nothing: it is for npm to refuse, and nobody can load what it is of. */
export function manifestIn(folder: string): Manifest {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return {}
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Manifest | null) ?? {}
  } catch {
    return {}
  }
}

/** Folders of the working tree that are packages, and so may have a `node_modules`; '' is the top, be it one or not. */
export async function packageFolders(repository: string): Promise<ReadonlySet<string>> {
  return new Set(['', ...(await foldersWith(repository, ['package.json']))])
}
