/**
 * Rounds of fresh processes that do the same work in different trees, or of the same tree, taking turns.
 *
 * In a round every side starts a process; all warm up side by side, then take their samples one at a time, turn after
 * turn, on one core (`core.ts`). The order of a turn is drawn once a round and kept, so that every side always follows the
 * same other one: a process that follows itself finds its caches warm, and one that has more turns than another does so
 * more often.
 *
 * By processor time, a round's ratio is the median of the turns' ratios. A virtual core is slower by half for as long as
 * its host runs something beside it, which is seconds: both samples of a turn see the same, two sides' quartiles or minima
 * do not. Interruptions only add to wall time, so there it is the ratio of the two least samples (`METHODOLOGY.md` has the
 * figures).
 *
 * The processes of a round are gone before the next begins: two processes of the very same code differ by some per cent
 * for as long as they live, and this way that is noise like any other.
 */
import { median, quantileSorted } from 'simple-statistics'
import { openStream, type Stream } from '../../lab/kernel/random/stream.ts'
import { ContestantFailed, Link } from '../harness/link.ts'
import { shuffled } from '../harness/shuffled.ts'
import type { ClockName } from './clock.ts'
import { keepTogether } from './core.ts'
import { Patience, Silence } from './patience.ts'
import { TimeUp } from './refused.ts'
import type { Finish, PlayerReply, PlayerRequest, Sample } from './talk.ts'
import type { Work } from './work.ts'

const PLAYER = new URL('./player.ts', import.meta.url)

/** One who takes part in every round. */
export interface Side {
  readonly name: string
  readonly work: Work
  /** Made slower on purpose, by each of these shares in turn. The other sides' samples of those turns are theirs to compare. */
  readonly slower?: readonly number[]
}

export interface Played {
  /**
   * What is compared, one by one, with the other sides' of the same round: seconds for a unit of work. As many lists as
   * there are shares by which a side of the round is made slower, else one.
   */
  readonly figures: readonly (readonly number[])[]
  readonly wall: number
  /** 95th percentile of the samples, seconds. */
  readonly p95: number
  readonly finish: Finish
  /** Seconds of one run where runs are timed one by one and are hard to tell from the clock's own cost. */
  readonly brief?: number | null
}

export interface RoundOptions {
  readonly clock: ClockName
  readonly shuffle: Stream
  readonly sampleSeconds: number
  /** Where V8 keeps compiled code between rounds. */
  readonly cache: string
  readonly signal: AbortSignal
  /** Seconds that are left for what has begun; default, as many as it takes. */
  readonly left?: (() => number) | undefined
}

/**
 * V8 compiles hot code on a thread of its own, which on a busy machine gets its turn late: one process is then timed with
 * the code of its interpreter, five times as slow, where another has been compiled. On the thread itself it is done
 * before the warm-up ends.
 */
const COMPILE_AT_ONCE: readonly string[] = ['--no-concurrent-recompilation']

/** How long a sample lasts at least, seconds. */
const SAMPLE_SECONDS = 0.005
/**
 * Samples a process takes in a round: many short ones, few of those that last and so hold their own mean. Where a sample
 * costs as much as a process does, a further round says more than a further sample (Kalibera and Jones, ISMM 2013).
 */
const MOST_SAMPLES = 24
const LEAST_SAMPLES = 2
const SAMPLING_SECONDS = 0.3

const samplesOf = (length: number): number =>
  Math.max(LEAST_SAMPLES, Math.min(MOST_SAMPLES, Math.round(SAMPLING_SECONDS / length)))

/** The rounds of one benchmark, in an order of turns that depends on its id and the seed alone. */
export function roundOptions(
  id: string,
  { seed, ...rest }: Pick<RoundOptions, 'clock' | 'cache' | 'signal' | 'left'> & { readonly seed: number },
): RoundOptions {
  return {
    clock: rest.clock,
    cache: rest.cache,
    signal: rest.signal,
    left: rest.left,
    shuffle: openStream(seed, 0, `gate/${id}`),
    sampleSeconds: SAMPLE_SECONDS,
  }
}

/** A side could not do its work; says which. */
export class SideFailed extends Error {
  override readonly name = 'SideFailed'
  readonly side: string
  readonly wrong: boolean
  /** It does not end where another side has long ended. */
  readonly hangs: boolean

  constructor(side: string, error: ContestantFailed | Silence) {
    super(error.message, { cause: error })
    this.side = side
    this.wrong = error instanceof ContestantFailed && error.wrong
    this.hangs = error instanceof Silence && error.hangs
  }
}

/** One round of all sides, in the order given. Throws SideFailed, TimeUp, or the signal's reason. */
export async function playRound(sides: readonly Side[], options: RoundOptions): Promise<Played[]> {
  const { clock, shuffle, sampleSeconds, cache, signal, left = () => Infinity } = options
  signal.throwIfAborted()
  const levels = Math.max(...sides.map(({ slower }) => slower?.length ?? 1))
  const seats = sides.map((side) => ({
    side,
    link: new Link<PlayerRequest, PlayerReply & { ok: true }>(PLAYER, {
      execArgv: COMPILE_AT_ONCE,
      env: { NODE_COMPILE_CACHE: cache },
    }),
    /** Seconds that a sample lasts. */
    length: 0,
    brief: null as number | null,
    samples: Array.from({ length: levels }, (): Sample[] => []),
  }))
  const kill = (): void => seats.forEach(({ link }) => link.kill())
  const patience = new Patience(left)
  const silent = new Map<Side, Silence>()
  /** Null of a side that does not answer: the others play to the end, to tell whether it is that side alone. */
  const ask = async (
    { side, link }: { side: Side; link: Link<PlayerRequest, PlayerReply & { ok: true }> },
    request: PlayerRequest,
  ): Promise<(PlayerReply & { ok: true }) | null> => {
    if (silent.has(side)) return null
    try {
      return await patience.wait((late) => link.ask(request, late))
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Silence) {
        silent.set(side, error)
        return null
      }
      throw error instanceof ContestantFailed ? new SideFailed(side.name, error) : error
    }
  }
  const throwIfStuck = (): void => {
    // Base first: where that hangs, too, it is no change of head's.
    const stuck = sides.find((side) => silent.has(side))
    if (stuck === undefined) return
    const failed = new SideFailed(stuck.name, silent.get(stuck)!)
    throw failed.hangs || left() > 0 ? failed : new TimeUp(`time was up: ${stuck.name}: ${failed.message}`)
  }
  signal.addEventListener('abort', kill)
  try {
    await Promise.all(
      shuffled(seats, shuffle).map(async (seat) => {
        const { work } = seat.side
        const reply = await ask(seat, { do: 'prepare', work, clock, sampleSeconds })
        if (reply === null || !('ready' in reply)) return
        seat.length = reply.ready.length
        seat.brief = reply.ready.brief
      }),
    )
    if (left() <= 0) throwIfStuck()
    // They got ready wherever there was a core.
    keepTogether(
      seats.flatMap(({ link }) => link.pid ?? []),
      shuffle,
    )
    const turns = samplesOf(Math.max(...seats.map(({ length }) => length)))
    const order = shuffled(seats, shuffle)
    for (let turn = 0; turn < turns; turn++) {
      for (let level = 0; level < levels; level++) {
        for (const seat of order) {
          const reply = await ask(seat, { do: 'sample', slower: seat.side.slower?.[level] ?? 0 })
          if (reply !== null && 'sample' in reply) seat.samples[level]!.push(reply.sample)
          if (left() <= 0) throwIfStuck()
        }
      }
    }
    const played: Played[] = []
    for (const seat of seats) {
      const reply = await ask(seat, { do: 'finish' })
      if (reply !== null && 'finish' in reply)
        played.push({ ...summary(clock, seat.samples, reply.finish), brief: seat.brief })
    }
    throwIfStuck()
    return played
  } finally {
    signal.removeEventListener('abort', kill)
    await Promise.all(seats.map(({ link }) => link.close()))
  }
}

function summary(clock: ClockName, byLevel: readonly (readonly Sample[])[], finish: Finish): Played {
  const [samples] = byLevel as [readonly Sample[]]
  const secondsIn = (level: readonly Sample[]): number[] => level.map(({ seconds }) => seconds)
  return {
    figures: byLevel.map(secondsIn).map((seconds) => (clock === 'cpu' ? seconds : [Math.min(...seconds)])),
    wall: Math.min(...samples.map(({ wall }) => wall)),
    p95: quantileSorted(
      secondsIn(samples).toSorted((a, b) => a - b),
      0.95,
    ),
    finish,
  }
}

/** By how much `head` was slower than `base` in a round that both played, as a logarithm. */
export function logRatio(base: Played, head: Played, level = 0): number {
  const ratios = head.figures[level]!.map((seconds, turn) => Math.log(seconds / base.figures[level]![turn]!))
  return median(ratios)
}

/** Seconds for a unit of work: what a gate without turns would compare. */
export const secondsOf = ({ figures }: Played): number => median(figures[0]!)
