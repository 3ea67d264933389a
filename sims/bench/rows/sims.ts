/**
 * One replication of each sim, from its parameters to its measures, on one thread.
 *
 * Small, yet with everything in it that takes the time in a real one: voice-fleet simulates ten minutes of every
 * cluster's peak at full size, all sessions and flow tables included, and is judged from a world that all fleet sizes of
 * the scenario can be asked of.
 *
 * The check value is a digest of the measures. It is not known beforehand, for it changes whenever a model does: the
 * first replication of a process must keep all invariants, and every further one must give the same bytes. Another
 * commit whose model gives other measures is compared all the same, and the document says that they differ.
 */
import { digestOf } from '../../lab/contract/canonical.ts'
import { checksOf } from '../../lab/contract/checks.ts'
import { simulatePart } from '../../lab/contract/part.ts'
import type { Measures, Sim } from '../../lab/contract/sim.ts'
import type { Burst, Row, Rows } from '../harness/row.ts'
import { VERSION } from '../harness/version.ts'

/** The module that knows the sims: it is handed over, so that the benchmarks import none. */
export interface SimList {
  readonly findSim: (name: string) => Sim
}

interface Replication {
  readonly sim: string
  /** As a scenario writes them. */
  readonly params: unknown
  /** Values that may be asked of the world, by judged parameter. */
  readonly judged?: Readonly<Record<string, readonly number[]>>
  readonly summary: string
}

const REPLICATIONS: readonly Replication[] = [
  {
    sim: 'agent-memory',
    params: { fragments: 20_000, span: '2s', reads: '1k/s', searches: '10/s' },
    summary: 'Two seconds of readers, writers and searchers on a sparse array of 20,000 fragments.',
  },
  {
    sim: 'regex-shootout',
    params: { suite: 'redos', patterns: ['^(a+)+$', '^(x+x+)+$', '\\s*,\\s*'] },
    summary: 'Attacks proposed on three patterns, and the steps that a backtracking matcher takes on them.',
  },
  {
    sim: 'turn-latency',
    params: { callRate: '0.5/s', inferenceServers: 16, span: '20min' },
    summary: 'Twenty minutes of voice calls turn by turn, as they are and under every counterfactual.',
  },
  {
    sim: 'firewalled-clients',
    params: { udpBlocked: '4%', ladder: 'all', calls: 20_000 },
    summary: '20,000 callers with all fallbacks, every connectivity check as STUN bytes.',
  },
  {
    sim: 'rogue-session',
    params: { attack: 'thief-inside', defence: 'all', watched: 10 },
    summary: 'Ten thieves in their owners’ calls, every media packet and check through the Forwarder.',
  },
  {
    sim: 'relay-faults',
    params: { fault: 'region-loss', weeklyActiveUsers: '90M', podsPerCluster: 20, span: '60s' },
    summary: 'A minute after the loss of a region with 2,000 calls, every check through the Forwarders.',
  },
  {
    sim: 'batch-pending',
    params: { preset: 'busy', jobRate: '3.5/h', pendingExpiry: '72h', runExpiry: '24h', span: '3d' },
    summary: 'Four days of batch jobs behind interactive load, 32 slots; three of them judged.',
  },
  {
    sim: 'leaked-key',
    params: { control: 'tier-1', thefts: 100 },
    summary: 'A hundred stolen keys under Tier 1 limits, 48 hours each, minute by minute.',
  },
  {
    sim: 'mm-c',
    params: { arrivalRate: '18/s', serviceTime: '1s', servers: 20, span: '1h', warmUp: '10min' },
    summary: 'An hour of M/M/20 at 90 % load, about 76,000 customers with the warm-up.',
  },
  {
    sim: 'webhook-outage',
    params: { policy: 'svix', capacity: '23/s', load: '0.5%', arrivals: 'steady', outage: '24h' },
    summary:
      'A day without a receiver, 10,000 events under one retry policy, run by the webhook engine’s scheduler.',
  },
  {
    sim: 'webhook-trust',
    params: {
      jobLength: '6h',
      detection: '12h',
      deploy: '2h',
      attacks: 100,
      mutations: 1000,
      forgeEvery: '4h',
    },
    summary:
      '2,000 attacks on four verifiers, 1,000 mutated ones on ours, a flood of forged keys, a leaked secret.',
  },
  {
    sim: 'voice-fleet',
    params: { span: '10min at peak', relayHosts: 24 },
    judged: { relayHosts: Array.from({ length: 57 }, (_, i) => 8 + i) },
    summary:
      'Ten minutes of the peak of 900M weekly users, every session; measures of 24 hosts out of 8 to 64.',
  },
]

const SEED = 7

export function rows({ findSim }: SimList): Rows {
  return REPLICATIONS.map((replication): Row => ({
    id: `sims/${replication.sim}`,
    unit: 's',
    better: 'lower',
    summary: `${replication.summary} Invariants and the digest of the measures are verified.`,
    ours: {
      id: 'flowbench',
      version: VERSION,
      missing: () => null,
      prepare: () => prepare(findSim(replication.sim), replication),
    },
    peers: [],
    atMost: { rounds: 10, samples: 3 },
  }))
}

export function prepare(sim: Sim, { params: written, judged = {} }: Replication): Burst {
  const params = sim.params.parse(written)
  const parts = sim.parts?.(params) ?? 1
  const task = {
    sim: sim.name,
    params,
    seed: SEED,
    horizon: sim.horizons?.[0] ?? 'span',
    replication: 0,
    judged,
  } as const
  const replicate = (): Measures =>
    sim.judge(
      params,
      Array.from({ length: parts }, (_, part) => simulatePart(sim, { ...task, part })),
    )
  const first = replicate()
  const broken = checksOf(first).find(({ ok }) => !ok)
  if (broken !== undefined) {
    throw new Error(`invariant broken: ${broken.name}${broken.detail ? `: ${broken.detail}` : ''}`)
  }
  const counted = new Map<string, number>()
  const run = (): number => {
    const measures = replicate()
    for (const [name, n] of Object.entries(measures.counters)) counted.set(name, (counted.get(name) ?? 0) + n)
    return checkValue(measures)
  }
  return { run, work: 1, expected: checkValue(first), counters: () => Object.fromEntries(counted) }
}

/** 48 bits of the digest: a number that a document holds exactly. */
function checkValue(measures: Measures): number {
  return parseInt(digestOf(measures).slice(0, 12), 16)
}
