/** SimPy as a contestant: the same M/M/c in a python3 that can import it, over a pipe, a line a burst. */
import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { mmc } from '../../lab/analysis/theory/queues.ts'
import type { Burst, Contestant } from '../harness/row.ts'

const SCRIPT = fileURLToPath(new URL('./queue-in-simpy.py', import.meta.url))
/** A person's python3 first, then the system's: distributions install packages for the latter. */
const PYTHONS = ['python3', '/usr/bin/python3']
/** About 10 ms of SimPy, as long as ours: a longer burst is disturbed more often. The line over the pipe is 1 % of it. */
const CUSTOMERS = 1000
/** The trial's mean wait is good to about 5 % (M/M/1 at 80 %, 60,000 customers); its seed is fixed. */
const TOLERANCE = 0.2

const run = promisify(execFile)

let found: Promise<{ python: string; version: string } | null> | undefined

/** The first python3 that can import simpy, and simpy's version. */
function findSimpy(): Promise<{ python: string; version: string } | null> {
  found ??= (async () => {
    for (const python of PYTHONS) {
      try {
        const { stdout } = await run(python, ['-c', 'import simpy; print(simpy.__version__)'])
        return { python, version: stdout.trim() }
      } catch {
        // Not this one.
      }
    }
    return null
  })()
  return found
}

export interface SimpyModel {
  readonly servers: number
  readonly utilisation: number
}

export function simpy(model: SimpyModel): Contestant {
  let version = 'unknown'
  return {
    id: 'simpy',
    get version() {
      return version
    },
    async missing() {
      const simpyHere = await findSimpy()
      if (simpyHere === null) {
        return { why: 'no python3 here can import simpy', install: 'apt-get install python3-simpy3' }
      }
      version = simpyHere.version
      return null
    },
    prepare: () => prepare(model),
  }
}

async function prepare({ servers, utilisation }: SimpyModel): Promise<Burst> {
  const simpyHere = await findSimpy()
  if (simpyHere === null) throw new Error('no python3 here can import simpy')
  const child = spawn(simpyHere.python, [SCRIPT, String(servers), String(utilisation)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const next = await lines.next()
    if (next.done === true) throw new Error('simpy ended')
    return next.value
  }
  const wait = Number((await line()).split(' ')[1])
  const expected = mmc(servers * utilisation, 1, servers)?.meanWait ?? NaN
  if (!(Math.abs(wait / expected - 1) < TOLERANCE)) {
    child.kill()
    throw new Error(`simpy's mean wait is ${wait} s, Erlang C says ${expected} s`)
  }
  return {
    run: async () => {
      child.stdin.write(`${CUSTOMERS}\n`)
      return Number(await line())
    },
    // An arrival and a departure each.
    work: 2 * CUSTOMERS,
    expected: CUSTOMERS,
    close: () => {
      child.kill()
    },
  }
}
