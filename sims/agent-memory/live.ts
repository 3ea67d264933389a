/** The same requests over real sockets: our server, and beside it a Redis that has arrays, when one is given. */
import { LoadError, putLoad } from '../../engines/sparse-array/index.ts'
import type { LoadResult } from '../../engines/sparse-array/index.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { Unmeasurable } from '../lab/contract/sim.ts'
import type { LiveIo, Measures } from '../lab/contract/sim.ts'
import type { AgentMemoryParams } from './params.ts'
import { fragment, READ, requests, SEARCH } from './requests.ts'
import type { Request } from './requests.ts'

const GB = 1e9

export async function live(params: AgentMemoryParams, io: LiveIo): Promise<Measures> {
  const notes = io.stream('fragments')
  const fragments = Array.from({ length: params.fragments }, () => fragment(notes, params.fragmentSize))
  const asked = requests(params, (name) => io.stream(name))
  const put = (url: string | null, yields: boolean): Promise<LoadResult> =>
    putLoad({
      fragments,
      requests: asked,
      longKind: SEARCH,
      signal: io.signal,
      url,
      yields,
      maxSteps: params.budget,
    })
  const ours = await put(null, params.live === 'yielding')
  const atOnce = params.live === 'yielding' ? await put(null, false) : ours
  // A Redis with arrays neither yields nor has a budget: it stands where such a server stands.
  const theirs = params.redis === 'none' ? null : await put(params.redis, false).catch(unmeasurable)
  if (theirs !== null && theirs.errors > 0) {
    throw new Unmeasurable(
      `params.redis: refused ${theirs.errors} of ${asked.length} requests, so its times are not those of the same work; ${theirs.firstError}`,
    )
  }
  const of = (result: LoadResult, kind: number): LogHistogram => histogram(asked, result, kind)
  const searched = asked.filter(({ kind }) => kind === SEARCH).length
  const reads = of(ours, READ)
  const bytesPerFragment = ours.memoryUsage / params.fragments
  const longest = asked.reduce(
    (most, { kind }, i) => (kind === READ ? Math.max(most, ours.waits[i]!) : most),
    0,
  )
  return {
    metrics: {
      fragmentsPerGB: GB / bytesPerFragment,
      bytesPerFragment,
      refused: searched === 0 ? null : ours.errors / searched,
      longestStall: longest,
      utilisation: null,
      atOnceUtilisation: null,
      unboundedUtilisation: null,
    },
    // What a search is counted for hangs on its own pattern, not on who else is there.
    chances: { refused: searched },
    counted: { refused: { of: searched } },
    observations: {
      argetWait: reads.toData(),
      atOnceWait: of(atOnce, READ).toData(),
      unboundedWait: (theirs === null ? new LogHistogram() : of(theirs, READ)).toData(),
      argrepTime: of(ours, SEARCH).toData(),
    },
    state: 'stable',
    flow: {
      injected: asked.length,
      completed: ours.waits.length,
      queued: 0,
      running: 0,
      dropped: 0,
      expired: 0,
    },
    little: [],
    invariants: [],
    counters: { requests: asked.length },
  }
}

function unmeasurable(error: unknown): never {
  if (error instanceof LoadError) throw new Unmeasurable(`params.redis: ${error.message}`, { cause: error })
  throw error
}

function histogram(asked: readonly Request[], { waits }: LoadResult, wanted: number): LogHistogram {
  const found = new LogHistogram()
  asked.forEach(({ kind }, i) => {
    if (kind === wanted) found.add(waits[i]!)
  })
  return found
}
