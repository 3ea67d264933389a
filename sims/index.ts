/** All sims, by name. A new sim is added here and nowhere else. */
import { agentMemory } from './agent-memory/index.ts'
import { batchPending } from './batch-pending/index.ts'
import { firewalledClients } from './firewalled-clients/index.ts'
import { leakedKey } from './leaked-key/index.ts'
import { mmC } from './mm-c/index.ts'
import { turnLatency } from './turn-latency/index.ts'
import type { Sim } from './lab/contract/sim.ts'
import { regexShootout } from './regex-shootout/index.ts'
import { relayFaults } from './relay-faults/index.ts'
import { rogueSession } from './rogue-session/index.ts'
import { webhookOutage } from './webhook-outage/index.ts'
import { webhookTrust } from './webhook-trust/index.ts'
import { voiceFleet } from './voice-fleet/index.ts'

export const sims: ReadonlyMap<string, Sim> = new Map(
  [
    voiceFleet,
    agentMemory,
    turnLatency,
    firewalledClients,
    rogueSession,
    relayFaults,
    batchPending,
    leakedKey,
    mmC,
    regexShootout,
    webhookOutage,
    webhookTrust,
  ].map((sim) => [sim.name, sim as unknown as Sim]),
)

/** This module, for the benchmarks' processes. Worker threads load one sim (`by-name.ts`). */
export const SIMS_MODULE = new URL(import.meta.url)

export function findSim(name: string): Sim {
  const sim = sims.get(name)
  if (!sim) throw new Error(`no sim is called "${name}"`)
  return sim
}
