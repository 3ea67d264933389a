/**
 * One replication: the fault at second 0, and every caller whom it may concern, check by check.
 *
 *     up -> cut off -> its own next check is answered -> up                   (relay restarts, NAT rebinding)
 *                   -> silent too long -> connects anew -> up                 (the pod, the key or the region is gone)
 *                   -> hangs up, or gives up
 *     new call -> connects -> up
 *
 * Connecting is signalling, a check with a new ufrag, and a DTLS handshake, for which pods have only so much time. Checks
 * are bytes, and the real Forwarder of each host judges them: a call is back when its check has passed and been answered.
 */
import { deriveRouteKey, HintSealer, KeyRing, UFRAG_CHARS } from '../../engines/relay/index.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { codeOf, event, indexOf, Kernel, NONE } from '../lab/kernel/kernel.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import type { Measures, ReplicationContext } from '../lab/contract/sim.ts'
import { survives } from './faults.ts'
import { Handshakes } from './handshakes.ts'
import type { RelayFaultsParams } from './params.ts'
import { populationOf, type Population } from './population.ts'
import { RelayHost } from './relay-host.ts'
import { Timeline } from './series.ts'
import { ENDED, LOST, NEW, OUT, Sessions, SETUP, UP } from './sessions.ts'

const CHECK = 0
const END = 1
const ATTEMPT = 2
const ARRIVE = 3
const SHAKEN = 4
const TIMEOUT = 5
const PATIENCE = 6
const FLUSH = 7
const FAULT = 8
const RESTART = 9
const TICK = 10
const CUT = 11
const DOOM = 12

/** Packets wait no longer than this for their batch. */
const BATCHING = 0.002
/** One session in so many also sends media, to see that what is counted as lost is. */
const PROBED = 16
/** The pod that is drained or lost. */
const VICTIM = 0
const OLD_KEY = 0
const NEW_KEY = 1
const ROTATIONS = ['A', 'B'] as const
/** Round trips of signalling, and of DTLS 1.2. */
const SIGNALLING = 3
const DTLS_FLIGHTS = 2
const MOST_DOUBLINGS = 5
/** A share of those that come back: the last are slow for reasons of their own. */
const NEARLY_ALL = 0.99

export function simulate(params: RelayFaultsParams, ctx: ReplicationContext): Measures {
  return new Faults(params, ctx).run()
}

class Faults {
  private readonly params: RelayFaultsParams
  private readonly ctx: ReplicationContext
  private readonly kernel = new Kernel()
  /** The kernel begins at 0; the fault is `lead` seconds later. */
  private readonly lead: number
  private readonly population: Population
  private readonly sessions: Sessions
  private readonly draws: Stream
  private readonly keys: KeyRing
  private readonly sealers: readonly HintSealer[]
  private readonly hosts: RelayHost[] = []
  /** By host: cluster; calls of ours. By cluster: its first host, or -1; its handshakes. */
  private readonly clusterOf: number[] = []
  private readonly callsOn: number[] = []
  private readonly firstHost: number[]
  private readonly shaking: (Handshakes | undefined)[]
  private readonly timeline: Timeline
  private readonly lostPackets = new LogHistogram()
  private readonly outages = new LogHistogram()
  private readonly backAt: number[] = []
  private readonly probe: Int8Array
  private readonly fromCache: Uint8Array
  private readonly ufragAt = new Int32Array(1)
  private nonce = 0
  private oldKeyGone = false
  private victimGone = false
  private clusterGone = false
  private cut = 0
  private lostCalls = 0
  private lostNew = 0
  private expectedChecks = 0
  private probes = 0
  private wrongProbes = 0
  private peakUtilisation = 0
  private events = 0

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
  private open(cluster: number, secrets: Stream): void {
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
  private get now(): number {
    return this.kernel.now - this.lead
  }

  private at(time: number, code: number, index = 0): void {
    this.kernel.at(Math.max(this.kernel.now, time + this.lead), event(code, index))
  }

  run(): Measures {
    const { kernel, sessions, params, lead } = this
    for (let id = 0; id < sessions.count; id++) {
      if (id < sessions.before) this.begin(id)
      else this.at(sessions.born[id]!, ATTEMPT, id)
    }
    this.at(0, FAULT)
    this.at(0.5, TICK)
    const end = lead + params.span
    for (let e = kernel.next(end); e !== NONE; e = kernel.next(end)) {
      if ((++this.events & 0xffff) === 0) this.ctx.progress(kernel.now / end, this.events)
      this.handle(codeOf(e), indexOf(e))
    }
    for (const host of this.hosts) host.flush()
    return this.measures()
  }

  private handle(code: number, index: number): void {
    switch (code) {
      case CHECK:
        return this.check(index)
      case END:
        return this.end(index)
      case ATTEMPT:
        return this.attempt(index)
      case ARRIVE:
        return this.arrive(index)
      case SHAKEN:
        return this.shaken(index)
      case TIMEOUT:
        return this.timeout(index)
      case PATIENCE:
        return this.giveUp(index)
      case FLUSH:
        return this.hosts[index]!.flush()
      case RESTART:
        return this.restart(index)
      case CUT:
        return this.cutOffHost(index)
      case DOOM:
        return this.doom(index)
      case TICK:
        for (const host of this.hosts) host.expire(this.now)
        return this.at(this.now + 0.5, TICK)
      default:
        return this.strike()
    }
  }

  // --- the callers' side

  /** A call that is there before the fault: its checks have a phase of their own. */
  private begin(id: number): void {
    const { sessions, params } = this
    sessions.state[id] = UP
    sessions.wasUp[id] = 1
    const isOld = params.fault === 'key-rotation' && sessions.born[id]! < -params.keyOverlap
    this.name(id, this.population.cluster, isOld ? OLD_KEY : NEW_KEY)
    this.move(id, 1)
    sessions.due[id] = -this.lead + this.draws.uniform() * this.lead
    this.at(sessions.due[id], CHECK, id)
    this.at(sessions.ends[id]!, END, id)
  }

  /** A pod of the cluster takes the session: its ufrag, and the host that its address is balanced to. */
  private name(id: number, cluster: number, key: number): void {
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

  private move(id: number, by: 1 | -1): void {
    const { params, population, sessions, clusterOf, callsOn } = this
    const host = sessions.host[id]!
    callsOn[host]! += by
    if (by < 0 || this.now < 0) return
    const cluster = clusterOf[host]!
    const others =
      cluster === population.cluster ? 0 : population.concurrent[cluster]! / population.hosts[cluster]!
    const used =
      ((callsOn[host]! + others) * params.packetsPerSession) /
      (params.coresPerHost * params.packetsPerCoreSecond)
    if (used > this.peakUtilisation) this.peakUtilisation = used
  }

  private check(id: number): void {
    const { sessions, params, now } = this
    const state = sessions.state[id]!
    if (Math.abs(now - sessions.due[id]!) > 1e-9 || (state !== UP && state !== OUT)) return
    if (state === OUT && now >= sessions.cutAt[id]! + params.deadAfter - 1e-9) return this.connect(id)
    this.probeMedia(id)
    this.send(id)
    this.plan(id)
  }

  /** When a caller checks next: sooner once he hears nothing, and not at all once he takes his call for dead. */
  private plan(id: number): void {
    const { sessions, params, now } = this
    let next = now + params.checkInterval
    if (sessions.state[id] === OUT) {
      const silent = sessions.cutAt[id]! + params.silence
      if (now >= silent - 1e-9) next = now + params.weakInterval
      else if (next > silent) next = silent
      next = Math.min(next, Math.max(now, sessions.cutAt[id]! + params.deadAfter))
    }
    sessions.due[id] = next
    this.at(next, CHECK, id)
  }

  private send(id: number): void {
    const { sessions, timeline, now } = this
    timeline.check(now)
    const index = sessions.host[id]!
    const host = this.hosts[index]!
    if (!host.isUp) return
    if (!(this.oldKeyGone && sessions.key[id] === OLD_KEY)) this.expectedChecks++
    this.soonFlushed(index)
    host.check(id, now)
  }

  private probeMedia(id: number): void {
    const { sessions, params, now } = this
    const isRelays =
      survives(params.fault) || params.fault === 'region-loss' || params.fault === 'key-rotation'
    if (id % PROBED !== 0 || id >= sessions.before || !isRelays) return
    const index = sessions.host[id]!
    const host = this.hosts[index]!
    if (!host.isUp || now < 0) return
    this.probe[id] = sessions.state[id] === UP ? 1 : 0
    this.soonFlushed(index)
    host.media(id, now)
  }

  private soonFlushed(index: number): void {
    if (this.hosts[index]!.waiting === 0)
      this.at(this.now + Math.min(BATCHING, this.params.podRtt), FLUSH, index)
  }

  private probed(id: number, passed: boolean): void {
    this.probes++
    if (passed !== (this.probe[id] === 1)) this.wrongProbes++
  }

  /** What the relay did with a check, and so what its pod does. */
  private checked(id: number, at: number, passed: boolean, flow: number): void {
    const { sessions, params } = this
    if (!passed || this.isPodDead(id)) return
    this.hosts[sessions.host[id]!]!.confirm(flow, at)
    if (sessions.state[id] === OUT)
      this.back(id, at + (this.fromCache[id] === 1 ? params.cacheRead : params.podRtt))
    else if (sessions.state[id] === SETUP) this.handshake(id, at)
  }

  private isPodDead(id: number): boolean {
    return (
      this.params.fault === 'pod-loss' &&
      this.victimGone &&
      this.sessions.pod[id] === VICTIM &&
      this.clusterOf[this.sessions.host[id]!] === this.population.cluster
    )
  }

  private cutOff(id: number): void {
    const { sessions, params, now } = this
    if (sessions.state[id] !== UP) return
    this.cut++
    sessions.state[id] = OUT
    sessions.cutAt[id] = now
    this.fromCache[id] = 0
    this.at(now + params.patience, PATIENCE, id)
    const silent = now + Math.min(params.silence, params.deadAfter)
    if (sessions.due[id]! > silent) {
      sessions.due[id] = silent
      this.at(silent, CHECK, id)
    }
  }

  /** Media flow again from `at` on. */
  private back(id: number, at: number): void {
    const { sessions, params } = this
    const wasConnecting = sessions.state[id] === SETUP
    sessions.state[id] = UP
    this.close(id, at, true)
    sessions.wasUp[id] = 1
    if (wasConnecting) this.move(id, 1)
    // A client that got its media back without doing anything goes on checking as it did.
    if (this.fromCache[id] === 1 && !wasConnecting) return
    sessions.due[id] = at + params.checkInterval
    this.at(sessions.due[id], CHECK, id)
  }

  /** The end of an outage, one way or another; new calls have had none. */
  private close(id: number, at: number, isBack: boolean): void {
    const { sessions, params, timeline } = this
    if (sessions.wasUp[id] === 0) return
    const from = sessions.cutAt[id]!
    const { packetsPerSecond: pace } = params
    const phase = sessions.phase[id]!
    this.lostPackets.add(Math.floor(at * pace + phase) - Math.floor(from * pace + phase))
    this.outages.add(at - from)
    timeline.outage(from, at)
    if (isBack) this.backAt.push(at)
  }

  private end(id: number): void {
    const { sessions, now } = this
    const state = sessions.state[id]!
    if (state === ENDED || state === LOST) return
    if (state === UP || state === OUT) this.move(id, -1)
    if (state !== UP) this.close(id, now, false)
    sessions.state[id] = ENDED
  }

  private giveUp(id: number): void {
    const { sessions, params, now } = this
    const state = sessions.state[id]!
    if (state !== OUT && state !== SETUP) return
    if (Math.abs(now - sessions.cutAt[id]! - params.patience) > 1e-9) return
    if (state === OUT) this.move(id, -1)
    this.close(id, now, false)
    sessions.state[id] = LOST
    if (sessions.wasUp[id] === 1) this.lostCalls++
    else this.lostNew++
  }

  // --- connecting anew

  private connect(id: number): void {
    if (this.sessions.state[id] === OUT) this.move(id, -1)
    this.sessions.state[id] = SETUP
    this.sessions.tries[id] = 0
    this.attempt(id)
  }

  private attempt(id: number): void {
    const { sessions, params, now } = this
    if (sessions.state[id] === NEW) {
      sessions.state[id] = SETUP
      sessions.cutAt[id] = now
      this.at(now + params.patience, PATIENCE, id)
      this.at(sessions.ends[id]!, END, id)
    }
    if (sessions.state[id] !== SETUP) return
    sessions.began[id] = now
    sessions.tries[id]!++
    this.at(now + params.attemptTimeout, TIMEOUT, id)
    const { cluster, callers } = this.population
    const { elsewhere } = callers[sessions.callers[id]!]!
    const isElsewhere = this.clusterGone && now >= this.steeredAt(id)
    if (this.clusterGone && !isElsewhere) return
    // A new connection of a browser is a new socket.
    sessions.port[id] = 1024 + ((sessions.port[id]! - 1023) % 64_000)
    this.name(id, isElsewhere ? elsewhere : cluster, NEW_KEY)
    this.at(now + (SIGNALLING + 0.5) * this.rttOf(id), ARRIVE, id)
  }

  /** When a caller's client learns of another cluster: names are forgotten at any moment of their life, routes at once. */
  private steeredAt(id: number): number {
    const { params, sessions } = this
    return params.steering === 'anycast' ? params.anycastDelay : params.steeringDelay * sessions.luck[id]!
  }

  private rttOf(id: number): number {
    const { params, sessions, population, clusterOf } = this
    const { isFar } = population.callers[sessions.callers[id]!]!
    const isHome = clusterOf[sessions.host[id]!] === population.cluster
    const near = params.steering === 'anycast' ? params.anycastRtt : sessions.rtt[id]!
    return near + (isFar === isHome ? params.farRtt : 0)
  }

  private arrive(id: number): void {
    if (this.sessions.state[id] === SETUP) this.send(id)
  }

  private handshake(id: number, at: number): void {
    const { sessions, params, timeline } = this
    timeline.handshake(at)
    const seconds = this.shaking[this.clusterOf[sessions.host[id]!]!]!.add(at)
    const done = at + seconds + DTLS_FLIGHTS * this.rttOf(id)
    sessions.crashes[id] = this.hosts[sessions.host[id]!]!.crashes
    if (done < sessions.began[id]! + params.attemptTimeout) this.at(done, SHAKEN, id)
  }

  private shaken(id: number): void {
    const { sessions, now } = this
    // A relay that has crashed meanwhile has forgotten the flow; the next attempt makes another.
    const isSame = sessions.crashes[id] === this.hosts[sessions.host[id]!]!.crashes
    if (sessions.state[id] === SETUP && isSame) this.back(id, now)
  }

  private timeout(id: number): void {
    const { sessions, params, now, draws } = this
    if (sessions.state[id] !== SETUP || Math.abs(now - sessions.began[id]! - params.attemptTimeout) > 1e-9)
      return
    const doublings = Math.min(MOST_DOUBLINGS, sessions.tries[id]! - 1)
    const wait = params.retry === 'fixed' ? params.backoff : draws.uniform() * params.backoff * 2 ** doublings
    this.at(now + wait, ATTEMPT, id)
  }

  // --- the fault

  private strike(): void {
    const { params, hosts, sessions } = this
    for (const host of hosts) host.flush()
    const first = this.firstHost[this.population.cluster]!
    const last = first + this.population.hosts[this.population.cluster]!
    switch (params.fault) {
      case 'relay-crash':
        return this.cutOffHost(first)
      case 'rolling-restart':
        for (let host = first; host < last; host++) this.at((host - first) * params.restartEvery, CUT, host)
        return
      case 'pod-drain':
        this.victimGone = true
        for (let host = first; host < last; host++) hosts[host]!.drain(VICTIM, params.drainTime)
        return this.at(params.drainTime, CUT, last)
      case 'pod-loss':
        this.victimGone = true
        return this.cutOffAll((id) => sessions.pod[id] === VICTIM)
      case 'key-rotation':
        this.oldKeyGone = true
        this.keys.remove(ROTATIONS[OLD_KEY])
        // Media go on by their flows. But no check is answered, and that is what a client takes for the end.
        for (let id = 0; id < sessions.before; id++)
          if (sessions.key[id] === OLD_KEY) this.at(sessions.due[id]! + params.deadAfter, DOOM, id)
        return
      case 'nat-rebinding':
        this.cutOffAll((id) => sessions.luck[id]! < params.rebound)
        for (let id = 0; id < sessions.before; id++)
          if (sessions.state[id] === OUT) sessions.port[id] = sessions.port[id]! + 30_000
        return
      case 'region-loss':
        this.clusterGone = true
        for (let host = first; host < last; host++) hosts[host]!.crash()
        return this.cutOffAll(() => true)
    }
  }

  /** A client whose checks have been refused for too long leaves a session whose media still flow. */
  private doom(id: number): void {
    if (this.sessions.state[id] !== UP) return
    this.cutOff(id)
    this.connect(id)
  }

  private cutOffAll(isHit: (id: number) => boolean): void {
    const { sessions } = this
    for (let id = 0; id < sessions.count; id++) if (sessions.state[id] === UP && isHit(id)) this.cutOff(id)
  }

  /** A host's process dies and is started again; or the pod's draining ends, when all hosts are past. */
  private cutOffHost(host: number): void {
    const { sessions, params, now } = this
    if (params.fault === 'pod-drain') return this.cutOffAll((id) => sessions.pod[id] === VICTIM)
    this.hosts[host]!.crash()
    this.cutOffAll((id) => sessions.host[id] === host)
    this.at(now + params.downtime, RESTART, host)
  }

  private restart(index: number): void {
    const { sessions, params, now } = this
    const host = this.hosts[index]!
    host.restart()
    if (params.cache === 'none') return
    // What the cache holds of a route is as good as the check that made it.
    for (let id = 0; id < sessions.count; id++) {
      if (sessions.state[id] !== OUT || sessions.host[id] !== index || sessions.luck[id]! >= params.cacheHit)
        continue
      this.fromCache[id] = 1
      this.expectedChecks++
      this.soonFlushed(index)
      host.check(id, now)
    }
    host.flush()
  }

  private measures(): Measures {
    const { params, sessions, timeline, hosts } = this
    const count = (state: number): number =>
      sessions.state.reduce((sum, one) => sum + (one === state ? 1 : 0), 0)
    const still = count(OUT) + count(SETUP)
    const checks = hosts.reduce((sum, host) => sum + host.checks, 0)
    const open = this.openCuts()
    const begun = sessions.count - sessions.before
    const waits = this.shaking.map((one) => one?.longestWait ?? 0)
    return {
      metrics: {
        cut: this.cut,
        lostCalls: this.cut === 0 ? 0 : this.lostCalls / this.cut,
        lostNewCalls: begun === 0 ? null : this.lostNew / begun,
        packetsLost: this.lostPackets.sum,
        timeToBack: nearlyAll(this.backAt, open),
        peakChecks: timeline.peakChecks,
        peakHandshakes: timeline.peakHandshakes,
        handshakeWait: Math.max(...waits),
        relayUtilisation: this.peakUtilisation,
      },
      observations: { lostPackets: this.lostPackets.toData(), outage: this.outages.toData() },
      state: 'stable',
      flow: {
        injected: sessions.count - count(NEW),
        completed: count(ENDED),
        queued: still,
        running: count(UP),
        dropped: count(LOST),
        expired: 0,
      },
      little: [],
      invariants: [
        {
          name: 'the storm’s checks are those that the Forwarders counted',
          ok: checks === this.expectedChecks,
          detail: `${this.expectedChecks} sent to hosts that took them, ${checks} counted`,
        },
        {
          name: 'media pass the relay when a call is up, and only then',
          ok: this.wrongProbes === 0,
          detail: `${this.wrongProbes} of ${this.probes} packets did not fit`,
        },
        {
          name: 'each call is in exactly one state, and every cut is closed or open',
          ok: this.lostPackets.count + open === this.cut,
          detail: `${this.cut} cut, ${this.lostPackets.count} closed, ${open} open`,
        },
      ],
      series: timeline.series(params.packetsPerSecond),
      counters: { sessions: sessions.count, checks, probes: this.probes, events: this.events },
    }
  }

  /** Calls that were cut off and are neither back nor over. */
  private openCuts(): number {
    const { sessions } = this
    let open = 0
    for (let id = 0; id < sessions.count; id++) {
      const state = sessions.state[id]!
      if ((state === OUT || state === SETUP) && sessions.wasUp[id] === 1) open++
    }
    return open
  }
}

/** When 99 % of those that come back, or still may, are back; null when they are not. */
function nearlyAll(back: number[], still: number): number | null {
  const wanted = Math.ceil(NEARLY_ALL * (back.length + still))
  if (wanted === 0 || wanted > back.length) return null
  return back.toSorted((a, b) => a - b)[wanted - 1]!
}
