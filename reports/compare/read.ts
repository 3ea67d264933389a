/** Two documents, compared by what they are: each kind of document knows how its own are compared and told. */
import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { SHOOTOUT_SCHEMA } from '../../sims/bench/shootout/suite/run.ts'
import { RUN_SCHEMA } from '../../sims/lab/contract/document.ts'
import { readDocument, readJson, readText, RunFolderError } from '../folder/folder.ts'
import { readWhole } from '../folder/whole.ts'
import { compareShootouts, renderComparison as renderShootouts } from '../shootout/compare.ts'
import { readShootout } from '../shootout/read.ts'
import { compareRuns, type Compared } from './runs.ts'
import { renderComparison } from './terminal.ts'

export interface Comparison {
  /** What `--json` prints. */
  readonly document: unknown
  /** For a terminal. */
  readonly text: (colour: boolean) => string
  /** The names of both sides, for a file, and its page; null for a kind that has none. */
  readonly page: { readonly names: readonly [string, string]; readonly render: () => Promise<string> } | null
}

/** By the `schema` of a document. */
const KINDS: Readonly<Record<string, (a: string, b: string) => Promise<Comparison>>> = {
  [RUN_SCHEMA]: async (a, b) => {
    const [first, second] = [await readCompared(a), await readCompared(b)]
    const isSameName = first.name === second.name
    const document = compareRuns(
      isSameName ? { ...first, name: a } : first,
      isSameName ? { ...second, name: b } : second,
    )
    return {
      document,
      text: (colour) => renderComparison(document, { colour }),
      page: {
        names: [document.runs[0].name, document.runs[1].name],
        // Drawing libraries take a second to load.
        render: async () => (await import('./page.ts')).renderComparisonPage(document),
      },
    }
  },
  [SHOOTOUT_SCHEMA]: async (a, b) => {
    const [first, second] = [fileOf(a), fileOf(b)]
    const document = compareShootouts(
      readShootout(await readJson(first), first),
      readShootout(await readJson(second), second),
    )
    return { document, text: () => renderShootouts(document), page: null }
  },
}

/**
 * Compares two run folders, or two files that hold a document.
 * @throws RunFolderError where there is no document, for documents of two kinds, or of a kind nobody compares.
 */
export async function compareFolders(a: string, b: string): Promise<Comparison> {
  const [first, second] = [await schemaOf(a), await schemaOf(b)]
  if (first !== second)
    throw new RunFolderError(b, `is a ${second}, which cannot be compared with a ${first}`)
  const compare = KINDS[first]
  if (compare === undefined) {
    throw new RunFolderError(a, `is a ${first}; what can be compared is ${Object.keys(KINDS).join(', ')}`)
  }
  return compare(a, b)
}

/** A file itself, or the document in a folder: of a run, or of a shoot-out. */
function fileOf(path: string): string {
  const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
  const found = [path, join(path, 'result.json'), join(path, 'shootout.json')].find(isFile)
  return found ?? join(path, 'result.json')
}

async function schemaOf(path: string): Promise<string> {
  const json = await readJson(fileOf(path))
  const schema = typeof json === 'object' && json !== null ? (json as { schema?: unknown }).schema : undefined
  if (typeof schema !== 'string') throw new RunFolderError(path, 'says no schema: not a document of a run')
  return schema
}

async function readCompared(path: string): Promise<Compared> {
  const file = fileOf(path)
  const name = basename(path)
  // A document alone does not say what was asked.
  if (file === path) return { name, document: await readDocument(file), scenario: new Map() }
  return await readWhole(path, basename(file), async () => ({
    name,
    document: await readDocument(file),
    scenario: await scenarioIn(path),
  }))
}

async function scenarioIn(path: string): Promise<Map<string, string>> {
  const scenario = join(path, 'scenario.yaml')
  try {
    return leavesOf(parse(await readText(scenario)))
  } catch (cause) {
    if (cause instanceof RunFolderError) throw cause
    throw new RunFolderError(scenario, 'is not YAML', { cause })
  }
}

/** Every value by its path, as text. */
function leavesOf(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value))
      leavesOf(inner, path === '' ? key : `${path}.${key}`, into)
  } else into.set(path, typeof value === 'string' ? value : JSON.stringify(value))
  return into
}
