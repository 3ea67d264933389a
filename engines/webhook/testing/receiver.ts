/** A receiver: a real HTTP server on loopback that answers as told and keeps what it got. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Delivery {
  readonly id: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** ms since 1970. */
  readonly at: number
}

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly server: Server
  readonly deliveries: Delivery[]
  /** Sockets that were opened to it. */
  readonly connections: () => number
  close(): Promise<void>
}

export type Answering = (
  delivery: Delivery,
  response: ServerResponse,
  nth: number,
) => number | null | Promise<number | null>

/**
 * Listens on a free port. `answer` gets each delivery and how often its id came before, and returns a status, or
 * writes the response itself and returns null. Default: 200.
 */
export async function openReceiver(answer: Answering = () => 200, host = '127.0.0.1'): Promise<Receiver> {
  const deliveries: Delivery[] = []
  const times = new Map<string, number>()
  let connections = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const id = String(request.headers['webhook-id'])
      const delivery = {
        id,
        path: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks),
        at: Date.now(),
      }
      const nth = times.get(id) ?? 0
      times.set(id, nth + 1)
      deliveries.push(delivery)
      void Promise.resolve(answer(delivery, response, nth)).then((status) => {
        if (typeof status === 'number') response.writeHead(status).end()
      })
    })
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host}:${port}/`,
    port,
    server,
    deliveries,
    connections: () => connections,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}
