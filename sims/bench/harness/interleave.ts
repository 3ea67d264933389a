/**
 * One row, measured: all contestants alive together, taking turns in an order shuffled anew each round.
 *
 * Machines drift: a neighbour wakes, a clock falls, and what ran then looks slow. Two things measured one after the
 * other differ for that reason alone; two that take turns meet the same drift (randomised multiple interleaved trials,
 * Abedi and Brecht, ICPE 2017). Noise only ever adds time, so a process's figure for a round is the minimum of its
 * samples (Chen and Revels, arXiv 1608.04295). A round gives one log ratio a peer; the answer is their median, with a
 * distribution-free 95 % interval between two of them. Below six rounds no two hold 95 %: then the interval is all that
 * was seen, from the least to the greatest.
 *
 * A contestant with a wrong check value is refused: a wrong answer has no speed. A peer that fails is listed with its
 * reason; if ours fails there is nothing to say, and CouldNotMeasure is thrown.
 */
import { orderStatisticInterval } from '../../lab/analysis/quantile.ts'
import type { Stream } from '../../lab/kernel/random/stream.ts'
import type { BenchDocument, Contestant, PartsNotDone, Row } from './row.ts'
import { ContestantFailed, ContestantProcess } from './contestant.ts'
import { CouldNotMeasure } from './errors.ts'
import type { PartState } from './protocol.ts'

export type RowDocument = BenchDocument['rows'][number]
export type Missing = BenchDocument['missing'][number]

export interface InterleaveOptions {
  /** URL of the module whose `rows` hold the row: each child loads it anew. */
  readonly module: string
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
}

interface Entrant {
  readonly contestant: Contestant
  readonly process: ContestantProcess
  /** Seconds per unit of work, one list a round: of one number, or of one for each part. */
  readonly least: (readonly (number | null)[])[]
  /** Where the row is a mean over parts. */
  parts: readonly PartState[] | null
}

export async function measureRow(
  row: Row,
  options: InterleaveOptions,
): Promise<{ readonly row: RowDocument; readonly missing: Missing[] }> {
  const missing: Missing[] = []
  const entrants: Entrant[] = []
  let checked = true

  const refuse = (contestant: Contestant, error: unknown): void => {
    if (!(error instanceof ContestantFailed)) throw error
    if (contestant === row.ours) throw new CouldNotMeasure(`${row.id}: ${contestant.id}: ${error.message}`)
    checked &&= !error.wrong
    missing.push({
      peer: contestant.id,
      why: error.wrong ? `wrong result in ${row.id}: ${error.message}` : `${row.id}: ${error.message}`,
      install: 'nothing to install: it is here and failed',
    })
  }
  const turn = async (entrant: Entrant, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      refuse(entrant.contestant, error)
      entrants.splice(entrants.indexOf(entrant), 1)
      await entrant.process.close()
    }
  }

  try {
    for (const contestant of [row.ours, ...row.peers]) {
      const gap = await contestant.missing()
      if (gap === null) {
        const process = new ContestantProcess(1000 * options.timeoutSeconds)
        entrants.push({ contestant, process, least: [], parts: null })
      } else if (contestant === row.ours) throw new CouldNotMeasure(`${row.id}: ${gap.why}`)
      else missing.push({ peer: contestant.id, ...gap })
    }
    for (const entrant of entrants.slice()) {
      const task = { module: options.module, row: row.id, contestant: entrant.contestant.id }
      options.onProgress(`${row.id}: ${entrant.contestant.id} warms up`)
      await turn(entrant, async () => {
        const { parts = null } = await entrant.process.prepare(task, options.sampleSeconds)
        entrant.parts = parts
        if (entrant.contestant === row.ours) refuseWrongParts(parts)
      })
    }
    const rounds = Math.min(options.rounds, row.atMost?.rounds ?? Infinity)
    const samples = Math.min(options.samples, row.atMost?.samples ?? Infinity)
    for (let round = 0; round < rounds; round++) {
      options.onProgress(`${row.id}: round ${round + 1} of ${rounds}`)
      await playRound(entrants, { ...options, samples }, turn)
    }
  } finally {
    await Promise.all(entrants.map((entrant) => entrant.process.close()))
  }

  const [ours, ...peers] = entrants as [Entrant, ...Entrant[]]
  return {
    row: {
      id: row.id,
      unit: row.unit,
      better: row.better,
      value: figure(row, ours, commonParts(ours, ours)),
      checked,
      ...(ours.parts && { parts: { measured: commonParts(ours, ours).length, ...notDone(ours.parts) } }),
      peers: Object.fromEntries(
        peers.flatMap((peer) => {
          const common = commonParts(ours, peer)
          if (common.length === 0) {
            missing.push(nothingInCommon(row, peer))
            return []
          }
          const parts = peer.parts && { parts: { compared: common.length, ...notDone(peer.parts) } }
          const { version, id } = peer.contestant
          const value = figure(row, peer, common)
          return [
            [
              id,
              { version, value, ...ratio(meanSeconds(ours, common), meanSeconds(peer, common)), ...parts },
            ],
          ]
        }),
      ),
    },
    missing,
  }
}

function refuseWrongParts(parts: readonly PartState[] | null): void {
  const wrong = parts?.find(({ state }) => state === 'wrong')
  if (wrong !== undefined) throw new ContestantFailed(`${wrong.id}: ${wrong.why}`, true)
}

function notDone(parts: readonly PartState[]): PartsNotDone {
  const names = (which: PartState['state']): string[] =>
    parts.filter(({ state }) => state === which).map(({ id }) => id)
  return { refused: names('refused'), wrong: names('wrong'), slow: names('slow') }
}

function nothingInCommon(row: Row, peer: Entrant): Missing {
  const first = peer.parts?.find(({ state }) => state !== 'done')
  const why = `${row.id}: it does none of the parts; ${first?.id}: ${first?.why}`
  return { peer: peer.contestant.id, why, install: 'nothing to install: it is here and failed' }
}

/** Numbers of the parts that both do. */
function commonParts(a: Entrant, b: Entrant): number[] {
  return a.least[0]!.flatMap((seconds, part) =>
    seconds === null || b.least[0]![part] === null ? [] : [part],
  )
}

/** For each round, the geometric mean over these parts: of one part, its figure. */
function meanSeconds({ least }: Entrant, parts: readonly number[]): number[] {
  return least.map((round) =>
    Math.exp(parts.reduce((sum, part) => sum + Math.log(round[part]!), 0) / parts.length),
  )
}

/** Every entrant takes its samples, one at a time, in one shuffled order of all of them. */
async function playRound(
  entrants: readonly Entrant[],
  { samples, shuffle }: InterleaveOptions,
  turn: (entrant: Entrant, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const turns = entrants.flatMap((entrant) => Array.from({ length: samples }, () => entrant))
  for (let i = turns.length - 1; i > 0; i--) {
    const j = shuffle.below(i + 1)
    ;[turns[i], turns[j]] = [turns[j]!, turns[i]!]
  }
  const least = new Map<Entrant, readonly (number | null)[]>()
  for (const entrant of turns) {
    // One that failed earlier in this round has left.
    if (!entrants.includes(entrant)) continue
    await turn(entrant, async () => {
      const seconds = await entrant.process.measure(1)
      const before = least.get(entrant) ?? seconds
      least.set(
        entrant,
        seconds.map((now, part) => now && Math.min(now, before[part]!)),
      )
    })
  }
  for (const entrant of entrants) entrant.least.push(least.get(entrant)!)
}

/**
 * Units per second, or seconds per unit where less is better: the best of all rounds, for noise only ever adds time
 * (Chen and Revels, arXiv 1608.04295). It says what this machine can do; to compare, take the ratio, whose rounds are
 * paired.
 */
function figure(row: Row, entrant: Entrant, parts: readonly number[]): number {
  const seconds = Math.min(...meanSeconds(entrant, parts))
  return row.better === 'higher' ? 1 / seconds : seconds
}

/** How many times as fast as the peer: median of the rounds' log ratios, with its interval. */
export function ratio(
  ours: readonly number[],
  theirs: readonly number[],
): { ratio: number; low: number; high: number } {
  const logs = ours.map((seconds, round) => Math.log(theirs[round]! / seconds))
  const { value, low, high } = orderStatisticInterval(logs, 0.5)
  return {
    ratio: Math.exp(value),
    low: Math.exp(low ?? Math.min(...logs)),
    high: Math.exp(high ?? Math.max(...logs)),
  }
}
