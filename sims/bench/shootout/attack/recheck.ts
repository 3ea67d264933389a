/**
 * Attacks that recheck proposes: its native program where the platform has one, else its JavaScript in a process of ours.
 */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { AskedProcess } from './asked.ts'
import type { Attack } from './attack.ts'

const require = createRequire(import.meta.url)

export interface Diagnostics {
  readonly status: 'vulnerable' | 'safe' | 'unknown'
  /** By what it knows that: by its automaton, or since nothing was found by trying. */
  readonly checker?: 'automaton' | 'fuzz'
  readonly complexity?: { readonly summary: string }
  readonly attack?: {
    readonly pumps: readonly { readonly prefix: string; readonly pump: string }[]
    readonly suffix: string
  }
}

/** The native program of this platform, or a process of Node that answers as it does. */
function command(): [string, ...string[]] {
  const platform = { darwin: 'macos', linux: 'linux', win32: 'windows' }[process.platform as string]
  try {
    const manifest = require.resolve(`recheck-${platform}-${process.arch}/package.json`)
    const program = process.platform === 'win32' ? 'recheck.exe' : 'recheck'
    return [manifest.replace(/package\.json$/, program), 'agent']
  } catch {
    return [process.execPath, fileURLToPath(new URL('recheck-child.ts', import.meta.url))]
  }
}

/** recheck's own limit, and when it is ended for not keeping it. */
const LIMIT_MS = 1_000
const GRACE_MS = 1_500
/** It keeps some 10 MB a pattern: after so many it is started anew. */
const MOST_ASKED = 64

export class Recheck {
  private readonly process = new AskedProcess(command())
  private id = 0

  /** Null where it has no answer: a pattern that it cannot read, or no time. */
  async check(source: string, flags: string): Promise<Diagnostics | null> {
    const id = ++this.id
    const params = { source, flags, params: { timeout: LIMIT_MS, randomSeed: 0 } }
    const request = { jsonrpc: '2.0+push', id, method: 'check', params }
    const reply = (await this.process.ask(request, LIMIT_MS + GRACE_MS)) as {
      id: number
      result?: Diagnostics
    } | null
    if (id % MOST_ASKED === 0) this.process.close()
    return reply?.id === id ? (reply.result ?? null) : null
  }

  get pid(): number | undefined {
    return this.process.pid
  }

  close(): void {
    this.process.close()
  }
}

/** Whether it knows all of the pattern: what it has only tried texts on may be worse than any of them. */
export const hasSeenAll = ({ status, checker }: Diagnostics): boolean =>
  status !== 'unknown' && checker === 'automaton'

/** How often a pump stands that is not the one that grows. */
const STILL = 3

/** One attack for each of its pumps: that one grows, the others stay. */
export function attacksOf({ attack }: Diagnostics): Attack[] {
  if (attack === undefined) return []
  const { pumps, suffix } = attack
  return pumps.map(({ pump }, grown) => {
    const before = pumps
      .slice(0, grown + 1)
      .map((one, at) => one.prefix + (at < grown ? one.pump.repeat(STILL) : ''))
    const after = pumps.slice(grown + 1).map((one) => one.prefix + one.pump.repeat(STILL))
    return { prefix: before.join(''), pump, suffix: after.join('') + suffix, from: 'recheck' }
  })
}
