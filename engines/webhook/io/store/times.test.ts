/** What one clock has written, after the next start under another. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acceptedAt } from '../../message/id.ts'
import { seeded } from '../../testing/random.ts'
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

const pages = (of: Database, now = NOW) =>
  of.load({ endpoint: 1, due: -1, seq: -1, limit: 100 }).map(({ seq, due }) => [seq, due - now])

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

test('by a step back that is shorter than that is ago, too, nothing grows younger: again and again', () => {
  let seq = 0
  startAt(NOW, (of) => {
    seq = accept(of, NOW + MINUTE)
    fail(of, seq, NOW + MINUTE, NOW + 9 * HOUR)
    of.mark({ now: NOW + 5 * HOUR })
  })
  // Each time it comes up where its clock stood two hours before.
  for (const up of [0, 2, 4]) {
    const of = startAt(NOW + 3 * HOUR)
    expect(of.message({ seq })).toMatchObject({ since: NOW + MINUTE - (2 + up) * HOUR })
    expect(pages(of)).toEqual([[seq, (7 - up) * HOUR]])
    of.mark({ now: NOW + 5 * HOUR })
  }
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
  // Of a second start, too, and of one that is behind again: nothing grows younger.
  for (const [later, older] of [
    [0, 0],
    [HOUR, 0],
    [0, HOUR],
  ] as const) {
    const of = startAt(NOW + later)
    const moved = NOW - older
    expect(of.message({ seq })).toMatchObject({
      since: moved - 30 * MINUTE,
      log: [{ at: moved - 20 * MINUTE }],
    })
    expect(of.message({ seq: ended })).toMatchObject({ log: [{ at: then }] })
    const { endpoints } = of.start({ candidate: 'testtest' })
    expect(endpoints).toMatchObject([{ failingSince: moved - 20 * MINUTE, changed: moved - 10 * MINUTE }])
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
      // As old as if its clock had been right.
      expect(of.message({ seq: meanwhile })).toMatchObject({
        since: NOW + 2 * HOUR + MINUTE,
        due: NOW + 3 * HOUR,
        log: [{ at: NOW + 2 * HOUR + MINUTE }],
      })
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
    since = accept(of, NOW + MINUTE)
    fail(of, since, NOW + MINUTE, NOW + MINUTE + 9 * HOUR)
    of.mark({ now: NOW + 10 * MINUTE })
  })
  // Not that long: the clock may have been put right, too.
  let now = NOW + 5 * HOUR
  expect(pages(startAt(now), now)).toEqual([
    [seq, 40 * MINUTE],
    [since, 9 * HOUR - 9 * MINUTE],
  ])
  now = NOW + 10 * HOUR
  expect(pages(startAt(now), now)).toEqual([
    [seq, 40 * MINUTE - 5 * HOUR],
    [since, 4 * HOUR + MINUTE],
  ])
})

/** A server's time: how far off its clock was when it started, and for how long it had been down by then, ms. */
interface Session {
  readonly off: number
  readonly down: number
}

const DELAY = 10 * HOUR
/** A machine without a battery, which knows no better. */
const IN_1970 = 5 * HOUR - NOW

/**
 * Sessions of an hour, in each of which a message is accepted and all that there are fail. What every later start finds
 * of each: by its clock, and in truth, how old it is, and how much of its delay is over. The server was up for `up` of
 * that.
 */
function found(sessions: readonly Session[]) {
  const messages: { readonly seq: number; readonly at: number; readonly up: number }[] = []
  const ages: { readonly shown: number; readonly real: number; readonly up: number }[] = []
  let real = NOW
  let up = 0
  for (const [n, { off, down }] of sessions.entries()) {
    real += down
    const clock = real + off
    startAt(clock, (of) => {
      for (const { seq, at, up: before } of messages) {
        const { since, due } = of.message({ seq })!
        ages.push({ shown: clock - (since ?? acceptedAt(seq)), real: real - at, up: up - before })
        // Its last attempt was two minutes after the last start.
        ages.push({ shown: clock - (due - DELAY), real: HOUR - 2 * MINUTE + down, up: HOUR - 2 * MINUTE })
      }
      messages.push({ seq: accept(of, clock + MINUTE), at: real + MINUTE, up: up + MINUTE })
      const failed = clock + 2 * MINUTE
      for (const { seq } of messages) fail(of, seq, failed, failed + DELAY, n + 1)
      of.mark({ now: clock + HOUR })
    })
    real += HOUR
    up += HOUR
  }
  return ages
}

/** Some ways that a clock may go, at random. */
function ways(count: number, length: number, offs: readonly number[]): [string, Session[]][] {
  const draw = seeded(count)
  return Array.from({ length: count }, () => {
    const all = Array.from({ length }, () => offs[Math.floor(draw() * offs.length)]!)
    const name = all.map((off) => (off === IN_1970 ? '1970' : off / HOUR)).join(', ')
    return [name, all.map((off, n) => ({ off, down: n === 0 ? 0 : 7 * MINUTE }))]
  })
}

describe('whatever the clock does, a message is tried for its window: no time that the server is up is', () => {
  // By steps that are longer than all this takes: what is older than a step back may have been written by a clock that
  // was right, and stays as it is.
  const offs = [0, -100 * HOUR, 100 * HOUR, -200 * HOUR, 200 * HOUR, IN_1970]
  test.each(ways(15, 6, offs))('left out: %s hours off', (_, sessions) => {
    const ages = found(sessions)
    expect(ages.filter(({ shown, up }) => shown < up)).toEqual([])
  })

  const behind = [0, -100 * HOUR, -200 * HOUR, IN_1970]
  const rightAtFirst = ways(15, 6, behind).map(([name, all]): [string, Session[]] => [
    `0, ${name}`,
    [{ off: 0, down: 0 }, ...all],
  ])
  const IN_2015 = -100_000 * HOUR
  const IN_2036 = 87_600 * HOUR
  const after = (down: number, ...list: readonly number[]): Session[] => list.map((off) => ({ off, down }))
  const others: [string, Session[]][] = [
    [
      '0, 1970 after three days without power, 1970, 0',
      [...after(0, 0), ...after(72 * HOUR, IN_1970), ...after(5 * MINUTE, IN_1970, 0)],
    ],
    // At the first start ever, too.
    ['1970, 0', after(MINUTE, IN_1970, 0, 0)],
    ['1970, 2015, 0', after(MINUTE, IN_1970, IN_2015, 0, 0)],
    ['0, 1970, 2015, 0', after(MINUTE, 0, IN_1970, IN_2015, 0)],
    ['2036, 0, 1970, 0', after(MINUTE, IN_2036, 0, 0, IN_1970, 0)],
    ['2036, 0, 1970, 0, down for two hours each time', after(2 * HOUR, IN_2036, 0, 0, IN_1970, 0)],
  ]
  test.each([...rightAtFirst, ...others])('nor counted twice, as long as it is behind: %s', (_, sessions) => {
    const ages = found(sessions)
    expect(ages.length).toBeGreaterThanOrEqual(6)
    expect(ages.filter(({ shown, up }) => shown < up)).toEqual([])
    expect(ages.filter(({ shown, real }) => shown > real + HOUR)).toEqual([])
  })

  test('nor counted twice by a clock that is two hours ahead now and then: windows may be longer by that', () => {
    const ages = found(after(7 * MINUTE, 2 * HOUR, 0, 0, 0, 2 * HOUR, 0))
    expect(ages.filter(({ shown, up }) => shown < up - 2 * HOUR)).toEqual([])
    expect(ages.filter(({ shown, real }) => shown > real + HOUR)).toEqual([])
  })
})

describe('two secrets sign for 24 h, whatever the clock does', () => {
  const DAY = 24 * HOUR
  const expiresAt = (of: Database, now: number): (number | null)[] =>
    of
      .start({ candidate: 'testtest' })
      .secrets.map(({ expires }) => (expires === null ? null : expires - now))
  const rotate = (of: Database, now: number, secret: string): void =>
    void of.addSecret({ endpoint: 1, secret, now, othersExpire: now + DAY })

  // At most an hour of the way from 1970 to now is taken for time in which the server was down.
  test.each([
    [NOW + 9000 * HOUR, 23],
    [NOW + 3 * HOUR, 23],
    [NOW + IN_1970, 22],
  ])('which was at %d at the first start', (then, rest) => {
    startAt(then, (of) => {
      of.addSecret({ endpoint: 1, secret: 'first', now: then, othersExpire: null })
      rotate(of, then + HOUR, 'second')
      of.mark({ now: then + 2 * HOUR })
    })
    expect(expiresAt(startAt(NOW), NOW)).toEqual([null, rest * HOUR])
    expect(expiresAt(startAt(NOW + HOUR), NOW + HOUR)).toEqual([null, (rest - 1) * HOUR])
  })

  test('which comes up in 1970 meanwhile: those of before, and those of then', () => {
    startAt(NOW, (of) => {
      of.addSecret({ endpoint: 1, secret: 'first', now: NOW, othersExpire: null })
      rotate(of, NOW, 'second')
      of.mark({ now: NOW + 4 * HOUR })
    })
    const wrong = NOW + IN_1970
    expect(expiresAt(startAt(wrong), wrong)).toEqual([null, 20 * HOUR])
    startAt(wrong + MINUTE, (of) => {
      rotate(of, wrong + HOUR, 'third')
      of.mark({ now: wrong + 2 * HOUR })
    })
    // The first was one of two for four hours before, then for two, and for one that the server may have been down.
    expect(expiresAt(startAt(NOW + 7 * HOUR), NOW + 7 * HOUR)).toEqual([null, 22 * HOUR, 17 * HOUR])
  })

  test('one that has ended stays so, also where the clock steps back to before its end', () => {
    startAt(NOW, (of) => {
      of.addSecret({ endpoint: 1, secret: 'first', now: NOW, othersExpire: null })
      rotate(of, NOW + MINUTE, 'second')
      of.mark({ now: NOW + 25 * HOUR })
    })
    const now = NOW + 23 * HOUR
    expect(expiresAt(startAt(now), now)).toEqual([null, MINUTE - HOUR])
  })

  test('one that has ended stays so', () => {
    startAt(NOW, (of) => {
      of.addSecret({ endpoint: 1, secret: 'first', now: NOW, othersExpire: null })
      rotate(of, NOW, 'second')
      of.mark({ now: NOW + 2 * DAY })
    })
    for (const now of [IN_1970 + NOW, NOW + 2 * DAY]) {
      expect(expiresAt(startAt(now), now)).toEqual([null, -DAY])
    }
  })
})
