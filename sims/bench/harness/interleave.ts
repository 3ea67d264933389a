/**
 * One row, measured: all contestants alive together, taking turns in an order shuffled anew each round.
 *
 * Machines drift: a neighbour wakes, a clock falls, and what ran then looks slow. Two things measured one after the
 * other differ for that reason alone; two that take turns meet the same drift (randomised multiple interleaved trials,
 * Abedi and Brecht, ICPE 2017). Noise only ever adds time, so a process's figure for a round is the minimum of its
 * samples (Chen and Revels, arXiv 1608.04295). What becomes of the figures is told in `compare.ts`.
 *
 * Against another commit differences of a few per cent matter, and two processes of the very same code differ by as
 * much for as long as they live: V8 compiled them at another moment, their memory lies elsewhere (5 % was seen in
 * `kernel/mm20`). There, ours and `base` are fresh processes in each round, so that this is noise like any other and
 * the interval holds it.
 *
 * A contestant with a wrong check value is refused: a wrong answer has no speed. A peer that fails is listed with its
 * reason; if ours fails there is nothing to say, and CouldNotMeasure is thrown.
 */
import type { Stream } from '../../lab/kernel/random/stream.ts'
import { BASE, incomparable, inOurOrder, partOrder, type Base } from './base.ts'
import { compareAll, type Entrant, type MeasuredRow } from './compare.ts'
import { ContestantProcess } from './contestant.ts'
import type { Missing } from './document.ts'
import { CouldNotMeasure } from './errors.ts'
import { ContestantFailed } from './link.ts'
import type { RowsSource } from './load.ts'
import type { ChildTask, Prepared } from './protocol.ts'
import type { Contestant, Row } from './row.ts'
import { shuffled } from './shuffled.ts'

export interface InterleaveOptions {
  /** Where the row is: each child loads it anew. */
  readonly source: RowsSource
  /** Which of the row's peers take part. */
  readonly takesPart: (peer: string) => boolean
  /** Another commit, one more peer. */
  readonly base: Base | null
  readonly rounds: number
  /** Samples a process takes in a round. */
  readonly samples: number
  /** A sample is as many bursts as last about this long. */
  readonly sampleSeconds: number
  /** How long one request may take before its contestant is given up. */
  readonly timeoutSeconds: number
  /** Orders the turns. */
  readonly shuffle: Stream
  readonly onProgress: (text: string) => void
  /** Aborted: all processes are ended, and `measureRow` throws the reason. */
  readonly signal: AbortSignal
}

/** One who could take part. */
interface Candidate extends Pick<Contestant, 'id' | 'version' | 'missing'> {
  readonly task: ChildTask
  /** A fresh process in each round. */
  readonly isRenewed: boolean
}

class Seat implements Entrant {
  readonly candidate: Candidate
  readonly least: (readonly (number | null)[])[] = []
  prepared: Prepared | null = null
  process: ContestantProcess
  /** Which of its parts stands where one of ours does, -1 for none; null where its parts are ours. */
  private order: readonly number[] | null = null

  constructor(candidate: Candidate, process: ContestantProcess) {
    this.candidate = candidate
    this.process = process
  }

  get id(): string {
    return this.candidate.id
  }

  get version(): string {
    return this.candidate.version
  }

  async prepare(sampleSeconds: number, ours: Prepared | null): Promise<void> {
    let prepared = await this.process.prepare(this.candidate.task, sampleSeconds)
    if (ours === null) refuseWrongParts(prepared)
    if (ours !== null && this.id === BASE) {
      refuseIncomparable(ours, prepared)
      if (ours.parts !== undefined) {
        this.order = partOrder(ours.parts, prepared.parts!)
        prepared = inOurOrder(prepared, this.order, ours.parts)
      }
    }
    this.prepared = this.prepared === null ? prepared : stillDone(this.prepared, prepared)
  }

  /** Seconds per unit of work in one sample: one number, or one for each of our parts. */
  async measure(): Promise<readonly (number | null)[]> {
    const seconds = await this.process.measure(1)
    return this.order === null ? seconds : this.order.map((place) => seconds[place] ?? null)
  }
}

export async function measureRow(row: Row, options: InterleaveOptions): Promise<MeasuredRow> {
  const { signal, shuffle, onProgress, sampleSeconds } = options
  const missing: Missing[] = []
  const seats: Seat[] = []
  let checked = true
  const [own, ...others] = candidates(row, options)

  const refuse = ({ id, candidate }: Seat, error: unknown): void => {
    signal.throwIfAborted()
    if (!(error instanceof ContestantFailed)) throw error
    if (candidate === own) throw new CouldNotMeasure(`${row.id}: ${id}: ${error.message}`)
    checked &&= !error.wrong
    missing.push({
      peer: id,
      why: error.wrong ? `wrong result in ${row.id}: ${error.message}` : `${row.id}: ${error.message}`,
      install: 'nothing to install: it is here and failed',
    })
  }
  const turn = async (seat: Seat, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      refuse(seat, error)
      seats.splice(seats.indexOf(seat), 1)
      await seat.process.close()
    }
  }
  const start = (): ContestantProcess => new ContestantProcess(1000 * options.timeoutSeconds)
  const warmUp = (seat: Seat): Promise<void> =>
    turn(seat, () => seat.prepare(sampleSeconds, seat.candidate === own ? null : seats[0]!.prepared))
  const killAll = (): void => seats.forEach((seat) => seat.process.kill())

  signal.addEventListener('abort', killAll)
  try {
    for (const candidate of [own, ...others]) {
      const gap = await candidate.missing()
      signal.throwIfAborted()
      if (gap === null) seats.push(new Seat(candidate, start()))
      else if (candidate === own) throw new CouldNotMeasure(`${row.id}: ${gap.why}`)
      else missing.push({ peer: candidate.id, ...gap })
    }
    for (const seat of seats.slice()) {
      onProgress(`${row.id}: ${seat.id} warms up`)
      await warmUp(seat)
    }
    const rounds = Math.min(options.rounds, row.atMost?.rounds ?? Infinity)
    const samples = Math.min(options.samples, row.atMost?.samples ?? Infinity)
    for (let round = 0; round < rounds; round++) {
      onProgress(`${row.id}: round ${round + 1} of ${rounds}`)
      if (round > 0) {
        for (const seat of shuffled(seats, shuffle).filter(({ candidate }) => candidate.isRenewed)) {
          await seat.process.close()
          signal.throwIfAborted()
          seat.process = start()
          await warmUp(seat)
        }
      }
      await playRound(seats, samples, shuffle, turn)
    }
  } finally {
    signal.removeEventListener('abort', killAll)
    await Promise.all(seats.map((seat) => seat.process.close()))
  }
  const [ours, ...rivals] = seats as [Seat, ...Seat[]]
  return compareAll(row, ours, rivals, { missing, checked })
}

/** Ours, the other commit, and the peers that take part. */
function candidates(row: Row, { source, takesPart, base }: InterleaveOptions): [Candidate, ...Candidate[]] {
  const candidate = (contestant: Contestant, id: string | null, isRenewed: boolean): Candidate => ({
    id: contestant.id,
    // A version may be known only after `missing` has looked.
    get version() {
      return contestant.version
    },
    missing: () => contestant.missing(),
    task: { ...source, row: row.id, contestant: id },
    isRenewed,
  })
  const own = candidate(row.ours, null, base !== null)
  const peers = row.peers.filter(({ id }) => takesPart(id)).map((peer) => candidate(peer, peer.id, false))
  if (base === null) return [own, ...peers]
  const { checkout, module, handed } = base
  const task = { module, handed, row: row.id, contestant: null }
  return [own, { id: BASE, version: checkout.version, missing: () => null, task, isRenewed: true }, ...peers]
}

function refuseWrongParts({ parts }: Prepared): void {
  const wrong = parts?.find(({ state }) => state === 'wrong')
  if (wrong !== undefined) throw new ContestantFailed(`${wrong.id}: ${wrong.why}`, true)
}

function refuseIncomparable(ours: Prepared, base: Prepared): void {
  const why = incomparable(ours, base)
  if (why !== null) throw new ContestantFailed(`not the same row: ${why}`, false)
}

/** A part is done only when every process of the contestant did it. */
function stillDone(before: Prepared, now: Prepared): Prepared {
  if (before.parts === undefined) return before
  return { ...before, parts: before.parts.map((part, i) => (part.state === 'done' ? now.parts![i]! : part)) }
}

/** Every seat takes its samples, one at a time, in one shuffled order of all of them. */
async function playRound(
  seats: readonly Seat[],
  samples: number,
  shuffle: Stream,
  turn: (seat: Seat, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const turns = seats.flatMap((seat) => Array.from({ length: samples }, () => seat))
  const least = new Map<Seat, readonly (number | null)[]>()
  for (const seat of shuffled(turns, shuffle)) {
    // One that failed earlier in this round has left.
    if (!seats.includes(seat)) continue
    await turn(seat, async () => {
      const seconds = await seat.measure()
      const before = least.get(seat) ?? seconds
      least.set(
        seat,
        seconds.map((now, part) => now && Math.min(now, before[part]!)),
      )
    })
  }
  for (const seat of seats) seat.least.push(least.get(seat)!)
}
