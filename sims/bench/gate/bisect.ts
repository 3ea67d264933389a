/**
 * Which commit made a benchmark slower: `gate --bisect GOOD..BAD ID`, by the gate's own judgement.
 *
 * Every commit that is tried is a base of its own and GOOD the one it is compared with, so that a verdict means what it
 * does in the gate: more work counted, or slower in rounds and again in fresh ones. First BAD must be worse than GOOD;
 * else there is nothing to find. A commit where the benchmark cannot be run, or stays undecided, is passed over for its
 * neighbour, and the answer is then a range. So it is when time is up before the search has ended.
 */
import { join } from 'node:path'
import { checkOut, type Checkout } from '../checkout/checkout.ts'
import { commitOf, git, repositoryOf } from '../checkout/git.ts'
import { BadRequest, CouldNotMeasure } from '../harness/errors.ts'
import { benchmarkContest } from './contest.ts'
import { countBoth } from './counting.ts'
import { SideFailed } from './duel.ts'
import { planOf } from './judge.ts'
import { rowWork, type Registry, type Subject } from './subjects.ts'
import { Refused } from './refused.ts'
import { timeBoth, type JudgeOptions, type Pair } from './timing.ts'
import { gateClock, watchSteal, withSteal } from './waiting.ts'

export interface BisectOptions {
  readonly registry: Registry
  readonly folder: string
  /** `GOOD..BAD`. */
  readonly range: string
  /** A row of the registry. */
  readonly id: string
  /** Seconds; no commit is begun after that. Default, none is left out. */
  readonly budget?: number
  /** Compare exact work only: in seconds, and blind to what only a clock finds. */
  readonly countsOnly?: boolean
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

export interface Bisected {
  readonly id: string
  /** The first commit that is known to be worse. */
  readonly first: string
  /** Commits before it that may be the first: they could not be told, or not be tried in time. Oldest first. */
  readonly untold: readonly string[]
  /** Time was up before the search had ended. */
  readonly unfinished: boolean
  readonly why: string
  readonly tried: number
}

type Verdict = { readonly is: 'worse' | 'no worse' | 'untold'; readonly why: string }

/** Throws BadRequest for a range that is none, CouldNotMeasure where BAD is no worse than GOOD. */
export async function bisect(options: BisectOptions): Promise<Bisected> {
  const { range, id, folder, registry, onProgress } = options
  const [good = '', bad = '', ...rest] = range.split('..')
  if (good === '' || bad === '' || rest.length > 0)
    throw new BadRequest(`--bisect takes GOOD..BAD, not ${range}`)
  if (!registry.modules.has(id.split('/')[0]!)) throw new BadRequest(`there is no benchmark ${id}`)
  const repository = await repositoryOf(folder)
  const [from, to] = [await commitOf(repository, good), await commitOf(repository, bad)]
  const listed = await git(repository, 'rev-list', '--reverse', '--first-parent', `${from}..${to}`)
  const commits = listed === '' ? [] : listed.split('\n')
  if (commits.length === 0) throw new BadRequest(`there is no commit in ${range}`)
  let tried = 0
  const begin = performance.now()
  const left = (): number => (options.budget ?? Infinity) - (performance.now() - begin) / 1000
  const trees = await checkOut(repository, from, options.signal)
  try {
    const verdicts = new Map<number, Verdict>()
    const ask = async (place: number): Promise<Verdict> => {
      const known = verdicts.get(place)
      if (known !== undefined) return known
      tried++
      onProgress(`${commits[place]!.slice(0, 12)}: ${place + 1} of ${commits.length}`)
      const verdict = await compare(trees, commits[place]!, repository, options, left)
      onProgress(`${commits[place]!.slice(0, 12)}: ${verdict.is}: ${verdict.why}`)
      verdicts.set(place, verdict)
      return verdict
    }
    const late = new CouldNotMeasure(`time was up before ${bad} was compared with ${good}`)
    if (left() <= 0) throw late
    const last = await ask(commits.length - 1)
    if (last.is === 'untold')
      throw left() <= 0
        ? late
        : new CouldNotMeasure(`${bad} could not be compared with ${good} in ${id}: ${last.why}`)
    if (last.is !== 'worse')
      throw new CouldNotMeasure(`${bad} is not worse than ${good} in ${id}: ${last.why}`)
    return { id, ...(await search(commits, ask, () => left() <= 0)), tried }
  } finally {
    trees.close()
  }
}

/** Between the last that is surely no worse and the first that surely is. */
export async function search(
  commits: readonly string[],
  ask: (place: number) => Promise<Verdict>,
  isOver: () => boolean = () => false,
): Promise<Omit<Bisected, 'id' | 'tried'>> {
  let low = -1
  let high = commits.length - 1
  const untold = new Set<number>()
  let unfinished = false
  for (;;) {
    const open = Array.from({ length: high - low - 1 }, (_, i) => low + 1 + i).filter((i) => !untold.has(i))
    if (open.length === 0) break
    if (isOver()) {
      unfinished = true
      for (const place of open) untold.add(place)
      break
    }
    const middle = open[open.length >> 1]!
    const { is } = await ask(middle)
    if (is === 'worse') high = middle
    else if (is === 'no worse') low = middle
    else untold.add(middle)
  }
  const between = [...untold].filter((place) => place > low && place < high).toSorted((a, b) => a - b)
  return {
    first: commits[high]!,
    untold: between.map((place) => commits[place]!),
    unfinished,
    why: (await ask(high)).why,
  }
}

async function compare(
  base: Checkout,
  commit: string,
  repository: string,
  { registry, id, countsOnly = false, signal, onProgress }: BisectOptions,
  left: () => number,
): Promise<Verdict> {
  const head = await checkOut(repository, commit, signal)
  const stolen = watchSteal()
  try {
    const subject: Subject = {
      id,
      base: rowWork(registry, id, repository, base.folder),
      head: rowWork(registry, id, repository, head.folder),
      folders: { base: base.folder, head: head.folder },
      timed: true,
      sameCode: false,
      laidOver: [],
    }
    // Where there is no time for this one there is none for the others, which are asked the same.
    const counted = await countBoth(subject, { signal, left, alone: true })
    const grown = counted.counters.find((one) => one.grown)
    if (grown !== undefined)
      return { is: 'worse', why: `${grown.name} grew from ${grown.base} to ${grown.head}` }
    if (countsOnly) return { is: 'no worse', why: 'it does no more work' }
    const options = {
      plan: planOf(1),
      clock: gateClock().clock,
      cache: join(base.folder, '.flowbench-cache'),
      seed: 1,
      signal,
      isOver: () => left() <= 0,
      left,
      onProgress,
    }
    return await compareTime(id, benchmarkContest(subject).pairs(options), options)
  } catch (error) {
    if (error instanceof SideFailed && error.side === 'head' && error.hangs)
      return { is: 'worse', why: `it ${error.message}` }
    if (error instanceof Refused) return { is: 'untold', why: withSteal(error, stolen()).message }
    if (error instanceof SideFailed) return { is: 'untold', why: error.message }
    throw error
  } finally {
    head.close()
  }
}

/** A commit against GOOD by the clock, from rounds of both. */
export async function compareTime(
  id: string,
  playPair: () => Promise<Pair>,
  options: JudgeOptions,
): Promise<Verdict> {
  const timed = await timeBoth(id, playPair, options)
  if (timed === null) return { is: 'untold', why: 'time was up' }
  const why = `${timed.ratio.toFixed(3)} times the time (${timed.low.toFixed(3)}-${timed.high.toFixed(3)})`
  if (timed.finding === 'clear') return { is: 'no worse', why }
  return { is: timed.finding === 'undecided' ? 'untold' : 'worse', why }
}
