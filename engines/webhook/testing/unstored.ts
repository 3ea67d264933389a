/** The HTTP API in front of nothing: every message is answered 202 and forgotten. What HTTP alone costs. */
import { listen, type RunningHttp } from '../io/http/server.ts'
import type { WebhookService } from '../io/service.ts'

/** Listens on a free port. Routes other than `POST /messages` do not work. */
export async function listenUnstored(): Promise<RunningHttp> {
  let seq = 2 ** 51
  const service = {
    accept: () => Promise.resolve({ seq: seq++, fresh: true }),
    publicId: (n: number) => `msg_${n.toString(36)}00000000`,
  }
  return await listen(service as unknown as WebhookService, { port: 0 })
}
