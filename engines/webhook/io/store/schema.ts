/**
 * The tables.
 *
 * A message's text never changes and its schedule does, so they live apart: rewriting a schedule must not copy 20 kB.
 * `deliveries` has a partial index of what is pending, by endpoint and time: that index is the timer for everything
 * that is not due soon, and the only one whose size follows the backlog. A message's state beyond what is stored here
 * (held, cancelled) follows from its endpoint's state, so that disabling an endpoint with two million messages is one
 * row's change.
 *
 * `deliveries.since` is when the window of the policy began; null where that was the message's acceptance.
 *
 * `keys` maps 52 bits of an idempotency key's hash to the message. It lags behind (`recent-keys.ts` says why); the
 * messages after `meta.keys_through` are the rest of it.
 *
 * `moved` is by how much times were put back under a clock that is behind them (`times.ts`); `total` is nobody's any more.
 *
 * `ages` is which messages were there when the server had been up for so long in all (`ages.ts`).
 */
export const SCHEMA_VERSION = 4

const MOVED = `CREATE TABLE IF NOT EXISTS moved (
  what TEXT NOT NULL, id INTEGER NOT NULL, n INTEGER NOT NULL, total INTEGER NOT NULL, by INTEGER NOT NULL,
  PRIMARY KEY (what, id, n, total)
) STRICT, WITHOUT ROWID;`

const AGES = `CREATE TABLE IF NOT EXISTS ages (seq INTEGER PRIMARY KEY, up INTEGER NOT NULL) STRICT;`

/** What a file of an older version lacks, by that version. */
export const MIGRATIONS: Readonly<Record<number, string>> = {
  1: 'ALTER TABLE deliveries ADD COLUMN since INTEGER',
  2: MOVED,
  3: AGES,
}

/** A secret's successor signs beside it for so long, ms, before `secrets.expires`. */
export const OVERLAP = 86_400_000

/** `deliveries.state`. */
export const PENDING = 0
export const DELIVERED = 1
export const DEAD = 2

export const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE messages (
  seq INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL, type TEXT NOT NULL, key TEXT, body TEXT NOT NULL
) STRICT;
CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL, state INTEGER NOT NULL,
  tries INTEGER NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL,
  since INTEGER
) STRICT;
CREATE INDEX pending ON deliveries (endpoint, due) WHERE state = ${PENDING};
CREATE TABLE keys (hash INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
CREATE TABLE attempts (
  seq INTEGER NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, status INTEGER, error TEXT,
  PRIMARY KEY (seq, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE endpoints (
  id INTEGER PRIMARY KEY, url TEXT NOT NULL, mode TEXT NOT NULL, policy TEXT NOT NULL, rate REAL,
  state TEXT NOT NULL, changed INTEGER NOT NULL, failing_since INTEGER, created INTEGER NOT NULL
) STRICT;
CREATE TABLE secrets (
  id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL, secret TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER
) STRICT;
CREATE INDEX secrets_of ON secrets (endpoint);
CREATE TABLE events (
  id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL
) STRICT;
CREATE INDEX events_of ON events (endpoint);
${MOVED}
${AGES}
`
