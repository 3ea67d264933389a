/**
 * Times that another clock has written, put right at a start.
 *
 * How far a clock had come is written down now and then (`mark`). Where this one is behind that, what is to come has the
 * rest of its delay before it, from this start on, and windows are as old as they were: for how long the server was down
 * nobody knows. A retry is not early, and late by no more than that and the time since the last mark. Done once in the
 * store, and not each time that a message is read: by their old times these would come behind all that is written now.
 *
 * Which of the two clocks is right nobody knows either. The one before may have been ahead; or it was right, and this
 * machine, which has no battery, has come up in 1970. So it is kept by how much each time was moved, and how far behind
 * (`moved`) from when on (`moved_at`) this clock is. Until that is settled, at each start:
 *
 * - A clock that has come so far ahead again takes the other's place: what was moved is moved forward by as much, and what
 *   was written meanwhile by as much as this clock was behind. Else a message would be older by years, and have no window
 *   left, whichever of the two it was accepted under.
 * - One that is behind once more, or was put forward by a part of it, leaves all that waits as old as it was: all goes to
 *   where the other clock would be, and from there back to where this one is.
 * - A smaller step forward, up to `LONGEST_DOWN`, is time in which the server was down. What is beyond it in the first case
 *   may be that or no time at all (that it was down before it came up in 1970 shows in no clock), and is taken for none.
 *
 * A service that was down for as long as its clock had been ahead takes the same path: its retries wait the rest of their
 * delay from then on. A clock that steps forward, ahead of all that is known, cannot be told from time that has passed:
 * retries are then early by the step, and windows over. Where that was more than `LONGEST_DOWN`, and the next step is
 * back, what is older than both (`sure_from`) may have been written by a clock that was right, and stays as it is. All
 * that is younger is moved, also where it is no later than the new clock: between the two is nothing but time that the
 * server knows of.
 */
import { firstSequenceAt } from '../../message/id.ts'
import { OVERLAP, PENDING } from './schema.ts'
import type { Statements } from './statements.ts'

/** Before this was written, ms since 1970: where nothing is known yet, a clock that says so is behind. */
const WRITTEN = Date.UTC(2026, 0)

/**
 * By less than this, ms, a clock is not wrong but not quite exact, and a server that is behind is down. What lasts longer
 * may be either, and is not counted: a window that is too long is better than one that is over.
 */
const LONGEST_DOWN = 3_600_000

/** When a secret got its successor. */
const ROTATED = `(expires - ${OVERLAP})`

/** When a message's window began, of `deliveries d`. */
const BEGAN = `ifnull(d.since, CAST(d.seq / ${firstSequenceAt(1)} AS INTEGER))`

/** What a start finds. */
interface Found {
  readonly at: number
  /** How far the clock of before had come, and by how much that one was behind another. */
  readonly last: number
  readonly behind: number
  /** Not behind that other one any more. */
  readonly isThere: boolean
  /** Times have to be moved. */
  readonly isOff: boolean
  /** As much time has passed since `last`, for all that is known. */
  readonly passed: number
  /** From so long before `last` on, no step forward was taken for more than `LONGEST_DOWN`. */
  readonly sureFor: number
}

function look(sql: Statements, now: number): Found {
  const at = Math.floor(now)
  const last = kept(sql, 'clock') ?? WRITTEN
  const behind = kept(sql, 'moved') ?? 0
  const sureFor = last - (kept(sql, 'sure_from') ?? last)
  const step = at - last
  const beyond = step - behind
  const isThere = beyond >= 0
  const found = { at, last, behind, isThere, sureFor }
  if (!isThere && (step < 0 || step > LONGEST_DOWN)) return { ...found, isOff: true, passed: 0 }
  if (!isThere || behind === 0) return { ...found, isOff: false, passed: step }
  return { ...found, isOff: true, passed: behind > LONGEST_DOWN ? Math.min(beyond, LONGEST_DOWN) : beyond }
}

/** Writes down how far the clock has come. */
export function mark(sql: Statements, now: number): void {
  keep(sql, 'clock', Math.floor(now))
}

/** At a start: nothing that matters still happened after `now`, and what is to come is as far away as it was. */
export function noneAhead(sql: Statements, now: number): void {
  const { at, last, behind, isThere, isOff, passed, sureFor } = look(sql, now)
  if (isOff && behind > 0) {
    // Older times may be ahead of a clock that is further behind: they go forward and back with the others.
    const after = Math.min(kept(sql, 'moved_at') ?? at, at)
    const more = isThere ? at - last - behind - passed : 0
    moveForward(sql, { after, by: behind, more, latest: isThere ? at : last + behind })
  }
  if (isOff && !isThere) moveBack(sql, at, last + behind, sureFor)
  // Those of the time since the last mark, too: windows of what was held would else begin again at each start.
  sql.run(
    `UPDATE endpoints SET changed = MIN(changed, ?1), failing_since = MIN(failing_since, ?1)
     WHERE changed > ?1 OR failing_since > ?1`,
    at,
  )
  keep(sql, 'sure_from', passed > LONGEST_DOWN ? at : at - sureFor - passed)
  mark(sql, at)
}

/**
 * What a start's clock has to show where there is no room to put anything right: so that nothing is to be, it goes on from
 * where the one of before had come to. The next start that has room finds what this one found.
 */
export function goOn(sql: Statements, now: number): number {
  const { last, isOff, passed } = look(sql, now)
  return isOff ? last + passed : now
}

type Kept = 'clock' | 'moved' | 'moved_at' | 'sure_from'

function keep(sql: Statements, name: Kept, value: number): void {
  sql.run(`INSERT OR REPLACE INTO meta VALUES ('${name}', ?)`, value)
}

function kept(sql: Statements, name: Kept): number | null {
  return sql.number(`SELECT value AS n FROM meta WHERE name = '${name}'`)
}

/**
 * From a clock that had come to `last`, and is sure for so long before. What it has not written, or what has ended, stays
 * as it is.
 */
function moveBack(sql: Statements, now: number, last: number, sureFor: number): void {
  keep(sql, 'moved', last - now)
  keep(sql, 'moved_at', now)
  // What was never tried, or is replayed, goes at once.
  sql.run(
    `WITH waiting AS (
       SELECT d.seq, d.tries, d.due, MAX(ifnull(a.at, 0), ?2) - ?1 AS ahead, ${BEGAN} AS began,
         iif(d.tries = 0, d.due > ?1, a.at > ?3) AS is_its
       FROM deliveries d LEFT JOIN attempts a ON a.seq = d.seq AND a.n = d.attempts
       WHERE d.state = ${PENDING}
     )
     INSERT INTO moved
       SELECT 'due', seq, 0, 0, iif(tries = 0, MAX(ahead, due - ?1), ahead) FROM waiting WHERE is_its
       UNION ALL SELECT 'since', seq, 0, 0, MAX(?2, began) - ?1 FROM waiting WHERE began > ?3
       UNION ALL SELECT 'at', seq, n, 0, MAX(?2, at) - ?1 FROM attempts a WHERE at > ?3
         AND EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = a.seq AND d.state = ${PENDING})
       UNION ALL SELECT 'changed', id, 0, 0, MAX(?2, changed) - ?1 FROM endpoints WHERE changed > ?3
       UNION ALL SELECT 'failing', id, 0, 0, MAX(?2, failing_since) - ?1 FROM endpoints WHERE failing_since > ?3
       UNION ALL SELECT 'event', id, 0, 0, MAX(?2, at) - ?1 FROM events WHERE at > ?3
       UNION ALL SELECT 'expires', id, 0, 0, MAX(?2, ${ROTATED}) - ?1 FROM secrets WHERE ${ROTATED} > ?3`,
    now,
    last,
    Math.min(now, last - sureFor),
  )
  for (const [what, change, key] of [
    ['due', 'deliveries AS d SET due = due - by', 'd.seq = m.id'],
    ['since', `deliveries AS d SET since = ${BEGAN} - by`, 'd.seq = m.id'],
    ['at', 'attempts AS a SET at = at - by', 'a.seq = m.id AND a.n = m.n'],
    ['changed', 'endpoints AS e SET changed = changed - by', 'e.id = m.id'],
    ['failing', 'endpoints AS e SET failing_since = failing_since - by', 'e.id = m.id'],
    ['event', 'events AS v SET at = at - by', 'v.id = m.id'],
    ['expires', 'secrets AS s SET expires = expires - by', 's.id = m.id'],
  ] as const) {
    sql.run(`UPDATE ${change} FROM moved AS m WHERE m.what = '${what}' AND ${key}`)
  }
}

/**
 * Moves forward what still waits: what was written after `after` by `by`, what was moved back by as much, and both by
 * `more`; nothing that has happened to after `latest`.
 */
function moveForward(
  sql: Statements,
  {
    after,
    by,
    more,
    latest,
  }: { readonly after: number; readonly by: number; readonly more: number; readonly latest: number },
): void {
  const values = [after, by, more, latest]
  const step = (written: string, what: string, id: string, n = '0'): string =>
    `ifnull(iif(${written} > ?1, ?2, (
       SELECT SUM(m.by) FROM moved m WHERE m.what = '${what}' AND m.id = ${id} AND m.n = ${n}
     )) + ?3, 0)`
  const ofAttempt = step('a.at', 'at', 'a.seq', 'a.n')
  // A retry's time was written with its last attempt's; what was never tried, or is replayed, goes at once.
  sql.run(
    `UPDATE deliveries AS d SET due = d.due + s.due, since = MIN(s.began + s.since, ?4) FROM (
       SELECT d.seq, ${BEGAN} AS began, ${step(BEGAN, 'since', 'd.seq')} AS since,
         iif(d.tries = 0, ${step('d.due', 'due', 'd.seq')}, ${ofAttempt}) AS due
       FROM deliveries d LEFT JOIN attempts a ON a.seq = d.seq AND a.n = d.attempts
       WHERE d.state = ${PENDING}
     ) AS s WHERE d.seq = s.seq AND (s.due <> 0 OR s.since <> 0)`,
    ...values,
  )
  sql.run(
    `UPDATE attempts AS a SET at = MIN(a.at + ${ofAttempt}, ?4)
     WHERE a.seq IN (SELECT seq FROM deliveries WHERE state = ${PENDING})`,
    ...values,
  )
  sql.run(
    `UPDATE endpoints AS e SET changed = MIN(e.changed + ${step('e.changed', 'changed', 'e.id')}, ?4),
       failing_since = MIN(e.failing_since + ${step('e.failing_since', 'failing', 'e.id')}, ?4)`,
    ...values,
  )
  sql.run(
    `UPDATE secrets AS s SET expires = MIN(expires + ${step(ROTATED, 'expires', 's.id')}, ?4 + ${OVERLAP})
     WHERE expires IS NOT NULL`,
    ...values,
  )
  sql.run(`UPDATE events AS v SET at = MIN(v.at + ${step('v.at', 'event', 'v.id')}, ?4)`, ...values)
  sql.run('DELETE FROM moved')
  sql.run("DELETE FROM meta WHERE name IN ('moved', 'moved_at')")
}
