/**
 * Another commit as one more contestant of every row: `base`.
 *
 * It is that commit's own benchmark that runs: its rows module, its `ours` of the row with the same id, over its own
 * engines. The timing is ours for both sides. What cannot be compared is said: a row that it does not have, that counts
 * other units or other parts. What can be compared with a difference (another check value, another amount of work in a
 * burst) is compared, with the difference noted.
 */
import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { checkOut, repositoryOf, type Checkout } from './checkout.ts'
import { CouldNotMeasure } from './errors.ts'
import type { RowsSource } from './load.ts'
import type { PartState, Prepared } from './protocol.ts'

export const BASE = 'base'

export interface Base extends RowsSource {
  /** As it was asked for. */
  readonly ref: string
  readonly checkout: Checkout
}

/** Checks `ref` out and finds in it what `source` holds here. The caller closes the checkout. */
export async function openBase(
  name: string,
  { module, handed }: RowsSource,
  ref: string,
  signal?: AbortSignal,
): Promise<Base> {
  const here = fileURLToPath(module)
  const repository = await repositoryOf(dirname(here))
  const checkout = await checkOut(repository, ref, signal)
  const places = [relative(repository, here), ...OLDER_PLACES.map((place) => place.replace('NAME', name))]
  const file = places.map((place) => join(checkout.folder, place)).find((path) => existsSync(path))
  if (file === undefined) {
    checkout.close()
    throw new CouldNotMeasure(
      `${ref} (${checkout.version}) has no benchmark ${name}: no ${places.join(', no ')}`,
    )
  }
  const there = (url: string): string =>
    pathToFileURL(join(checkout.folder, relative(repository, fileURLToPath(url)))).href
  return { ref, checkout, module: pathToFileURL(file).href, handed: handed === null ? null : there(handed) }
}

/** Where a benchmark's rows lay before they moved. */
const OLDER_PLACES = ['sims/bench/NAME.ts']

/** Why what `base` prepared cannot be compared with ours; null when it can. */
export function incomparable(ours: Prepared, base: Prepared): string | null {
  if (base.unit !== ours.unit || base.better !== ours.better) {
    return `it counts ${base.unit} (${base.better} is better), here ${ours.unit} (${ours.better})`
  }
  if ((base.parts === undefined) !== (ours.parts === undefined)) {
    return base.parts ? 'it is a mean over parts, here it is not' : 'it is not a mean over parts, here it is'
  }
  const names = (parts: readonly PartState[] = []): string => parts.map(({ id }) => id).join(', ')
  if (names(base.parts) === names(ours.parts)) return null
  const others = new Set(ours.parts?.map(({ id }) => id)).symmetricDifference(
    new Set(base.parts?.map(({ id }) => id)),
  )
  return others.size > 0 ? `other parts: ${some([...others])}` : 'its parts come in another order'
}

/** In what the work or the answer of two that can be compared is not the same; null when in nothing. */
export function difference(ours: Prepared, base: Prepared): string | null {
  if (ours.parts === undefined || base.parts === undefined) return burstDifference(ours, base)
  const different = ours.parts.flatMap((one, i) => {
    const other = base.parts![i]!
    const both = one.state === 'done' && other.state === 'done'
    return both && burstDifference(one, other) !== null ? [one.id] : []
  })
  return different.length === 0 ? null : `other check values or work in ${some(different)}`
}

interface Work {
  readonly expected?: number
  readonly work?: number
}

function burstDifference(ours: Work, base: Work): string | null {
  const found: string[] = []
  if (!Object.is(ours.expected, base.expected)) {
    found.push(`its check value is ${base.expected}, here ${ours.expected}`)
  }
  if (ours.work !== base.work) found.push(`a burst of it is ${base.work} units of work, here ${ours.work}`)
  return found.length === 0 ? null : found.join('; ')
}

function some(names: readonly string[]): string {
  return names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
}
