/** What a gate compares: rows of the registry, the tasks of a file, or one command; in both trees. */
import { existsSync, realpathSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { BadRequest, CouldNotMeasure } from '../harness/errors.ts'
import { benchmarkContest, commandContest, type Contest } from './contest.ts'
import { listTasks, type CountLimits } from './counting.ts'
import { SideFailed } from './duel.ts'
import { Silence } from './patience.ts'
import { TimeUp } from './refused.ts'
import { rowSubjects, taskFile, taskId, taskSubjects, type Registry } from './subjects.ts'
import type { Trees } from './trees.ts'
import type { TaskFile } from './work.ts'

/** Where benchmarks come from: the registry's rows, the tasks of a file, or one command. */
export type Source =
  | { readonly registry: Registry }
  | { readonly file: string }
  | { readonly command: string }

export interface FieldOptions {
  readonly from: Source
  /** A folder of the working tree. */
  readonly folder: string
  /** Only benchmarks whose id contains one of these. */
  readonly only?: readonly string[]
}

/** What is compared, and the names of what base alone has. */
export interface Field {
  readonly contests: readonly Contest[]
  readonly gone: readonly string[]
}

/** Throws BadRequest where there is nothing to compare, CouldNotMeasure where a file of tasks does not answer in time. */
export async function fieldOf(
  { from, folder, only }: FieldOptions,
  trees: Trees,
  limits: CountLimits,
): Promise<Field> {
  if ('command' in from) return { contests: [commandContest(from.command, trees, folder)], gone: [] }
  if ('file' in from) return await fileField(from.file, trees, only, limits)
  return { contests: (await rowSubjects(from.registry, trees, only)).map(benchmarkContest), gone: [] }
}

async function fileField(
  given: string,
  trees: Trees,
  only: readonly string[] | undefined,
  limits: CountLimits,
): Promise<Field> {
  try {
    // Git's path, as the repository's own is: without symbolic links.
    const file = realpathSync(given)
    const inTree = (tree: string): TaskFile => taskFile(file, trees, tree)
    const sides = { base: inTree(trees.base.folder), head: inTree(trees.head) }
    const { names, gone } = await listTasks(sides, limits)
    const isWanted = (name: string): boolean => only === undefined || only.some((part) => name.includes(part))
    const chosen = names.filter(isWanted)
    if (chosen.length === 0)
      throw new BadRequest(`${given} has no task like ${only?.join(', ')}; it has ${names.join(', ')}`)
    return {
      contests: (await taskSubjects(file, chosen, trees)).map(benchmarkContest),
      gone: gone.filter(isWanted).map((task) => taskId(file, task)),
    }
  } catch (error) {
    if (!(error instanceof SideFailed || error instanceof TimeUp)) throw error
    const said = `${given}: ${saidOfHead(error.message, trees)}`
    throw error.cause instanceof Silence ? new CouldNotMeasure(said) : new BadRequest(said)
  }
}

/** What went wrong at head, its files by their names in the repository; whether one of them is none that git would take. */
function saidOfHead(message: string, { head, repository }: Trees): string {
  const files = message.split(/['"`\s]/).filter((word) => word.startsWith(head + sep))
  const ignored = files
    .map((file) => relative(head, file))
    .find((file) => !existsSync(join(head, file)) && existsSync(join(repository, file)))
  const said = message.replaceAll(head + sep, '')
  if (ignored === undefined) return said
  return `${said} (git ignores ${ignored}, and the gate compares what git has; a build has to be a part of --command)`
}
