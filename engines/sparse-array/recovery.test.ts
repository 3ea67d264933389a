/** What a start makes of what a process or a disk left behind. */
import { crc32 } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { Journal } from './io/journal.ts'
import { encodeRecord, HEAD } from './io/record.ts'
import { DamagedError } from './io/recovery.ts'
import { Args } from './resp/args.ts'
import { Engine } from './server/engine.ts'
import { NO_HOST } from './server/host.ts'
import { Client } from './testing/client.ts'
import { PowerCut, PowerFiles } from './testing/power.ts'
import { seeded } from './testing/random.ts'

const engines: Engine[] = []
afterEach(() => {
  for (const { space } of engines.splice(0)) space.release()
})

interface Started {
  readonly client: Client
  readonly journal: Journal
  readonly notices: string[]
}

function start(files: PowerFiles, cut = false, window?: number): Started {
  const notices: string[] = []
  let journal: Journal | null = null
  const log = (db: number, commands: readonly Args[]): void => journal!.append(db, commands)
  const engine = new Engine({ debug: true, host: { ...NO_HOST, durable: true, log } })
  engines.push(engine)
  engine.now = 1_000
  journal = new Journal(engine, files, {
    cut,
    onNotice: (line) => notices.push(line),
    ...(window === undefined ? {} : { window }),
  })
  return { client: new Client(engine), journal, notices }
}

/** A record, made when so many bytes of its log were on the disk. */
const set = (sequence: number, key: string, value: string | Uint8Array, synced = 0): Buffer =>
  encodeRecord(0, sequence, [Args.of('SET', key, value)], { salt: 7, synced })

/** A record as they were before. */
function oldSet(sequence: number, key: string, value: string | Uint8Array): Buffer {
  const rest = set(sequence, key, value).subarray(HEAD)
  const head = Buffer.alloc(20)
  head.write('FBR1')
  head.writeUInt32LE(rest.length, 4)
  head.writeBigUInt64LE(BigInt(sequence), 8)
  head.writeUInt32LE(crc32(rest, crc32(head.subarray(4, 16))), 16)
  return Buffer.concat([head, rest])
}

/** A disk with such files, and what is read from it. */
const onDisk = (contents: Readonly<Record<string, Buffer>>): PowerFiles =>
  new PowerFiles(new Map(Object.entries(contents)))

describe('what a start finds', () => {
  // A process that is killed leaves with the system what no sync had reached: the next one sees it, and builds on it.
  it.each([false, true])(
    'survives a power cut from then on, if a process was killed before it was synced (a snapshot begun: %s)',
    async (isSaving) => {
      for (let seed = 0; seed < 40; seed++) {
        const files = new PowerFiles()
        const first = start(files)
        first.client.type('SET a 1')
        first.journal.flushNow()
        first.client.type('SET b 2')
        first.journal.commit(false)
        if (isSaving) first.journal.beginSave('save')
        const second = start(files)
        expect(second.client.type('GET b')).toBe('"2"')
        if (seed % 2 === 1) {
          second.client.type('SET c 3')
          second.journal.flushNow()
        }
        const last = start(new PowerFiles(files.afterCut(seeded(seed))))
        expect(last.client.type('GET a')).toBe('"1"')
        expect(last.client.type('GET b')).toBe('"2"')
        expect(last.client.type('GET c')).toBe(seed % 2 === 1 ? '"3"' : '(nil)')
      }
    },
  )
})

describe('a sync that failed', () => {
  const fault = Object.assign(new Error('input/output error'), { code: 'EIO' })
  const failSyncs = (files: PowerFiles): void => {
    files.fault = (name, isSync) => (isSync && name.startsWith('log.') ? fault : null)
  }

  // The system takes for written what is not: a later sync passes over it, and what is built on it is behind a hole.
  it.each([false, true])(
    'leaves nothing in memory alone once the next start has read it (the log of before: %s)',
    (isOld) => {
      for (let seed = 0; seed < 40; seed++) {
        const files = isOld ? onDisk({ 'log.0': oldSet(1, 'a', '1') }) : new PowerFiles()
        const first = start(files)
        first.client.type('SET a 1')
        first.journal.flushNow()
        first.client.send('SET', 'b', 'x'.repeat(3_000))
        first.journal.commit(false)
        failSyncs(files)
        expect(() => first.journal.flushNow()).toThrow('input/output error')
        files.killed()
        const second = start(files)
        expect(second.client.type('GET b')).toHaveLength(3_002)
        second.client.type('SET c 3')
        second.journal.flushNow()
        const last = start(new PowerFiles(files.afterCut(seeded(seed))))
        expect(last.client.type('DBSIZE')).toBe('(integer) 3')
        expect(last.client.type('GET b')).toHaveLength(3_002)
      }
    },
  )

  // The failure is told to one of them: the other passes over what was not written.
  it.each([
    ['the end', (journal: Journal) => journal.close(), false],
    ['the end, a log of before not being synced yet', (journal: Journal) => journal.close(), true],
    ['a second snapshot', (journal: Journal) => journal.beginSave('save'), true],
  ] as const)(
    'in a thread is not hidden by what is synced at once meanwhile: for %s',
    async (_, act, isOld) => {
      for (let seed = 0; seed < 10; seed++) {
        const files = new PowerFiles()
        const { client, journal } = start(files)
        client.send('SET', 'a', 'x'.repeat(3_000))
        if (isOld) {
          // A snapshot that is given up leaves it.
          journal.beginSave('save')
          files.fault = (name) => (name.endsWith('.part') ? fault : null)
          journal.finishSave()
          client.send('SET', 'b', 'x'.repeat(3_000))
        }
        const { position } = journal
        failSyncs(files)
        journal.commit(true)
        files.completeSyncs()
        files.fault = () => null
        act(journal)
        const { synced } = journal
        await new Promise((resolve) => setTimeout(resolve))
        const last = start(new PowerFiles(files.afterCut(seeded(seed))))
        expect(synced).toBeGreaterThanOrEqual(position)
        expect(last.client.type('GET a')).toHaveLength(3_002)
        expect(last.client.type('EXISTS b')).toBe(`(integer) ${isOld ? 1 : 0}`)
      }
    },
  )

  it('in a thread is not hidden by the end of a snapshot that is waited for', () => {
    for (let seed = 0; seed < 20; seed++) {
      const files = new PowerFiles()
      const { client, journal } = start(files)
      client.send('SET', 'a', 'x'.repeat(3_000))
      journal.flushNow()
      journal.beginSave('save')
      while (!journal.stepSave(1_000));
      files.fault = (name, isSync) => (isSync && name.endsWith('.part') ? fault : null)
      files.completeSyncs()
      files.fault = () => null
      journal.finishSave()
      const last = start(new PowerFiles(files.afterCut(seeded(seed))))
      expect(last.client.type('GET a')).toHaveLength(3_002)
    }
  })

  it('is the last: no later one is believed, nor what it would say in the log', () => {
    const files = new PowerFiles()
    const first = start(files)
    first.client.type('SET a 1')
    first.journal.flushNow()
    const { synced } = first.journal
    first.journal.lastSyncMs = 0
    first.client.type('SET b 2')
    failSyncs(files)
    first.journal.commit(true, true)
    files.fault = () => null
    const size = files.size('log.0')
    first.client.type('SET c 3')
    first.journal.commit(true, true)
    first.journal.beginSave('save')
    first.journal.close()
    expect([first.journal.synced, files.size('log.0'), files.list()]).toEqual([synced, size, ['log.0']])
    expect(start(files).client.type('GET b')).toBe('"2"')
  })
})

describe('a torn value of what looks like records', () => {
  const WINDOW = 64 << 10
  /** Four megabytes of heads, each of a record of a megabyte. */
  function forged(magic: 'FBR1' | 'FBR2', sequence: number): Buffer {
    const head = Buffer.alloc(magic === 'FBR1' ? 20 : 28, 0xaa)
    head.write(magic)
    head.writeUInt32LE(1 << 20, magic === 'FBR1' ? 4 : 8)
    if (magic === 'FBR1') head.writeBigUInt64LE(BigInt(sequence), 8)
    else head.writeUIntLE(sequence, 12, 6)
    return Buffer.alloc(4 << 20, head)
  }

  const log = Buffer.concat([set(1, 'a', '1'), set(2, 'b', '2')])
  const oldLog = Buffer.concat([oldSet(1, 'a', '1'), oldSet(2, 'b', '2')])
  const torn = (value: Buffer): Buffer => set(3, 'k', value, log.length).subarray(0, -5)
  const oldTorn = (value: Buffer): Buffer => oldSet(3, 'k', value).subarray(0, -5)
  /** The log of another server, which is at record 1,000 and goes on for long. */
  const copy = (count: number): Buffer =>
    Buffer.concat(
      Array.from({ length: count }, (_, i) =>
        encodeRecord(0, 1_000 + i, [Args.of('SET', 'k', 'v')], { salt: 9, synced: 1e6 }),
      ),
    )

  /** A disk of which ten times as much may be read as there is. */
  function slow(bytes: Buffer): PowerFiles {
    const files = onDisk({ 'log.0': bytes })
    const read = files.read.bind(files)
    let left = 10 * bytes.length
    files.read = (name, at, length) => {
      const piece = read(name, at, length)
      left -= piece.length
      if (left < 0) throw new Error('far more is read than there is')
      return piece
    }
    return files
  }

  it.each([
    ['old heads of the far future', torn(forged('FBR1', 2 ** 52))],
    ['old heads of what comes next', torn(forged('FBR1', 4))],
    ['heads of the far future', torn(forged('FBR2', 2 ** 40))],
    ['heads of what comes next', torn(forged('FBR2', 4))],
    ['a copy of another log', torn(Buffer.concat([copy(4_000), Buffer.alloc(100)]))],
  ])('is cut off as any other, and soon: %s', (_, tail) => {
    const { client, notices } = start(slow(Buffer.concat([log, tail])), false, WINDOW)
    expect(client.type('DBSIZE')).toBe('(integer) 2')
    expect(notices).toEqual([expect.stringContaining(`cut off at offset ${log.length}, `)])
  })

  it.each([
    ['old heads of the far future', oldTorn(forged('FBR1', 2 ** 52))],
    ['a copy of another log', oldTorn(Buffer.concat([copy(10), Buffer.alloc(100)]))],
  ])('is cut off in a log of before: %s', (_, tail) => {
    const { client, notices } = start(slow(Buffer.concat([oldLog, tail])), false, WINDOW)
    expect(client.type('DBSIZE')).toBe('(integer) 2')
    expect(notices).toEqual([expect.stringContaining(`cut off at offset ${oldLog.length}, `)])
  })

  it('is refused in a log of before where its numbers are those that come next: soon, and it may be cut', () => {
    const bytes = Buffer.concat([oldLog, oldTorn(forged('FBR1', 4))])
    expect(() => start(slow(bytes), false, WINDOW)).toThrow(DamagedError)
    expect(start(slow(bytes), true, WINDOW).client.type('DBSIZE')).toBe('(integer) 2')
  })

  // The page that tells its salt may be the one that a power cut took; a log of before has none.
  describe.each(['FBR1', 'FBR2'] as const)('with a right checksum, %s', (magic) => {
    /** A record of a client's making, of such bytes behind the number of its database. */
    function made(sequence: number, commands: readonly number[]): Buffer {
      const rest = Buffer.from([0, ...commands])
      const isOld = magic === 'FBR1'
      const head = Buffer.alloc(isOld ? 20 : 28)
      head.write(magic)
      head.writeUInt32LE(rest.length, isOld ? 4 : 8)
      if (isOld) head.writeBigUInt64LE(BigInt(sequence), 8)
      else head.writeUIntLE(sequence, 12, 6)
      const checksum = head.length - 4
      head.writeUInt32LE(crc32(rest, crc32(head.subarray(4, checksum))), checksum)
      return Buffer.concat([head, rest, Buffer.alloc(5_000, 'x')])
    }

    it.each([
      ['too many arguments', [0xff, 0xff, 0xff, 0xff]],
      ['an argument that is too long', [1, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f]],
      ['half a number of arguments', [1, 0]],
      ['half a length', [1, 0, 0, 0, 5]],
    ])('is cut off: %s', (_, commands) => {
      const value = Buffer.concat([Buffer.alloc(5_000, 'x'), made(1, commands)])
      const first = set(1, 'k', value).fill(0, 0, 4_096)
      const lost = start(onDisk({ 'log.0': first }))
      expect(lost.client.type('DBSIZE')).toBe('(integer) 0')
      expect(lost.notices).toEqual([expect.stringContaining('cut off at offset 0, ')])
      const tail = oldTorn(made(3, commands))
      const torn = start(onDisk({ 'log.0': Buffer.concat([oldLog, tail]) }))
      expect(torn.client.type('DBSIZE')).toBe('(integer) 2')
      expect(torn.notices).toEqual([expect.stringContaining(`cut off at offset ${oldLog.length}, `)])
    })
  })

  it('hides no damage: the records behind it count', () => {
    const value = set(3, 'k', forged('FBR2', 4), log.length)
    value[1_000]! ^= 1
    const end = log.length + value.length
    const bytes = Buffer.concat([log, value, set(4, 'c', '4', end)])
    expect(() => start(slow(bytes), false, WINDOW)).toThrow(DamagedError)
  })
})

describe('files that may only be read', () => {
  it('are a start, as a snapshot that was brought back is', () => {
    const files = new PowerFiles()
    const first = start(files)
    first.client.type('SET a 1')
    first.journal.beginSave('save')
    first.journal.finishSave()
    first.client.type('SET b 2')
    first.journal.flushNow()
    const append = files.append.bind(files)
    files.append = (name) => {
      if (name === 'snapshot.1') throw Object.assign(new Error('permission denied'), { code: 'EACCES' })
      return append(name)
    }
    const { client } = start(files)
    expect([client.type('GET a'), client.type('GET b')]).toEqual(['"1"', '"2"'])
  })
})

describe('a damage', () => {
  const isRefused = (contents: Readonly<Record<string, Buffer>>): boolean => {
    try {
      start(onDisk(contents))
    } catch (error) {
      return error instanceof DamagedError
    }
    return false
  }

  it('is a whole record that does not follow, also when it is the last', () => {
    expect(isRefused({ 'log.0': Buffer.concat([set(1, 'a', '1'), set(3, 'c', '3')]) })).toBe(true)
    expect(isRefused({ 'log.0': set(1, 'a', '1'), 'log.1': set(3, 'c', '3') })).toBe(true)
    expect(isRefused({ 'log.0': set(2, 'b', '2') })).toBe(true)
  })

  it('is a log that is missing or empty before others, which nobody left so', () => {
    expect(isRefused({ 'log.1': set(1, 'a', '1') })).toBe(true)
    expect(isRefused({ 'log.0': set(1, 'a', '1'), 'log.2': set(2, 'b', '2') })).toBe(true)
    expect(isRefused({ 'log.0': Buffer.alloc(0), 'log.1': set(2, 'b', '2') })).toBe(true)
  })

  it('is passed where that is asked for, and the next start needs not ask', () => {
    const files = onDisk({ 'log.0': set(1, 'a', '1'), 'log.2': set(3, 'c', '3') })
    const first = start(files, true)
    expect(first.client.type('DBSIZE')).toBe('(integer) 1')
    first.client.type('SET d 4')
    first.journal.flushNow()
    const second = start(files)
    expect(second.client.type('GET a')).toBe('"1"')
    expect(second.client.type('GET d')).toBe('"4"')
    expect(second.notices).toEqual([])
  })

  const contentsOf = (files: PowerFiles): Record<string, Buffer> =>
    Object.fromEntries(files.list().map((name) => [name, Buffer.from(files.read(name, 0, 1 << 20))]))

  it('that is passed takes nothing away: what is not read is there under another name', () => {
    const [one, two, three] = [set(1, 'a', '1'), set(2, 'b', '2'), set(3, 'c', '3')]
    const other = Buffer.from('somebody else’s')
    const foreign = onDisk({ 'log.0': other, 'log.1': two, 'log.2': three })
    expect(start(foreign, true).client.type('DBSIZE')).toBe('(integer) 0')
    expect(contentsOf(foreign)).toEqual({
      'log.0': Buffer.alloc(0),
      'log.0.foreign': other,
      'log.1.cut': two,
      'log.2.cut': three,
    })
    // A second time there is a name for it, too.
    const gap = onDisk({ 'log.0': one, 'log.2': three, 'log.2.cut': other })
    expect(start(gap, true).client.type('DBSIZE')).toBe('(integer) 1')
    expect(contentsOf(gap)).toEqual({ 'log.0': one, 'log.2.cut': other, 'log.2.cut.2': three })
  })

  it.each([true, false])(
    'that is passed takes nothing away, wherever the power fails (a record behind it: %s)',
    (isBefore) => {
      const one = set(1, 'a', '1')
      const [two, three] = [set(2, 'b', '2', one.length), set(3, 'c', '3', 2 * one.length)]
      const broken = Buffer.from(two)
      broken[40]! ^= 1
      const tail = isBefore ? Buffer.concat([broken, three]) : broken
      const later = set(isBefore ? 4 : 3, 'd', '4')
      for (let seed = 0; seed < 100; seed++) {
        const random = seeded(seed)
        const files = onDisk({ 'log.0': Buffer.concat([one, tail]), 'log.1': later })
        files.callsLeft = random.below(20)
        let isCut = false
        try {
          start(files, true)
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error
          isCut = true
        }
        const left = isCut ? new PowerFiles(files.afterCut(random)) : files
        left.callsLeft = Infinity
        expect(start(left, true).client.type('GET a')).toBe('"1"')
        const kept = Object.entries(contentsOf(left))
        const has = (name: RegExp, bytes: Buffer): boolean =>
          kept.some(([each, contents]) => name.test(each) && contents.equals(bytes))
        expect([has(/^log\.0\.cut/, tail), has(/^log\.1(\.cut)?/, later)]).toEqual([true, true])
      }
    },
  )

  it.each(['hello\n', 'From: a@b\n', Buffer.from([0, 1]), 'x'.repeat(30) + '\n', 'FBR3'.repeat(50)])(
    'is a file in a log’s place that somebody else wrote, which is left as it is, or put aside: %j',
    (text) => {
      const bytes = Buffer.from(text)
      for (const name of ['log.0', 'log.3']) {
        const files = onDisk({ [name]: bytes, 'log.3.foreign': Buffer.from('older') })
        expect(() => start(files)).toThrow(DamagedError)
        expect(files.list()).toEqual([name, 'log.3.foreign'])
        const { client, journal, notices } = start(files, true)
        const aside = name === 'log.0' ? 'log.0.foreign' : 'log.3.foreign.2'
        expect(notices).toEqual([expect.stringContaining(aside)])
        client.type('SET a 1')
        journal.flushNow()
        expect(files.list().toSorted()).toEqual(['log.0', 'log.3.foreign', aside].toSorted())
        expect(Buffer.from(files.read(aside, 0, 1_000))).toEqual(bytes)
        expect(start(files).client.type('GET a')).toBe('"1"')
      }
    },
  )

  it('is not how the first write of all is torn: whatever of it is there, then zeros or nothing', () => {
    const first = set(1, 'a', '1')
    for (let length = 0; length < first.length; length++) {
      for (const zeros of [0, 1, 10, 5_000]) {
        const torn = Buffer.concat([first.subarray(0, length), Buffer.alloc(zeros)])
        // A zero may be what was to be written.
        if (torn.subarray(0, first.length).equals(first)) continue
        const { client, notices } = start(onDisk({ 'log.0': torn }))
        expect(client.type('DBSIZE')).toBe('(integer) 0')
        expect(notices).toHaveLength(torn.length === 0 ? 0 : 1)
      }
    }
  })

  it('in the first bytes of all is one, where whole records stand behind it', () => {
    const first = set(1, 'a', '1')
    const bytes = Buffer.concat([first, set(2, 'b', '2', first.length)])
    bytes[0]! ^= 1
    const files = onDisk({ 'log.0': bytes })
    expect(() => start(files)).toThrow('damaged before records that are whole')
    expect(start(files, true).client.type('DBSIZE')).toBe('(integer) 0')
  })

  it('in the first record behind a snapshot is one, whichever byte it is in: its number is not known', () => {
    const files = new PowerFiles()
    const { client, journal } = start(files)
    for (let i = 0; i < 1_000; i++) client.send('SET', `k${i}`, 'v')
    journal.beginSave('save')
    journal.finishSave()
    const { position } = journal
    for (let i = 0; i < 20; i++) {
      client.send('SET', `k${i}`, 'x'.repeat(60))
      journal.flushNow()
    }
    const whole = contentsOf(files)
    for (let at = 0; at < (journal.position - position) / 20; at++) {
      const log = Buffer.from(whole['log.1']!)
      log[at]! ^= 1
      expect(isRefused({ ...whole, 'log.1': log })).toBe(true)
    }
  })

  it.each([set(1, 'a', '1'), encodeRecord(0, 1_001, [Args.of('SET', 'a', '1')], { salt: 8, synced: 0 })])(
    'is no first record that is torn and whose value holds records',
    (one) => {
      const copy = Buffer.concat([
        one,
        encodeRecord(0, 2, [Args.of('SET', 'b', '2')], { salt: 8, synced: 50 }),
      ])
      const torn = encodeRecord(0, 1, [Args.of('SET', 'k', Buffer.concat([copy, Buffer.alloc(100)]))], {
        salt: 9,
        synced: 0,
      }).subarray(0, -50)
      const files = new PowerFiles()
      const saver = start(files)
      saver.client.type('SET before 1')
      saver.journal.beginSave('save')
      saver.journal.finishSave()
      for (const before of [{}, contentsOf(files)]) {
        const name = 'snapshot.1' in before ? 'log.1' : 'log.0'
        const { client, notices } = start(onDisk({ ...before, [name]: torn }))
        expect(client.type('EXISTS k a b')).toBe('(integer) 0')
        expect(notices).toEqual([expect.stringContaining('cut off at offset 0, ')])
      }
      // What stands behind it was written later, whatever its salt is.
      const whole = encodeRecord(0, 1, [Args.of('SET', 'k', copy)], { salt: 9, synced: 0 })
      for (let at = 0; at < whole.length; at++) {
        const log = Buffer.concat([
          whole,
          encodeRecord(0, 2, [Args.of('SET', 'b', '2')], { salt: 9, synced: whole.length }),
        ])
        log[at]! ^= 1
        expect(isRefused({ 'log.0': log })).toBe(true)
      }
    },
  )

  it('is no tail whose value holds records, as a copy of a log that a client keeps here', () => {
    const log = Buffer.concat([set(1, 'a', '1'), set(2, 'b', '2')])
    const torn = set(3, 'copy', Buffer.concat([log, Buffer.alloc(100)])).subarray(0, -50)
    const { client, notices } = start(onDisk({ 'log.0': Buffer.concat([log, torn]) }))
    expect(client.type('DBSIZE')).toBe('(integer) 2')
    expect(notices).toHaveLength(1)
  })

  it('is no hole in what no sync had reached: a disk writes in any order', () => {
    const whole = Buffer.concat([set(1, 'a', '1'), set(2, 'b', '2')])
    const synced = whole.length
    const tail = [3, 4, 5].map((n) => set(n, `k${n}`, String(n), synced))
    for (const lost of [1, 2]) {
      const hole = Buffer.alloc(Buffer.concat(tail.slice(0, lost)).length)
      const files = onDisk({ 'log.0': Buffer.concat([whole, hole, ...tail.slice(lost)]) })
      const { client, journal, notices } = start(files)
      expect(client.type('DBSIZE')).toBe('(integer) 2')
      expect(notices).toEqual([expect.stringMatching(`cut off at offset ${synced}, .* in log\\.0\\.cut `)])
      // It may be a damage of what was synced last.
      expect(contentsOf(files)['log.0.cut']).toEqual(Buffer.concat([hole, ...tail.slice(lost)]))
      client.type('SET after 1')
      journal.flushNow()
      const again = start(files)
      expect([again.client.type('DBSIZE'), again.notices]).toEqual(['(integer) 3', []])
    }
  })

  it('is a hole in what had been synced, as a later record tells', () => {
    const pieces = [1, 2, 3, 4].map((n) => set(n, `k${n}`, String(n), 0))
    const end = pieces[0]!.length + pieces[1]!.length
    // One byte of the hole is enough, and of what stands behind it the last record.
    for (const synced of [pieces[0]!.length + 1, end, end + pieces[2]!.length]) {
      const last = set(4, 'k4', '4', synced)
      const log = Buffer.concat([pieces[0]!, Buffer.alloc(pieces[1]!.length), pieces[2]!, last])
      expect(isRefused({ 'log.0': log })).toBe(true)
    }
    const log = Buffer.concat([pieces[0]!, Buffer.alloc(pieces[1]!.length), pieces[2]!, pieces[3]!])
    expect(isRefused({ 'log.0': log })).toBe(false)
  })

  it('is one also where it is the last that was written, once the server has been closed', () => {
    const files = new PowerFiles()
    const { client, journal } = start(files)
    client.type('SET a 1')
    journal.flushNow()
    const first = files.size('log.0')
    client.type('SET b 2')
    client.type('SET c 3')
    journal.close()
    const log = Buffer.from(files.read('log.0', 0, files.size('log.0')))
    log[first + 40]! ^= 1
    expect(isRefused({ 'log.0': log })).toBe(true)
    // A server that only read says nothing.
    start(files).journal.close()
    expect(files.size('log.0')).toBe(log.length)
  })

  it('in a log of before is told from an end as it was, and what is written behind it is read', () => {
    const old = [oldSet(1, 'a', '1'), oldSet(2, 'b', '2'), oldSet(3, 'c', '3')]
    const files = onDisk({ 'log.0': Buffer.concat([...old, Buffer.alloc(100)]) })
    const first = start(files)
    expect([first.client.type('DBSIZE'), first.notices.length]).toEqual(['(integer) 3', 1])
    first.client.type('SET d 4')
    first.client.type('SET e 5')
    first.journal.flushNow()
    const second = start(files)
    expect([second.client.type('DBSIZE'), second.notices]).toEqual(['(integer) 5', []])
    // Whole records stand behind it, old ones or new ones.
    for (const at of [30, old[0]!.length + 30, old[0]!.length + old[1]!.length + 30]) {
      const log = Buffer.from(files.read('log.0', 0, files.size('log.0')))
      log[at]! ^= 1
      expect(isRefused({ 'log.0': log })).toBe(true)
    }
  })

  it('is no snapshot without a log, as somebody keeps it', async () => {
    const files = new PowerFiles()
    const { client, journal } = start(files)
    client.type('SET a 1')
    journal.beginSave('save')
    while (!journal.stepSave(Infinity));
    const kept = Buffer.from(files.read('snapshot.1', 0, files.size('snapshot.1')))
    const again = start(onDisk({ 'snapshot.1': kept }))
    expect(again.client.type('GET a')).toBe('"1"')
  })

  it('is nobody else’s file', () => {
    const files = onDisk({ 'film.part': Buffer.from('half of it'), 'snapshot.7.part': Buffer.from('x') })
    start(files)
    expect(files.list()).toEqual(['film.part', 'log.0'])
  })
})
