/** A live server on a folder of its own, and short ways to talk to it: for tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serveWebhooks, type ServeOptions } from '../io/serve.ts'
import { TESTING_POLICY } from './policy.ts'

export interface Reply {
  readonly status: number
  /** `any`: tests say what they expect in it. */
  readonly json: any
  readonly text: string
  readonly headers: Headers
}

export interface Live {
  readonly dir: string
  readonly url: string
  readonly server: Awaited<ReturnType<typeof serveWebhooks>>
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>
  /** A new endpoint's id. */
  endpoint(url: string, more?: object): Promise<string>
  /** Accepts a message and returns its id. */
  post(endpoint: string, data?: unknown, more?: object): Promise<string>
  /** Stops, and starts again on the same folder. */
  restart(options?: Partial<ServeOptions>): Promise<Live>
  close(): Promise<void>
}

/** Allows loopback and knows the policy `testing`, unless told otherwise. */
export async function openLive(options: Partial<ServeOptions> = {}): Promise<Live> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'flowbench-webhooks-'))
  const server = await serveWebhooks({
    port: 0,
    allowCidr: ['127.0.0.0/8'],
    policies: [TESTING_POLICY],
    ...options,
    dir,
  })
  const { url } = server.http
  const call: Live['call'] = async (method, path, body, headers = {}) => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await fetch(url + path, { method, headers: { ...type, ...headers }, ...sent })
    const text = await response.text()
    const isJson = response.headers.get('content-type') === 'application/json'
    const { status, headers: answered } = response
    return { status, text, json: isJson ? JSON.parse(text) : null, headers: answered }
  }
  return {
    dir,
    url,
    server,
    call,
    async endpoint(target, more = {}) {
      return (await call('POST', '/endpoints', { url: target, policy: 'testing', ...more })).json.id
    },
    async post(endpoint, data = {}, more = {}) {
      return (await call('POST', '/messages', { endpoint, type: 'batch.succeeded', data, ...more })).json.id
    },
    async restart(more = {}) {
      await server.close()
      return await openLive({ ...options, ...more, dir })
    },
    async close() {
      await server.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Asks until `done` says so; gives up after 20 s, which is a failure. */
export async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000
  while (!(await done())) {
    if (performance.now() > end) throw new Error('waited for 20 s')
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  }
}
