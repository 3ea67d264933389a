/** What survives: power cuts at random points, damaged tails, kill -9, snapshots of one instant. */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { directory } from './io/files.ts'
import type { Files } from './io/files.ts'
import { Journal } from './io/journal.ts'
import { DamagedError, NotRestored } from './io/recovery.ts'
import { decodeRecord } from './io/record.ts'
import type { Args } from './resp/args.ts'
import { Engine } from './server/engine.ts'
import { NO_HOST } from './server/host.ts'
import { SnapshotError } from './snapshot/reader.ts'
import { Client } from './testing/client.ts'
import { RawClient, served } from './testing/served.ts'
import { PowerFiles } from './testing/power.ts'
import { runPowerCuts } from './testing/power-run.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sparse-array-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

interface Started {
  readonly client: Client
  readonly journal: Journal
  readonly notices: string[]
}

function start(
  cut = false,
  arenaLimit = Infinity,
  window?: number,
  files: Files = directory(folder),
): Started {
  const notices: string[] = []
  let journal: Journal | null = null
  const engine = new Engine({
    debug: true,
    arenaLimit,
    host: {
      ...NO_HOST,
      durable: true,
      log: (db, commands) => journal!.append(db, commands),
      save: (what) => journal!.beginSave(what),
    },
  })
  engine.now = 1_000
  journal = new Journal(engine, files, {
    cut,
    onNotice: (line) => notices.push(line),
    ...(window === undefined ? {} : { window }),
  })
  return { client: new Client(engine), journal, notices }
}

/** The disk has the snapshot. */
async function saved(journal: Journal): Promise<void> {
  while (journal.saving !== null) await new Promise((resolve) => setTimeout(resolve, 1))
}

const LOG = 'log.0'

/** A log of `count` records, each synced before the next, of a server that was killed; their ends. */
function writeLog(count: number): number[] {
  const { client, journal } = start()
  for (let i = 0; i < count; i++) {
    client.send('ARSET', 'k', String(i * 1_000), `value ${i}`, `second ${i}`)
    journal.flushNow()
  }
  client.engine.space.release()
  const bytes = readFileSync(join(folder, LOG))
  const ends: number[] = []
  for (let at = 0; at < bytes.length;) ends.push((at = decodeRecord(bytes, at)!.end))
  expect(ends).toHaveLength(count)
  return ends
}

const countOf = (client: Client): number => Number(/\d+/.exec(client.type('ARCOUNT k'))![0])

describe('a power cut', () => {
  it('loses nothing acknowledged and leaves nothing half there, at 60 points', async () => {
    const run = await runPowerCuts(60, 7)
    const {
      acknowledged,
      unacknowledged,
      saving,
      killed,
      failedSyncs,
      cutStarts,
      closed,
      refused,
      givenUp,
      holes,
    } = run
    // The points must be of all kinds, else this shows nothing.
    expect(acknowledged).toBeGreaterThan(30)
    expect(unacknowledged).toBeGreaterThan(10)
    expect(saving).toBeGreaterThan(3)
    expect(killed).toBeGreaterThan(10)
    expect(failedSyncs).toBeGreaterThan(3)
    expect(cutStarts).toBeGreaterThan(10)
    expect(closed).toBeGreaterThan(3)
    expect(refused).toBeGreaterThan(10)
    expect(givenUp).toBeGreaterThan(3)
    expect(holes).toBeGreaterThan(2)
  })
})

describe('a damaged tail', () => {
  it('is cut off at the last whole record, wherever in the last three records the log ends', () => {
    const ends = writeLog(6)
    const whole = readFileSync(join(folder, LOG))
    for (let length = ends[2]!; length < whole.length; length++) {
      writeFileSync(join(folder, LOG), whole.subarray(0, length))
      const { client, journal, notices } = start()
      const records = ends.filter((end) => end <= length).length
      expect(countOf(client)).toBe(2 * records)
      expect(notices).toHaveLength(length === ends[records - 1] ? 0 : 1)
      journal.close()
      expect(readFileSync(join(folder, LOG))).toHaveLength(ends[records - 1]!)
    }
  })

  it.each([
    ['a byte of zero', Buffer.alloc(1)],
    ['4 KiB of zeros', Buffer.alloc(4_096)],
    ['1 MiB of zeros', Buffer.alloc(1 << 20)],
    ['garbage', Buffer.from('FBR1 and so on, which is no record'.repeat(40))],
  ])('is cut off: %s', (_, tail) => {
    const ends = writeLog(5)
    writeFileSync(join(folder, LOG), Buffer.concat([readFileSync(join(folder, LOG)), tail]))
    const { client, journal, notices } = start()
    expect(countOf(client)).toBe(10)
    expect(notices).toEqual([expect.stringContaining(`log.0: cut off at offset ${ends[4]}`)])
    client.send('ARSET', 'k', '77', 'after')
    journal.close()
    const again = start()
    expect(again.client.type('ARGET k 77')).toBe('"after"')
    expect(again.notices).toEqual([])
    again.journal.close()
  })

  it('is cut off when one bit of the last record is wrong, whichever', () => {
    const ends = writeLog(3)
    const whole = readFileSync(join(folder, LOG))
    for (let at = ends[1]!; at < whole.length; at++) {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 1 << (at % 8)
      writeFileSync(join(folder, LOG), damaged)
      const { client, journal } = start()
      expect(countOf(client)).toBe(4)
      journal.close()
    }
  })

  it('is refused with its offset when whole records lie behind it, and cut only when asked', () => {
    const ends = writeLog(5)
    const damaged = readFileSync(join(folder, LOG))
    damaged[ends[1]! + 30]! ^= 4
    writeFileSync(join(folder, LOG), damaged)
    expect(() => start()).toThrow(DamagedError)
    expect(() => start()).toThrow(`log.0: damaged before records that are whole at offset ${ends[1]}`)
    expect(readFileSync(join(folder, LOG))).toHaveLength(ends[4]!)
    const { client, journal } = start(true)
    expect(countOf(client)).toBe(4)
    journal.close()
  })

  it('of a record that was taken out is refused too', () => {
    const ends = writeLog(5)
    const whole = readFileSync(join(folder, LOG))
    writeFileSync(join(folder, LOG), Buffer.concat([whole.subarray(0, ends[1]), whole.subarray(ends[2])]))
    expect(() => start()).toThrow(DamagedError)
  })
})

describe('files larger than what is looked at together', () => {
  const write = (client: Client): void => {
    for (let i = 0; i < 60; i++) {
      client.send('ARSET', `a${i % 3}`, String(i * 700), 'x'.repeat((i * i * 7) % 3_000), String(i))
      client.send('SET', `s${i}`, 'y'.repeat((i * 331) % 2_000))
    }
    client.send('PEXPIRE', 's3', '5000000')
  }

  it.each([1, 50, 777, 4_096])('log and snapshot are read through a window of %i bytes', async (window) => {
    const { client, journal } = start()
    write(client)
    const digest = client.type('DEBUG DIGEST')
    journal.close()
    const again = start(false, Infinity, window)
    expect(again.client.type('DEBUG DIGEST')).toBe(digest)
    expect(again.notices).toEqual([])
    again.journal.beginSave('save')
    while (!again.journal.stepSave(1 << 20));
    await saved(again.journal)
    again.journal.close()
    const last = start(false, Infinity, window)
    expect(last.client.type('DEBUG DIGEST')).toBe(digest)
    expect(last.client.type('PTTL s3')).toBe('(integer) 5000000')
    last.journal.close()
  })

  it.each([1, 50, 777, 4_096])('a damage is told from an end, with a window of %i bytes', (window) => {
    const ends = writeLog(40)
    const whole = readFileSync(join(folder, LOG))
    for (const at of [ends[3]! + 2, ends[20]! + 25, ends[37]! + 6]) {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 8
      writeFileSync(join(folder, LOG), damaged)
      expect(() => start(false, Infinity, window)).toThrow(DamagedError)
    }
    writeFileSync(join(folder, LOG), Buffer.concat([whole, Buffer.alloc(5_000), Buffer.from('FBR1FBR')]))
    const { client, journal, notices } = start(false, Infinity, window)
    expect(countOf(client)).toBe(80)
    expect(notices).toEqual([expect.stringContaining(`cut off at offset ${ends.at(-1)}, 5007 bytes`)])
    journal.close()
  })

  it('a log beyond 2 GiB is read', () => {
    const end = writeLog(5).at(-1)!
    truncateSync(join(folder, LOG), 2 ** 31 + 2 ** 20)
    const { client, journal, notices } = start()
    expect(countOf(client)).toBe(10)
    expect(notices).toEqual([expect.stringContaining(`log.0: cut off at offset ${end}, `)])
    journal.close()
    expect(readFileSync(join(folder, LOG))).toHaveLength(end)
  })

  it('no memory is taken for a length that is not believed', () => {
    writeLog(5)
    const head = Buffer.alloc(20)
    head.write('FBR1')
    head.writeUInt32LE(200 << 20, 4)
    appendFileSync(join(folder, LOG), head)
    truncateSync(join(folder, LOG), 220 << 20)
    const before = process.memoryUsage().arrayBuffers
    const { client, journal } = start(false, Infinity, 4 << 20)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(150 << 20)
    expect(countOf(client)).toBe(10)
    journal.close()
  })
})

describe('a full disk', () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  const saveNow = (journal: Journal): void => {
    expect(journal.beginSave('save')).toBe(true)
    while (!journal.stepSave(Infinity));
    expect(journal.saving).toBeNull()
  }

  it.each(['name', 'contents', 'first names', 'last names'])(
    'costs a snapshot when its %s cannot be written, and nothing else',
    (what) => {
      const files = new PowerFiles()
      const { client, journal, notices } = start(false, Infinity, undefined, files)
      client.send('SET', 'k', 'x'.repeat(100_000))
      let calls = 0
      const fails: Record<string, (name: string) => boolean> = {
        name: (name) => name === 'snapshot.1.part',
        contents: (name) => name === 'snapshot.1.part' && calls++ > 0,
        'first names': (name) => name === '',
        'last names': (name) => name === '' && calls++ > 0,
      }
      files.fault = (name) => (fails[what]!(name) ? full : null)
      saveNow(journal)
      expect(journal.failed.save).toBe(true)
      expect(notices[0]).toMatch(/^snapshot\.1\.part: given up, .*no space left/)
      client.send('SET', 'k2', 'v')
      journal.flushNow()
      files.fault = () => null
      const before = client.type('DEBUG DIGEST')
      expect(start(false, Infinity, undefined, files).client.type('DEBUG DIGEST')).toBe(before)
      saveNow(journal)
      expect(journal.failed.save).toBe(false)
      expect(start(false, Infinity, undefined, files).client.type('DEBUG DIGEST')).toBe(before)
    },
  )

  it('that keeps the next log from being begun holds back no reply: what was synced for it is told', async () => {
    const files = new PowerFiles()
    let told = 0
    let journal: Journal | null = null
    const log = (db: number, commands: readonly Args[]): void => journal!.append(db, commands)
    const engine = new Engine({ host: { ...NO_HOST, durable: true, log } })
    journal = new Journal(engine, files, { onSynced: () => told++ })
    const client = new Client(engine)
    client.send('SET', 'k', 'v')
    // Given up, it leaves a log of before that is not synced.
    files.fault = (name) => (name.endsWith('.part') && files.list().includes(name) ? full : null)
    saveNow(journal)
    expect(journal.failed.save).toBe(true)
    client.send('SET', 'k', 'w')
    expect(journal.synced).toBeLessThan(journal.position)
    files.fault = (name) => (name === 'log.2' ? full : null)
    expect(journal.beginSave('save')).toBe(true)
    expect([journal.saving, journal.synced]).toEqual([null, journal.position])
    // Not while a command may be running.
    expect(told).toBe(0)
    await Promise.resolve()
    expect(told).toBe(1)
    engine.space.release()
  })

  it('a turn that ends after the log was closed syncs no file: its number may be another one by then', async () => {
    const real = directory(folder)
    let synced = 0
    const files: Files = {
      ...real,
      append: (name) => ({
        ...real.append(name),
        sync: () => Promise.resolve(),
        syncNow: () => void synced++,
      }),
    }
    const { client, journal } = start(false, Infinity, undefined, files)
    client.send('SET', 'k', 'v')
    // Syncs that are quick are not handed to a thread from then on.
    journal.commit(true)
    while (journal.synced < journal.position) await Promise.resolve()
    journal.close()
    const before = synced
    journal.commit(true, true)
    expect(synced).toBe(before)
    client.engine.space.release()
  })

  it('whose room a snapshot takes has room for the log again', () => {
    const files = new PowerFiles()
    const { client, journal } = start(false, Infinity, undefined, files)
    client.send('SET', 'k', 'x'.repeat(100_000))
    journal.beginSave('save')
    journal.flushNow()
    files.fault = (name) => (name === 'log.1' && files.size('snapshot.1.part') > 0 ? full : null)
    client.send('SET', 'k2', 'v')
    while (files.size('snapshot.1.part') === 0) journal.stepSave(1)
    journal.flushNow()
    expect(journal.failed.save).toBe(true)
    expect(start(false, Infinity, undefined, files).client.type('GET k2')).toBe('"v"')
  })

  it('whose room a snapshot takes has room for the log again also while a thread syncs the snapshot', async () => {
    const files = new PowerFiles()
    const { client, journal } = start(false, Infinity, undefined, files)
    client.send('SET', 'k', 'x'.repeat(100_000))
    journal.beginSave('save')
    journal.flushNow()
    while (!journal.stepSave(1_000));
    expect(journal.saving).toBe('save')
    files.room = files.used + 10
    client.send('SET', 'k2', 'v')
    journal.flushNow()
    expect(journal.failed.save).toBe(true)
    files.completeSyncs()
    await Promise.resolve()
    expect(files.list().toSorted()).toEqual(['log.0', 'log.1'])
    expect(start(false, Infinity, undefined, files).client.type('GET k2')).toBe('"v"')
  })

  it('is not held by logs that snapshots have replaced: they are closed', () => {
    const open = (): number => readdirSync('/proc/self/fd').length
    const { journal } = start()
    saveNow(journal)
    const before = open()
    for (let i = 0; i < 20; i++) saveNow(journal)
    expect(open()).toBe(before)
    journal.close()
  })

  it('is no reason to write the log anew again and again, also while the clock on the wall is set back', () => {
    const files = new PowerFiles()
    let time = 0
    vi.spyOn(performance, 'now').mockImplementation(() => time)
    vi.spyOn(Date, 'now').mockImplementation(() => 1e12 - time)
    const { client, journal } = start(false, Infinity, undefined, files)
    const { engine } = client
    engine.rewriteMinSize = 1_000
    client.send('SET', 'k', 'x'.repeat(100_000))
    files.fault = (name) => (name.endsWith('.part') ? full : null)
    let tries = 0
    for (; time < 86_400_000; time += 1_000) {
      engine.now = Date.now()
      if (!journal.isToBeRewritten) continue
      tries++
      saveNow(journal)
    }
    expect(tries).toBeGreaterThan(20)
    expect(tries).toBeLessThan(40)
    files.fault = () => null
    saveNow(journal)
    client.send('SET', 'k', 'x'.repeat(300_000))
    expect(journal.isToBeRewritten).toBe(true)
  })

  it('in earnest: a file system of 2 MiB, until there is room again', ({ skip }) => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' })
    } catch {
      skip('whoever runs this may not mount: a disk that is emulated has to do')
    }
    try {
      const { client, journal, notices } = start()
      for (let i = 0; i < 12; i++) client.send('SET', `k${i}`, 'x'.repeat(100_000))
      journal.flushNow()
      saveNow(journal)
      expect(notices).toEqual([expect.stringContaining('ENOSPC')])
      client.send('SET', 'k', 'v')
      journal.flushNow()
      const before = client.type('DEBUG DIGEST')
      for (let i = 2; i < 12; i++) client.send('DEL', `k${i}`)
      client.type('DEL k')
      const after = client.type('DEBUG DIGEST')
      expect(start().client.type('DEBUG DIGEST')).toBe(before)
      saveNow(journal)
      journal.close()
      expect(readdirSync(folder).toSorted()).toEqual(['log.2', 'snapshot.2'])
      expect(start().client.type('DEBUG DIGEST')).toBe(after)
    } finally {
      execFileSync('umount', ['-l', folder])
    }
  })
})

describe('where memory is short', () => {
  const LIMIT = 8 << 20
  const fill = (client: Client, name: string): void => {
    for (let i = 0; i < 60; i++)
      expect(client.send('SET', `${name}${i}`, 'x'.repeat(100_000))).toMatchObject([{ text: 'OK' }])
  }

  it.each([
    ['FLUSHALL', 'FLUSHALL'],
    ['FLUSHDB', 'FLUSHDB'],
    ['DEL', `DEL ${Array.from({ length: 60 }, (_, i) => `a${i}`).join(' ')}`],
  ])('a start finds all that was written into the room that a %s gave back', (_, command) => {
    const { client, journal } = start(false, LIMIT)
    fill(client, 'a')
    client.send('ARSET', 'array', '0', ...Array.from({ length: 1_000 }, () => 'x'.repeat(500)))
    client.type(command)
    client.type('DEL array')
    while (client.engine.bury(1_000));
    fill(client, 'b')
    const digest = client.type('DEBUG DIGEST')
    journal.close()
    client.engine.space.release()
    const again = start(false, LIMIT)
    expect(again.client.type('DEBUG DIGEST')).toBe(digest)
    again.journal.close()
    again.client.engine.space.release()
  })

  it('a start is refused that would leave out what was acknowledged, whether log or snapshot hold it', async () => {
    const { client, journal } = start()
    fill(client, 'a')
    journal.commit(false)
    expect(() => start(false, LIMIT / 2)).toThrow(
      /^log\.0: cannot be brought back from offset \d+ on: SET now fails: OOM/,
    )
    expect(() => start(false, LIMIT / 2)).toThrow(NotRestored)
    journal.beginSave('save')
    while (!journal.stepSave(1 << 20));
    await saved(journal)
    expect(() => start(false, LIMIT / 2)).toThrow(
      /^snapshot\.1: cannot be brought back from offset 0 on: no room/,
    )
    journal.close()
  })
})

describe('a snapshot', () => {
  it('holds the instant at which it was begun, while every kind of write goes on', async () => {
    const { client, journal } = start()
    for (let i = 0; i < 300; i++) client.send('SET', `s${i}`, `old ${i}`)
    for (let i = 0; i < 20; i++)
      for (let k = 0; k < 30; k++)
        client.send('ARSET', `a${i}`, String(k * 5_000), `old ${k} ${'x'.repeat(k * 60)}`)
    client.send('PEXPIRE', 's7', '5000000')
    const before = client.type('DEBUG DIGEST')
    journal.commit(false)
    expect(journal.beginSave('save')).toBe(true)
    expect(journal.beginSave('save')).toBe(false)
    for (let i = 0; !journal.stepSave(500); i++) {
      client.send('SET', `s${(i * 7) % 300}`, 'new')
      client.send('ARSET', `a${i % 20}`, String(((i * 3) % 30) * 5_000), 'new')
      client.send('ARDELRANGE', `a${(i + 3) % 20}`, '0', '40000')
      client.send('DEL', `s${(i * 11) % 300}`, `a${(i * 5) % 20}`)
      client.send('RENAME', `a${(i + 9) % 20}`, `b${i}`)
      client.send('ARINSERT', `new${i}`, 'x')
      client.send('PERSIST', 's7')
      if (i === 40) client.send('FLUSHALL')
    }
    const after = client.type('DEBUG DIGEST')
    await saved(journal)
    journal.close()
    const names = readdirSync(folder).toSorted()
    expect(names).toEqual(['log.1', 'snapshot.1'])
    // Both: the snapshot alone is the state before, with the log behind it the state after.
    const log = readFileSync(join(folder, 'log.1'))
    const all = start()
    expect(all.client.type('DEBUG DIGEST')).toBe(after)
    all.journal.close()
    writeFileSync(join(folder, 'log.1'), '')
    const alone = start()
    expect(alone.client.type('DEBUG DIGEST')).toBe(before)
    expect(alone.client.type('PTTL s7')).toBe('(integer) 5000000')
    alone.journal.close()
    expect(log.length).toBeGreaterThan(1_000)
  })

  it.each([['BGSAVE'], ['BGREWRITEAOF']])(
    'that a transaction asks for (%s) holds all of its writes, and the log behind it none',
    async (command) => {
      const { client, journal } = start()
      client.type('SET n 0')
      client.type('MULTI')
      for (const line of ['ARINSERT k a', command, 'ARINSERT k b']) expect(client.type(line)).toBe('QUEUED')
      expect(client.type('EXEC')).toMatch(/0\n2\) Background .* scheduled\n3\) \(integer\) 1$/)
      client.type('ARINSERT k c')
      while (!journal.stepSave(1_000));
      await saved(journal)
      journal.close()
      expect(readdirSync(folder).toSorted()).toEqual(['log.1', 'snapshot.1'])
      const again = start()
      expect(again.client.type('ARGETRANGE k 0 2')).toBe('1) "a"\n2) "b"\n3) "c"')
      expect(countOf(again.client)).toBe(3)
      again.journal.close()
    },
  )

  it.each([false, true])(
    'can be completed at once (while the disk syncs it: %s), for one of all',
    async (isWritten) => {
      const { client, journal } = start()
      client.type('SET a 1')
      journal.beginSave('save')
      if (isWritten) while (!journal.stepSave(1_000));
      client.type('SET b 2')
      journal.finishSave()
      expect([journal.saving, journal.failed.save]).toEqual([null, false])
      expect(readdirSync(folder).toSorted()).toEqual(['log.1', 'snapshot.1'])
      journal.beginSave('save')
      journal.finishSave()
      journal.finishSave()
      // What the sync that was under way says is nobody's any more.
      await new Promise((resolve) => setTimeout(resolve, 10))
      journal.close()
      expect(readdirSync(folder).toSorted()).toEqual(['log.2', 'snapshot.2'])
      const again = start()
      expect([again.client.type('GET a'), again.client.type('GET b')]).toEqual(['"1"', '"2"'])
      again.journal.close()
    },
  )

  it('that is being written is not disturbed by DEBUG RELOAD', async () => {
    await using server = await served({ debug: true })
    const client = new RawClient(server.port)
    client.write('SET k v\r\nBGSAVE\r\nDEBUG RELOAD\r\nGET k\r\n')
    await client.reply()
    await client.reply()
    expect(await client.reply()).toBe('-ERR Background save already in progress')
    expect(await client.reply()).toBe('$v')
    client.close()
  })

  it('is not what SAVE makes inside a transaction: it is refused, as in Redis', () => {
    const client = new Client()
    client.type('MULTI')
    expect(client.type('SAVE')).toBe('(error) ERR Command not allowed inside a transaction')
    expect(client.type('EXEC')).toMatch(/EXECABORT/)
  })

  it('is not believed when a bit of it is wrong', async () => {
    const { client, journal } = start()
    client.send('ARSET', 'k', '5', 'value')
    journal.beginSave('save')
    while (!journal.stepSave(1_000));
    await saved(journal)
    journal.close()
    const file = join(folder, 'snapshot.1')
    const whole = readFileSync(file)
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 16
      writeFileSync(file, damaged)
      expect(() => start()).toThrow(SnapshotError)
    }
  })
})
