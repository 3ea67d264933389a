/** A live service and a receiver in a process of its own, for the rows that deliver. */
import { rmSync } from 'node:fs'
import { WebhookService, parseCidr } from '../../../../engines/webhook/index.ts'
import { startChild, type Child } from '../../peers/webhook/child.ts'
import { folder } from './accept.ts'

export interface World {
  readonly service: WebhookService
  readonly receiver: Child
  readonly endpoints: readonly number[]
  readonly close: () => Promise<void>
}

export interface WorldOptions {
  /** The receiver's path of each endpoint: there are as many. */
  readonly paths: readonly string[]
  readonly concurrency: number
  readonly synchronous: 'FULL' | 'OFF'
  /** Default: the service's own. */
  readonly policy?: string
}

export async function openWorld({ paths, concurrency, synchronous, policy }: WorldOptions): Promise<World> {
  const dir = folder()
  const receiver = await startChild('receiver.ts')
  const service = await WebhookService.open({
    dir,
    concurrency,
    allow: [parseCidr('127.0.0.0/8')],
    store: { synchronous },
  })
  const made = await Promise.all(
    paths.map((path) =>
      service.addEndpoint({ url: `http://127.0.0.1:${receiver.port}${path}`, ...(policy && { policy }) }),
    ),
  )
  const close = async (): Promise<void> => {
    await service.close(0)
    receiver.close()
    rmSync(dir, { recursive: true, force: true })
  }
  return { service, receiver, endpoints: made.map(({ id }) => id), close }
}

export const pause = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 1)
  })
