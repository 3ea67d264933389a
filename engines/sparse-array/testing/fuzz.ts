/**
 * RESP streams, sound ones and mutated ones, in pieces of any size: no crash, no hang, bounded memory, and every reply
 * well formed.
 *
 *     node engines/sparse-array/testing/fuzz.ts [streams] [seed]
 */
import { Engine } from '../server/engine.ts'
import { Client, frame } from './client.ts'
import { parseReplies } from './cli-format.ts'
import { randomCommand, randomValue } from './commands.ts'
import { seeded } from './random.ts'
import type { Random } from './random.ts'

export interface FuzzRun {
  readonly streams: number
  readonly replies: number
  readonly errors: number
  readonly protocolErrors: number
}

const OTHER =
  `PING;ECHO hello;SELECT 3;HELLO 3;HELLO 2;HELLO 4;CLIENT SETNAME x;CLIENT LIST;INFO;CONFIG GET *;COMMAND;
COMMAND DOCS;SET k v;SET k v EX 10 NX GET;GET k;DEL k a;KEYS *;SCAN 0 COUNT 3;EXPIRE a 10;TTL a;PERSIST a;RENAME a b;
COPY a b;MULTI;EXEC;DISCARD;WATCH a;UNWATCH;SUBSCRIBE c d;UNSUBSCRIBE;PSUBSCRIBE *;PUNSUBSCRIBE;PUBLISH c m;OBJECT HELP;
OBJECT ENCODING a;MEMORY USAGE a;TYPE a;DBSIZE;FLUSHDB;RESET;AUTH x;DEBUG DIGEST;DEBUG RELOAD;ARINFO a FULL;BGSAVE;SAVE;
CONFIG SET notify-keyspace-events KEA;CONFIG SET array-slice-size 256;CONFIG SET maxmemory 100;CONFIG SET maxmemory 0;
ACL CAT;LPUSH a x;SORT a;RANDOMKEY;TIME;LASTSAVE;QUIT;FUNCTION FLUSH;NOSUCH a b;ARSET a;ARGREP a - + RE (a|b)*c{1,20}`
    .split(/;\s*/)
    .map((line) => line.split(' '))

/** One stream of commands, as a client would send it. */
function stream(random: Random): Buffer {
  const parts: Uint8Array[] = []
  for (let i = 1 + random.below(6); i > 0; i--) {
    const command = random.below(2) === 0 ? randomCommand(random) : random.pick(OTHER)
    if (random.below(8) === 0) parts.push(Buffer.from(`${command.join(' ')}\r\n`, 'latin1'))
    else parts.push(frame(...command))
  }
  return Buffer.concat(parts)
}

const SPICE = [
  '*-1\r\n',
  '*0\r\n',
  '*4294967296\r\n',
  '*1048577\r\n',
  '$-1\r\n',
  '$536870913\r\n',
  '$0\r\n\r\n',
  '\r\n',
  '\n',
  '"',
  "'",
  '\\x',
  '*1\r\n$',
  'POST ',
  'Host: x\r\n',
  '*2147483647\r\n$3\r\nfoo\r\n',
  '$18446744073709551616\r\n',
  '*01\r\n',
  ':1\r\n',
]

function mutated(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const at = random.below(copy.length + 1)
  switch (random.below(7)) {
    case 0:
      return copy.subarray(0, at)
    case 1:
      return Buffer.concat([
        copy.subarray(0, at),
        Buffer.from(random.pick(SPICE), 'latin1'),
        copy.subarray(at),
      ])
    case 2:
      return Buffer.concat([
        copy.subarray(0, at),
        copy.subarray(Math.min(copy.length, at + 1 + random.below(8))),
      ])
    case 3:
      return Buffer.concat([
        copy.subarray(0, at),
        Buffer.from(randomValue(random), 'latin1'),
        copy.subarray(at),
      ])
    case 4:
      return Buffer.concat([copy.subarray(at), copy.subarray(0, at)])
    default:
      for (let i = random.below(4); i >= 0 && copy.length > 0; i--)
        copy[random.below(copy.length)] = random.below(256)
      return copy
  }
}

const MOST_OUT = 64 << 20

/** Throws on anything that must not happen. */
export function runFuzz(streams: number, seed: number): FuzzRun {
  const random = seeded(seed)
  let engine = new Engine({ debug: true })
  const totals = { replies: 0, errors: 0, protocolErrors: 0 }
  for (let i = 0; i < streams; i++) {
    if (i % 500 === 0) {
      engine.space.release()
      engine = new Engine({ debug: true })
      engine.maxSteps = 20_000_000
    }
    const client = new Client(engine)
    let bytes = stream(random)
    for (let rounds = random.below(4); rounds > 0; rounds--) bytes = mutated(random, bytes)
    try {
      feed(client, random, bytes, totals)
    } catch (error) {
      throw new Error(
        `stream ${i} of seed ${seed}: ${JSON.stringify(bytes.toString('latin1')).slice(0, 2_000)}`,
        {
          cause: error,
        },
      )
    }
    client.session.close()
  }
  if (engine.sessions.size > 0) throw new Error('closed sessions are kept')
  return { streams, ...totals }
}

function feed(
  client: Client,
  random: Random,
  bytes: Buffer,
  totals: { replies: number; errors: number; protocolErrors: number },
): void {
  const out: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + 1 + random.below(random.below(2) === 0 ? 5 : 400))
    // The chunk is overwritten afterwards, as a socket's buffer may be.
    const chunk = Buffer.from(bytes.subarray(at, end))
    out.push(client.raw(chunk))
    chunk.fill(0xaa)
    at = end
  }
  const all = Buffer.concat(out)
  if (all.length > MOST_OUT) throw new Error(`${all.length} bytes of replies`)
  if (client.session.pending > bytes.length) throw new Error('more waits than has arrived')
  for (const reply of parseReplies(all)) {
    totals.replies++
    if (reply.type !== 'error') continue
    totals.errors++
    if (!reply.text.startsWith('ERR Protocol error')) continue
    totals.protocolErrors++
    if (!client.session.closing) throw new Error('a connection goes on after a protocol error')
  }
}

if (import.meta.main) {
  const streams = Number(process.argv[2] ?? 1_000_000)
  const before = process.memoryUsage.rss()
  const run = runFuzz(streams, Number(process.argv[3] ?? 1))
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20
  console.log(
    `${run.streams} streams: ${run.replies} replies, ${run.errors} errors, ${run.protocolErrors} protocol errors; resident memory grew by ${grown.toFixed(0)} MiB`,
  )
}
