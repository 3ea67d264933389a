/** Clients as people use them, over the port: they run unchanged. */
import { execFile } from 'node:child_process'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { describe, expect, it } from 'vitest'
import { served } from './testing/served.ts'
import { systemPart } from './testing/system-part.ts'

const redisCli = systemPart('redis-cli')

describe('clients run unchanged', () => {
  it.skipIf(!redisCli)('redis-cli, in RESP2 and RESP3', async () => {
    await using server = await served()
    const ask = (...args: string[]): Promise<string> =>
      new Promise((resolve, reject) => {
        execFile('redis-cli', ['-p', String(server.port), ...args], (error, stdout) =>
          error === null ? resolve(stdout.trim()) : reject(error),
        )
      })
    expect(await ask('ARSET', 'a', '18446744073709551614', 'last')).toBe('1')
    expect(await ask('ARLEN', 'a')).toBe('18446744073709551615')
    expect(await ask('ARSET', 'b', '0', 'x')).toBe('1')
    expect(await ask('-3', 'ARINFO', 'b')).toContain('count 1')
    expect(await ask('-3', 'INFO', 'persistence')).toContain('rdb_bgsave_in_progress:0')
  })

  it('ioredis, typed methods, indices beyond 2^53', async () => {
    await using server = await served()
    const client = new Redis({ port: server.port, stringNumbers: true })
    expect(await client.arset('k', '9007199254740992', 'a', 'b', 'c')).toBe('3')
    expect(await client.arscan('k', '9007199254740991', '9007199254740995')).toEqual([
      ['9007199254740992', 'a'],
      ['9007199254740993', 'b'],
      ['9007199254740994', 'c'],
    ])
    expect(await client.arlen('k')).toBe('9007199254740995')
    expect(await client.arget('k', '9007199254740993')).toBe('b')
    expect(await client.call('ARGREP', 'k', '-', '+', 'MATCH', 'c', 'WITHVALUES')).toEqual([
      ['9007199254740994', 'c'],
    ])
    const results = await client.multi().arset('m', 0, 'x').arget('m', 0).exec()
    expect(results).toEqual([
      [null, '1'],
      [null, 'x'],
    ])
    await client.quit()
  })

  it.each([2, 3] as const)('node-redis, RESP%i, typed methods', async (RESP) => {
    await using server = await served()
    const client = createClient({ url: `redis://127.0.0.1:${server.port}`, RESP })
    await client.connect()
    expect(await client.arSet('k', 0, ['one', 'two'])).toBe(2)
    expect(await client.arGet('k', 1)).toBe('two')
    expect(await client.arGrep('k', '-', '+', [['MATCH', 'w']])).toEqual([1])
    expect(await client.arInsert('q', 'x')).toBe(0)
    await client.sendCommand(['ARSET', 'far', '9223372036854775808', 'x'])
    expect(String(await client.arLen('far'))).toBe('9223372036854775809')
    expect(await client.arInfo('k')).toMatchObject({ count: 2, len: 2 })
    await client.close()
  })
})
