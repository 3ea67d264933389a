/** Reading one file of a run's folder; every failure is a `RunFolderError` that names the file. */
import { open } from 'node:fs/promises'
import type { z } from 'zod'
import { firstProblem, parseDocument, type RunDocument } from '../../sims/lab/contract/document.ts'

/** A folder that is not a whole run. */
export class RunFolderError extends Error {
  override readonly name = 'RunFolderError'
  /** The file at fault. */
  readonly path: string
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options)
    this.path = path
  }
}

/** The folder of a scenario below `out`: its name, without anything that could lead elsewhere. */
export function folderName(scenario: string): string {
  const name = scenario.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '')
  return name.slice(0, 100) || 'run'
}

/** No file of a run comes near this; more is refused before it is read. */
const LARGEST = 256 * 1024 * 1024

export async function readText(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    if (size > LARGEST) throw new RunFolderError(path, `is ${size} bytes long; a run's files are far smaller`)
    return await file.readFile('utf8')
  } catch (cause) {
    if (cause instanceof RunFolderError) throw cause
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new RunFolderError(path, missing ? 'is missing: not the folder of a run' : String(cause), { cause })
  }
}

export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RunFolderError(path, `is not JSON: ${(cause as Error).message}`, { cause })
  }
}

export async function readShape<T>(path: string, shape: z.ZodType<T>): Promise<T> {
  const parsed = shape.safeParse(await readJson(path))
  if (!parsed.success) throw new RunFolderError(path, firstProblem(parsed.error))
  return parsed.data
}

/** `result.json` of a run. */
export async function readDocument(path: string): Promise<RunDocument> {
  const parsed = parseDocument(await readJson(path))
  if ('problem' in parsed) throw new RunFolderError(path, `is not a flowbench run: ${parsed.problem}`)
  return parsed.document
}
