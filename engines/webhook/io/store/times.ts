/**
 * Times that a clock ahead has written, put right at the next start under a clock that is behind them.
 *
 * How far ahead it was is known from how far it had come: that is written down now and then (`mark`). A retry then has
 * the rest of its delay before it, from this start on, for how long the server was down nobody knows; it is not early,
 * and it is late by no more than that and the time since the last mark. Done once in the store, and not each time that a
 * message is read: by their old times these would come behind all that is written now.
 *
 * It may be this clock that is wrong, and the one before was right: a machine without a battery comes up in 1970. By how
 * much times were moved is kept, therefore; at a start that much or more after the last mark they are moved forward again:
 * else a message would be older by all of it, and have no window left. A service that was down for so long takes the same
 * path: its retries wait the rest of their delay from then on. What was written meanwhile has never been moved.
 *
 * Another clock that has stepped forward cannot be told from time that has passed: retries are then early by the step.
 */
import { firstSequenceAt } from '../../message/id.ts'
import { PENDING } from './schema.ts'
import type { Statements } from './statements.ts'

/** When a message's window began, of `deliveries d`. */
const BEGAN = `ifnull(d.since, CAST(d.seq / ${firstSequenceAt(1)} AS INTEGER))`

/** Writes down how far the clock has come. */
export function mark(sql: Statements, now: number): void {
  sql.run("INSERT OR REPLACE INTO meta VALUES ('clock', ?)", Math.floor(now))
}

/** At a start: nothing that matters still happened after `now`, and what is to come is as far away as it was. */
export function noneAhead(sql: Statements, now: number): void {
  const at = Math.floor(now)
  const last = numberOf(sql, 'clock')
  const total = numberOf(sql, 'moved')
  if (total > 0 && at >= last + total) moveForward(sql, at)
  if (last > at) moveBack(sql, at, last)
  // Those of the time since the last mark, too: windows of what was held would else begin again at each start.
  sql.run(
    `UPDATE endpoints SET changed = MIN(changed, ?1), failing_since = MIN(failing_since, ?1)
     WHERE changed > ?1 OR failing_since > ?1`,
    at,
  )
  mark(sql, at)
}

function numberOf(sql: Statements, name: 'clock' | 'moved'): number {
  return sql.number(`SELECT value AS n FROM meta WHERE name = '${name}'`) ?? 0
}

/** From a clock that had come to `marked`. What it has not written, or what has ended, stays as it is. */
function moveBack(sql: Statements, now: number, marked: number): void {
  const total = numberOf(sql, 'moved') + marked - now
  sql.run("INSERT OR REPLACE INTO meta VALUES ('moved', ?)", total)
  // What was never tried, or is replayed, goes at once.
  sql.run(
    `WITH wrong AS (
       SELECT d.seq, d.tries, d.due, MAX(ifnull(a.at, 0), ?2) - ?1 AS ahead, ${BEGAN} AS began
       FROM deliveries d LEFT JOIN attempts a ON a.seq = d.seq AND a.n = d.attempts
       WHERE d.state = ${PENDING} AND d.due > ?1 AND (d.tries = 0 OR a.at > ?1)
     )
     INSERT INTO moved
       SELECT 'due', seq, 0, ?3, iif(tries = 0, MAX(ahead, due - ?1), ahead) FROM wrong
       UNION ALL SELECT 'since', seq, 0, ?3, MAX(?2, began) - ?1 FROM wrong WHERE began > ?1
       UNION ALL SELECT 'at', seq, n, ?3, MAX(?2, at) - ?1 FROM attempts a WHERE at > ?1
         AND EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = a.seq AND d.state = ${PENDING})
       UNION ALL SELECT 'changed', id, 0, ?3, MAX(?2, changed) - ?1 FROM endpoints WHERE changed > ?1
       UNION ALL SELECT 'failing', id, 0, ?3, MAX(?2, failing_since) - ?1 FROM endpoints WHERE failing_since > ?1`,
    now,
    marked,
    total,
  )
  move(sql, `SELECT what, id, n, -by AS by FROM moved WHERE total = ${total}`, now)
}

/** All that was moved and still waits, as it was; nothing of it after `now`. */
function moveForward(sql: Statements, now: number): void {
  sql.run(
    `DELETE FROM moved WHERE what IN ('due', 'since', 'at')
     AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = id AND d.state = ${PENDING})`,
  )
  move(sql, 'SELECT what, id, n, SUM(by) AS by FROM moved GROUP BY what, id, n', now)
  sql.run('DELETE FROM moved')
  sql.run("DELETE FROM meta WHERE name = 'moved'")
}

/** Adds `by` of the rows to what they name; what has happened did so at `latest` at the latest. */
function move(sql: Statements, rows: string, latest: number): void {
  for (const [what, change, key] of [
    ['due', 'deliveries AS d SET due = due + by', 'd.seq = m.id AND ?1'],
    ['since', `deliveries AS d SET since = MIN(${BEGAN} + by, ?1)`, 'd.seq = m.id'],
    ['at', 'attempts AS a SET at = MIN(at + by, ?1)', 'a.seq = m.id AND a.n = m.n'],
    ['changed', 'endpoints AS e SET changed = MIN(changed + by, ?1)', 'e.id = m.id'],
    ['failing', 'endpoints AS e SET failing_since = MIN(failing_since + by, ?1)', 'e.id = m.id'],
  ] as const) {
    sql.run(`UPDATE ${change} FROM (${rows}) m WHERE m.what = '${what}' AND ${key}`, latest)
  }
}
