import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  acceptedAt,
  firstSequenceAt,
  formatMessageId,
  nextSequence,
  parseMessageId,
} from '../../message/id.ts'
import { LOG_LIMIT, logUnderReaders } from '../../testing/log-under-readers.ts'
import { Database } from './database.ts'
import { StoreNotOpened } from './statements.ts'
import { keyHash } from './recent-keys.ts'
import { DEAD, DELIVERED, PENDING } from './schema.ts'
import { Store, STORE_FILE, StoreUnavailable, type StoreOptions } from './store.ts'

let dir: string
let store: Store | null = null
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'flowbench-store-'))
})
afterEach(async () => {
  await store?.close()
  store = null
  rmSync(dir, { recursive: true, force: true })
})

async function open(options: StoreOptions = {}): Promise<Store> {
  store = await Store.open(dir, options)
  await store.ask('start', { candidate: 'testtest' })
  return store
}

const message = (key: string | null, data = '{}', endpoint = 1) => ({
  endpoint,
  type: 'a',
  key,
  data,
  now: Date.now(),
})
const outcome = (seq: number, state: number, due = 0) => ({
  seq,
  state,
  tries: 1,
  attempts: 1,
  since: null,
  due,
  at: 1,
  status: 200,
  error: null,
})

async function accept(to: Store, key: string | null, data?: string): Promise<number> {
  const result = await to.ask('accept', message(key, data))
  if (!('seq' in result)) throw new Error('conflict')
  return result.seq
}

describe('sequences and ids', () => {
  test('grow, whatever the clock does, and name their millisecond', () => {
    const first = nextSequence(0, 1_790_000_000_000)
    expect(nextSequence(first, 1_790_000_000_000)).toBe(first + 1)
    expect(nextSequence(first, 1_000)).toBe(first + 1)
    expect(acceptedAt(first + 2047)).toBe(1_790_000_000_000)
    expect(firstSequenceAt(1_790_000_000_000)).toBe(first)
    expect(Number.isSafeInteger(nextSequence(0, Date.UTC(2109, 0)))).toBe(true)
  })
  test('there and back, and no other text', () => {
    const id = formatMessageId(3_677_639_851_386_880, 'abcd1234')
    expect(parseMessageId(id, 'abcd1234')).toBe(3_677_639_851_386_880)
    for (const bad of [`${id}x`, id.toUpperCase(), id.replace('_', '.'), id.slice(1), '', 'msg_']) {
      expect(parseMessageId(bad, 'abcd1234')).toBeNull()
    }
    expect(parseMessageId(id, 'other123')).toBeNull()
  })
})

describe('idempotency keys', () => {
  test('hold through merges and restarts, wherever a key is by then', async () => {
    let now = await open({ mergeAt: 50 })
    const seqs = new Map<string, number>()
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 60; i++) {
        const key = `${round}-${i}`
        seqs.set(key, await accept(now, key, `"${key}"`))
      }
      for (const [key, seq] of seqs) {
        expect(await now.ask('accept', message(key, `"${key}"`))).toEqual({ seq, fresh: false })
        expect(await now.ask('accept', message(key, '"other"'))).toEqual({ conflict: true })
      }
      if (round === 1) {
        await now.close()
        now = await open({ mergeAt: 50 })
      }
    }
    expect((await now.ask('census', {})).pending).toBe(240)
  })

  test('of one hash are told apart, in memory, in the tree and after a restart', () => {
    // Two keys of one hash cannot be found, so the tree is told that another key's message has it.
    const path = join(dir, STORE_FILE)
    const before = new Database(path)
    before.begin()
    const other = before.accept(message('other'))
    before.commit()
    before.close()
    const file = new DatabaseSync(path)
    file.prepare('INSERT INTO keys VALUES (?, ?)').run(keyHash('mine'), (other as { seq: number }).seq)
    file.close()
    for (let opened = 0; opened < 2; opened++) {
      const database = new Database(path)
      database.begin()
      const mine = database.accept(message('mine'))
      expect(mine).toMatchObject({ fresh: opened === 0 })
      expect(database.accept(message('other'))).toMatchObject({ fresh: false })
      database.commit()
      database.close()
    }
  })

  test('of a transaction that failed are free again', () => {
    const database = new Database(join(dir, STORE_FILE))
    database.begin()
    database.accept(message('k'))
    database.rollback()
    database.begin()
    expect(database.accept(message('k', '"another body"'))).toMatchObject({ fresh: true })
    database.commit()
    database.close()
  })
})

describe('keys that are in memory alone', () => {
  const path = (): string => join(dir, STORE_FILE)
  const inOne = (database: Database, ...keys: readonly (string | null)[]): number[] => {
    database.begin()
    const seqs = keys.map((key) => (database.accept(message(key)) as { seq: number }).seq)
    database.commit()
    return seqs
  }

  test('stay few, however many a transaction brings', () => {
    const database = new Database(path(), { mergeAt: 100, synchronous: 'OFF' })
    const { recent } = (database as unknown as { keys: { recent: { size: number } } }).keys
    let key = 0
    for (let round = 0; round < 6; round++) {
      inOne(database, ...Array.from({ length: 3000 }, () => `key-${key++}`))
      expect(recent.size).toBeLessThan(6000)
    }
    database.close()
  })

  test('are looked for at a start only where they can be, though few messages have one', () => {
    const first = new Database(path())
    const [, keyed] = inOne(first, null, 'k', null)
    first.close()
    const second = new Database(path())
    inOne(second, null)
    second.close()
    const file = new DatabaseSync(path())
    const { value } = file.prepare("SELECT value FROM meta WHERE name = 'keys_through'").get()!
    file.close()
    expect(value).toBe(keyed! - 1)
    const third = new Database(path())
    third.begin()
    expect(third.accept(message('k'))).toEqual({ seq: keyed, fresh: false })
    third.commit()
    third.close()
  })
})

describe('what the disk refuses', () => {
  test('a full disk: nothing is promised, what was is there, and room again is use again', async () => {
    let now = await open({ maxPages: 60, checkpointPages: 10 })
    const promised: number[] = []
    const refused = await (async () => {
      for (let i = 0; i < 2000; i++) {
        const one = await accept(now, `k${i}`, `"${'x'.repeat(2000)}"`).catch(
          (error: unknown) => error as Error,
        )
        if (one instanceof Error) return one
        promised.push(one)
      }
      return null
    })()
    expect(refused).toBeInstanceOf(StoreUnavailable)
    expect(promised.length).toBeGreaterThan(20)
    await now.close()
    now = await open()
    expect((await now.ask('census', {})).pending).toBe(promised.length)
    expect(await accept(now, `k${promised.length}`)).toBeGreaterThan(promised.at(-1)!)
  })

  test('a full disk: what is read in one transaction with a write that fails is read all the same', async () => {
    const now = await open({ maxPages: 60, checkpointPages: 10 })
    const first = await accept(now, null, '"first"')
    const fill = () => now.ask('accept', message(null, `"${'x'.repeat(5000)}"`))
    for (let i = 0; i < 200; i++) if ((await fill().catch(() => null)) === null) break
    const [write, read, other] = await Promise.allSettled([
      fill(),
      now.ask('bodies', { seqs: [first] }),
      now.ask('census', {}),
    ])
    expect([write.status, read.status, other.status]).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(read.status === 'fulfilled' && read.value[0]).toContain('"first"')
  })

  test('one request that is at fault fails alone', async () => {
    const now = await open()
    const bad = { ...message('bad'), endpoint: 'none' as unknown as number }
    const [first, second, third] = await Promise.allSettled([
      now.ask('accept', message('a')),
      now.ask('accept', bad),
      now.ask('accept', message('b')),
    ])
    expect([first.status, second.status, third.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await now.ask('census', {})).toEqual({ pending: 2, delivered: 0, dead: 0 })
    expect(await now.ask('accept', message('bad'))).toMatchObject({ fresh: true })
  })
})

test('a thread that ends by itself is fatal: what waits is refused, and its owner hears of it', async () => {
  const fatal: string[] = []
  const now = await open({ onFatal: (text) => fatal.push(text) })
  await accept(now, 'k')
  const { worker } = now as unknown as { worker: { terminate(): Promise<number> } }
  const asked = now.ask('accept', message('lost'))
  await worker.terminate()
  await expect(asked).rejects.toThrow(StoreUnavailable)
  await expect(now.ask('census', {})).rejects.toThrow(StoreUnavailable)
  expect(fatal).toEqual(["the store's thread has ended"])
  const next = await open()
  expect(await next.ask('accept', message('k'))).toMatchObject({ fresh: false })
})

test('what a dead server left in its log is in the file before it is promised again', async () => {
  const path = join(dir, STORE_FILE)
  const first = new Database(path)
  first.begin()
  const taken = first.accept(message('k'))
  first.commit()
  // As it is after a kill: nothing was closed.
  const left = join(dir, 'left.db')
  for (const part of ['', '-wal']) copyFileSync(path + part, left + part)
  first.close()
  const next = new Database(left)
  const file = join(dir, 'file.db')
  copyFileSync(left, file)
  next.close()
  const alone = new Database(file)
  alone.begin()
  expect(alone.accept(message('k'))).toEqual({ ...taken, fresh: false })
  alone.rollback()
  alone.close()
})

test('what ends a whole transaction is not taken for the fault of one request', () => {
  const database = new Database(join(dir, STORE_FILE))
  database.begin()
  const failed = new Error('no sync')
  const fails = () => {
    // As SQLite does it after an error of the disk.
    const { sql } = database as unknown as { sql: { db: DatabaseSync } }
    sql.db.exec('ROLLBACK')
    throw failed
  }
  expect(() => database.guarded(fails)).toThrow(failed)
  database.rollback()
  database.close()
})

describe('one server a folder', () => {
  test('a second one is refused with a clear error, the first goes on; after it is gone the next may', async () => {
    const first = await open()
    await expect(Store.open(dir)).rejects.toThrow(StoreNotOpened)
    await accept(first, 'k')
    const foreign = new DatabaseSync(join(dir, STORE_FILE))
    expect(() => foreign.prepare('SELECT count(*) FROM messages').get()).toThrow('locked')
    foreign.close()
    await first.close()
    expect(await accept(await open(), 'k', '{}')).toBeGreaterThan(0)
  })

  test('also from another process, after this one has tried to open it twice', async () => {
    await open()
    await expect(Store.open(dir)).rejects.toThrow(StoreNotOpened)
    // A process's own locks do not stand in its way: only another one can tell.
    const takes = `const { DatabaseSync } = require('node:sqlite')
      new DatabaseSync(${JSON.stringify(join(dir, STORE_FILE))}).exec('BEGIN IMMEDIATE')`
    const { status, stderr } = spawnSync(process.execPath, ['-e', takes], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([1, expect.stringContaining('database is locked')])
  })

  test('a file of another version is left alone', async () => {
    const other = new DatabaseSync(join(dir, STORE_FILE))
    other.exec('PRAGMA user_version = 99')
    other.close()
    await expect(Store.open(dir)).rejects.toThrow('version 99')
  })

  test('a file of the first version is taken over with all that is in it', async () => {
    const seq = await accept(await open(), 'k')
    await store!.close()
    const first = new DatabaseSync(join(dir, STORE_FILE))
    first.exec('DROP TABLE moved; ALTER TABLE deliveries DROP COLUMN since; PRAGMA user_version = 1')
    first.close()
    const now = await open()
    expect(await now.ask('load', { endpoint: 1, due: -1, seq: -1, limit: 10 })).toMatchObject([
      { seq, since: null, due: acceptedAt(seq) },
    ])
    await now.ask('save', { ...outcome(seq, PENDING, 5), since: 3.5 })
    expect(await now.ask('message', { seq })).toMatchObject({ since: 3, due: 5 })
    await now.close()
    expect((await (await open()).ask('census', {})).pending).toBe(1)
  })

  test('files are for the owner alone', async () => {
    await open()
    for (const name of [STORE_FILE, `${STORE_FILE}-wal`])
      expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
  })
})

test('the log stays small while a reader pages without a pause, and is cut when it is quiet', async () => {
  const { accepted, pages, longest, left } = await logUnderReaders(20_000)
  expect(accepted).toBe(20_000)
  expect(pages).toBeGreaterThan(50)
  expect(longest).toBeGreaterThan(4 * 2 ** 20)
  expect(longest).toBeLessThan(LOG_LIMIT)
  expect(left).toBe(0)
})

test('pruning takes what has ended and is old, its keys too, and leaves what is pending', async () => {
  const now = await open({ mergeAt: 10 })
  const endpoint = {
    url: 'https://a.example/',
    mode: 'static',
    policy: 'flowbench',
    rate: null,
    now: 1,
    secret: null,
  }
  expect(await now.ask('addEndpoint', endpoint)).toEqual({ id: 1 })
  const seqs: number[] = []
  for (let i = 0; i < 40; i++) seqs.push(await accept(now, `k${i}`))
  await Promise.all(
    seqs.map((seq, i) => now.ask('save', outcome(seq, [DELIVERED, DEAD, PENDING, PENDING][i % 4]!))),
  )
  const before = seqs[30]!
  expect(await now.ask('prune', { after: 0, before, time: 0 })).toEqual({ pruned: 16, next: null })
  expect(await now.ask('census', {})).toEqual({ pending: 20, delivered: 2, dead: 2 })
  expect(await now.ask('accept', message('k0', '"new"'))).toMatchObject({ fresh: true })
  expect(await now.ask('accept', message('k2', '"new"'))).toEqual({ conflict: true })
  expect(await now.ask('message', { seq: seqs[0]! })).toBeNull()
})

test('an endpoint that is deleted stays so, whatever is written of it afterwards', async () => {
  const now = await open()
  const endpoint = { url: 'https://a.example/', mode: 'static', policy: 'flowbench', rate: null, now: 1 }
  const { id } = await now.ask('addEndpoint', { ...endpoint, secret: 'whsec_' })
  const change = (state: string) =>
    now.ask('setEndpoint', { id, state, failingSince: null, event: `to ${state}`, now: 2 })
  await change('deleted')
  await change('paused')
  const { endpoints, secrets } = await now.ask('start', { candidate: 'testtest' })
  expect([endpoints[0]!.state, secrets]).toEqual(['deleted', []])
  expect(await now.ask('events', { endpoint: id })).toEqual([{ at: 2, type: 'to deleted' }])
})

test('an attempt that ends when its message is pruned leaves nothing behind', async () => {
  const now = await open()
  const seq = await accept(now, null)
  // Endpoint 1 was never made: as one that was deleted.
  expect(await now.ask('prune', { after: 0, before: seq + 1, time: 0 })).toEqual({ pruned: 1, next: null })
  await now.ask('save', outcome(seq, PENDING))
  await now.close()
  store = null
  const file = new DatabaseSync(join(dir, STORE_FILE))
  expect(file.prepare('SELECT count(*) AS n FROM attempts').get()).toEqual({ n: 0 })
  file.close()
})

test("an endpoint's id is never given to another, also when it was pruned and the store opened again", async () => {
  const endpoint = {
    url: 'https://a.example/',
    mode: 'static',
    policy: 'flowbench',
    rate: null,
    secret: null,
  }
  let now = await open()
  const add = async (): Promise<number> => (await now.ask('addEndpoint', { ...endpoint, now: 1 })).id
  expect([await add(), await add()]).toEqual([1, 2])
  for (let given = 2; given < 5; given++) {
    await now.ask('setEndpoint', { id: given, state: 'deleted', failingSince: null, event: null, now: 2 })
    await now.ask('prune', { after: 0, before: firstSequenceAt(3), time: 3 })
    // A prune that finds nothing forgets nothing.
    await now.ask('prune', { after: 0, before: firstSequenceAt(3), time: 3 })
    await now.close()
    now = await open()
    expect(await add()).toBe(given + 1)
  }
})

test("a message's number is never given to another, also when it was pruned, whatever the clock does", async () => {
  let now = await open()
  const given = new Set<number>()
  for (let starts = 0; starts < 3; starts++) {
    for (let i = 0; i < 3; i++) {
      const { seq } = (await now.ask('accept', { ...message(null), now: 1000 })) as { seq: number }
      given.add(seq)
      await now.ask('save', outcome(seq, DELIVERED))
    }
    await now.ask('prune', { after: 0, before: firstSequenceAt(2000), time: 2000 })
    expect(await now.ask('census', {})).toEqual({ pending: 0, delivered: 0, dead: 0 })
    await now.close()
    now = await open()
  }
  expect(given.size).toBe(9)
})

test('pages of an endpoint: by due time, then by sequence, each once', async () => {
  const now = await open()
  const seqs: number[] = []
  for (let i = 0; i < 50; i++) seqs.push(await accept(now, null))
  await Promise.all(seqs.map((seq, i) => now.ask('save', outcome(seq, PENDING, 1000 + (i % 5)))))
  const found: [number, number][] = []
  for (let [due, seq] = [-1, -1]; ;) {
    const rows = await now.ask('load', { endpoint: 1, due, seq, limit: 7 })
    for (const row of rows) found.push([row.due, row.seq])
    const last = rows.at(-1)
    if (last === undefined) break
    ;[due, seq] = [last.due, last.seq]
  }
  expect(found).toHaveLength(50)
  expect(found).toEqual([...found].sort(([a, x], [b, y]) => a - b || x - y))
})

test('commits and statements are counted: requests of one turn share a commit, reads have none', async () => {
  const opened = await open()
  const before = await opened.ask('counters', {})
  await Promise.all(Array.from({ length: 20 }, () => opened.ask('accept', message(null))))
  await opened.ask('census', {})
  const after = await opened.ask('counters', {})
  expect(after.commits - before.commits).toBe(1)
  // Two rows for each message; three counts.
  expect(after.statements - before.statements).toBe(2 * 20 + 3)
})
