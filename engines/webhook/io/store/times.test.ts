/** What a clock ahead has written, after the next start under one that is right. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Database } from './database.ts'
import { DELIVERED, PENDING } from './schema.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOW = 1_790_000_000_000

let dir: string
let database: Database | null = null
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'flowbench-times-'))
})
afterEach(() => {
  database?.close()
  database = null
  rmSync(dir, { recursive: true, force: true })
})

/** A start at `now`, and what was done then. */
function startAt(now: number, does: (of: Database) => void = () => {}): Database {
  database?.close()
  database = new Database(join(dir, 'store.db'))
  database.begin()
  database.start({ candidate: 'testtest', now })
  does(database)
  database.commit()
  return database
}

function accept(of: Database, now: number): number {
  const result = of.accept({ endpoint: 1, type: 'a', key: null, data: '{}', now })
  return (result as { seq: number }).seq
}

/** An attempt at `at` has failed, and the next is to be at `due`. */
const fail = (of: Database, seq: number, at: number, due: number, tries = 1): void => {
  const { since } = of.message({ seq })!
  of.save({ seq, state: PENDING, tries, attempts: tries, due, since, at, status: 500, error: null })
}

const pages = (of: Database) =>
  of.load({ endpoint: 1, due: -1, seq: -1, limit: 100 }).map(({ seq, due }) => [seq, due - NOW])

test.each([5 * MINUTE, 9 * HOUR, 9000 * HOUR])(
  'a retry has the rest of its delay before it, and is in its place among those written since (%d ms ahead)',
  (ahead) => {
    const then = NOW + ahead
    let seqs: number[] = []
    startAt(then, (of) => {
      seqs = [40, 20, 30].map((minutes) => {
        const seq = accept(of, then)
        fail(of, seq, then, then + minutes * MINUTE)
        return seq
      })
      // It was up for ten minutes without doing anything.
      of.mark({ now: then + 10 * MINUTE })
    })
    const [last, first, middle] = seqs
    let since = 0
    startAt(NOW, (of) => {
      since = accept(of, NOW)
      fail(of, since, NOW, NOW + 25 * MINUTE)
    })
    // A second start finds nothing to put right.
    for (const later of [0, MINUTE]) {
      expect(pages(startAt(NOW + later))).toEqual([
        [first, 10 * MINUTE],
        [middle, 20 * MINUTE],
        [since, 25 * MINUTE],
        [last, 30 * MINUTE],
      ])
    }
  },
)

test('what was done after the last mark waits its own delay at most', () => {
  const then = NOW + HOUR
  let seq = 0
  startAt(then, (of) => {
    seq = accept(of, then)
    fail(of, seq, then + MINUTE / 2, then + MINUTE / 2 + 10)
  })
  expect(pages(startAt(NOW))).toEqual([[seq, 10]])
})

test('what a clock that was right had written before is not moved', () => {
  let seq = 0
  startAt(NOW - HOUR, (of) => {
    seq = accept(of, NOW - HOUR)
    fail(of, seq, NOW - HOUR, NOW + 5 * HOUR)
  })
  startAt(NOW + HOUR, (of) => of.mark({ now: NOW + HOUR }))
  expect(pages(startAt(NOW))).toEqual([[seq, 5 * HOUR]])
})

test('what was never tried goes at once, in its order, before every retry', () => {
  const then = NOW + 9 * HOUR
  const seqs: number[] = []
  startAt(then, (of) => {
    for (let i = 0; i < 3; i++) seqs.push(accept(of, then + i))
    fail(of, seqs[0]!, then, then + MINUTE)
    of.mark({ now: then + 10 })
  })
  const found = pages(startAt(NOW))
  expect(found.map(([seq]) => seq)).toEqual([seqs[1], seqs[2], seqs[0]])
  expect(found.map(([, due]) => due! <= 0)).toEqual([true, true, false])
})

test('windows and attempts are as old as they were, and what has ended is left alone', () => {
  const then = NOW + 9 * HOUR
  let [seq, ended] = [0, 0]
  startAt(then, (of) => {
    const endpoint = { url: 'https://a.example/', mode: 'static', policy: 'a', rate: null, secret: null }
    of.addEndpoint({ ...endpoint, now: then })
    seq = accept(of, then)
    fail(of, seq, then + 10 * MINUTE, then + HOUR)
    const failing = { id: 1, state: 'paused', failingSince: then + 10 * MINUTE }
    of.setEndpoint({ ...failing, event: null, now: then + 20 * MINUTE })
    ended = accept(of, then)
    const answer = { tries: 1, attempts: 1, due: then, since: null, at: then, status: 200, error: null }
    of.save({ seq: ended, state: DELIVERED, ...answer })
    of.mark({ now: then + 30 * MINUTE })
  })
  // Of a second start, too: nothing grows younger.
  for (const later of [0, HOUR, 0]) {
    const of = startAt(NOW + later)
    expect(of.message({ seq })).toMatchObject({
      since: NOW - 30 * MINUTE,
      log: [{ at: NOW - 20 * MINUTE }],
    })
    expect(of.message({ seq: ended })).toMatchObject({ log: [{ at: then }] })
    const { endpoints } = of.start({ candidate: 'testtest' })
    expect(endpoints).toMatchObject([{ failingSince: NOW - 20 * MINUTE, changed: NOW - 10 * MINUTE }])
  }
})

test.each([30 * HOUR, NOW - HOUR])(
  'a clock that was behind for one start (%d ms) takes nothing from what was written before',
  (behind) => {
    let seqs: number[] = []
    const endpoint = { url: 'https://a.example/', mode: 'static', policy: 'a', rate: null, secret: null }
    startAt(NOW, (of) => {
      of.addEndpoint({ ...endpoint, now: NOW })
      seqs = [accept(of, NOW), accept(of, NOW), accept(of, NOW)]
      fail(of, seqs[0]!, NOW + MINUTE, NOW + 8 * HOUR)
      fail(of, seqs[1]!, NOW + MINUTE, NOW + 8 * HOUR)
      of.setEndpoint({ id: 1, state: 'paused', failingSince: NOW + MINUTE, event: null, now: NOW + MINUTE })
      of.mark({ now: NOW + 2 * HOUR })
    })
    const wrong = NOW + 2 * HOUR - behind
    let meanwhile = 0
    startAt(wrong, (of) => {
      // It goes at once, and fails; so does one that is accepted now.
      fail(of, seqs[1]!, wrong + MINUTE, wrong + HOUR, 2)
      meanwhile = accept(of, wrong + MINUTE)
      fail(of, meanwhile, wrong + MINUTE, wrong + HOUR)
      of.mark({ now: wrong + 10 * MINUTE })
    })
    // And once more behind, by less: what is moved twice comes back at once.
    startAt(wrong - MINUTE, (of) => of.mark({ now: wrong + 12 * MINUTE }))
    for (const later of [3 * HOUR, 4 * HOUR]) {
      const of = startAt(NOW + later)
      expect(of.message({ seq: seqs[0]! })).toMatchObject({
        since: NOW,
        due: NOW + 8 * HOUR,
        log: [{ at: NOW + MINUTE }],
      })
      expect(of.message({ seq: seqs[1]! })).toMatchObject({ since: NOW, due: NOW + 3 * HOUR })
      expect(of.message({ seq: seqs[2]! })).toMatchObject({ since: NOW, due: NOW })
      const { endpoints } = of.start({ candidate: 'testtest' })
      expect(endpoints).toMatchObject([{ failingSince: NOW + MINUTE, changed: NOW + MINUTE }])
    }
  },
)

test('one that was down for as long as its clock had been ahead waits no longer than each delay that was left', () => {
  let [seq, since] = [0, 0]
  startAt(NOW + 5 * HOUR, (of) => {
    seq = accept(of, NOW + 5 * HOUR)
    fail(of, seq, NOW + 5 * HOUR, NOW + 5 * HOUR + 40 * MINUTE)
    of.mark({ now: NOW + 5 * HOUR })
  })
  startAt(NOW, (of) => {
    since = accept(of, NOW)
    fail(of, since, NOW, NOW + 9 * HOUR)
    of.mark({ now: NOW + 10 * MINUTE })
  })
  // Not that long.
  expect(pages(startAt(NOW + 5 * HOUR))[0]).toEqual([seq, 40 * MINUTE])
  expect(pages(startAt(NOW + 10 * HOUR))).toEqual([
    [seq, 5 * HOUR + 40 * MINUTE],
    [since, 9 * HOUR],
  ])
})
