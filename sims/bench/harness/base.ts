/**
 * Another commit as one more contestant of every row: `base`.
 *
 * It is that commit's own benchmark that runs: its rows module, its `ours` of the row with the same id, over its own
 * engines. The timing is ours for both sides. What cannot be compared is said: a row that it does not have, or that counts
 * other units. What can be compared with a difference (another check value, another amount of work in a burst, parts
 * that it does not have) is compared, with the difference noted.
 */
import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { checkOut, type Checkout } from '../checkout/checkout.ts'
import { repositoryOf } from '../checkout/git.ts'
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
  if ((base.parts === undefined) === (ours.parts === undefined)) return null
  return base.parts ? 'it is a mean over parts, here it is not' : 'it is not a mean over parts, here it is'
}

/** For each of our parts the number of the one of the same name in `base`, -1 where it has none. */
export function partOrder(ours: readonly PartState[], base: readonly PartState[]): number[] {
  const places = new Map(base.map(({ id }, place) => [id, place]))
  return ours.map(({ id }) => places.get(id) ?? -1)
}

/** What `base` prepared, its parts in the order of ours. */
export function inOurOrder(base: Prepared, order: readonly number[], ours: readonly PartState[]): Prepared {
  const absent = (id: string): PartState => ({ id, state: 'refused', why: 'it has no such part' })
  return { ...base, parts: order.map((place, i) => base.parts?.[place] ?? absent(ours[i]!.id)) }
}

/**
 * In what the work or the answer of two that can be compared is not the same; null when in nothing. Parts that one of
 * them does not do are not compared, and named elsewhere.
 */
export function difference(ours: Prepared, base: Prepared): string | null {
  if (ours.parts === undefined || base.parts === undefined) return burstDifference(ours, base)
  const different = ours.parts.flatMap((one, i) => {
    const other = base.parts![i]!
    const both = one.state === 'done' && other.state === 'done'
    return both && burstDifference(one, other) !== null ? [one.id] : []
  })
  return different.length === 0 ? null : `other check values or work in ${some(different)}`
}

type Work = Pick<PartState, 'expected' | 'work'>

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
