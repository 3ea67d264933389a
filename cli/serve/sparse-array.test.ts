import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RawClient } from '../../engines/sparse-array/testing/index.ts'
import { flowbench, type Finished } from '../testing/flowbench.ts'
import { refused } from '../testing/refused.ts'
import { killAll, serving } from '../testing/serving.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'flowbench-serve-array-'))
})
afterAll(() => {
  killAll()
  rmSync(dir, { recursive: true, force: true })
})

const oneLine = ({ code, stdout, stderr }: Finished): string => {
  expect([code, stdout], stderr).toEqual([2, ''])
  expect(stderr.trim().split('\n')).toHaveLength(1)
  return stderr.trim()
}

/** In this process, where nothing has been opened by then that could keep another from ending. */
const refusal = async (...args: string[]): Promise<string> =>
  oneLine(await refused(['serve', 'sparse-array', ...args]))
/** In a process of its own, which has to end. */
const ended = async (...args: string[]): Promise<string> =>
  oneLine(await flowbench(['serve', 'sparse-array', ...args]))

describe('flowbench serve sparse-array', () => {
  test('a directory has one server; one that was killed leaves it free, and nothing acknowledged is lost', async () => {
    const data = join(dir, 'data')
    const first = await serving(['sparse-array', '--dir', data, '--fsync', 'always'])
    const client = new RawClient(first.ready.port)
    expect(await client.ask('SET', 'k', 'v')).toBe('+OK')
    writeFileSync(join(data, 'snapshot.7.part'), 'what a running server writes')
    expect(await ended('--dir', data)).toBe(`serve sparse-array: another server has ${data}`)
    expect(readdirSync(data)).toContain('snapshot.7.part')
    expect(await client.ask('SET', 'k', 'w')).toBe('+OK')
    await first.exit('SIGKILL')
    const second = await serving(['sparse-array', '--dir', data])
    const again = new RawClient(second.ready.port)
    expect(await again.ask('GET', 'k')).toBe('$w')
    again.close()
    expect(await second.exit('SIGTERM')).toBe(0)
  }, 60_000)

  test('what the caller can put right is one line and exit code 2', async () => {
    const first = await serving(['sparse-array'])
    const port = String(first.ready.port)
    expect(await ended('--port', port, '--dir', join(dir, 'other'))).toContain('EADDRINUSE')
    expect(await ended('--port', port)).toContain('EADDRINUSE')
    await first.exit('SIGTERM')
    expect(await ended('--host', '192.0.2.1', '--password', 'x')).toContain('EADDRNOTAVAIL')
    expect(await refusal('--host', '0.0.0.0')).toContain('without a password')
    writeFileSync(join(dir, 'file'), '')
    expect(await refusal('--dir', join(dir, 'file'))).toContain('is no folder')
  }, 60_000)

  // Each of them is the caller's to put right; where no folder can be made, Node's own way to do so never ends.
  test.each([
    ['a folder with the name of a log', 'log.0', (path: string) => mkdirSync(path)],
    ['a folder with the name of a snapshot', 'snapshot.1', (path: string) => mkdirSync(path)],
    ['a pipe with the name of a log', 'log.0', (path: string) => execFileSync('mkfifo', [path])],
  ])(
    '%s is one line and exit code 2',
    async (_, name, make) => {
      const data = mkdtempSync(join(dir, 'odd-'))
      make(join(data, name))
      // A pipe is waited for by whoever opens it.
      expect(await ended('--dir', data)).toBe(`serve sparse-array: ${join(data, name)} is no file`)
    },
    60_000,
  )
  test.each([
    ['ENOENT', '/proc/x'],
    ['ENOENT', '/proc/x/y'],
    ['ELOOP', 'loop'],
    ['ENOENT', 'nowhere'],
    ['ENOTDIR', 'file/below'],
    ['ENAMETOOLONG', 'n'.repeat(300)],
  ])(
    'a directory that cannot be made is one line and exit code 2: %s',
    async (code, name) => {
      const place = mkdtempSync(join(dir, 'odd-'))
      symlinkSync('loop', join(place, 'loop'))
      symlinkSync('missing', join(place, 'nowhere'))
      writeFileSync(join(place, 'file'), '')
      const data = resolve(place, name)
      const engines = ['sparse-array', 'webhooks']
      const both = await Promise.all(engines.map((engine) => flowbench(['serve', engine, '--dir', data])))
      for (const [i, { code: exit, stdout, stderr }] of both.entries()) {
        expect([exit, stdout], stderr).toEqual([2, ''])
        expect(stderr.trim()).toMatch(
          new RegExp(`^serve ${engines[i]}: cannot make the folder .*: ${code}: [^\\n]*$`),
        )
      }
    },
    60_000,
  )

  test('a password is the bytes that were typed', async () => {
    const server = await serving(['sparse-array', '--password', 'pässwört-漢'])
    const client = new RawClient(server.ready.port)
    expect(await client.ask('AUTH', 'passwort')).toMatch(/^-WRONGPASS/)
    expect(await client.ask('AUTH', Buffer.from('pässwört-漢'))).toBe('+OK')
    client.close()
    expect(await server.exit('SIGTERM')).toBe(0)
  }, 60_000)

  test('SHUTDOWN ends the process', async () => {
    const server = await serving(['sparse-array'])
    const ended = new Promise((resolve) => {
      server.child.once('exit', resolve)
    })
    const client = new RawClient(server.ready.port)
    client.write('SHUTDOWN\r\n')
    await client.end()
    expect(await ended).toBe(0)
  }, 60_000)

  test('a password comes from a file of its owner, which is made where there is none', async () => {
    const file = join(dir, 'password')
    const first = await serving(['sparse-array', '--password-file', file])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const client = new RawClient(first.ready.port)
    expect(await client.ask('PING')).toMatch(/^-NOAUTH/)
    expect(await client.ask('AUTH', readFileSync(file, 'utf8').trim())).toBe('+OK')
    client.close()
    expect(await first.exit('SIGTERM')).toBe(0)
    writeFileSync(file, 'pässwört 漢\n')
    const second = await serving(['sparse-array', '--password-file', file])
    const again = new RawClient(second.ready.port)
    expect(await again.ask('AUTH', Buffer.from('pässwört 漢'))).toBe('+OK')
    again.close()
    expect(await second.exit('SIGTERM')).toBe(0)
    chmodSync(file, 0o640)
    expect(await refusal('--password-file', file)).toContain('chmod 600')
    chmodSync(file, 0o600)
    for (const [text, what] of [
      ['\n', 'is empty'],
      ['a\nb\n', 'more than one line'],
    ] as const) {
      writeFileSync(file, text)
      expect(await refusal('--password-file', file)).toContain(what)
    }
    expect(await refusal('--password-file', dir)).toContain('is no file')
    expect(await refusal('--password-file', '/proc/x')).toContain('ENOENT')
    expect((await refused(['serve', 'sparse-array', '--password', 'x', '--password-file', file])).code).toBe(
      2,
    )
  }, 60_000)
})
