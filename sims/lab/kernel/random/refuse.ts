/** A parameter outside its distribution's range: says which, what was expected, and what was given. */
export class DistributionError extends RangeError {
  override readonly name = 'DistributionError'
  readonly distribution: string
  readonly parameter: string

  constructor(distribution: string, parameter: string, expected: string, got: unknown) {
    super(`${distribution}: ${parameter} must be ${expected}, got ${String(got)}`)
    this.distribution = distribution
    this.parameter = parameter
  }
}

/** Checks that a scale-like parameter is finite and not negative. Small enough to be inlined into every draw. */
export function checkNotNegative(distribution: string, parameter: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) {
    throw new DistributionError(distribution, parameter, 'finite and at least 0', value)
  }
}

/** Checks that a shape-like parameter is finite and above zero. */
export function checkPositive(distribution: string, parameter: string, value: number): void {
  if (!(value > 0 && value < Infinity)) {
    throw new DistributionError(distribution, parameter, 'finite and above 0', value)
  }
}
