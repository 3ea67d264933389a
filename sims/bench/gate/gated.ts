/**
 * Which rows of the registry the gate compares: those whose time is this project's own code on one thread.
 *
 * Rows that wait for a disk, a socket or another program are left to `flowbench bench`: their time is mostly not ours,
 * and the gate's clock does not see it. What they do can be counted all the same (`COUNTED`). Left out, too, are rows of
 * memory alone, whose figures are exact, and rows that take longer to get ready than a round may: ten million timers, a
 * store that has lived.
 *
 * They are counted in this order, in about a second each at first, and half a minute at last: where time is short
 * (`.ci/gate`), one that cannot be counted takes half of it from those that could.
 */
const GATED: ReadonlyMap<string, readonly string[]> = new Map([
  ['kernel', ['mm1', 'mm20', 'mm20-100k-far-timers']],
  [
    'relay',
    [
      'media-verdicts-batch64',
      'stun-verdicts-batch64',
      'media-verdicts-batch64-ipv6',
      'stun-verdicts-batch64-ipv6',
    ],
  ],
  [
    'regex',
    [
      'literal-5',
      'scan-500k-fragments',
      'captures-onepass',
      'captures-heavy',
      'walk',
      'walk-back',
      'find-all-quadratic',
      'approximate',
    ],
  ],
  ['webhook', ['hmac-250B', 'schedule']],
  ['sparse-array', ['fill', 'set-int', 'get-int', 'set-64-bytes']],
  ['sims', ['mm-c', 'firewalled-clients', 'agent-memory', 'turn-latency', 'voice-fleet']],
])

/** Rows whose time is mostly a disk's: their work is counted and compared, and never timed. */
const COUNTED: ReadonlyMap<string, readonly string[]> = new Map([['webhook', ['accept-256']]])

const rowsOf = (of: typeof GATED, timed: boolean) =>
  [...of].flatMap(([name, rows]) => rows.map((row) => ({ name, id: `${name}/${row}`, timed })))

/** All of them, `kernel/mm1` first: the benchmark that each is of, its id, and whether it is timed. */
export const GATED_ROWS = [...rowsOf(GATED, true), ...rowsOf(COUNTED, false)]
