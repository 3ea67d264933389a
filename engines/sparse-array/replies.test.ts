/** Replies that wait: for a client that reads slowly, for the disk, behind one another. What may wait is bounded. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandTable } from './commands/table.ts'
import { Connection } from './io/connection.ts'
import { Engine } from './server/engine.ts'
import { Session } from './server/session.ts'
import { frame } from './testing/client.ts'
import { RawClient, served } from './testing/served.ts'

describe('who reads slowly, or no more', () => {
  it('a reader that does not read is not read from, and others are served', async () => {
    await using server = await served({ outputLimit: 64 << 20 })
    const client = new RawClient(server.port)
    const value = 'x'.repeat(1_000)
    for (let i = 0; i < 10; i++)
      await client.ask('ARINSERT', 'k', ...Array.from({ length: 1_000 }, () => value))
    const deaf = new RawClient(server.port)
    deaf.socket.pause()
    deaf.write(
      Buffer.concat(
        Array.from({ length: 20 }, () => frame('ARGREP', 'k', '-', '+', 'MATCH', '', 'WITHVALUES')),
      ),
    )
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 200; i++) expect(await client.ask('ARGET', 'k', '5')).toBe(`$${value}`)
    // One reply of 10 MB waits, and a little; not twenty.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 << 20)
    expect(deaf.closed).toBe(false)
    deaf.socket.resume()
    for (let i = 0; i < 20; i++) expect(await deaf.reply()).toHaveLength(10_000)
    client.close()
    deaf.close()
  })

  it('long replies keep their bytes, though their buffers are used again as soon as they are sent', async () => {
    await using server = await served()
    const client = new RawClient(server.port)
    for (const letter of ['a', 'b'])
      await client.ask('ARINSERT', letter, ...Array.from({ length: 800 }, () => letter.repeat(10_000)))
    const late = new RawClient(server.port)
    late.socket.pause()
    const reply = late.ask('ARGETRANGE', 'a', '0', '799')
    // What waits in the socket must not be written over meanwhile.
    for (let i = 0; i < 2; i++) expect(await client.ask('ARGETRANGE', 'b', '0', '799')).toHaveLength(800)
    late.socket.resume()
    expect(new Set((await reply) as string[])).toEqual(new Set([`$${'a'.repeat(10_000)}`]))
    client.close()
    late.close()
  })

  it('a client that hangs up ends its search', async () => {
    await using server = await served()
    const client = new RawClient(server.port)
    for (let i = 0; i < 40; i++)
      await client.ask('ARINSERT', 'k', ...Array.from({ length: 1_000 }, () => 'x'.repeat(1_000)))
    const hasty = new RawClient(server.port)
    hasty.write(frame('ARGREP', 'k', '-', '+', 'RE', '(x|y)*(z|a)', 'COUNT'))
    const info = async (section: string): Promise<string> => String(await client.ask('INFO', section))
    while (!(await info('stats')).includes('argrep_searches:1'));
    hasty.close()
    while (!(await info('clients')).includes('connected_clients:1'));
    // Work is counted when a search comes to its end.
    expect(await info('stats')).toContain('argrep_work:0')
    client.close()
  })

  it('a few bytes that ask for half a gigabyte get it as they are read, and no more of it is made before', async () => {
    await using server = await served({ outputLimit: 8 << 20 })
    const client = new RawClient(server.port)
    await client.ask('SET', 'k', 'x'.repeat(1 << 18))
    await client.ask('PING')
    const before = process.memoryUsage().arrayBuffers
    const late = new RawClient(server.port)
    late.socket.pause()
    late.write(Buffer.concat(Array.from({ length: 2_000 }, () => frame('GET', 'k'))))
    late.write(frame('PING'))
    for (let i = 0; i < 50; i++) await client.ask('PING')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20)
    let bytes = 0
    let end = ''
    late.socket.removeAllListeners('data')
    await new Promise<void>((resolve) => {
      late.socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        end = (end + chunk.subarray(-7).toString('latin1')).slice(-7)
        if (end === '+PONG\r\n') resolve()
      })
      late.socket.resume()
    })
    expect(bytes).toBe(2_000 * ((1 << 18) + 11) + 7)
    client.close()
    late.close()
  })

  it('who ends his half behind a megabyte of replies gets them all, and what he sent is done', async () => {
    await using server = await served()
    const client = new RawClient(server.port)
    const value = 'x'.repeat(1 << 18)
    await client.ask('SET', 'k', value)
    const late = new RawClient(server.port)
    const gets = Array.from({ length: 8 }, () => frame('GET', 'k'))
    late.socket.end(Buffer.concat([...gets, frame('SET', 'done', '1')]))
    for (let i = 0; i < 8; i++) expect((await late.reply()) === `$${value}`).toBe(true)
    expect(await late.reply()).toBe('+OK')
    await late.end()
    expect(await client.ask('GET', 'done')).toBe('$1')
    client.close()
  })

  it('who ends his half while his search runs gets what was answered before it', async () => {
    await using server = await served()
    const client = new RawClient(server.port)
    for (let i = 0; i < 40; i++)
      await client.ask('ARINSERT', 'k', ...Array.from({ length: 1_000 }, () => 'x'.repeat(1_000)))
    const value = 'x'.repeat(1 << 18)
    await client.ask('SET', 's', value)
    const late = new RawClient(server.port)
    const search = frame('ARGREP', 'k', '-', '+', 'RE', '(x|y)*(z|a)', 'COUNT')
    const gets = Array.from({ length: 8 }, () => frame('GET', 's'))
    late.socket.end(Buffer.concat([...gets, search, frame('SET', 'never', '1')]))
    for (let i = 0; i < 8; i++) expect((await late.reply()) === `$${value}`).toBe(true)
    await late.end()
    expect(late.gather()).toHaveLength(0)
    expect(await client.ask('GET', 'never')).toBe(null)
    client.close()
  })
})

describe('what waits behind something else', () => {
  it('all that was sent behind a long command is answered, however much it is', async () => {
    await using server = await served()
    const client = new RawClient(server.port)
    for (let i = 0; i < 40; i++)
      await client.ask('ARINSERT', 'k', ...Array.from({ length: 1_000 }, () => 'x'.repeat(1_000)))
    const sets = Array.from({ length: 6_000 }, (_, i) => frame('SET', `s${i}`, 'x'.repeat(1_000)))
    client.write(Buffer.concat([frame('ARGREP', 'k', '-', '+', 'RE', '(x|y)*(z|a)', 'COUNT'), ...sets]))
    expect(await client.reply()).toBe(':0')
    for (let i = 0; i < sets.length; i++) expect(await client.reply()).toBe('+OK')
    expect(await client.ask('DBSIZE')).toBe(':6001')
    client.close()
  })

  it('a pipeline of short replies is answered whole whatever the output limit', async () => {
    await using server = await served({ outputLimit: 64 << 10 })
    const client = new RawClient(server.port)
    const value = 'x'.repeat(4 << 10)
    await client.ask('SET', 'k', value)
    client.write(Buffer.concat(Array.from({ length: 100 }, () => frame('GET', 'k'))))
    for (let i = 0; i < 100; i++) expect(await client.reply()).toBe(`$${value}`)
    client.close()
  })

  it('replies that wait for the disk and add up, packet by packet, are waited for', async () => {
    const engine = new Engine()
    engine.outputLimit = 64 << 10
    let synced = 0
    let connection: Connection | undefined
    await using listener = createServer({ allowHalfOpen: true }, (socket) => {
      connection = new Connection(new Session(engine, commandTable), socket, {
        position: () => 1,
        synced: () => synced,
        isBehind: () => false,
        outputLimit: () => engine.outputLimit,
        tick: () => {},
        after: () => {},
        schedule: () => {},
        unschedule: () => {},
        report: (error) => {
          throw error
        },
      })
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const client = new RawClient((listener.address() as AddressInfo).port)
    const value = 'x'.repeat(4 << 10)
    client.write(frame('SET', 'k', value))
    for (let i = 0; i < 40; i++) {
      client.write(frame('GET', 'k'))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    expect(client.gather()).toHaveLength(0)
    synced = 1
    connection!.release()
    expect(await client.reply()).toBe('+OK')
    for (let i = 0; i < 40; i++) expect(await client.reply()).toBe(`$${value}`)
    client.close()
  })

  it('who waits for the disk is answered when nobody has to wait any more', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sparse-array-fsync-'))
    await using server = await served({ dir, fsync: 'always' })
    const [client, other] = [new RawClient(server.port), new RawClient(server.port)]
    for (let round = 0; round < 20; round++) {
      for (const each of [client, other])
        expect(await each.ask('CONFIG', 'SET', 'appendfsync', 'always')).toBe('+OK')
      // Both in one turn: the write is still to be synced when the setting changes.
      client.write(frame('SET', 'k', 'v'))
      other.write(frame('CONFIG', 'SET', 'appendfsync', round % 2 === 0 ? 'no' : 'everysec'))
      expect(await client.reply()).toBe('+OK')
      expect(await other.reply()).toBe('+OK')
      expect(await client.ask('GET', 'k')).toBe('$v')
    }
    other.close()
    client.close()
    rmSync(dir, { recursive: true })
  })
})

describe('the output limit', () => {
  it.each([
    ['ARMGET', [['ARMGET', 'a', ...Array.from({ length: 3_000 }, () => '0')]]],
    [
      'EXEC',
      [['MULTI'], ...Array.from({ length: 1_000 }, () => ['GET', 'k']), ['SET', 'done', '1'], ['EXEC']],
    ],
    [
      'EXEC of one long command',
      [['MULTI'], ['ARGETRANGE', 'a', '0', '999'], ['SET', 'done', '1'], ['EXEC']],
    ],
  ])('one reply past the output limit is not made to its end: %s', async (_, commands) => {
    await using server = await served({ outputLimit: 4 << 20 })
    const client = new RawClient(server.port)
    await client.ask('SET', 'k', 'x'.repeat(1 << 20))
    for (let i = 0; i < 1_000; i += 50)
      await client.ask('ARSET', 'a', String(i), ...Array.from({ length: 50 }, () => 'x'.repeat(1 << 18)))
    const greedy = new RawClient(server.port)
    const before = process.memoryUsage().arrayBuffers
    greedy.write(Buffer.concat(commands.map((command) => frame(...command))))
    await greedy.end()
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(192 << 20)
    // A transaction is done as a whole, though nobody is told.
    expect(await client.ask('GET', 'done')).toBe(commands.length > 1 ? '$1' : null)
    client.close()
  })

  it('a reply past the output limit closes its reader alone', async () => {
    await using server = await served({ outputLimit: 1 << 20 })
    const client = new RawClient(server.port)
    await client.ask('ARINSERT', 'k', ...Array.from({ length: 2_000 }, () => 'x'.repeat(1_000)))
    const greedy = new RawClient(server.port)
    greedy.write(frame('ARGREP', 'k', '-', '+', 'MATCH', '', 'WITHVALUES'))
    await greedy.end()
    expect(await client.ask('PING')).toBe('+PONG')
    client.close()
  })
})
