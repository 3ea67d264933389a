/** The whole server: folder, service, HTTP. What `flowbench serve webhooks` runs. */
import { parseCidr } from '../address/address.ts'
import { readApiKey } from './api-key.ts'
import { listen, type HttpOptions, type RunningHttp } from './http/server.ts'
import { WebhookService, type ServiceOptions } from './service.ts'

export interface ServeOptions extends Omit<ServiceOptions, 'allow'>, Omit<HttpOptions, 'apiKey'> {
  /** Blocks that may be sent to although they are not public: `127.0.0.0/8`. */
  readonly allowCidr?: readonly string[]
  readonly keyFile?: string
}

export interface WebhookServer {
  readonly http: RunningHttp
  readonly service: WebhookService
  /** Takes no more requests, lets attempts end, records them. */
  close(): Promise<void>
}

/** @throws RangeError for a bad block, BadKeyFile, StoreNotOpened; rejects when the port is taken. */
export async function serveWebhooks(options: ServeOptions): Promise<WebhookServer> {
  const { allowCidr = [], keyFile, ...rest } = options
  const allow = allowCidr.map(parseCidr)
  const apiKey = keyFile === undefined ? {} : { apiKey: readApiKey(keyFile) }
  const service = await WebhookService.open({ ...rest, allow })
  try {
    const http = await listen(service, { ...rest, ...apiKey })
    const close = async (): Promise<void> => {
      await http.close()
      await service.close()
    }
    return { http, service, close }
  } catch (error) {
    await service.close()
    throw error
  }
}
