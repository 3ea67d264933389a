/**
 * What a replication simulates: the callers, the relay hosts and pods that they may come to, and the clock. Whoever calls
 * is in `callers.ts`, what breaks in `model.ts`.
 */
import { deriveRouteKey, HintSealer, KeyRing, UFRAG_CHARS } from '../../engines/relay/index.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { event, Kernel } from '../lab/kernel/kernel.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import type { ReplicationContext } from '../lab/contract/sim.ts'
import { Handshakes } from './handshakes.ts'
import type { RelayFaultsParams } from './params.ts'
import { populationOf, type Population } from './population.ts'
import { RelayHost } from './relay-host.ts'
import { Timeline } from './series.ts'
import { Sessions } from './sessions.ts'

/** The pod that is drained or lost. */
export const VICTIM = 0
export const OLD_KEY = 0
export const NEW_KEY = 1
export const ROTATIONS = ['A', 'B'] as const

export abstract class World {
  protected readonly params: RelayFaultsParams
  protected readonly ctx: ReplicationContext
  protected readonly kernel = new Kernel()
  /** The kernel begins at 0; the fault is `lead` seconds later. */
  protected readonly lead: number
  protected readonly population: Population
  protected readonly sessions: Sessions
  protected readonly draws: Stream
  protected readonly keys: KeyRing
  protected readonly sealers: readonly HintSealer[]
  protected readonly hosts: RelayHost[] = []
  /** By host: cluster; calls of ours. By cluster: its first host, or -1; its handshakes. */
  protected readonly clusterOf: number[] = []
  protected readonly callsOn: number[] = []
  protected readonly firstHost: number[]
  protected readonly shaking: (Handshakes | undefined)[]
  protected readonly timeline: Timeline
  protected readonly lostPackets = new LogHistogram()
  protected readonly outages = new LogHistogram()
  protected readonly backAt: number[] = []
  protected readonly probe: Int8Array
  protected readonly fromCache: Uint8Array
  protected readonly ufragAt = new Int32Array(1)
  protected nonce = 0
  protected oldKeyGone = false
  protected victimGone = false
  protected clusterGone = false
  protected cut = 0
  protected lostCalls = 0
  protected lostNew = 0
  protected expectedChecks = 0
  protected probes = 0
  protected wrongProbes = 0
  protected peakUtilisation = 0

  constructor(params: RelayFaultsParams, ctx: ReplicationContext) {
    this.params = params
    this.ctx = ctx
    this.lead = params.checkInterval
    this.population = populationOf(params)
    this.sessions = new Sessions(params, this.population, ctx)
    this.draws = ctx.stream('attempts')
    const secrets = ctx.stream('keys')
    const keys = ROTATIONS.map((rotation) =>
      deriveRouteKey(
        new Uint8Array(Uint32Array.from({ length: 8 }, () => secrets.uint32()).buffer),
        rotation,
      ),
    )
    this.keys = new KeyRing(keys)
    this.sealers = keys.map((key) => new HintSealer(key))
    this.timeline = new Timeline(params.span)
    this.probe = new Int8Array(this.sessions.count)
    this.fromCache = new Uint8Array(this.sessions.count)
    this.firstHost = this.population.hosts.map(() => -1)
    this.shaking = this.population.hosts.map(() => undefined)
    this.open(this.population.cluster, secrets)
    if (params.fault === 'region-loss') {
      for (const { elsewhere } of this.population.callers)
        if (this.firstHost[elsewhere] === -1) this.open(elsewhere, secrets)
    }
  }

  /** The relay hosts and pods of a cluster that callers may come to. */
  protected open(cluster: number, secrets: Stream): void {
    const { params, population, sessions, keys } = this
    const count = population.hosts[cluster]!
    this.firstHost[cluster] = this.hosts.length
    const flows = Math.min(1 << 22, 4096 + Math.ceil((4 * sessions.count) / count))
    for (let host = 0; host < count; host++) {
      this.clusterOf.push(cluster)
      this.callsOn.push(0)
      this.hosts.push(
        new RelayHost({
          cluster,
          pods: params.podsPerCluster,
          flows,
          silence: params.attemptTimeout + Math.max(params.checkInterval, params.weakInterval),
          seed: secrets.uint32() | 0,
          keys,
          sessions,
          told: (id, isCheck, at, passed, flow) =>
            isCheck ? this.checked(id, at, passed, flow) : this.probed(id, passed),
        }),
      )
    }
    // Calls of a cluster's own go on beginning there: what is left of its pods' time is for those who come.
    const own = cluster === population.cluster ? 0 : population.concurrent[cluster]! / params.sessionLength
    const rate = params.podsPerCluster * params.handshakesPerPod - own
    this.shaking[cluster] = new Handshakes(Math.max(rate, 1e-3))
  }

  /** Seconds after the fault. */
  protected get now(): number {
    return this.kernel.now - this.lead
  }

  protected at(time: number, code: number, index = 0): void {
    this.kernel.at(Math.max(this.kernel.now, time + this.lead), event(code, index))
  }

  /** A pod of the cluster takes the session: its ufrag, and the host that its address is balanced to. */
  protected name(id: number, cluster: number, key: number): void {
    const { sessions, params, population } = this
    const pods = params.podsPerCluster
    const isHome = cluster === population.cluster
    sessions.pod[id] = this.victimGone && isHome ? 1 + this.draws.below(pods - 1) : this.draws.below(pods)
    sessions.host[id] = this.firstHost[cluster]! + Math.floor(sessions.hash[id]! * population.hosts[cluster]!)
    sessions.key[id] = key
    const sealer = this.sealers[key]!
    sealer.stage(cluster, sessions.pod[id], this.nonce++)
    this.ufragAt[0] = id * UFRAG_CHARS
    sealer.sealInto(sessions.ufrag, this.ufragAt)
  }

  protected move(id: number, by: 1 | -1): void {
    const host = this.sessions.host[id]!
    this.callsOn[host]! += by
    if (by > 0 && this.now >= 0) this.noteLoad(host)
  }

  /** A host is fullest just after a call has come to it, or from the start. */
  protected noteLoad(host: number): void {
    const { params, population, clusterOf, callsOn } = this
    const cluster = clusterOf[host]!
    const others =
      cluster === population.cluster ? 0 : population.concurrent[cluster]! / population.hosts[cluster]!
    const used =
      ((callsOn[host]! + others) * params.packetsPerSession) /
      (params.coresPerHost * params.packetsPerCoreSecond)
    if (used > this.peakUtilisation) this.peakUtilisation = used
  }

  /** What a relay did with a session's check; whether it passed its media. */
  protected abstract checked(id: number, at: number, passed: boolean, flow: number): void
  protected abstract probed(id: number, passed: boolean): void
}
