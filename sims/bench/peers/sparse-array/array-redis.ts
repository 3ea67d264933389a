/**
 * A Redis that has arrays (8.8 and later), which `bench --redis URL` names: Debian has none to start. It may be anywhere
 * and hold anything, so only keys of our own are touched, and they are deleted in the end.
 */
import { CouldNotMeasure } from '../../harness/errors.ts'
import type { Burst, Contestant } from '../../harness/row.ts'
import { Asker } from './servers.ts'

/** Contestants run in processes of their own and learn the address from their environment. */
const VARIABLE = 'FLOWBENCH_ARRAY_REDIS'

/**
 * From here on it takes part. Throws TypeError for a text that is no redis:// URL, CouldNotMeasure for a server that
 * cannot be reached or does not let us in. One without arrays is listed as missing.
 */
export async function nameArrayRedis(text: string): Promise<void> {
  const url = new URL(text)
  if (url.protocol !== 'redis:' || url.hostname === '') throw new TypeError(`no redis://HOST:PORT: ${text}`)
  try {
    const client = await Asker.open(url)
    client.close()
  } catch (error) {
    throw new CouldNotMeasure(`--redis: ${url.host}: ${reason(error)}`, { cause: error })
  }
  process.env[VARIABLE] = text
}

/** An error that stands for several, one for each address of a name, says nothing itself. */
function reason(error: unknown): string {
  const one = error instanceof AggregateError ? error.errors[0] : error
  return one instanceof Error ? one.message : String(one)
}

const named = (): URL | null => (process.env[VARIABLE] === undefined ? null : new URL(process.env[VARIABLE]))

/** A key of this process alone. */
const KEY = `flowbench:bench:${process.pid}`

export interface ArrayRedis {
  readonly url: URL
  readonly client: Asker
  /** Deleted before and after. */
  readonly key: string
}

/** `id`: how it is called in the row. */
export function arrayRedis(prepare: (redis: ArrayRedis) => Promise<Burst>, id = 'redis'): Contestant {
  let version = 'none'
  return {
    id,
    get version() {
      return version
    },
    missing: async () => {
      const url = named()
      if (url === null) {
        return {
          why: 'no Redis with arrays (8.8) was named, and Debian has none',
          install: 'flowbench bench sparse-array --redis redis://HOST:PORT',
        }
      }
      const install = `a Redis with arrays at ${url.host}`
      let client: Asker
      try {
        client = await Asker.open(url)
      } catch (error) {
        return { why: `${url.host}: ${reason(error)}`, install }
      }
      const reply = await client.askReply('ARLEN', KEY)
      const info = await client.ask('INFO', 'server')
      client.close()
      version = /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'
      if (reply.type === 'integer') return null
      return { why: `${url.host} has no arrays: ${'text' in reply ? reply.text : reply.type}`, install }
    },
    prepare: async () => {
      const url = named()!
      const client = await Asker.open(url)
      await client.ask('DEL', KEY)
      const burst = await prepare({ url, client, key: KEY })
      return {
        ...burst,
        close: async () => {
          await client.ask('DEL', KEY)
          client.close()
          await burst.close?.()
        },
      }
    },
  }
}

const AT_ONCE = 500

/** Sets elements, some hundred a command. */
export async function fillArray(
  { client, key }: ArrayRedis,
  count: number,
  element: (i: number) => readonly [index: string, value: string],
): Promise<void> {
  for (let i = 0; i < count; i += AT_ONCE) {
    const pairs = Array.from({ length: Math.min(AT_ONCE, count - i) }, (_, k) => element(i + k)).flat()
    await client.ask('ARMSET', key, ...pairs)
  }
}
