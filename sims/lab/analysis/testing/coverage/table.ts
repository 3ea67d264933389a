/** What the study says so far: coverage of the sound runs, cell by cell and pooled, and the width of their intervals. */
import { binomialCdf } from '../../binomial.ts'
import { holm } from '../../holm.ts'
import type { FigureName } from './cell.ts'

/** Runs of one cell and figure: how many, how many of them sound, and of those how many held the truth. */
export interface CellTally {
  readonly cell: string
  readonly figure: FigureName
  readonly runs: number
  readonly sound: number
  readonly held: number
  /** Sum over sound runs of the half-width over that of theory. */
  readonly width: number
}

/** No cell may refute this coverage, by Holm at 1 %. */
const LEAST = 0.93
const POOLED = [0.94, 0.965] as const
const WIDEST: Readonly<Record<FigureName, number>> = { mean: 1.3, p95: 1.3, p99: 1.6 }

export interface Verdict {
  readonly lines: readonly string[]
  readonly ok: boolean
}

export function tabulate(tallies: readonly CellTally[]): Verdict {
  const judged = tallies.filter(({ sound }) => sound > 0)
  const refuted = holm(
    judged.map(({ sound, held }) => binomialCdf(held, sound, LEAST)),
    0.01,
  )
  const lines = tallies.map((tally) => {
    const { cell, figure, runs, sound, held, width } = tally
    const head = `${cell.padEnd(44)} ${figure.padEnd(5)} ${String(runs).padStart(5)} runs, ${String(sound).padStart(5)} sound`
    if (sound === 0) return head
    const marks = [
      ...(refuted[judged.indexOf(tally)] ? ['REFUTES 93 %'] : []),
      ...(width / sound > WIDEST[figure] ? [`wider than ${WIDEST[figure]}x`] : []),
    ]
    return `${head}, ${((100 * held) / sound).toFixed(1).padStart(5)} % hold the truth, half-width ${(width / sound).toFixed(2)}x theory ${marks.join(', ')}`.trimEnd()
  })
  const sound = judged.reduce((sum, one) => sum + one.sound, 0)
  const held = judged.reduce((sum, one) => sum + one.held, 0)
  const pooled = held / sound
  lines.push(`all sound runs: ${sound}, ${(100 * pooled).toFixed(2)} % hold the truth`)
  const isPooledFair = sound > 0 && pooled >= POOLED[0] && pooled <= POOLED[1]
  return { lines, ok: isPooledFair && !refuted.includes(true) }
}
