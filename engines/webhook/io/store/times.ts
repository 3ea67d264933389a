/**
 * Times that a clock ahead has written, put right at the next start under a clock that is behind them.
 *
 * How far ahead it was is known from how far it had come: that is written down now and then (`mark`). A retry then has
 * the rest of its delay before it, from this start on, for how long the server was down nobody knows; it is not early,
 * and it is late by no more than that and the time since the last mark. Done once in the store, and not each time that a
 * message is read: by their old times these would come behind all that is written now.
 *
 * A clock that has stepped forward cannot be told from time that has passed: retries are then early by the step.
 */
import { firstSequenceAt } from '../../message/id.ts'
import { PENDING } from './schema.ts'
import type { Statements } from './statements.ts'

const PER_MS = firstSequenceAt(1)

/** Writes down how far the clock has come. */
export function mark(sql: Statements, now: number): void {
  sql.run("INSERT OR REPLACE INTO meta VALUES ('clock', ?)", Math.floor(now))
}

/** At a start: nothing that matters still happened after `now`, and what is to come is as far away as it was. */
export function noneAhead(sql: Statements, now: number): void {
  const at = Math.floor(now)
  const marked = Math.max(sql.number("SELECT value AS n FROM meta WHERE name = 'clock'") ?? 0, at)
  if (marked > at) messagesNotAhead(sql, at, marked)
  // Windows of what was held and an endpoint's time of failing would else begin again at each start.
  sql.run(
    `UPDATE endpoints SET changed = iif(changed > ?1, MIN(changed - ?2, ?1), changed),
     failing_since = iif(failing_since > ?1, MIN(failing_since - ?2, ?1), failing_since)
     WHERE changed > ?1 OR failing_since > ?1`,
    at,
    marked - at,
  )
  mark(sql, at)
}

/** What was last attempted by a clock that was right stays as it is. What was never tried, or is replayed, goes at once. */
function messagesNotAhead(sql: Statements, now: number, marked: number): void {
  sql.run(
    `UPDATE deliveries SET due = iif(tries = 0, MIN(due - ahead, ?1), due - ahead),
       since = iif(began > ?1, MIN(began - (?2 - ?1), ?1), since)
     FROM (
       SELECT d.seq AS wrong, MAX(ifnull(a.at, 0), ?2) - ?1 AS ahead, ifnull(d.since, CAST(d.seq / ?3 AS INTEGER)) AS began
       FROM deliveries d LEFT JOIN attempts a ON a.seq = d.seq AND a.n = d.attempts
       WHERE d.state = ${PENDING} AND d.due > ?1 AND (d.tries = 0 OR a.at > ?1)
     ) WHERE seq = wrong`,
    now,
    marked,
    PER_MS,
  )
  // What has ended keeps the times that it was told of.
  sql.run(
    `UPDATE attempts SET at = MIN(at - ?2, ?1)
     WHERE at > ?1 AND EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = attempts.seq AND d.state = ${PENDING})`,
    now,
    marked - now,
  )
}
