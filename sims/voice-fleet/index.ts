/**
 * A week of voice for a service with 900 million weekly users: every session simulated, its first STUN request built,
 * its ufrag sealed and sent through the real Forwarder; media counted per second and host and turned into delay.
 *
 *     demand.ts   who starts a session when and where        hosts.ts     sessions -> packets -> queues, per host
 *     model.ts    one cluster, second by second (the loop)   judge.ts     one fleet size -> measures
 *     loss.ts     what a fleet is to survive                 cost.ts      hosts and egress; wire.ts, storm.ts
 *     reflected.ts  a queue near capacity
 *     sketch.ts   the same cluster without its sessions, for hundreds of assumptions
 */
import { defineSim } from '../lab/contract/sim.ts'
import { answer, resources } from './answer.ts'
import { simulateCell, type CellWorld } from './model.ts'
import { sketchCell } from './sketch.ts'
import { charts } from './charts.ts'
import { judge } from './judge.ts'
import { METRICS, OBSERVATIONS } from './metrics.ts'
import { voiceFleetParams, type VoiceFleetParams } from './params.ts'
import { predictions } from './theory.ts'

export const voiceFleet = defineSim<VoiceFleetParams, CellWorld>({
  name: 'voice-fleet',
  summary:
    'Voice load of a whole service on relay hosts that route by ICE ufrag: hosts and cores for a delay SLO.',
  starter: 'voice-fleet-week',
  params: voiceFleetParams,
  metrics: METRICS,
  observations: OBSERVATIONS,
  judged: ['relayHosts', 'loadMultiple'],
  parts: ({ clusters }) => clusters,
  replicate: (params, ctx) => (params.detail === 'instants' ? sketchCell : simulateCell)(params, ctx),
  judge,
  answer,
  charts,
  theory: predictions,
  resources,
  underLoad: (params, multiple) => ({ ...params, loadMultiple: params.loadMultiple * multiple }),
  // Every host has its own sessions, and has changed them all within two session lengths. The busiest windows carry more
  // packets than the mean one, so there are fewer of them than the clock says.
  windows: ({ relayHosts, span, sessionLength, dayPeak }) =>
    Math.max(1, (relayHosts * span.seconds) / (2 * sessionLength) / dayPeak),
  // Hosts are sized by the busiest hour, and what an assumption moves is how many sessions there are in it, not which.
  probe: (params) => ({
    ...params,
    detail: 'instants',
    span: { seconds: Math.min(3600, params.span.seconds), at: 'peak' },
  }),
})
