/** The server under redis-benchmark, beside Debian's: operations a second of its processor, and a second of the clock. */
import { fdatasyncSync, openSync, closeSync, mkdtempSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Asker,
  benchmark,
  cpuSeconds,
  missingProgram,
  redisVersion,
  startOurs,
  startRedis,
  writesOf,
} from '../../peers/sparse-array/servers.ts'
import { arrayRedis } from '../../peers/sparse-array/array-redis.ts'
import type { BenchServer } from '../../peers/sparse-array/servers.ts'
import type { Burst, Contestant, Row } from '../../harness/row.ts'
import { ours, yardstick } from './contestants.ts'

const KEYS = 100_000
const REQUESTS = 400_000
const VALUE = 'x'.repeat(64)
const LOAD = ['-c', '20', '-P', '16', '-r', String(KEYS), '-n', String(REQUESTS), '-d', '64']

type Measure = 'cpu' | 'clock'

/** `command` against the server; `verify` says that what it should have done is done. */
async function loaded(
  server: BenchServer,
  fill: readonly string[] | null,
  command: readonly string[],
  measure: Measure,
  verify: (client: Asker) => Promise<boolean>,
  url?: URL,
): Promise<Burst> {
  const client = url === undefined ? await Asker.connect(server.port) : await Asker.open(url)
  if (fill !== null) for (let i = 0; i < 4; i++) await benchmark(server.port, [...LOAD, ...fill], url)
  return {
    run: () => 1,
    work: REQUESTS,
    expected: 1,
    timed: async (repeats) => {
      let seconds = 0
      for (let i = 0; i < repeats; i++) {
        const before = measure === 'cpu' ? cpuSeconds(server.pid) : 0
        const rate = await benchmark(server.port, [...LOAD, ...command], url)
        seconds += measure === 'cpu' ? cpuSeconds(server.pid) - before : REQUESTS / rate
      }
      return { seconds, check: (await verify(client)) ? 1 : 0 }
    },
    close: async () => {
      client.close()
      await server.close()
    },
  }
}

/** What redis-benchmark makes of a random number below 2^31 in a key or an argument. */
const RANDOM = '__rand_int__'
const aKey = 'key:000000000007'
const GET = ['-t', 'get']
const SET = ['-t', 'set']
const ARRAY = 'a'
const arget = (key: string): string[] => ['ARGET', key, RANDOM]
const arset = (key: string): string[] => ['ARSET', key, RANDOM, VALUE]

const isSet = async (client: Asker): Promise<boolean> =>
  (await client.ask('GET', aKey)).length === VALUE.length
const isElementOf =
  (key: string) =>
  async (client: Asker): Promise<boolean> =>
    (await client.ask('ARGET', key, '7')) === VALUE

const debian = (prepare: Contestant['prepare']): Contestant => ({
  id: 'redis',
  get version() {
    return redisVersion()
  },
  missing: () =>
    missingProgram('redis-server', 'redis-server') ?? missingProgram('redis-benchmark', 'redis-tools'),
  prepare,
})

const needsBenchmark = (prepare: Contestant['prepare']): Contestant => ({
  ...ours(prepare),
  missing: () => missingProgram('redis-benchmark', 'redis-tools'),
})

const NO_LOG = ['--appendonly', 'no']

function stringRow(name: 'get' | 'set', measure: Measure): Row {
  const command = name === 'get' ? GET : SET
  const unit = measure === 'cpu' ? 'requests per server CPU second' : 'requests/s'
  return {
    id: `sparse-array/serve-${name}${measure === 'cpu' ? '' : '-clock'}`,
    unit,
    better: 'higher',
    summary: `redis-benchmark ${name.toUpperCase()}, 20 clients, pipeline 16, ${KEYS} keys of 64 bytes; a key's value is verified.`,
    ours: needsBenchmark(async () => loaded(await startOurs(), SET, command, measure, isSet)),
    peers: [debian(async () => loaded(await startRedis(NO_LOG), SET, command, measure, isSet))],
    atMost: { rounds: 7, samples: 1 },
  }
}

/** Somebody else's server: its processor time is not ours to see, and it is not ours to end. */
const NOT_OURS: BenchServer = { port: 0, pid: 0, close: async () => {} }

function arrayRow(name: 'arget' | 'arset', measure: Measure): Row {
  const command = name === 'arget' ? arget : arset
  return {
    id: `sparse-array/serve-${name}${measure === 'cpu' ? '' : '-clock'}`,
    unit: measure === 'cpu' ? 'requests per server CPU second' : 'requests/s',
    better: 'higher',
    summary: `redis-benchmark ${name.toUpperCase()}, 20 clients, pipeline 16, ${KEYS} elements of 64 bytes, beside Debian's ${name === 'arget' ? 'GET' : 'SET'}; an element is verified.`,
    ours: needsBenchmark(async () =>
      loaded(await startOurs(), arset(ARRAY), command(ARRAY), measure, isElementOf(ARRAY)),
    ),
    peers: [
      debian(async () => loaded(await startRedis(NO_LOG), SET, name === 'arget' ? GET : SET, measure, isSet)),
      ...(measure === 'cpu'
        ? []
        : [
            arrayRedis(
              async ({ url, key }) =>
                loaded(NOT_OURS, arset(key), command(key), measure, isElementOf(key), url),
              'redis-arrays',
            ),
          ]),
    ],
    atMost: { rounds: 7, samples: 1 },
  }
}

const APPENDS = 8_000
const APPEND_LOAD = ['-c', '64', '-n', String(APPENDS)]
/** Bursts before the first that counts: a server that waits for the disk compiles its code slowly. */
const APPEND_WARM_UPS = 6

/** How often the log of a server was synced so far. */
type Syncs = (server: BenchServer, client: Asker) => Promise<number>

const ourSyncs: Syncs = async (_, client) =>
  Number(/log_syncs:(\d+)/.exec(await client.ask('INFO', 'server'))![1])

/** Redis writes each reply by itself, and each group of its log before it syncs it: the rest of its writes are groups. */
const redisSyncs: Syncs = async ({ pid }, client) =>
  writesOf(pid) - Number(/total_commands_processed:(\d+)/.exec(await client.ask('INFO', 'stats'))![1])

/**
 * Acknowledged appends of 64 clients, each on the disk; how many are there is verified. With `syncs` the figure is not
 * the time but how often the disk was waited for.
 */
async function appends(
  server: BenchServer,
  command: string,
  count: string,
  syncs: Syncs | null,
): Promise<Burst> {
  const client = await Asker.connect(server.port)
  for (let i = 0; i < APPEND_WARM_UPS; i++) {
    await benchmark(server.port, [...APPEND_LOAD, command, 'q', VALUE])
  }
  return {
    run: () => 1,
    work: APPENDS,
    expected: 1,
    timed: async (repeats) => {
      const before = Number(await client.ask(count, 'q'))
      const syncsBefore = (await syncs?.(server, client)) ?? 0
      let seconds = 0
      for (let i = 0; i < repeats; i++) {
        seconds += APPENDS / (await benchmark(server.port, [...APPEND_LOAD, command, 'q', VALUE]))
      }
      if (syncs !== null) seconds = (await syncs(server, client)) - syncsBefore
      const appended = Number(await client.ask(count, 'q')) - before
      return { seconds, check: appended === repeats * APPENDS ? 1 : 0 }
    },
    close: async () => {
      client.close()
      await server.close()
    },
  }
}

/** One write and one fdatasync after the other: what the disk gives to who waits for each. */
function bareSyncs(): Burst {
  const folder = mkdtempSync(join(tmpdir(), 'fdatasync-'))
  const file = openSync(join(folder, 'log'), 'a')
  const bytes = Buffer.alloc(100, 1)
  const work = 100
  return {
    run: () => {
      for (let i = 0; i < work; i++) {
        writeSync(file, bytes)
        fdatasyncSync(file)
      }
      return work
    },
    work,
    expected: work,
    close: () => {
      closeSync(file)
      rmSync(folder, { recursive: true })
    },
  }
}

function appenders(ourCount: Syncs | null, redisCount: Syncs | null): Pick<Row, 'ours' | 'peers'> {
  return {
    ours: needsBenchmark(async () =>
      appends(await startOurs({ dir: true, fsync: 'always' }), 'ARINSERT', 'ARCOUNT', ourCount),
    ),
    peers: [
      debian(async () =>
        appends(
          await startRedis(['--appendonly', 'yes', '--appendfsync', 'always']),
          'RPUSH',
          'LLEN',
          redisCount,
        ),
      ),
      ...(ourCount === null ? [yardstick('fdatasync', bareSyncs)] : []),
    ],
  }
}

export const serveRows: readonly Row[] = [
  ...(['cpu', 'clock'] as const).flatMap((measure): Row[] => [
    stringRow('get', measure),
    stringRow('set', measure),
    arrayRow('arget', measure),
    arrayRow('arset', measure),
  ]),
  {
    id: 'sparse-array/append-always',
    unit: 'acknowledged/s',
    better: 'higher',
    summary: `ARINSERT with fsync always, 64 clients, beside Debian's RPUSH with appendfsync always and a bare loop of fdatasync; the number of elements is verified.`,
    ...appenders(null, null),
    atMost: { rounds: 7, samples: 1 },
  },
  {
    id: 'sparse-array/append-always-group',
    unit: 'acknowledged/sync',
    better: 'higher',
    summary: `The same: how many appends one sync of the log acknowledges.`,
    ...appenders(ourSyncs, redisSyncs),
    atMost: { rounds: 7, samples: 1 },
  },
]
