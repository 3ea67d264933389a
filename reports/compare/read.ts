/** Two documents from their folders, compared by what they are: each kind of document knows how its own are compared. */
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { RUN_SCHEMA, type RunDocument } from '../../sims/lab/contract/document.ts'
import { readDocument, readJson, readText, RunFolderError } from '../folder/folder.ts'
import { compareRuns, type Compared, type CompareDocument } from './runs.ts'

/** By the `schema` of a document: reads the two folders and compares them. */
const KINDS: Readonly<Record<string, (a: string, b: string) => Promise<CompareDocument>>> = {
  [RUN_SCHEMA]: async (a, b) => {
    const [first, second] = [await readCompared(a), await readCompared(b)]
    const isSameName = first.name === second.name
    return compareRuns(
      isSameName ? { ...first, name: a } : first,
      isSameName ? { ...second, name: b } : second,
    )
  },
}

/** @throws RunFolderError for a folder that holds no document, documents of two kinds, or a kind nobody compares. */
export async function compareFolders(a: string, b: string): Promise<CompareDocument> {
  const [first, second] = [await schemaOf(a), await schemaOf(b)]
  if (first !== second)
    throw new RunFolderError(b, `is a ${second}, which cannot be compared with a ${first}`)
  const compare = KINDS[first]
  if (compare === undefined) {
    throw new RunFolderError(a, `is a ${first}; what can be compared is ${Object.keys(KINDS).join(', ')}`)
  }
  return compare(a, b)
}

async function schemaOf(folder: string): Promise<string> {
  const path = join(folder, 'result.json')
  const json = await readJson(path)
  const schema = typeof json === 'object' && json !== null ? (json as { schema?: unknown }).schema : undefined
  if (typeof schema !== 'string') throw new RunFolderError(path, 'says no schema: not a document of a run')
  return schema
}

async function readCompared(folder: string): Promise<Compared> {
  const document: RunDocument = await readDocument(join(folder, 'result.json'))
  const path = join(folder, 'scenario.yaml')
  try {
    return { name: basename(folder), document, scenario: leavesOf(parse(await readText(path))) }
  } catch (cause) {
    if (cause instanceof RunFolderError) throw cause
    throw new RunFolderError(path, 'is not YAML', { cause })
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
