import type { Refusal } from './link.ts'

/** A measurement that cannot be trusted or could not be made: exit code 3. Says which row and why. */
export class CouldNotMeasure extends Error {
  override readonly name = 'CouldNotMeasure'
}

/** What the system refused (a full disk, a folder that may not be written), as that; any other error as it is. */
export function unmeasuredOf(error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  return new CouldNotMeasure(error.message, { cause: error })
}

/** Within a contestant's process: it did the work and its check value is not the expected one. */
export class WrongResult extends Error {}

/** Throws WrongResult unless `got` is what `expected` says. */
export function verify({ expected }: { readonly expected: number }, got: number): void {
  if (!Object.is(got, expected)) throw new WrongResult(`expected check value ${expected}, got ${got}`)
}

/** An error within a contestant's process, as its parent is told. */
export function refusalOf(error: unknown): Refusal {
  const wrong = error instanceof WrongResult || (error instanceof Error && error.cause instanceof WrongResult)
  const why = error instanceof Error ? error.message : String(error)
  const isTaken = (error as NodeJS.ErrnoException | null)?.code === 'EADDRINUSE'
  return {
    ok: false,
    wrong,
    why: isTaken ? `${why} (all sides run at once: each must take a port of its own, 0)` : why,
  }
}

/** What was asked for cannot be: a row, a peer, a commit that does not exist. Exit code 2; nothing was measured. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
}

/** The caller's signal ended the measurement: exit code 130. */
export class BenchInterrupted extends Error {
  override readonly name = 'BenchInterrupted'

  constructor() {
    super('interrupted; nothing was measured to its end')
  }
}
