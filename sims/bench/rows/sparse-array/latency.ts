/** How long one client waits while others ask for long work over two million fragments. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { Asker, startEcho, startOurs } from '../../peers/sparse-array/servers.ts'
import type { BenchServer } from '../../peers/sparse-array/servers.ts'
import type { Burst, Row } from '../../harness/row.ts'
import { frameOf } from '../../../../engines/sparse-array/testing/index.ts'
import { markdown } from '../regex/texts.ts'
import { ours, yardstick } from './contestants.ts'
import { connect } from 'node:net'

const FRAGMENTS = 2_000_000
const AT_ONCE = 5_000
const HAMMER = join(import.meta.dirname, '../../peers/sparse-array/hammer.ts')
const SECONDS = 4
const EVERY_MS = 2
const LONG_WORK = [
  'ARGREP k - + RE (agent|memory)_(redis|array) COUNT',
  "ARGREP k - + MATCH '' WITHVALUES",
  'BGSAVE',
]

async function filled(yields: boolean): Promise<BenchServer> {
  const server = await startOurs({ yields, outputLimit: 2 ** 31 })
  const all = markdown(AT_ONCE)
  const text = Buffer.alloc(all.bytes)
  all.writeTo(text)
  const values = Array.from(all.starts, (start, i) => text.subarray(start, all.ends[i]))
  const socket = connect(server.port, '127.0.0.1')
  const request = frameOf(['ARINSERT', 'k', ...values])
  let replies = 0
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      replies += String(chunk).split('\r\n').length - 1
      if (replies * AT_ONCE === FRAGMENTS) resolve()
      else socket.write(request)
    })
    socket.write(request)
  })
  socket.destroy()
  return server
}

/** Waits of ARGETs sent every 2 ms to `asked` while the hammer works on the server, seconds, ascending. */
async function waits(server: BenchServer, asked: BenchServer): Promise<number[]> {
  const hammer: ChildProcess = spawn(process.execPath, [HAMMER, String(server.port), ...LONG_WORK], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const client = await Asker.connect(asked.port)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const found: Promise<number>[] = []
  const until = performance.now() + 1_000 * SECONDS
  for (let next = performance.now(); next < until; next += EVERY_MS) {
    // Asked when it is due, whether or not those before are answered: a stall must not hide what it keeps waiting.
    while (performance.now() < next) await new Promise((resolve) => setTimeout(resolve, 1))
    const due = next
    const reply = client.askReply('ARGET', 'k', String((found.length * 7_919) % FRAGMENTS))
    found.push(
      reply.then((got) => {
        const isRight =
          asked === server ? got.type === 'bulk' && got.bytes.length >= 20 : got.type === 'array'
        if (!isRight) throw new Error('no fragment')
        return (performance.now() - due) / 1_000
      }),
    )
  }
  const all = await Promise.all(found)
  client.close()
  hammer.kill('SIGKILL')
  return all.toSorted((a, b) => a - b)
}

/** `echoes`: not the server is asked but, beside the same load, one that only sends back what it gets. */
async function waiting(share: number, yields: boolean, echoes: boolean): Promise<Burst> {
  const server = await filled(yields)
  const asked = echoes ? await startEcho() : server
  return {
    run: () => 1,
    work: 1,
    expected: 1,
    timed: async (repeats) => {
      let sum = 0
      for (let i = 0; i < repeats; i++) {
        const sorted = await waits(server, asked)
        sum += sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
      }
      return { seconds: sum, check: 1 }
    },
    close: async () => {
      if (echoes) await asked.close()
      await server.close()
    },
  }
}

/** One ARGREP alone on the server. */
async function searching(yields: boolean): Promise<Burst> {
  const server = await filled(yields)
  const client = await Asker.connect(server.port)
  return {
    run: async () =>
      Number(await client.ask('ARGREP', 'k', '-', '+', 'RE', '(latency|budget) (review|plan)', 'COUNT')),
    work: 1,
    expected: Number(
      await client.ask('ARGREP', 'k', '-', '+', 'RE', '(latency|budget) (review|plan)', 'COUNT'),
    ),
    close: async () => {
      client.close()
      await server.close()
    },
  }
}

const row = (
  id: string,
  summary: string,
  burst: (yields: boolean) => Promise<Burst>,
  echo?: () => Promise<Burst>,
): Row => ({
  id: `sparse-array/${id}`,
  unit: 's',
  better: 'lower',
  summary,
  ours: ours(() => burst(true)),
  peers: [yardstick('at-once', () => burst(false)), ...(echo === undefined ? [] : [yardstick('echo', echo)])],
  atMost: { rounds: 3, samples: 1 },
})

const BESIDE =
  'ARGET every 2 ms beside clients that loop RE, MATCH "" WITHVALUES and BGSAVE over two million fragments'

const besideRow = (id: string, what: string, share: number): Row =>
  row(
    id,
    `${BESIDE}: ${what}.`,
    (yields) => waiting(share, yields, false),
    () => waiting(share, true, true),
  )

export const latencyRows: readonly Row[] = [
  besideRow('arget-beside-p99', '99th percentile', 0.99),
  besideRow('arget-beside-longest', 'the longest', 1),
  row(
    'argrep-yielding',
    'An ARGREP of two alternations over two million fragments, beside a server that does not yield; the count is verified.',
    searching,
  ),
]
