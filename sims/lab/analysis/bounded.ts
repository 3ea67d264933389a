/**
 * A mean or a share of what cannot lie beyond certain ends: nor can the mean. And where it was once seen to lie off an end it does
 * so in truth, however seldom that was, if only in one replication: what was seen happens.
 *
 * Its interval is left as it is, for stopping rules compare widths; what is printed of it is cut (`withinRange`).
 */
import type { Figure, FigureInterval } from './figure.ts'

export interface Range {
  readonly least: number
  readonly most: number
}

export function boundedFigure(figure: Figure, { least, most }: Range): Figure {
  const { value } = figure
  return {
    replications: figure.replications,
    value,
    samples: figure.samples,
    get effective() {
      return figure.effective
    },
    interval: (confidence) => figure.interval(confidence),
    confidenceBelow(limit, orEqual = false) {
      if (value !== null) {
        if (limit < least || (limit === least && (value > least || !orEqual))) return 0
        if (limit > most || (limit === most && (value < most || orEqual))) return 1
      }
      return figure.confidenceBelow(limit, orEqual)
    },
  }
}

/** The interval without what lies beyond the ends. */
export const withinRange = (interval: FigureInterval, { least, most }: Range): FigureInterval => ({
  ...interval,
  low: Math.max(least, interval.low),
  high: Math.min(most, interval.high),
})
