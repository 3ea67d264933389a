/**
 * The API's HTTP server. JSON only; `Host` must be one of ours (a page that rebinds its own name to 127.0.0.1 is not),
 * `Origin` is refused (no browser has business here), and every request is bounded in bytes and time.
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { hostPort } from '../../../net/host-port.ts'
import type { WebhookService } from '../service.ts'
import { HttpError, refusalBody, refusalOf } from './refuse.ts'
import { ROUTES, type Answer, type Route } from './routes.ts'

/** A delivery's 20 kB, written with every character escaped, and the rest of the request. */
const BODY_BYTES = 128 * 1024
const HEADER_BYTES = 8 * 1024
const MOST_CONNECTIONS = 10_000
/** For a client to read why its connection ends; closed at once, with bytes of it unread, it would be reset. */
const LINGER_MS = 1000

export interface HttpOptions {
  readonly port: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** `Authorization: Bearer KEY` is then required. */
  readonly apiKey?: string
  /** For a request's headers, and for all of it, ms. */
  readonly headersTimeout?: number
  readonly requestTimeout?: number
  /** Told of errors that are this program's. */
  readonly onBug?: (error: unknown) => void
}

export interface RunningHttp {
  readonly port: number
  readonly host: string
  readonly url: string
  /** Takes no more requests, lets those under way end (`grace` ms), closes. */
  close(grace?: number): Promise<void>
}

/** Starts to listen; rejects when it cannot. */
export async function listen(service: WebhookService, options: HttpOptions): Promise<RunningHttp> {
  const { port: wanted, host = '127.0.0.1', headersTimeout = 10_000, requestTimeout = 30_000 } = options
  const hosts = new Set<string>()
  const keyHash = options.apiKey === undefined ? null : hash('sha256', options.apiKey, 'buffer')
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout,
      requestTimeout,
      keepAliveTimeout: 30_000,
      connectionsCheckingInterval: Math.min(1000, headersTimeout),
      requireHostHeader: true,
    },
    (request, response) => void respond(request, response),
  )
  server.maxConnections = MOST_CONNECTIONS
  server.on('clientError', onClientError)

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer
    try {
      answer = await answerTo(request)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.status === 500) options.onBug?.(error)
      answer = { status: refusal.status, body: refusalBody(refusal) }
      if (refusal.status === 429 || refusal.status === 503) response.setHeader('retry-after', '1')
      // What is left of a body that was not read would be taken for the next request.
      if (!request.complete) response.setHeader('connection', 'close')
    }
    write(response, answer)
  }

  async function answerTo(request: IncomingMessage): Promise<Answer> {
    if (!hosts.has((request.headers.host ?? '').toLowerCase())) {
      throw new HttpError(400, 'wrong_host', 'this server does not go by that name', 'host')
    }
    if (request.headers.origin !== undefined) {
      throw new HttpError(403, 'forbidden_origin', 'requests from web pages are not taken', 'origin')
    }
    const target = request.url!
    const mark = target.indexOf('?')
    const { route, parts } = routeOf(request.method!, mark === -1 ? target : target.slice(0, mark))
    if (keyHash !== null && route.open !== true) checkKey(request, keyHash)
    const body = request.method === 'POST' ? await readBody(request) : ''
    const query = new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1))
    return await route.answer(service, { parts, query, body })
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(wanted, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port } = server.address() as AddressInfo
  for (const name of [host, 'localhost', '127.0.0.1', '::1']) {
    const whole = hostPort(name.toLowerCase(), port)
    hosts.add(whole)
    // Clients leave off the port that goes without saying.
    if (port === 80) hosts.add(whole.slice(0, -':80'.length))
  }
  return {
    port,
    host,
    url: `http://${hostPort(host, port)}`,
    close: (grace = 5000) => closeServer(server, grace),
  }
}

function routeOf(method: string, path: string): { readonly route: Route; readonly parts: readonly string[] } {
  const exact = EXACT.get(`${method} ${path}`)
  if (exact !== undefined) return { route: exact, parts: [] }
  const given = path.split('/')
  for (const { route, pattern } of OPEN) {
    if (route.method !== method || pattern.length !== given.length) continue
    if (pattern.every((part, i) => part === ':' || part === given[i])) {
      return { route, parts: given.filter((_, i) => pattern[i] === ':') }
    }
  }
  throw new HttpError(404, 'not_found', 'there is nothing here')
}

const EXACT = new Map(
  ROUTES.filter(({ path }) => !path.includes(':')).map((r) => [`${r.method} ${r.path}`, r]),
)
const OPEN = ROUTES.filter(({ path }) => path.includes(':')).map((route) => ({
  route,
  pattern: route.path.split('/'),
}))

function checkKey(request: IncomingMessage, keyHash: Buffer): void {
  const given = /^Bearer ([!-~]+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (timingSafeEqual(hash('sha256', given, 'buffer'), keyHash)) return
  throw new HttpError(
    401,
    'unauthorized',
    'Authorization: Bearer and the API key are required',
    'authorization',
  )
}

/** The body as text; empty when there is none. @throws HttpError 413, 415 and 400 */
async function readBody(request: IncomingMessage): Promise<string> {
  const { headers } = request
  if (headers['content-encoding'] !== undefined) {
    throw new HttpError(415, 'unsupported_media_type', 'send the body as it is', 'content-encoding')
  }
  const isEmpty =
    headers['content-length'] === '0' ||
    (headers['content-length'] ?? headers['transfer-encoding']) === undefined
  if (isEmpty && headers['content-type'] === undefined) return ''
  if (!/^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i.test(headers['content-type'] ?? '')) {
    throw new HttpError(415, 'unsupported_media_type', 'the body must be application/json', 'content-type')
  }
  if (Number(headers['content-length'] ?? 0) > BODY_BYTES) throw tooLarge()
  const bytes = await collect(request)
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new HttpError(400, 'invalid', 'the body must be UTF-8')
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

const tooLarge = (): HttpError => new HttpError(413, 'too_large', `a request has ${BODY_BYTES} bytes at most`)

function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > BODY_BYTES) reject(tooLarge())
      else chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    // The client has gone: nobody reads the answer.
    request.on('close', () => reject(new HttpError(400, 'invalid', 'the request did not end')))
    request.on('error', reject)
  })
}

function write(response: ServerResponse, { status, body, contentType = 'application/json' }: Answer): void {
  if (body === null) response.writeHead(status)
  else response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

const STATUS_OF_CLIENT_ERROR: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
}

/** Before there is a request: what the parser refuses, and what came too slowly. */
function onClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = STATUS_OF_CLIENT_ERROR[error.code ?? ''] ?? '400 Bad Request'
  const body = refusalBody(new HttpError(400, 'invalid', status.slice(4).toLowerCase()))
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`
  socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`)
  // One that never closes its half would have a connection for good.
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

async function closeServer(server: Server, grace: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), grace)
  await closed
  clearTimeout(timer)
}
