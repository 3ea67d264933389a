/**
 * Rounds of fresh processes that do the same work in different trees, or of the same tree, taking turns.
 *
 * In a round every side starts a process; all warm up side by side, then take their samples one at a time in shuffled
 * order. A side's figure is one of its samples, and which one depends on the clock. Interruptions only add to wall time,
 * so there it is the least. Processor time knows no interruptions; what others do to caches and memory moves it both
 * ways, and the least is the one moment at which they did nothing. There it is the lower quartile, which moves half as
 * much (`METHODOLOGY.md` has the figures). The processes of a round are gone before the next begins: two
 * processes of the very same code differ by some per cent for as long as they live, and this way that is noise like any
 * other.
 */
import { openStream, type Stream } from '../../lab/kernel/random/stream.ts'
import { ContestantFailed, Link } from '../harness/link.ts'
import { shuffled } from '../harness/shuffled.ts'
import type { ClockName } from './clock.ts'
import type { Finish, PlayerReply, PlayerRequest, Sample } from './talk.ts'
import type { Work } from './work.ts'

const PLAYER = new URL('./player.ts', import.meta.url)
/** A machine with ten things to do gets a process ready in minutes. */
const TIMEOUT_MS = 300_000

/** One who takes part in every round. */
export interface Side {
  readonly name: string
  readonly work: Work
  /** Made slower on purpose, by each of these shares in turn. */
  readonly slower?: readonly number[]
}

export interface Played {
  /** Of the samples, by the clock's rule: seconds for a unit of work. */
  readonly seconds: number
  /** The same for each share by which the side is made slower on purpose; else `seconds` alone. */
  readonly bySlowdown: readonly number[]
  readonly wall: number
  /** 95th percentile of the samples, seconds. */
  readonly p95: number
  readonly finish: Finish
  readonly result: string | null
}

export interface RoundOptions {
  readonly clock: ClockName
  readonly shuffle: Stream
  readonly sampleSeconds: number
  /** Where V8 keeps compiled code between rounds. */
  readonly cache: string
  readonly signal: AbortSignal
}

/**
 * V8 compiles hot code on a thread of its own, which on a busy machine gets its turn late: one process is then timed with
 * the code of its interpreter, five times as slow, where another has been compiled. On the thread itself it is done
 * before the warm-up ends.
 */
const COMPILE_AT_ONCE: readonly string[] = ['--no-concurrent-recompilation']

/** How long a sample lasts at least, seconds. */
const SAMPLE_SECONDS = 0.005
/** Samples a process takes in a round: many short ones, few of those that last and so hold their own mean. */
const MOST_SAMPLES = 24
const LEAST_SAMPLES = 4
const SAMPLING_SECONDS = 0.3

const samplesOf = (length: number): number =>
  Math.max(LEAST_SAMPLES, Math.min(MOST_SAMPLES, Math.round(SAMPLING_SECONDS / length)))

/** The rounds of one benchmark, in an order of turns that depends on its id and the seed alone. */
export function roundOptions(
  id: string,
  { seed, ...rest }: Pick<RoundOptions, 'clock' | 'cache' | 'signal'> & { readonly seed: number },
): RoundOptions {
  return {
    clock: rest.clock,
    cache: rest.cache,
    signal: rest.signal,
    shuffle: openStream(seed, 0, `gate/${id}`),
    sampleSeconds: SAMPLE_SECONDS,
  }
}

/** A side could not do its work; says which. */
export class SideFailed extends Error {
  override readonly name = 'SideFailed'
  readonly side: string
  readonly wrong: boolean

  constructor(side: string, { message, wrong }: ContestantFailed) {
    super(message)
    this.side = side
    this.wrong = wrong
  }
}

/** One round of all sides, in the order given. Throws SideFailed, or the signal's reason. */
export async function playRound(sides: readonly Side[], options: RoundOptions): Promise<Played[]> {
  const { clock, shuffle, sampleSeconds, cache, signal } = options
  signal.throwIfAborted()
  const seats = sides.map((side) => ({
    side,
    slowdowns: side.slower ?? [0],
    link: new Link<PlayerRequest, PlayerReply & { ok: true }>(PLAYER, {
      timeoutMs: TIMEOUT_MS,
      execArgv: COMPILE_AT_ONCE,
      env: { NODE_COMPILE_CACHE: cache },
    }),
    result: null as string | null,
    /** Seconds that a sample lasts. */
    length: 0,
    samples: (side.slower ?? [0]).map((): Sample[] => []),
  }))
  const kill = (): void => seats.forEach(({ link }) => link.kill())
  const of = async <T>(side: Side, answer: Promise<T>): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof ContestantFailed ? new SideFailed(side.name, error) : error
    }
  }
  signal.addEventListener('abort', kill)
  try {
    await Promise.all(
      shuffled(seats, shuffle).map(async (seat) => {
        const { work } = seat.side
        const reply = await of(seat.side, seat.link.ask({ do: 'prepare', work, clock, sampleSeconds }))
        if (!('ready' in reply)) return
        seat.result = reply.ready.result
        seat.length = reply.ready.length
      }),
    )
    const samples = samplesOf(Math.max(...seats.map(({ length }) => length)))
    const turns = seats.flatMap((seat) =>
      seat.slowdowns.flatMap((slower, i) => Array.from({ length: samples }, () => ({ seat, slower, i }))),
    )
    for (const { seat, slower, i } of shuffled(turns, shuffle)) {
      const reply = await of(seat.side, seat.link.ask({ do: 'sample', slower }))
      if ('sample' in reply) seat.samples[i]!.push(reply.sample)
    }
    const played: Played[] = []
    for (const seat of seats) {
      const reply = await of(seat.side, seat.link.ask({ do: 'finish' }))
      if ('finish' in reply) played.push(summary(clock, seat.samples, reply.finish, seat.result))
    }
    return played
  } finally {
    signal.removeEventListener('abort', kill)
    await Promise.all(seats.map(({ link }) => link.close()))
  }
}

function summary(
  clock: ClockName,
  bySlowdown: readonly (readonly Sample[])[],
  finish: Finish,
  result: string | null,
): Played {
  const [samples] = bySlowdown as [readonly Sample[]]
  return {
    seconds: figureOf(clock, samples),
    bySlowdown: bySlowdown.map((one) => figureOf(clock, one)),
    wall: Math.min(...samples.map(({ wall }) => wall)),
    p95: quantileOf(0.95, samples),
    finish,
    result,
  }
}

const figureOf = (clock: ClockName, samples: readonly Sample[]): number =>
  quantileOf(clock === 'cpu' ? 0.25 : 0, samples)

/** The smallest sample that at least this share of them does not exceed. */
function quantileOf(share: number, samples: readonly Sample[]): number {
  const seconds = samples.map((sample) => sample.seconds).toSorted((a, b) => a - b)
  return seconds[Math.max(0, Math.ceil(share * seconds.length) - 1)]!
}
