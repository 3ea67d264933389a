/** The server against its own description: every route, every status that it gives, every answer's shape. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { openLive, until, type Live, type Reply } from '../../testing/live.ts'
import { openReceiver, type Receiver } from '../../testing/receiver.ts'
import { ROUTES } from './routes.ts'

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>
}
interface Operation {
  readonly responses: Readonly<Record<string, Response & { readonly $ref?: string }>>
  readonly security?: readonly object[]
}
const document = parse(readFileSync(join(import.meta.dirname, '../../openapi.yaml'), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>
    readonly responses: Readonly<Record<string, Response>>
  }
}
const OPERATIONS = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => ['get', 'post', 'delete'].includes(method))
    .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
)

/** A right body for an operation; `undefined` where none is wanted. */
function bodyFor(path: string): object | undefined {
  if (path.endsWith('/rotate')) return { revoke: 'now' }
  if (path === '/endpoints') return { url: target.url }
  if (path === '/messages') return { endpoint, type: 'a', data: 1 }
  return path === '/replay' ? { endpoint, from: 0, to: 1 } : undefined
}

let server: Live
let target: Receiver
let endpoint: string
beforeAll(async () => {
  target = await openReceiver()
  server = await openLive()
  endpoint = await server.endpoint(target.url)
})
afterAll(async () => {
  await server.close()
  await target.close()
})

/** Expects an answer to be one that the document has for the operation. */
function expectDescribed(method: string, path: string, { status, json }: Reply): void {
  const said = `${method} ${path} ${status}: ${JSON.stringify(json)}`
  const { operation } = OPERATIONS.find((one) => one.method === method && one.path === path)!
  const listed = operation.responses[String(status)]
  if (listed === undefined) throw new Error(`openapi.yaml has no ${said}`)
  const response =
    listed.$ref === undefined ? listed : document.components.responses[listed.$ref.split('/').at(-1)!]!
  const schema = response.content?.['application/json']?.schema
  if (schema === undefined) return
  const whole = JSON.stringify({ ...schema, $defs: document.components.schemas })
  const verdict = z
    .fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')))
    .safeParse(json)
  expect(verdict.error?.message ?? 'fits', said).toBe('fits')
}

test('has every route of the server and no other', () => {
  const written = OPERATIONS.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, ':')}`)
  expect(written.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort())
})

test('describes what the server answers', async () => {
  const id = await server.post(endpoint)
  await until(async () => (await server.call('GET', `/messages/${id}`)).json.state === 'delivered')
  const asked: [string, string, string, unknown?][] = [
    ['POST', '/endpoints', '/endpoints', { url: target.url }],
    ['POST', '/endpoints', '/endpoints', { url: target.url, mode: 'dynamic' }],
    ['POST', '/endpoints', '/endpoints', { url: 5 }],
    ['GET', '/endpoints/{id}', '/endpoints/ep_2'],
    ['POST', '/endpoints/{id}/pause', '/endpoints/ep_2/pause'],
    ['POST', '/endpoints/{id}/pause', '/endpoints/ep_2/pause'],
    ['POST', '/endpoints/{id}/resume', '/endpoints/ep_2/resume'],
    ['POST', '/endpoints/{id}/resume', '/endpoints/ep_2/resume'],
    ['POST', '/endpoints/{id}/rotate', '/endpoints/ep_2/rotate', { revoke: 'now' }],
    ['POST', '/endpoints/{id}/rotate', '/endpoints/ep_3/rotate', { revoke: 'now' }],
    ['POST', '/endpoints/{id}/ping', '/endpoints/ep_2/ping'],
    ['DELETE', '/endpoints/{id}', '/endpoints/ep_3'],
    ['POST', '/messages', '/messages', { endpoint, type: 'a', data: 1, idempotencyKey: 'k' }],
    ['POST', '/messages', '/messages', { endpoint, type: 'a', data: 2, idempotencyKey: 'k' }],
    ['POST', '/messages', '/messages', { endpoint, type: 'a', data: 1, x: 1 }],
    ['GET', '/messages', '/messages?state=delivered'],
    ['GET', '/messages', '/messages?state=lost'],
    ['GET', '/messages/{id}', `/messages/${id}`],
    ['POST', '/messages/{id}/replay', `/messages/${id}/replay`],
    ['POST', '/replay', '/replay', { endpoint, from: 0, to: 1 }],
    ['POST', '/keys/rotate', '/keys/rotate', { revoke: '24h' }],
    ['GET', '/.well-known/jwks.json', '/.well-known/jwks.json'],
    ['GET', '/metrics', '/metrics'],
    ['GET', '/healthz', '/healthz'],
  ]
  for (const [method, path, real, body] of asked) {
    expectDescribed(method, path, await server.call(method, real, body))
  }
  expect(new Set(asked.map(([method, path]) => `${method} ${path}`)).size).toBe(OPERATIONS.length)
})

test('every operation refuses what none may take, with a status that it lists', async () => {
  for (const { method, path } of OPERATIONS) {
    const none = path.replace('{id}', path.startsWith('/messages') ? 'msg_1.2' : 'ep_99')
    const isPost = method === 'POST'
    const wanted: [number, Reply][] = [
      [403, await server.call(method, none, undefined, { origin: 'http://localhost' })],
    ]
    if (path.includes('{id}'))
      wanted.push([404, await server.call(method, none, isPost ? bodyFor(path) : undefined)])
    if (isPost) {
      const text = { 'content-type': 'text/plain' }
      wanted.push([415, await server.call(method, none, 'x', text)])
      wanted.push([413, await server.call(method, none, 'x'.repeat(200_000))])
    }
    for (const [status, reply] of wanted) {
      expect([method, path, reply.status]).toEqual([method, path, status])
      expectDescribed(method, path, reply)
    }
  }
})

test('without the API key: 401, but for what the document leaves open', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'flowbench-openapi-'))
  const locked = await openLive({ keyFile: join(dir, 'key') })
  try {
    for (const { method, path, operation } of OPERATIONS) {
      const isOpen = operation.security?.every((scheme) => Object.keys(scheme).length === 0) ?? false
      const reply = await locked.call(
        method,
        path.replace('{id}', 'ep_1'),
        method === 'POST' ? {} : undefined,
      )
      expect([method, path, reply.status === 401]).toEqual([method, path, !isOpen])
      expectDescribed(method, path, reply)
    }
  } finally {
    await locked.close()
    rmSync(dir, { recursive: true })
  }
})

test('while the store takes nothing: 503 from every operation that needs it, and from no other', async () => {
  const broken = await openLive()
  try {
    for (let i = 0; i < 2; i++) await broken.endpoint(target.url)
    await broken.call('POST', '/endpoints/ep_2/pause')
    const id = await broken.post('ep_1')
    const { store } = broken.server.service as unknown as { store: { worker: Worker } }
    await store.worker.terminate()
    for (const { method, path, operation } of OPERATIONS) {
      const one = path.startsWith('/messages') ? id : path.endsWith('/resume') ? 'ep_2' : 'ep_1'
      const body = method === 'POST' ? bodyFor(path) : undefined
      const reply = await broken.call(method, path.replace('{id}', one), body)
      const isListed = operation.responses['503'] !== undefined
      expect([method, path, reply.status === 503]).toEqual([method, path, isListed])
      expectDescribed(method, path, reply)
    }
  } finally {
    await broken.close()
  }
})
