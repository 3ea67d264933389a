/**
 * Rounds of fresh processes that do the same work in different trees, or of the same tree, taking turns.
 *
 * In a round every side starts a process; all warm up side by side, then take their samples one at a time in shuffled
 * order. A side's figure is the least of its samples. The processes of a round are gone before the next begins: two
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
  /** Made slower by this share on purpose. */
  readonly slower?: number
}

export interface Played {
  /** The least of the samples, seconds for a unit of work on the gate's clock. */
  readonly seconds: number
  readonly wall: number
  /** 95th percentile of the samples (the greatest of twelve), seconds. */
  readonly p95: number
  readonly finish: Finish
  readonly result: string | null
}

export interface RoundOptions {
  readonly clock: ClockName
  readonly shuffle: Stream
  readonly samples: number
  readonly sampleSeconds: number
  /** Where V8 keeps compiled code between rounds. */
  readonly cache: string
  readonly signal: AbortSignal
}

/** Samples a process takes in a round, and how long each lasts at least, seconds. */
const SAMPLES = 12
const SAMPLE_SECONDS = 0.005

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
    samples: SAMPLES,
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
  const { clock, shuffle, samples, sampleSeconds, cache, signal } = options
  signal.throwIfAborted()
  const seats = sides.map((side) => ({
    side,
    link: new Link<PlayerRequest, PlayerReply & { ok: true }>(PLAYER, {
      timeoutMs: TIMEOUT_MS,
      env: { NODE_COMPILE_CACHE: cache },
    }),
    result: null as string | null,
    samples: [] as Sample[],
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
        const { work, slower = 0 } = seat.side
        const reply = await of(
          seat.side,
          seat.link.ask({ do: 'prepare', work, clock, sampleSeconds, slower }),
        )
        if ('ready' in reply) seat.result = reply.ready.result
      }),
    )
    const turns = seats.flatMap((seat) => Array.from({ length: samples }, () => seat))
    for (const seat of shuffled(turns, shuffle)) {
      const reply = await of(seat.side, seat.link.ask({ do: 'sample' }))
      if ('sample' in reply) seat.samples.push(reply.sample)
    }
    const played: Played[] = []
    for (const seat of seats) {
      const reply = await of(seat.side, seat.link.ask({ do: 'finish' }))
      if ('finish' in reply) played.push(summary(seat.samples, reply.finish, seat.result))
    }
    return played
  } finally {
    signal.removeEventListener('abort', kill)
    await Promise.all(seats.map(({ link }) => link.close()))
  }
}

function summary(samples: readonly Sample[], finish: Finish, result: string | null): Played {
  const seconds = samples.map((sample) => sample.seconds).toSorted((a, b) => a - b)
  return {
    seconds: seconds[0]!,
    wall: Math.min(...samples.map(({ wall }) => wall)),
    p95: seconds[Math.ceil(0.95 * seconds.length) - 1]!,
    finish,
    result,
  }
}
