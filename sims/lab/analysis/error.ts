/** Why an analysis was refused: what was handed over cannot be analysed, whatever its values. */
export type AnalysisErrorCode = 'empty' | 'not-finite' | 'out-of-range' | 'mismatch'

/** Thrown for bad arguments only. A *result* that cannot be trusted is a typed result, never an error. */
export class AnalysisError extends Error {
  readonly code: AnalysisErrorCode

  constructor(code: AnalysisErrorCode, message: string) {
    super(message)
    this.name = 'AnalysisError'
    this.code = code
  }
}

/** Throws unless there is at least one value and each is a finite number. */
export function requireSample(values: ArrayLike<number>, what: string): void {
  if (values.length === 0) throw new AnalysisError('empty', `${what}: no values`)
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new AnalysisError('not-finite', `${what}: value ${i} is ${values[i]}, not a finite number`)
    }
  }
}

/** Throws unless 0 < p < 1; `what` names the argument. */
export function requireOpenShare(p: number, what: string): void {
  if (!(p > 0 && p < 1)) throw new AnalysisError('out-of-range', `${what} must lie between 0 and 1, not ${p}`)
}

/** Throws unless both samples have the same length. */
export function requirePaired(a: ArrayLike<number>, b: ArrayLike<number>, what: string): void {
  if (a.length !== b.length) {
    throw new AnalysisError('mismatch', `${what}: ${a.length} values against ${b.length}, not pairs`)
  }
}
