/** The server behind its port, and what public reports say has broken others. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DirectoryNotClaimed } from './io/claim.ts'
import { BadLimit, UnsafeAddress } from './io/options.ts'
import { Engine } from './server/engine.ts'
import { NO_HOST } from './server/host.ts'
import { SnapshotError } from './snapshot/reader.ts'
import { RawClient, served } from './testing/served.ts'
import { formatReply } from './testing/cli-format.ts'
import { Client, frame } from './testing/client.ts'

describe('what has broken others', () => {
  it('a hundred thousand values in one command, of every kind', async () => {
    await using server = await served()
    const client = new RawClient(server.port)
    const n = 100_000
    const values = Array.from({ length: n }, (_, i) => `v${i}`)
    const indices = Array.from({ length: n }, (_, i) => String(i))
    expect(await client.askAll(['ARSET', 'k', '0', ...values])).toBe(`:${n}`)
    expect(await client.askAll(['ARINSERT', 'i', ...values])).toBe(`:${n - 1}`)
    expect(await client.askAll(['ARRING', 'r', '1000', ...values])).toBe(':999')
    expect(await client.askAll(['ARMGET', 'k', ...indices])).toHaveLength(n)
    expect(await client.askAll(['ARDEL', 'k', ...indices])).toBe(`:${n}`)
    client.close()
  })

  it('a slice with all of its 65,536 elements', async () => {
    await using server = await served()
    const client = new RawClient(server.port)
    expect(await client.ask('CONFIG', 'SET', 'array-slice-size', '65536')).toBe('+OK')
    expect(
      await client.askAll(['ARSET', 'k', '0', ...Array.from({ length: 65_536 }, (_, i) => `v${i}`)]),
    ).toBe(':65536')
    expect(await client.ask('ARCOUNT', 'k')).toBe(':65536')
    expect(await client.ask('ARDELRANGE', 'k', '0', '65534')).toBe(':65535')
    expect(await client.ask('ARSCAN', 'k', '0', '99999')).toEqual([[':65535', '$v65535']])
    client.close()
  })

  it.each([
    ['*4294967296\r\n', 'invalid multibulk length'],
    ['*1\r\n$2000000000\r\n', 'invalid bulk length'],
    ['x'.repeat(70_000), 'too big inline request'],
    ['*1\r\n:1\r\n', "expected '$', got ':'"],
    ['"unbalanced\r\n', 'unbalanced quotes in request'],
  ])('a size that is only announced or a line without end: %.20s', async (bytes, message) => {
    await using server = await served()
    const client = new RawClient(server.port)
    client.write(bytes)
    expect(await client.reply()).toBe(`-ERR Protocol error: ${message}`)
    await client.end()
  })

  it('a megabyte of blank lines, before a password and behind one', async () => {
    await using server = await served({ password: 'secret' })
    const client = new RawClient(server.port)
    client.write('\n'.repeat(1 << 20))
    client.write(' \r\n'.repeat(1 << 18))
    expect(await client.ask('PING')).toBe('-NOAUTH Authentication required.')
    expect(await client.ask('AUTH', 'secret')).toBe('+OK')
    client.write('\n'.repeat(1 << 20))
    expect(await client.ask('PING')).toBe('+PONG')
    client.close()
  })

  it('a fault in serving one client ends that connection alone, and its cause is told', async () => {
    const notices: string[] = []
    await using server = await served({ onNotice: (line) => notices.push(line) })
    const other = new RawClient(server.port)
    const client = new RawClient(server.port)
    await other.ask('PING')
    await client.ask('PING')
    const { outputLimit } = server.engine
    Object.defineProperty(server.engine, 'outputLimit', {
      configurable: true,
      get: () => {
        Object.defineProperty(server.engine, 'outputLimit', { value: outputLimit })
        throw new RangeError('planted')
      },
    })
    client.write(frame('PING'))
    await client.end()
    expect(await other.ask('PING')).toBe('+PONG')
    expect(notices).toEqual([expect.stringContaining('RangeError: planted')])
    other.close()
  })

  it('a thousand connections that announce a million arguments cost nearly nothing', async () => {
    await using server = await served()
    const clients = Array.from({ length: 200 }, () => new RawClient(server.port))
    await Promise.all(clients.map((client) => client.ask('PING')))
    const before = process.memoryUsage().arrayBuffers
    for (const client of clients) client.write('*1048576\r\n$500000000\r\n')
    const last = new RawClient(server.port)
    expect(await last.ask('PING')).toBe('+PONG')
    // A fifth of a thousand, a fifth of a megabyte.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 << 10)
    for (const client of [...clients, last]) client.close()
  })

  it.each(['POST / HTTP/1.1\r\nHost: x\r\n\r\n', 'Host: localhost\r\n'])(
    'a browser is hung up on: %.10s',
    async (bytes) => {
      await using server = await served()
      const client = new RawClient(server.port)
      client.write(bytes)
      await client.end()
      expect(client.received).toHaveLength(0)
    },
  )

  it('a stranger may send little before AUTH', async () => {
    await using server = await served({ password: 'secret' })
    const many = new RawClient(server.port)
    many.write('*11\r\n')
    expect(await many.reply()).toBe('-ERR Protocol error: unauthenticated multibulk length')
    const long = new RawClient(server.port)
    long.write('*2\r\n$16385\r\n')
    expect(await long.reply()).toBe('-ERR Protocol error: unauthenticated bulk length')
    const client = new RawClient(server.port)
    expect(await client.ask('GET', 'k')).toBe('-NOAUTH Authentication required.')
    expect(await client.ask('AUTH', 'wrong')).toMatch(/^-WRONGPASS/)
    expect(await client.ask('AUTH', 'secret')).toBe('+OK')
    expect(await client.ask('SET', 'k', 'x'.repeat(20_000))).toBe('+OK')
    for (const each of [many, long, client]) each.close()
  })

  it('a limit that is none', async () => {
    for (const limit of [Number.NaN, 0, 1.5, Infinity]) {
      await expect(served({ outputLimit: limit })).rejects.toThrow(BadLimit)
      await expect(served({ maxSteps: limit })).rejects.toThrow(BadLimit)
    }
    await using server = await served()
    const client = new RawClient(server.port)
    await expect(served({ outputLimit: 1_023 })).rejects.toThrow(/outputLimit .* 1024 or more, not 1023/)
    for (const limit of ['0', '1023'])
      expect(await client.ask('CONFIG', 'SET', 'client-output-buffer-limit', limit)).toMatch(
        /^-ERR CONFIG SET .* 1024 or more/,
      )
    expect(await client.ask('CONFIG', 'SET', 'client-output-buffer-limit', '1kb')).toBe('+OK')
    expect(await client.ask('PING')).toBe('+PONG')
    client.close()
  })

  it('a directory that another server has, until it gives it back; a start that fails gives it back at once', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sparse-array-claim-'))
    await using other = await served()
    await expect(served({ dir, port: other.port })).rejects.toThrow('EADDRINUSE')
    await expect(served({ dir, port: 65_536 })).rejects.toThrow(RangeError)
    const first = await served({ dir })
    await expect(served({ dir })).rejects.toThrow(DirectoryNotClaimed)
    await first.close()
    writeFileSync(join(dir, 'snapshot.1'), 'no snapshot')
    await expect(served({ dir })).rejects.toThrow(SnapshotError)
    rmSync(join(dir, 'snapshot.1'))
    await (await served({ dir })).close()
    rmSync(dir, { recursive: true })
  })

  it('without a password only this machine is served', async () => {
    await expect(served({ host: '0.0.0.0' })).rejects.toThrow(UnsafeAddress)
    // Nor is it taken away later. The engine alone: nothing listens to other machines here.
    const open = new Client(new Engine({ password: 'secret', host: { ...NO_HOST, isOpen: true } }))
    open.type('AUTH secret')
    expect(open.type('CONFIG SET maxclients 7 requirepass ""')).toMatch(/'requirepass'.*only this machine/)
    expect(open.type('CONFIG GET requirepass')).toContain('secret')
    expect(open.type('CONFIG GET maxclients')).toContain('10000')
    expect(open.type('CONFIG SET requirepass other')).toBe('OK')
    const closed = new Client(new Engine({ password: 'secret' }))
    closed.type('AUTH secret')
    expect(closed.type('CONFIG SET requirepass ""')).toBe('OK')
  })

  it('after an error while queueing nothing of the transaction runs', async () => {
    await using server = await served()
    const client = new RawClient(server.port)
    expect(await client.ask('MULTI')).toBe('+OK')
    expect(await client.ask('ARSET', 'a', '0')).toMatch(/wrong number of arguments/)
    expect(await client.ask('ARSET', 'a', '0', 'z')).toBe('+QUEUED')
    expect(await client.ask('ARGET', 'a', '0')).toBe('+QUEUED')
    expect(await client.ask('EXEC')).toBe('-EXECABORT Transaction discarded because of previous errors.')
    expect(await client.ask('ARGET', 'a', '0')).toBe(null)
    client.close()
  })

  it('a transaction takes no more than a client may, and of one that will not run nothing is kept', () => {
    const client = new Client()
    expect(client.type('CONFIG GET client-query-buffer-limit')).toContain('"1073741824"')
    // A larger one could not be read back from the log.
    for (const limit of ['0', '1000', '2gb'])
      expect(client.type(`CONFIG SET client-query-buffer-limit ${limit}`)).toMatch(
        /between 1048576 and 1073741824/,
      )
    client.type('CONFIG SET client-query-buffer-limit 1mb')
    const { session } = client
    const value = 'x'.repeat(400_000)
    const queue = (...command: string[]): string => formatReply(client.send(...command)[0]!)
    client.type('MULTI')
    for (const key of ['a', 'b']) expect(queue('SET', key, value)).toBe('QUEUED')
    expect(queue('SET', 'c', value)).toBe(
      '(error) ERR the transaction is larger than client-query-buffer-limit',
    )
    expect(queue('SET', 'd', value)).toBe('QUEUED')
    expect(session.queue).toEqual([])
    expect(client.type('EXEC')).toMatch(/EXECABORT/)
    expect(client.type('DBSIZE')).toBe('(integer) 0')
    // The next begins anew; many small commands are no smaller.
    client.type('MULTI')
    for (const key of ['a', 'b']) queue('SET', key, value)
    expect(client.type('EXEC')).toBe('1) OK\n2) OK')
    client.type('MULTI')
    const replies = Array.from({ length: 1_500 }, () => client.type('PING'))
    expect(replies.indexOf('QUEUED')).toBe(0)
    expect(replies.findIndex((reply) => reply.startsWith('(error)'))).toBeGreaterThan(1_000)
    expect(client.type('DISCARD')).toBe('OK')
    // After any other error too.
    client.type('MULTI')
    queue('SET', 'a', value)
    client.type('SET')
    queue('SET', 'a', value)
    expect(session.queue).toEqual([])
    expect(client.type('EXEC')).toMatch(/EXECABORT/)
    // So does a request that is not yet whole.
    client.raw(Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2000000\r\n'))
    expect(Buffer.from(client.raw(Buffer.alloc(1_100_000))).toString()).toMatch(/too big request/)
    expect(session.closing).toBe(true)
  })

  it('messages in RESP3 are pushes, in order, never inside a reply', async () => {
    await using server = await served()
    const client = new RawClient(server.port)
    const parts = [
      ['HELLO', '3'],
      ['SET', 'k', '1'],
      ['SUBSCRIBE', 'a', 'b'],
      ['PING'],
      ['ARSET', 'q', '0', 'x'],
    ]
    client.write(Buffer.concat(parts.map((part) => frame(...part))))
    while (!/\+PONG\r\n:1\r\n/.test(client.gather().toString()))
      await new Promise((resolve) => setTimeout(resolve, 5))
    const text = client.received.toString()
    const tail = text.slice(text.indexOf('+OK'))
    expect(tail).toMatch(
      /^\+OK\r\n>3\r\n\$9\r\nsubscribe\r\n\$1\r\na\r\n:1\r\n>3\r\n\$9\r\nsubscribe\r\n\$1\r\nb\r\n:2\r\n\+PONG\r\n:1\r\n/,
    )
    client.close()
    const own = new RawClient(server.port)
    own.write(
      Buffer.concat(
        [['HELLO', '3'], ['SUBSCRIBE', 'a'], ['MULTI'], ['PUBLISH', 'a', 'm'], ['PING'], ['EXEC']].map(
          (part) => frame(...part),
        ),
      ),
    )
    while (!own.gather().includes('message')) await new Promise((resolve) => setTimeout(resolve, 5))
    const got = own.received.toString()
    expect(got.slice(got.lastIndexOf('*2'))).toBe(
      '*2\r\n:1\r\n+PONG\r\n>3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nm\r\n',
    )
    own.close()
  })

  it('keyspace events: of what happened, in order, none for a hole', async () => {
    await using server = await served()
    const listener = new RawClient(server.port)
    const client = new RawClient(server.port)
    expect(await client.ask('CONFIG', 'SET', 'notify-keyspace-events', 'KEA')).toBe('+OK')
    await listener.ask('PSUBSCRIBE', '__key*@0__:*')
    await client.ask('ARSET', 'z', '0', 'a')
    await client.ask('ARDEL', 'z', '7')
    await client.ask('ARSEEK', 'none', '7')
    await client.ask('ARDELRANGE', 'z', '0', '5')
    const wanted = ['arset', 'ardelrange', 'del'].flatMap((event) => [
      ['$pmessage', '$__key*@0__:*', '$__keyspace@0__:z', `$${event}`],
      ['$pmessage', '$__key*@0__:*', `$__keyevent@0__:${event}`, '$z'],
    ])
    for (const message of wanted) expect(await listener.reply()).toEqual(message)
    expect(listener.gather()).toHaveLength(0)
    listener.close()
    client.close()
  })

  it('the positions appended last, across holes and past the end', async () => {
    await using server = await served()
    const client = new RawClient(server.port)
    await client.ask('ARINSERT', 'l', 'a', 'b', 'c', 'd', 'e')
    await client.ask('ARDEL', 'l', '4', '1')
    expect(await client.ask('ARLASTITEMS', 'l', '10')).toEqual(['$a', null, '$c', '$d'])
    await client.ask('ARSET', 'l', '2000000', 'z')
    expect(await client.ask('ARLASTITEMS', 'l', '1000001')).toBe(
      '-ERR count exceeds maximum of 1000000 items',
    )
    client.close()
  })

  it('a server that is closed frees nothing any more: its memory may be another server’s', async () => {
    const server = await served()
    const client = new RawClient(server.port)
    for (let i = 0; i < 200; i++) await client.ask('ARSET', 'k', String(i * 5_000), 'x'.repeat(2_000))
    client.write(frame('FLUSHALL'))
    while (!server.engine.isBurying) await new Promise((resolve) => setImmediate(resolve))
    await server.close()
    let freed = 0
    server.engine.bury = () => {
      freed++
      return false
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(freed).toBe(0)
  })
})
