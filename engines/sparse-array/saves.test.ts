/** What is written of all data: snapshots, logs written anew, the end of the server. */
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Engine } from './server/engine.ts'
import { NO_HOST } from './server/host.ts'
import { Client, frame } from './testing/client.ts'
import { RawClient, served } from './testing/served.ts'

describe('the end of the server', () => {
  it.each([
    ['SHUTDOWN', []],
    ['SHUTDOWN NOSAVE', ['NOSAVE']],
    ['SHUTDOWN SAVE', ['save', 'now']],
  ])('%s ends the server without a reply, and nothing is lost', async (_, words) => {
    const dir = mkdtempSync(join(tmpdir(), 'sparse-array-shutdown-'))
    const first = await served({ dir })
    const client = new RawClient(first.port)
    expect(await client.ask('SHUTDOWN', 'x')).toBe('-ERR syntax error')
    expect(await client.ask('SHUTDOWN', 'save', 'nosave')).toBe('-ERR syntax error')
    expect(await client.ask('SHUTDOWN', 'abort')).toBe('-ERR No shutdown in progress.')
    expect(await client.ask('SET', 'k', 'v')).toBe('+OK')
    client.write(Buffer.concat([frame('SHUTDOWN', ...words), frame('SET', 'k', 'not run')]))
    await client.end()
    expect(client.received).toHaveLength(0)
    await first.closed
    // Whoever started it may close it all the same.
    await first.close()
    expect(readdirSync(dir).includes('snapshot.1')).toBe(words.includes('save'))
    await using second = await served({ dir })
    const again = new RawClient(second.port)
    expect(await again.ask('GET', 'k')).toBe('$v')
    again.close()
    rmSync(dir, { recursive: true })
  })

  it.each(['BGSAVE', 'BGREWRITEAOF'])('SHUTDOWN SAVE saves all while %s is under way', async (begun) => {
    const dir = mkdtempSync(join(tmpdir(), 'sparse-array-shutdown-'))
    const first = await served({ dir })
    const client = new RawClient(first.port)
    for (let i = 0; i < 100; i++) await client.ask('SET', `k${i}`, 'x'.repeat(10_000))
    client.write(Buffer.concat([frame(begun), frame('SET', 'last', 'v'), frame('SHUTDOWN', 'SAVE')]))
    await client.end()
    await first.closed
    expect(
      readdirSync(dir)
        .filter((name) => name !== 'lock')
        .toSorted(),
    ).toEqual(['log.2', 'snapshot.2'])
    await using second = await served({ dir })
    const again = new RawClient(second.port)
    expect(await again.ask('GET', 'last')).toBe('$v')
    expect(await again.ask('DBSIZE')).toBe(':101')
    again.close()
    rmSync(dir, { recursive: true })
  })

  it('a save that fails keeps the server from ending, unless it is forced', () => {
    let ended = 0
    const host = { ...NO_HOST, failed: () => true, shutdown: () => ended++ }
    const client = new Client(new Engine({ host }))
    expect(client.type('SHUTDOWN SAVE')).toContain('Errors trying to SHUTDOWN')
    expect([ended, client.session.closing]).toEqual([0, false])
    client.type('MULTI')
    expect(client.type('SHUTDOWN')).toContain('not allowed inside a transaction')
    client.type('DISCARD')
    client.raw(frame('SHUTDOWN', 'SAVE', 'FORCE'))
    expect([ended, client.session.closing]).toEqual([1, true])
  })
})

describe('all data, written while the server is up', () => {
  it('a log that has grown is written anew by itself, as Redis would', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sparse-array-rewrite-'))
    const server = await served({ dir })
    const client = new RawClient(server.port)
    expect(await client.ask('CONFIG', 'GET', 'auto-aof-rewrite-*')).toEqual([
      '$auto-aof-rewrite-percentage',
      '$100',
      '$auto-aof-rewrite-min-size',
      '$67108864',
    ])
    expect(await client.ask('CONFIG', 'SET', 'auto-aof-rewrite-percentage', '-1')).toMatch(/^-ERR/)
    await client.ask('CONFIG', 'SET', 'auto-aof-rewrite-min-size', '100kb')
    // Nothing is done anew that is not yet so large, nor while it is switched off.
    await client.ask('CONFIG', 'SET', 'auto-aof-rewrite-percentage', '0')
    const write = async (): Promise<void> => {
      for (let i = 0; i < 30; i++) await client.ask('SET', `k${i}`, 'x'.repeat(10_000))
    }
    const names = (): string[] => readdirSync(dir).filter((name) => name !== 'lock')
    await write()
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(names()).toEqual(['log.0'])
    await client.ask('CONFIG', 'SET', 'auto-aof-rewrite-percentage', '100')
    const until = async (wanted: string[]): Promise<void> => {
      while (names().toSorted().join() !== wanted.join())
        await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await until(['log.1', 'snapshot.1'])
    // As much again has to be written before it is worth it again.
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(names().toSorted()).toEqual(['log.1', 'snapshot.1'])
    await write()
    await until(['log.2', 'snapshot.2'])
    await server.close()
    await using again = await served({ dir })
    const last = new RawClient(again.port)
    expect(await last.ask('DBSIZE')).toBe(':30')
    for (const each of [client, last]) each.close()
    rmSync(dir, { recursive: true })
  })

  it.skipIf(!existsSync('/dev/full'))('a disk without room for a snapshot', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sparse-array-full-'))
    const names = (): string[] => readdirSync(dir).filter((name) => name !== 'lock')
    /** What the next snapshots are written to takes nothing. */
    const fill = (number: number): void => symlinkSync('/dev/full', join(dir, `snapshot.${number}.part`))
    const notices: string[] = []
    const server = await served({ dir, fsync: 'always', onNotice: (line) => notices.push(line) })
    const client = new RawClient(server.port)
    const status = async (): Promise<string[]> =>
      String(await client.ask('INFO', 'persistence')).match(/(?<=last_bg(?:save|rewrite)_status:)\w+/g) ?? []
    const ended = async (): Promise<void> => {
      while (/in_progress:1/.test(String(await client.ask('INFO', 'persistence'))));
    }
    const write = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) expect(await client.ask('SET', `k${i}`, 'x'.repeat(10_000))).toBe('+OK')
    }
    await write()
    expect(await client.ask('SAVE')).toBe('+OK')
    const lastSave = await client.ask('LASTSAVE')
    expect(await status()).toEqual(['ok', 'ok'])
    // Everybody is served on, who asked is told, and nothing is left of the part.
    fill(2)
    expect(await client.ask('SAVE')).toMatch(/^-ERR The snapshot could not be written/)
    expect(await status()).toEqual(['err', 'ok'])
    fill(3)
    await client.ask('BGREWRITEAOF')
    await ended()
    expect(await status()).toEqual(['err', 'err'])
    expect(await client.ask('LASTSAVE')).toBe(lastSave)
    await write()
    expect(names().toSorted()).toEqual(['log.1', 'log.2', 'log.3', 'snapshot.1'])
    expect(notices).toHaveLength(2)
    expect(notices[0]).toMatch(/^snapshot\.2\.part: given up, .*ENOSPC/)
    // By itself it is not tried again for a while, however much there is to be written anew; who asks is served.
    for (const [name, value] of [
      ['min-size', '1kb'],
      ['percentage', '1'],
    ] as const)
      await client.ask('CONFIG', 'SET', `auto-aof-rewrite-${name}`, value)
    await new Promise((resolve) => setTimeout(resolve, 350))
    expect(names()).toHaveLength(4)
    expect(await client.ask('SET', 'last', 'v')).toBe('+OK')
    await server.close()
    await using again = await served({ dir })
    const other = new RawClient(again.port)
    expect(await other.ask('DBSIZE')).toBe(':21')
    expect(await other.ask('SAVE')).toBe('+OK')
    expect(names().toSorted()).toEqual(['log.4', 'snapshot.4'])
    for (const each of [client, other]) each.close()
    rmSync(dir, { recursive: true })
  })

  it('SAVE keeps nobody waiting but who asked', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sparse-array-save-'))
    await using server = await served({ dir })
    const client = new RawClient(server.port)
    for (let i = 0; i < 40; i++)
      await client.ask('ARINSERT', 'k', ...Array.from({ length: 1_000 }, () => 'x'.repeat(1_000)))
    const saver = new RawClient(server.port)
    const saved: unknown[] = []
    const done = saver.ask('SAVE').then((reply) => saved.push(reply))
    let answered = 0
    for (; saved.length === 0; answered++) await client.ask('ARGET', 'k', '5')
    await done
    expect(saved).toEqual(['+OK'])
    expect(answered).toBeGreaterThan(2)
    expect(await client.ask('LASTSAVE')).not.toBe(':0')
    client.close()
    saver.close()
    rmSync(dir, { recursive: true })
  })
})
