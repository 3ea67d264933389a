/**
 * What callers feel when something behind their call breaks: relays that restart, pods that drain or die, keys that are
 * rotated, NATs that change their mind, a region that is gone.
 *
 *     faults.ts       what breaks                      world.ts     callers, hosts, pods, the clock
 *     population.ts   who calls where at the peak      callers.ts   what callers do, check by check
 *     sessions.ts     the callers, drawn beforehand    model.ts     the fault, and what is measured
 *     relay-host.ts   a host: the real Forwarder       theory.ts    a restart's loss in closed form
 */
import { defineSim, type Measures } from '../lab/contract/sim.ts'
import { answer, resources } from './answer.ts'
import { charts } from './charts.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { simulate } from './model.ts'
import { relayFaultsParams, type RelayFaultsParams } from './params.ts'
import { predictions } from './theory.ts'

export const relayFaults = defineSim<RelayFaultsParams>({
  name: 'relay-faults',
  summary:
    'Relays restart, pods die, keys rotate, a region is lost: packets and calls lost, time until all is well.',
  starter: 'relay-restart',
  params: relayFaultsParams,
  metrics: METRICS,
  observations: OBSERVATIONS,
  replicate: (params, ctx): Measures => simulate(params, ctx),
  answer,
  charts,
  theory: predictions,
  resources,
  // What a parameter does shows in a quarter of the world: callers and pods alike, so that both are as busy.
  probe: (params) => ({
    ...params,
    weeklyActiveUsers: params.weeklyActiveUsers / 4,
    load: params.load && { ...params.load, arrivals: params.load.arrivals.map((count) => count / 4) },
    podsPerCluster: Math.max(2, Math.round(params.podsPerCluster / 4)),
  }),
})
