/** The API, route by route: reads the request, asks the service, shapes the answer. */
import { parseMessageId, acceptedAt } from '../../message/id.ts'
import type { Endpoint } from '../endpoints.ts'
import type { MessageView } from '../messages.ts'
import type { WebhookService } from '../service.ts'
import type { EndpointState } from '../../schedule/transitions.ts'
import { metricsText } from './metrics.ts'
import { HttpError, invalid } from './refuse.ts'
import { queryOf, readFields } from './validate.ts'

export interface Answer {
  readonly status: number
  /** A JSON text, or null for none. */
  readonly body: string | null
  readonly contentType?: string
}

export interface Ask {
  /** The parts of the path that the route leaves open. */
  readonly parts: readonly string[]
  readonly query: URLSearchParams
  readonly body: string
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `:` stands for one part of the path. */
  readonly path: string
  /** Answered without an API key. */
  readonly open?: true
  answer(service: WebhookService, ask: Ask): Answer | Promise<Answer>
}

const VIEWS = ['pending', 'held', 'delivered', 'dead', 'cancelled'] as const satisfies readonly MessageView[]
const REVOKE = ['now', '24h'] as const
const PAGE = 100

const json = (status: number, value: unknown): Answer => ({ status, body: JSON.stringify(value) })
const endpointName = (id: number): string => `ep_${id}`
const iso = (ms: number): string => new Date(ms).toISOString()

/** The number in `ep_12`. @throws HttpError 404 */
function endpointId(text: string, field: string | null = null): number {
  const match = /^ep_([1-9]\d{0,8})$/.exec(text)
  if (match === null) throw new HttpError(404, 'not_found', 'there is no such endpoint', field)
  return Number(match[1])
}

function messageSeq(service: WebhookService, text: string): number {
  const seq = parseMessageId(text, service.tag)
  if (seq === null) throw new HttpError(404, 'not_found', 'there is no such message')
  return seq
}

function noBody({ body }: Ask): void {
  if (body.trim() !== '') readFields(body, [])
}

function endpointView(endpoint: Endpoint & { readonly state: EndpointState }): object {
  const { id, target, mode, policy, rate, created, state } = endpoint
  const { url } = target
  return { id: endpointName(id), url: url.href, mode, policy, rateLimit: rate, state, created: iso(created) }
}

async function changed(service: WebhookService, ask: Ask, event: 'pause' | 'resume'): Promise<Answer> {
  noBody(ask)
  const id = endpointId(ask.parts[0]!)
  return json(200, { id: endpointName(id), state: await service.change(id, event) })
}

export const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/messages',
    async answer(service, { body }) {
      const fields = readFields(body, ['endpoint', 'type', 'data', 'idempotencyKey'])
      const endpoint = endpointId(fields.string('endpoint'), 'endpoint')
      const type = fields.eventType('type')
      const data = fields.text('data')
      const idempotencyKey = fields.idempotencyKey('idempotencyKey')
      const { seq } = await service.accept({ endpoint, type, data, idempotencyKey })
      return { status: 202, body: `{"id":"${service.publicId(seq)}"}` }
    },
  },
  {
    method: 'GET',
    path: '/messages',
    async answer(service, { query }) {
      const given = queryOf(query, ['endpoint', 'state', 'after', 'limit'])
      const endpoint = given.has('endpoint') ? endpointId(given.get('endpoint')!, 'endpoint') : null
      const state = given.get('state')
      const view = VIEWS.find((one) => one === state) ?? null
      if (state !== undefined && view === null)
        throw invalid(`state must be one of ${VIEWS.join(', ')}`, 'state')
      const cursor = given.get('after')
      const after = cursor === undefined ? 0 : parseMessageId(cursor, service.tag)
      if (after === null) throw invalid('after must be the id of a message', 'after')
      const limit = Number(given.get('limit') ?? PAGE)
      if (!Number.isInteger(limit) || limit < 1 || limit > PAGE)
        throw invalid(`limit is 1 to ${PAGE}`, 'limit')
      const { rows, next } = await service.messages.list({ after, endpoint, view, limit })
      const messages = rows.map(({ seq, endpoint, view, attempts }) => ({
        id: service.publicId(seq),
        endpoint: endpointName(endpoint),
        state: view,
        attempts,
        accepted: iso(acceptedAt(seq)),
      }))
      return json(200, { messages, next: next === null ? null : service.publicId(next) })
    },
  },
  {
    method: 'GET',
    path: '/messages/:',
    async answer(service, { parts }) {
      const seq = messageSeq(service, parts[0]!)
      const { endpoint, type, view, due, log } = await service.messages.read(seq)
      return json(200, {
        id: parts[0]!,
        endpoint: endpointName(endpoint),
        type,
        state: view,
        accepted: iso(acceptedAt(seq)),
        next: view === 'pending' ? iso(due) : null,
        attempts: log.map(({ at, status, error }) => ({ at: iso(at), status, error })),
      })
    },
  },
  {
    method: 'POST',
    path: '/messages/:/replay',
    async answer(service, ask) {
      noBody(ask)
      await service.messages.replay(messageSeq(service, ask.parts[0]!))
      return json(202, { id: ask.parts[0]! })
    },
  },
  {
    method: 'POST',
    path: '/replay',
    async answer(service, { body }) {
      const fields = readFields(body, ['endpoint', 'from', 'to', 'state'])
      const endpoint = endpointId(fields.string('endpoint'), 'endpoint')
      const [from, to] = [fields.time('from'), fields.time('to')]
      if (to < from) throw invalid('to is before from', 'to')
      const view = fields.has('state') ? fields.oneOf('state', ['delivered', 'dead']) : null
      return json(202, { replayed: await service.messages.replayRange({ endpoint, from, to, view }) })
    },
  },
  {
    method: 'POST',
    path: '/endpoints',
    async answer(service, { body }) {
      const fields = readFields(body, ['url', 'mode', 'policy', 'rateLimit'])
      const { id, secret } = await service.addEndpoint({
        url: fields.string('url'),
        ...(fields.has('mode') && { mode: fields.oneOf('mode', ['static', 'dynamic']) }),
        ...(fields.has('policy') && { policy: fields.string('policy') }),
        rate: fields.rate('rateLimit'),
      })
      return json(201, { id: endpointName(id), secret })
    },
  },
  {
    method: 'GET',
    path: '/endpoints/:',
    async answer(service, { parts }) {
      const endpoint = service.endpoint(endpointId(parts[0]!))
      const events = await service.eventsOf(endpoint.id)
      return json(200, {
        ...endpointView(endpoint),
        events: events.map(({ at, type }) => ({ at: iso(at), type })),
      })
    },
  },
  {
    method: 'DELETE',
    path: '/endpoints/:',
    async answer(service, { parts }) {
      await service.change(endpointId(parts[0]!), 'delete')
      return { status: 204, body: null }
    },
  },
  {
    method: 'POST',
    path: '/endpoints/:/rotate',
    async answer(service, { parts, body }) {
      const id = endpointId(parts[0]!)
      const { secret } = await service.rotate(id, readFields(body, ['revoke']).oneOf('revoke', REVOKE))
      return json(200, { id: endpointName(id), secret })
    },
  },
  {
    method: 'POST',
    path: '/endpoints/:/ping',
    async answer(service, ask) {
      noBody(ask)
      const { id } = service.endpoint(endpointId(ask.parts[0]!))
      const { seq } = await service.accept({ endpoint: id, type: 'webhook.ping', data: '{}' })
      return json(202, { id: service.publicId(seq) })
    },
  },
  { method: 'POST', path: '/endpoints/:/pause', answer: (service, ask) => changed(service, ask, 'pause') },
  { method: 'POST', path: '/endpoints/:/resume', answer: (service, ask) => changed(service, ask, 'resume') },
  {
    method: 'POST',
    path: '/keys/rotate',
    async answer(service, { body }) {
      await service.rotateService(readFields(body, ['revoke']).oneOf('revoke', REVOKE))
      return json(200, service.publishedKeys())
    },
  },
  {
    method: 'GET',
    path: '/.well-known/jwks.json',
    open: true,
    answer: (service) => json(200, service.publishedKeys()),
  },
  {
    method: 'GET',
    path: '/metrics',
    answer: (service) => ({
      status: 200,
      body: metricsText(service.metrics()),
      contentType: 'text/plain; version=0.0.4',
    }),
  },
  { method: 'GET', path: '/healthz', open: true, answer: () => json(200, { ok: true }) },
]
