/** Settings that clients can read and change, with Redis's checks and words. */
import { LEAST_OUTPUT_LIMIT, MOST_QUERY, type Engine } from './engine.ts'

export interface Setting {
  readonly name: string
  get(engine: Engine): string
  /** Sets it; returns what is wrong with the value, or null. Absent: it cannot be changed while the server runs. */
  set?(engine: Engine, value: string): string | null
}

/** Settings without an effect of their own here, which clients and test suites read and set. */
const INERT: readonly (readonly [string, string])[] = [
  ['save', ''],
  ['maxmemory-policy', 'noeviction'],
  ['timeout', '0'],
  ['tcp-keepalive', '300'],
  ['list-max-listpack-size', '-2'],
  ['hash-max-listpack-entries', '512'],
  ['set-max-intset-entries', '512'],
  ['zset-max-listpack-entries', '128'],
  ['lazyfree-lazy-user-del', 'yes'],
  ['slowlog-log-slower-than', '10000'],
  ['latency-monitor-threshold', '0'],
  ['busy-reply-threshold', '5000'],
  ['activedefrag', 'no'],
  ['rdbcompression', 'no'],
]

const between = (low: number, high: number): string => `argument must be between ${low} and ${high} inclusive`

function whole(value: string, low: number, high: number): number | null {
  if (!/^-?\d{1,16}$/.test(value)) return null
  const number = Number(value)
  return number >= low && number <= high ? number : null
}

const array: readonly Setting[] = [
  {
    name: 'array-slice-size',
    get: (engine) => String(2 ** engine.sliceBits),
    set(engine, value) {
      const size = whole(value, 256, 65_536)
      if (size === null) return between(256, 65_536)
      if ((size & (size - 1)) !== 0) return 'array-slice-size must be a power of two'
      engine.sliceBits = Math.log2(size)
      return null
    },
  },
  {
    name: 'array-sparse-kmin',
    get: (engine) => String(engine.kmin),
    set(engine, value) {
      const kmin = whole(value, 0, 256)
      if (kmin === null) return between(0, 256)
      if (engine.kmax !== 0 && kmin >= engine.kmax)
        return 'array-sparse-kmin must be less than array-sparse-kmax'
      engine.setWidths(engine.kmax, kmin)
      return null
    },
  },
  {
    name: 'array-sparse-kmax',
    get: (engine) => String(engine.kmax),
    set(engine, value) {
      const kmax = whole(value, 0, 256)
      if (kmax === null) return between(0, 256)
      if (kmax !== 0 && kmax <= engine.kmin) {
        return 'array-sparse-kmax must be greater than array-sparse-kmin when non-zero'
      }
      engine.setWidths(kmax, engine.kmin)
      return null
    },
  },
]

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1_000,
  kb: 1_024,
  m: 1_000_000,
  mb: 2 ** 20,
  g: 1e9,
  gb: 2 ** 30,
}

function bytes(value: string): number | null {
  const parts = /^(\d{1,15})([a-z]{0,2})$/i.exec(value)
  const unit = parts === null ? undefined : UNITS[parts[2]!.toLowerCase()]
  return unit === undefined ? null : Number(parts![1]) * unit
}

export const ONLY_THIS_MACHINE = 'without a password only this machine is served'

/** As in Redis: with less, nobody might be able to set it back. */
const LEAST_QUERY = 2 ** 20

const own: readonly Setting[] = [
  {
    name: 'argrep-max-steps',
    get: (engine) => String(engine.maxSteps),
    set(engine, value) {
      const steps = whole(value, 1, Number.MAX_SAFE_INTEGER)
      if (steps === null) return between(1, Number.MAX_SAFE_INTEGER)
      engine.maxSteps = steps
      return null
    },
  },
  {
    name: 'maxmemory',
    get: (engine) => String(engine.maxMemory),
    set(engine, value) {
      const limit = bytes(value)
      if (limit === null) return 'argument must be a memory value'
      engine.maxMemory = limit
      return null
    },
  },
  {
    name: 'maxclients',
    get: (engine) => String(engine.maxClients),
    set(engine, value) {
      const most = whole(value, 1, 2 ** 32 - 1)
      if (most === null) return between(1, 2 ** 32 - 1)
      engine.maxClients = most
      return null
    },
  },
  {
    name: 'client-output-buffer-limit',
    get: (engine) => String(engine.outputLimit),
    set(engine, value) {
      const limit = bytes(value)
      if (limit === null || limit < LEAST_OUTPUT_LIMIT)
        return `argument must be a memory value of ${LEAST_OUTPUT_LIMIT} or more`
      engine.outputLimit = limit
      return null
    },
  },
  {
    name: 'client-query-buffer-limit',
    get: (engine) => String(engine.queryLimit),
    set(engine, value) {
      const limit = bytes(value)
      if (limit === null) return 'argument must be a memory value'
      if (limit < LEAST_QUERY || limit > MOST_QUERY) return between(LEAST_QUERY, MOST_QUERY)
      engine.queryLimit = limit
      return null
    },
  },
  {
    name: 'notify-keyspace-events',
    get: (engine) => engine.events.text,
    set: (engine, value) =>
      engine.events.set(value) ? null : "Invalid event class character. Use 'g$lshzxeKEtmdnoa'.",
  },
  {
    name: 'appendfsync',
    get: (engine) => engine.fsync,
    set(engine, value) {
      if (value !== 'always' && value !== 'everysec' && value !== 'no') {
        return 'argument(s) must be one of the following: everysec, always, no'
      }
      engine.fsync = value
      return null
    },
  },
  {
    name: 'auto-aof-rewrite-percentage',
    get: (engine) => String(engine.rewritePercentage),
    set(engine, value) {
      const percentage = whole(value, 0, 2 ** 31 - 1)
      if (percentage === null) return between(0, 2 ** 31 - 1)
      engine.rewritePercentage = percentage
      return null
    },
  },
  {
    name: 'auto-aof-rewrite-min-size',
    get: (engine) => String(engine.rewriteMinSize),
    set(engine, value) {
      const size = bytes(value)
      if (size === null) return 'argument must be a memory value'
      engine.rewriteMinSize = size
      return null
    },
  },
  {
    name: 'appendonly',
    get: (engine) => (engine.host.durable ? 'yes' : 'no'),
    set: (engine, value) =>
      value === (engine.host.durable ? 'yes' : 'no')
        ? null
        : 'the log is on exactly when a directory is given',
  },
  {
    name: 'requirepass',
    get: (engine) => engine.password,
    set(engine, value) {
      if (value === '' && engine.host.isOpen) return ONLY_THIS_MACHINE
      engine.password = value
      return null
    },
  },
  { name: 'databases', get: (engine) => String(engine.keyspaces.length) },
  { name: 'proto-max-bulk-len', get: () => '536870912' },
  { name: 'dir', get: (engine) => engine.host.directory },
]

const inert: readonly Setting[] = INERT.map(([name, initial]) => ({
  name,
  get: (engine) => engine.inert.get(name) ?? initial,
  set(engine, value) {
    engine.inert.set(name, value)
    return null
  },
}))

export const SETTINGS: readonly Setting[] = [...array, ...own, ...inert]
