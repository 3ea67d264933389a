/** What a long command answers is the state of one instant, however others write while it yields. */
import { describe, expect, it, vi } from 'vitest'
import { Engine } from './server/engine.ts'
import { Client } from './testing/client.ts'
import { runFlips } from './testing/flips.ts'
import { seeded } from './testing/random.ts'

describe('a search that yields', () => {
  it('counts all or none while one ARMSET flips every element, 200 times', () => {
    const { searches, interrupted } = runFlips(200, 1)
    expect(searches).toBe(200)
    // Searches that ended before anybody wrote would show nothing.
    expect(interrupted).toBeGreaterThan(120)
  })

  it('answers, of every kind, what it would have answered at once', () => {
    const random = seeded(4)
    const engine = new Engine()
    const [reader, writer] = [new Client(engine), new Client(engine)]
    const commands = [
      ['ARGREP', 'k', '-', '+', 'MATCH', 'a', 'WITHVALUES'],
      ['ARGREP', 'k', '+', '-', 'RE', '[0-9]{3}', 'CONTEXT', '2'],
      ['ARGREP', 'k', '-', '+', 'APPROX', 'abcabcx', '1', 'GLOB', '1*'],
      ['ARSCAN', 'k', '0', '18446744073709551614'],
      ['ARSCAN', 'k', '18446744073709551614', '0'],
      ['AROP', 'k', '0', '18446744073709551614', 'SUM'],
      ['ARGETRANGE', 'k', '0', '900000'],
      ['ARLASTITEMS', 'k', '800000'],
      ['ARLASTITEMS', 'k', '900001', 'REV'],
      ['ARINFO', 'k', 'FULL'],
      ['MEMORY', 'USAGE', 'k'],
    ]
    let interrupted = 0
    for (const [round, command] of [...commands, ...commands].entries()) {
      writer.send('DEL', 'k')
      for (let i = 0; i < 400; i++) {
        const at = String(random.below(60) * 15_001 + random.below(20))
        writer.send(
          'ARSET',
          'k',
          at,
          random.below(2) === 0 ? 'abc'.repeat(1 + random.below(60)) : String(random.below(1e6)),
        )
      }
      const wanted = Buffer.from(writer.raw(toFrame(command))).toString('latin1')
      reader.session.feed(toFrame(command))
      for (let n = 0; reader.session.job !== null; n++) {
        interrupted++
        const at = String(random.below(60) * 15_001)
        if (n % 5 === 0) writer.send('ARDELRANGE', 'k', at, String(Number(at) + 40_000))
        else if (n % 7 === 0) writer.send('ARSEEK', 'k', '5')
        else writer.send('ARSET', 'k', at, 'abcnew', '77', 'zzz')
        if (n === 6 && round % 3 === 0) writer.send('DEL', 'k')
        if (n === 6 && round % 3 === 1) writer.send('FLUSHALL')
        if (n === 6 && round % 3 === 2) writer.send('RENAME', 'k', 'other')
        engine.bury(5)
        reader.session.stepJob(1)
      }
      expect(Buffer.from(reader.output()).toString('latin1')).toBe(wanted)
    }
    expect(interrupted).toBeGreaterThan(150)
    writer.send('FLUSHALL')
    while (engine.bury(1_000));
    expect(engine.space.used).toBe(0)
  })
})

describe('copies of one array, more than a slice can count holders', () => {
  const COPIES = 4_200

  it('keep to themselves what is written to them, and give everything back', () => {
    const engine = new Engine()
    const client = new Client(engine)
    client.send('ARSET', 'k', '0', 'a')
    client.send('ARSET', 'k', '4096', 'a text that lies beside its slice')
    for (let i = 0; i < COPIES; i++) {
      expect(client.type(`COPY k c${i}`)).toBe('(integer) 1')
      client.send('ARSET', 'k', '0', `x${i}`)
    }
    // The array behind each has its own first slice; all share the second as far as they can.
    for (const key of ['k', ...Array.from({ length: COPIES }, (_, i) => `c${i}`)])
      expect(client.type(`ARGET ${key} 4096`)).toBe('"a text that lies beside its slice"')
    expect(client.type('ARGET c7 0')).toBe('"x6"')
    client.send('ARSET', 'c5', '4096', 'other')
    expect(client.type('ARGET c6 4096')).toBe('"a text that lies beside its slice"')
    expect(engine.space.used).toBeLessThan(COPIES * 400)
    client.send('FLUSHALL')
    while (engine.bury(1_000));
    expect(engine.space.used).toBe(0)
  })

  it('can be searched and saved', () => {
    const client = new Client(new Engine({ debug: true }))
    client.send('ARSET', 'k', '0', 'a needle')
    for (let i = 0; i < COPIES; i++) client.send('COPY', 'k', `c${i}`)
    expect(client.type('ARGREP k - + MATCH needle COUNT')).toBe('(integer) 1')
    const digest = client.type('DEBUG DIGEST')
    expect(client.type('DEBUG RELOAD')).toBe('OK')
    expect(client.type('DEBUG DIGEST')).toBe(digest)
  })

  it('ask for the room of a block once for a command, however many of its elements change', () => {
    const engine = new Engine({ arenaLimit: 16 << 20 })
    const client = new Client(engine)
    for (let i = 0; i < 100; i++) client.send('ARSET', 'k', String(4_096 * i), 'x'.repeat(300))
    const { tree } = engine.keyspaces[0]!.arrayOf(engine.keyspaces[0]!.after(0))
    const { directories, slices } = tree.store
    // As if so many blocks held its slices: making them takes a minute.
    for (let i = 0; i < 100; i++) slices.addRefs(directories.sliceAt(tree.blocks[0]!, i), 3_999)
    client.send('COPY', 'k', 'c')
    // Neighbours in the command are never neighbours in the array.
    const indices = Array.from({ length: 400 }, (_, i) => String((i % 2) * 4_096 * 50 + (i >> 1)))
    const counts = vi.spyOn(slices, 'refsOf')
    expect(client.type(`ARDEL k ${indices.join(' ')}`)).toBe('(integer) 2')
    // A look at each slice for the room, one when the block is copied, and what the two elements take.
    expect(counts.mock.calls.length).toBeGreaterThan(199)
    expect(counts.mock.calls.length).toBeLessThan(400)
    expect(client.type('ARCOUNT c')).toBe('(integer) 100')
    engine.space.release()
  })

  it('are changed all or nothing where memory runs out', () => {
    let refused = 0
    for (let room = 0; room < 12_000; room += 401) {
      const engine = new Engine({ debug: true, arenaLimit: 2_600_000 })
      const client = new Client(engine)
      for (let i = 0; i < 4; i++) client.send('ARSET', 'k', String(4_096 * i), 'x'.repeat(900))
      const { tree } = engine.keyspaces[0]!.arrayOf(engine.keyspaces[0]!.after(0))
      const { directories, slices } = tree.store
      // As if so many blocks held its slices: making them takes a minute.
      for (let i = 0; i < 4; i++) slices.addRefs(directories.sliceAt(tree.blocks[0]!, i), 3_999)
      client.send('COPY', 'k', 'c')
      engine.space.allocate(2_600_000 - engine.space.used - room - 64)
      const before = client.type('DEBUG DIGEST')
      const { used } = engine.space
      const isRefused = client.send('ARDELRANGE', 'k', '5000', '8191')[0]!.type === 'error'
      if (isRefused) refused++
      // It deletes nothing; what it would have had to copy is given back.
      expect(client.type('DEBUG DIGEST')).toBe(before)
      expect(!isRefused || engine.space.used === used).toBe(true)
      engine.space.release()
    }
    expect(refused).toBeGreaterThan(2)
    expect(refused).toBeLessThan(25)
  })
})

describe('order and ends', () => {
  it("one client's replies keep their order behind a long command; others overtake", () => {
    const engine = new Engine()
    const [first, second] = [new Client(engine), new Client(engine)]
    for (let i = 0; i < 100; i++) first.send('ARSET', 'k', String(i * 5_000), 'needle '.repeat(80))
    first.session.feed(
      Buffer.concat([
        toFrame(['ARGREP', 'k', '-', '+', 'MATCH', 'needle', 'COUNT']),
        toFrame(['PING']),
        toFrame(['ARSET', 'k', '1', 'mine']),
      ]),
    )
    expect(first.session.job).not.toBe(null)
    expect(first.output()).toHaveLength(0)
    expect(second.type('ARGET k 1')).toBe('(nil)')
    first.settle()
    expect(Buffer.from(first.output()).toString()).toBe(':100\r\n+PONG\r\n:1\r\n')
  })

  it('a client that hangs up ends its search, and what it held is given back', () => {
    const engine = new Engine()
    const [first, second] = [new Client(engine), new Client(engine)]
    for (let i = 0; i < 100; i++) first.send('ARSET', 'k', String(i * 5_000), 'needle '.repeat(80))
    first.session.feed(toFrame(['ARGREP', 'k', '-', '+', 'MATCH', 'needle', 'WITHVALUES']))
    expect(first.session.job).not.toBe(null)
    second.send('DEL', 'k')
    first.session.close()
    while (engine.bury(1_000));
    expect(engine.space.used).toBe(0)
  })

  it('inside EXEC nothing yields, and the budget bounds it', () => {
    const client = new Client()
    for (let i = 0; i < 100; i++) client.send('ARSET', 'k', String(i * 5_000), 'needle '.repeat(80))
    client.send('CONFIG', 'SET', 'argrep-max-steps', '20000')
    client.send('MULTI')
    client.send('ARGREP', 'k', '-', '+', 'MATCH', 'needle', 'COUNT')
    client.session.feed(toFrame(['EXEC']))
    expect(client.session.job).toBe(null)
    expect(Buffer.from(client.output()).toString()).toMatch(
      /^\*1\r\n-ERR ARGREP budget exceeded at index \d+000\r\n$/,
    )
  })

  it.each([
    ['- +', /at index 10000$/],
    ['+ -', /at index 485000$/],
  ])('a search that finds nothing is ended by its budget too: %s', (range, where) => {
    const client = new Client()
    for (let i = 0; i < 100; i++) client.send('ARSET', 'k', String(i * 5_000), 'needle '.repeat(80))
    client.send('CONFIG', 'SET', 'argrep-max-steps', '1000')
    for (const predicate of ['MATCH absent', 'GLOB *absent*', 'MATCH absent MATCH missing AND'])
      expect(client.type(`ARGREP k ${range} ${predicate} COUNT`)).toMatch(where)
    client.send('CONFIG', 'SET', 'argrep-max-steps', '1000000')
    expect(client.type(`ARGREP k ${range} MATCH absent COUNT`)).toBe('(integer) 0')
  })

  it('a caller goes on from where the budget ended a search, in both directions, and misses nothing', () => {
    const client = new Client()
    for (let i = 0; i < 100; i++)
      client.send('ARSET', 'k', String(i * 5_000), i % 3 === 0 ? 'needle '.repeat(80) : 'other')
    client.send('CONFIG', 'SET', 'argrep-max-steps', '20000')
    for (const [from, to] of [
      ['-', '+'],
      ['+', '-'],
    ] as const) {
      let at: string = from
      let total = 0
      for (let pages = 0; at !== ''; pages++) {
        expect(pages).toBeLessThan(50)
        const stop = /at index (\d+)/.exec(client.type(`ARGREP k ${at} ${to} MATCH needle COUNT`))
        const before = stop === null ? to : String(Number(stop[1]) + (from === '-' ? -1 : 1))
        total += Number(/\d+/.exec(client.type(`ARGREP k ${at} ${before} MATCH needle COUNT`))![0])
        at = stop === null ? '' : stop[1]!
      }
      expect(total).toBe(34)
    }
  })
})

function toFrame(command: readonly string[]): Uint8Array {
  const parts = command.map((part) => `$${part.length}\r\n${part}\r\n`)
  return Buffer.from(`*${command.length}\r\n${parts.join('')}`)
}
