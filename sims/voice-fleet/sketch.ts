/**
 * One cluster without its sessions: how many there are at instants of the span, and how they fall on cores.
 *
 * Sessions at once are Poisson around a mean that theory knows (theory.ts), and so are those of each core, independently.
 * Instants a quarter of a session apart are drawn as if they had nothing to do with each other: they have, but the process
 * between them, which is not looked at, has maxima of its own, and both together come out as every second of every session
 * does (model.test.ts compares them). No packet goes through the relay here. It costs a fiftieth of the sessions, so the
 * tornado and hundreds of samples of uncertain parameters can be had; the answer itself never rests on it.
 */
import { LogHistogram } from '../lab/analysis/histogram.ts'
import type { ReplicationContext } from '../lab/contract/sim.ts'
import { lognormal } from '../lab/kernel/random/lognormal.ts'
import { normal } from '../lab/kernel/random/normal.ts'
import { poisson } from '../lab/kernel/random/poisson.ts'
import { clusterRates, dayShape, firstHop, routesOf, spanStart, survival } from './demand.ts'
import { hostsOf, nameOf, type CellWorld } from './model.ts'
import { occupancyAt, rateAt } from './occupancy.ts'
import type { VoiceFleetParams } from './params.ts'

/** Instants in the length of a session. */
const INSTANTS = 4
/** Round trips drawn for each route. */
const ROUND_TRIPS = 200

export function sketchCell(params: VoiceFleetParams, ctx: ReplicationContext): CellWorld {
  const cluster = ctx.part
  const { seconds } = params.span
  const rates = clusterRates(params, dayShape(params), cluster)
  const stays = survival(params)
  const start = spanStart(params, rates)
  const stream = ctx.stream(`sketch/${nameOf(params, cluster)}`)
  const hosts = hostsOf(params, ctx)
  const step = Math.max(1, Math.min(params.sessionLength / INSTANTS, seconds))
  const count = Math.max(1, Math.round(seconds / step))
  // Common random numbers: the luck of core 5 at instant 7 is the same whatever the parameters are.
  const luck = new Float64Array(LUCKY)
  const levels: number[] = []
  for (let i = 0; i <= count; i++) {
    const mean = occupancyAt(rates, stays, start + Math.floor((i * seconds) / count))
    levels.push(Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(stream))))
    for (let core = 0; core < luck.length; core++) luck[core] = normal(stream)
    hosts.instant(mean, luck)
  }
  const at = (second: number): number => {
    const place = Math.min(count - 1e-9, (second * count) / seconds)
    const [from, to] = [levels[Math.floor(place)]!, levels[Math.floor(place) + 1]!]
    return Math.round(from + (to - from) * (place % 1))
  }
  const concurrentByMinute = Int32Array.from({ length: Math.floor(seconds / 60) }, (_, i) => at(60 * (i + 1)))
  const occupancy = concurrentByMinute.reduce((sum, one) => sum + 60 * one, 0)
  let expected = 0
  for (let t = 0; t < seconds; t += 60) expected += rateAt(rates, start + t) * Math.min(60, seconds - t)
  const running = levels.at(-1)!
  const injected = Math.max(running, levels[0]! + poisson(stream, expected))
  const peakConcurrent = Math.max(...levels)
  return {
    fleets: hosts.world(),
    rtt: roundTrips(params, ctx),
    injected,
    completed: injected - running,
    running,
    presence: occupancy,
    occupancy,
    concurrentByMinute,
    peakConcurrent,
    peakFlows: peakConcurrent + Math.max(...rates) * params.flowIdleTimeout,
    flowsLeft: 0,
    misrouted: 0,
    refused: 0,
    integrityFailures: 0,
    counters: { instants: levels.length },
  }
}

/** Cores whose luck is their own; a larger fleet's have it again. */
const LUCKY = 512

function roundTrips(params: VoiceFleetParams, ctx: ReplicationContext): CellWorld['rtt'] {
  const near = firstHop(params)
  const rtt = new LogHistogram()
  for (const { region, share, isFar } of routesOf(params, ctx.part)) {
    const stream = ctx.stream(`rtts/${region.name}/${nameOf(params, ctx.part)}`)
    for (let i = 0; i < ROUND_TRIPS; i++) {
      const hop = lognormal(stream, near.mu, near.sigma)
      rtt.add(isFar ? hop + params.farRtt : hop, region.share * share)
    }
  }
  return rtt.toData()
}
