/**
 * What a row's document says, from the seconds that every contestant took in every round.
 *
 * A round gives one log ratio a peer; the answer is their median, with a distribution-free 95 % interval between two of
 * them. Below six rounds no two hold 95 %: then the interval is all that was seen, from the least to the greatest.
 */
import { orderStatisticInterval } from '../../lab/analysis/quantile.ts'
import { BASE, difference } from './base.ts'
import type { Missing, PartsNotDone, PeerDocument, RowDocument } from './document.ts'
import type { PartState, Prepared } from './protocol.ts'
import type { Row } from './row.ts'

/** One who took part to the end. */
export interface Entrant {
  readonly id: string
  readonly version: string
  /** Seconds per unit of work, one list a round: of one number, or of one for each part. */
  readonly least: readonly (readonly (number | null)[])[]
  /** Null until it has warmed up. */
  readonly prepared: Prepared | null
}

export interface MeasuredRow {
  readonly row: RowDocument
  readonly missing: readonly Missing[]
  /** The log ratio of each round, by peer: what the row's intervals are made from. */
  readonly rounds: ReadonlyMap<string, readonly number[]>
}

export function compareAll(
  row: Row,
  ours: Entrant,
  rivals: readonly Entrant[],
  refused: { readonly missing: readonly Missing[]; readonly checked: boolean },
): MeasuredRow {
  const missing = [...refused.missing]
  const peers: Record<string, PeerDocument> = {}
  const rounds = new Map<string, readonly number[]>()
  for (const rival of rivals) {
    const compared = compare(row, ours, rival)
    if (compared === null) {
      missing.push(nothingInCommon(row, rival))
      continue
    }
    peers[rival.id] = compared.peer
    rounds.set(rival.id, compared.rounds)
  }
  const all = commonParts(ours, ours)
  const { parts } = ours.prepared!
  const { id, unit, better } = row
  return {
    row: {
      id,
      unit,
      better,
      value: figure(row, ours, all),
      checked: refused.checked,
      ...(parts && { parts: { measured: all.length, ...notDone(parts) } }),
      peers,
    },
    missing,
    rounds,
  }
}

/** What the document says of a peer, and the log ratio of each round; null when it does nothing that ours does. */
function compare(
  row: Row,
  ours: Entrant,
  peer: Entrant,
): { readonly peer: PeerDocument; readonly rounds: readonly number[] } | null {
  const common = commonParts(ours, peer)
  if (common.length === 0) return null
  const { id, version } = peer
  const { parts } = peer.prepared!
  const differs = id === BASE ? difference(ours.prepared!, peer.prepared!) : null
  const rounds = logRatios(meanSeconds(ours, common), meanSeconds(peer, common))
  return {
    peer: {
      version,
      value: figure(row, peer, common),
      ...ratio(rounds),
      ...(parts && { parts: { compared: common.length, ...notDone(parts) } }),
      ...(differs !== null && { differs }),
    },
    rounds,
  }
}

function notDone(parts: readonly PartState[]): PartsNotDone {
  const names = (which: PartState['state']): string[] =>
    parts.filter(({ state }) => state === which).map(({ id }) => id)
  return { refused: names('refused'), wrong: names('wrong'), slow: names('slow') }
}

function nothingInCommon(row: Row, peer: Entrant): Missing {
  const first = peer.prepared?.parts?.find(({ state }) => state !== 'done')
  const why = `${row.id}: it does none of the parts; ${first?.id}: ${first?.why}`
  return { peer: peer.id, why, install: 'nothing to install: it is here and failed' }
}

/** Numbers of the parts that both did in every round. */
function commonParts(a: Entrant, b: Entrant): number[] {
  const rounds = [...a.least, ...b.least]
  return a.least[0]!.flatMap((_, part) => (rounds.every((round) => round[part] !== null) ? [part] : []))
}

/** For each round, the geometric mean over these parts: of one part, its figure. */
function meanSeconds({ least }: Entrant, parts: readonly number[]): number[] {
  return least.map((round) =>
    Math.exp(parts.reduce((sum, part) => sum + Math.log(round[part]!), 0) / parts.length),
  )
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

/** How many times as fast as the peer we were in each round, as a logarithm. */
export function logRatios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.map((seconds, round) => Math.log(theirs[round]! / seconds))
}

/** The median of the rounds' log ratios with its interval, as a ratio. */
export function ratio(rounds: readonly number[]): { ratio: number; low: number; high: number } {
  const { value, low, high } = orderStatisticInterval(rounds, 0.5)
  return {
    ratio: Math.exp(value),
    low: Math.exp(low ?? Math.min(...rounds)),
    high: Math.exp(high ?? Math.max(...rounds)),
  }
}
