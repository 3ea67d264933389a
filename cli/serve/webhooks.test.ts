import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { straceMissing } from '../../engines/webhook/testing/index.ts'
import { flowbench } from '../testing/flowbench.ts'
import { killAll, serving, type Served } from '../testing/serving.ts'

const missing = straceMissing()
if (missing !== null && process.env['CI'] === 'true') throw new Error(missing)

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'flowbench-serve-'))
})
afterAll(() => {
  killAll()
  rmSync(dir, { recursive: true, force: true })
})

const serve = (...args: readonly string[]): Promise<Served> => serving(['webhooks', ...args])

const post = (url: string, path: string, body: unknown, key: string): Promise<Response> =>
  fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

/** How many attempts it took, once it is delivered. */
async function attemptsOf(url: string, id: string, key: string): Promise<number> {
  for (;;) {
    const answer = await fetch(`${url}/messages/${id}`, { headers: { authorization: `Bearer ${key}` } })
    const { state, attempts } = (await answer.json()) as { state: string; attempts: unknown[] }
    if (state === 'delivered') return attempts.length
  }
}

describe('flowbench serve webhooks', () => {
  test('says where it listens in one line, and at SIGTERM ends what is under way and loses nothing', async () => {
    const receiver = createServer((request, response) => {
      request.resume().on('end', () => setTimeout(() => response.end(), 300))
    })
    await new Promise<void>((resolve) => {
      receiver.listen(0, '127.0.0.1', resolve)
    })
    const target = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
    const keyFile = join(dir, 'key')
    const args = [
      '--dir',
      join(dir, 'store'),
      '--port',
      '0',
      '--allow-cidr',
      '127.0.0.0/8',
      '--key-file',
      keyFile,
    ]
    const first = await serve(...args)
    const { ready } = first
    expect(ready).toEqual({
      ready: true,
      pid: first.child.pid,
      host: '127.0.0.1',
      port: ready.port,
      url: ready.url,
    })
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    const key = readFileSync(keyFile, 'utf8').trim()
    const { id: endpoint, secret } = (await (
      await post(ready.url, '/endpoints', { url: target }, key)
    ).json()) as { id: string; secret: string }
    const ids = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const answer = await post(ready.url, '/messages', { endpoint, type: 'a', data: n }, key)
        return ((await answer.json()) as { id: string }).id
      }),
    )
    expect(await first.exit('SIGTERM')).toBe(0)
    const second = await serve(...args)
    const attempts: number[] = []
    for (const id of ids) attempts.push(await attemptsOf(second.ready.url, id, key))
    // Nothing that was under way was sent again.
    expect(attempts).toEqual(ids.map(() => 1))
    expect(await second.exit('SIGTERM')).toBe(0)
    // Neither key nor secret is in what was said.
    for (const hidden of [key, secret, secret.slice(6)])
      expect(first.said() + second.said()).not.toContain(hidden)
    receiver.closeAllConnections()
    receiver.close()
  }, 60_000)

  test.skipIf(missing !== null)(
    'a sync that fails ends the server, promises nothing more, and loses nothing of what was promised',
    async () => {
      const store = join(dir, 'failing')
      const key = join(dir, 'failing-key')
      const inject = 'inject=fsync,fdatasync:error=EIO:when=25'
      const failing = `strace -f --seccomp-bpf -qq -o /dev/null -e trace=fsync,fdatasync -e ${inject}`.split(
        ' ',
      )
      const first = await serving(['webhooks', '--dir', store, '--key-file', key], failing)
      const bearer = readFileSync(key, 'utf8').trim()
      const ended = new Promise<number | null>((resolve) => {
        first.child.once('exit', resolve)
      })
      const { id: endpoint } = (await (
        await post(first.ready.url, '/endpoints', { url: 'https://93.184.216.34/' }, bearer)
      ).json()) as { id: string }
      await post(first.ready.url, `/endpoints/${endpoint}/pause`, undefined, bearer)
      const promised: string[] = []
      let refused = 0
      for (let n = 0; n < 100; n++) {
        const message = { endpoint, type: 'a', data: n }
        const answer = await post(first.ready.url, '/messages', message, bearer).catch(() => null)
        if (answer === null) break
        if (answer.status !== 202) {
          refused++
          continue
        }
        expect(refused, 'refusals before a promise').toBe(0)
        promised.push(((await answer.json()) as { id: string }).id)
      }
      expect(await ended).toBe(1)
      expect(first.said()).toContain('{"fatal":')
      expect(promised.length).toBeGreaterThan(0)
      const second = await serve('--dir', store, '--key-file', key)
      const authorization = `Bearer ${bearer}`
      for (const id of promised) {
        expect(
          (await fetch(`${second.ready.url}/messages/${id}`, { headers: { authorization } })).status,
        ).toBe(200)
      }
      expect(await second.exit('SIGTERM')).toBe(0)
    },
    60_000,
  )

  test('what the caller can put right is one line and exit code 2', async () => {
    const store = join(dir, 'taken')
    const first = await serve('--dir', store)
    const second = await flowbench(['serve', 'webhooks', '--dir', store])
    expect([second.code, second.stdout]).toEqual([2, ''])
    expect(second.stderr).toContain('another server has')
    const port = String(first.ready.port)
    expect((await flowbench(['serve', 'webhooks', '--dir', join(dir, 'other'), '--port', port])).code).toBe(2)
    await first.exit('SIGTERM')
    const bad = await flowbench([
      'serve',
      'webhooks',
      '--dir',
      join(dir, 'third'),
      '--allow-cidr',
      '127.0.0.0',
    ])
    expect([bad.code, bad.stderr.trim().split('\n')]).toEqual([
      2,
      ['serve webhooks: not an address block: 127.0.0.0'],
    ])
    expect((await flowbench(['serve', 'webhooks'])).code).toBe(2)
    const odd = join(dir, 'odd')
    mkdirSync(join(odd, 'webhooks.db'), { recursive: true })
    const folder = await flowbench(['serve', 'webhooks', '--dir', odd])
    rmSync(join(odd, 'webhooks.db'), { recursive: true })
    writeFileSync(join(odd, 'webhooks.db'), 'somebody else wrote this '.repeat(100))
    const foreign = await flowbench(['serve', 'webhooks', '--dir', odd])
    for (const { code, stderr } of [folder, foreign]) {
      expect([code, stderr.trim().split('\n')], stderr).toEqual([
        2,
        [expect.stringMatching(/^serve webhooks: .*webhooks\.db: /)],
      ])
    }
    expect(readFileSync(join(odd, 'webhooks.db'), 'utf8')).toContain('somebody else')
  }, 60_000)
})
