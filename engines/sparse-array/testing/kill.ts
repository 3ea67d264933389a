/**
 * Kill -9 of a real server at random moments, round after round on one folder, with `fsync: always`, snapshots and log
 * rewrites in between: nothing acknowledged may be lost, nothing half there, and each round starts on what the last left.
 *
 *     node engines/sparse-array/testing/kill.ts [rounds] [seed]
 *
 * Each writer counts on: a transaction sets the next element of its array and a string to the number. So one look tells
 * what of it is there: the string is the number last acknowledged or the one that was under way, the array ends there too.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plain } from './model.ts'
import { seeded } from './random.ts'
import { RawClient } from './served.ts'

export interface KillRun {
  readonly rounds: number
  readonly acknowledged: number
  /** Transactions that were under way at a kill and turned out to be there: neither was promised. */
  readonly kept: number
  readonly saves: number
}

const WRITERS = 8
/** The longest that a server lives after its first acknowledgement, ms. */
const LONGEST = 200

interface Child {
  readonly process: ChildProcess
  readonly port: number
}

async function start(dir: string): Promise<Child> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-child.ts'), dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Half of a start is compiling the same files again.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'flowbench-compile-cache') },
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the server did not start on what a kill had left: exit ${code}`)
  })
  const listening = once(child.stdout, 'data').then(([line]) => Number(String(line)))
  const port = await Promise.race([listening, ended])
  ended.catch(() => {})
  return { process: child, port }
}

/** A reply without its mark; throws at an error. */
function text(reply: Plain): string | null {
  if (reply === null) return null
  if (typeof reply !== 'string' || !/^[:$+]/.test(reply)) throw new Error(`replied ${JSON.stringify(reply)}`)
  return reply.slice(1)
}

function whole(reply: Plain): number {
  const number = Number(text(reply) ?? 0)
  if (!Number.isSafeInteger(number))
    throw new Error(`replied ${JSON.stringify(reply)} where a number belongs`)
  return number
}

/** What a server has of a writer; throws when half of a transaction is there, or less or more than there may be. */
async function found(client: RawClient, writer: number, acknowledged: number): Promise<number> {
  const number = whole(await client.ask('GET', `s${writer}`))
  const length = whole(await client.ask('ARLEN', `a${writer}`))
  const last = text(await client.ask('ARGET', `a${writer}`, String(number)))
  const what = `writer ${writer}: ${acknowledged} acknowledged, string ${number}, array of ${length} that ends in ${last}`
  if (number < acknowledged) throw new Error(`lost: ${what}`)
  if (number > acknowledged + 1) throw new Error(`more than was sent: ${what}`)
  if (number > 0 && (length !== number + 1 || last !== `value ${number}`))
    throw new Error(`half there: ${what}`)
  return number
}

/** Writes on until the server is gone; returns the number last acknowledged. */
async function write(
  port: number,
  writer: number,
  from: number,
  onAcknowledged: () => void,
): Promise<number> {
  const client = new RawClient(port)
  let number = from
  try {
    for (;;) {
      const next = number + 1
      await client.ask('MULTI')
      await client.ask('ARSET', `a${writer}`, String(next), `value ${next}`)
      await client.ask('SET', `s${writer}`, String(next))
      const done = await client.ask('EXEC')
      // What is refused is no fault of a kill, and must not end a writer as if it were one.
      if (!Array.isArray(done) || done.length !== 2)
        throw new TypeError(`EXEC replied ${JSON.stringify(done)}`)
      number = next
      onAcknowledged()
    }
  } catch (error) {
    // Any other error is that the server is gone.
    if (error instanceof TypeError) throw error
  }
  client.close()
  return number
}

/** @param onRound told of each round that held */
export async function runKills(
  rounds: number,
  seed: number,
  onRound: (round: number) => void = () => {},
): Promise<KillRun> {
  const random = seeded(seed)
  const dir = mkdtempSync(join(tmpdir(), 'flowbench-array-kill-'))
  const acknowledged = Array.from({ length: WRITERS }, () => 0)
  let kept = 0
  let saves = 0
  let server: Child | undefined
  try {
    for (let round = 0; round <= rounds; round++) {
      const running = (server = await start(dir))
      const client = new RawClient(running.port)
      for (let writer = 0; writer < WRITERS; writer++) {
        const number = await found(client, writer, acknowledged[writer]!)
        kept += number - acknowledged[writer]!
        acknowledged[writer] = number
      }
      let timer: NodeJS.Timeout | undefined
      const onFirst = (): void => {
        timer ??= setTimeout(() => running.process.kill('SIGKILL'), random.below(LONGEST))
      }
      // The last round is only looked at.
      if (round === rounds) running.process.kill('SIGKILL')
      const writing = acknowledged.map((number, writer) => write(running.port, writer, number, onFirst))
      if (random.below(2) === 0) {
        saves++
        client.write(`${random.pick(['BGSAVE', 'BGREWRITEAOF'])}\r\n`)
      }
      const numbers = await Promise.all(writing)
      for (const [writer, number] of numbers.entries()) acknowledged[writer] = number
      clearTimeout(timer)
      client.close()
      onRound(round)
    }
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error })
  } finally {
    server?.process.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  }
  return { rounds, acknowledged: acknowledged.reduce((sum, number) => sum + number, 0), kept, saves }
}

if (import.meta.main) {
  const run = await runKills(Number(process.argv[2] ?? 2_000), Number(process.argv[3] ?? 1), (round) => {
    if (round > 0 && round % 100 === 0) console.error(`${round} kills`)
  })
  console.log(
    `${run.rounds} kills, ${run.acknowledged} transactions acknowledged, none lost, none half there; ${run.kept} that were under way are there; ${run.saves} snapshots and rewrites begun`,
  )
}
