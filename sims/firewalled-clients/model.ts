/**
 * One replication: callers one after another, each in a network of its own, from the tap to the first media or to no
 * call at all.
 *
 *     tap -> (full gathering) -> offer and answer -> candidates -> checks -> DTLS -> media
 *
 * Callers have nothing to do with each other, so each is simulated by itself; what a planet of them costs is their
 * shares times its load.
 */
import { LogHistogram } from '../lab/analysis/histogram.ts'
import { Kernel } from '../lab/kernel/kernel.ts'
import { lognormal } from '../lab/kernel/random/lognormal.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import type { Measures, ReplicationContext } from '../lab/contract/sim.ts'
import { CheckList, MOST_PATHS, type Path } from './ice/check-list.ts'
import { connection, streamExchange, turnTls, turnUdp, udpExchange, type LostOnce } from './ice/gathering.ts'
import { DTLS_RTO, RC, TCP_RTO, transmissionAt } from './ice/timers.ts'
import { StunWire } from './ice/wire.ts'
import { passes, waysOf, type Network, type Way } from './networks.ts'
import type { FirewalledParams } from './params.ts'
import { DTLS_FLIGHTS, roundTrips, SIGNALLING } from './protocol.ts'
import { stallProbability } from './stalls.ts'

/** Callers between two fresh clocks: one that has run for days no longer tells microseconds apart. */
const CALLS_PER_CLOCK = 10_000
/** Callers between two reports of progress. */
const PROGRESS = 4096

/** What a client has to whom no fallback is offered. */
const UDP_ONLY = waysOf('none')

const WEEK = 7 * 86_400
const MONTH = 30 * 86_400

export function simulate(params: FirewalledParams, ctx: ReplicationContext): Measures {
  return new Callers(params, ctx).run()
}

/** What one caller has, besides the parameters. */
interface Caller {
  network: Network
  /** An IPv6-only client with a way to the relay. */
  reachesRelay: boolean
  rtt: number
}

class Callers {
  private readonly params: FirewalledParams
  private readonly ctx: ReplicationContext
  private readonly clients: Stream
  private readonly losses: Stream
  private readonly rollouts: Stream
  private readonly wire: StunWire
  /** What the ladder offers; and what of it this caller is offered. */
  private readonly offered: readonly Way[]
  private ways: readonly Way[] = UDP_ONLY
  private readonly setup = new LogHistogram()
  private readonly fallbackSetup = new LogHistogram()
  private readonly lost: LostOnce
  private readonly caller: Caller = { network: 'open', reachesRelay: true, rtt: 0 }
  private list: CheckList
  private connected = 0
  private fallbacks = 0
  private overTcp = 0
  private lockedOut = 0
  private gaveUp = 0
  private stalled = 0
  private requests = 0
  private answers = 0
  private events = 0
  private inOrder = true

  constructor(params: FirewalledParams, ctx: ReplicationContext) {
    this.params = params
    this.ctx = ctx
    this.clients = ctx.stream('clients')
    this.losses = ctx.stream('losses')
    this.rollouts = ctx.stream('rollout')
    this.wire = new StunWire(MOST_PATHS, ctx.stream('transaction ids'))
    this.offered = waysOf(params.ladder)
    const { loss } = params
    this.lost = loss === 0 ? () => false : () => this.losses.uniform() < loss
    this.list = new CheckList(new Kernel(), this.wire, params)
  }

  run(): Measures {
    const { calls } = this.params
    for (let call = 0; call < calls; call++) {
      if (call % CALLS_PER_CLOCK === CALLS_PER_CLOCK - 1) {
        this.count()
        this.list = new CheckList(new Kernel(), this.wire, this.params)
      }
      if (call % PROGRESS === 0) this.ctx.progress(call / calls, this.events + this.list.events)
      this.draw()
      this.call()
    }
    this.count()
    return this.measures()
  }

  private count(): void {
    this.requests += this.list.requests
    this.answers += this.list.answers
    this.events += this.list.events
  }

  private draw(): void {
    const { params, clients, caller } = this
    const { udpBlocked, ipv6Only, symmetricNat } = params
    const u = clients.uniform()
    const inside = clients.uniform()
    if (u < udpBlocked) caller.network = this.blockedNetwork(inside)
    else if (u < udpBlocked + ipv6Only) caller.network = 'ipv6-only'
    else caller.network = inside < symmetricNat ? 'symmetric-nat' : 'open'
    caller.reachesRelay = caller.network !== 'ipv6-only' || inside < params.nat64
    const { mu, sigma } = roundTrips(params)
    caller.rtt = lognormal(clients, mu, sigma)
    this.ways = this.rollouts.uniform() < params.rollout ? this.offered : UDP_ONLY
  }

  private blockedNetwork(u: number): Network {
    const { tlsOnly, proxyOnly, closed } = this.params
    if (u < tlsOnly) return 'tls-443-only'
    if (u < tlsOnly + proxyOnly) return 'proxy-only'
    return u < tlsOnly + proxyOnly + closed ? 'closed' : 'tcp-only'
  }

  private call(): void {
    const { params, caller, lost } = this
    const throughProxy = caller.network === 'proxy-only'
    const gathered = this.ways.map((way) => this.gather(way))
    const offered = params.gathering === 'trickle' ? 0 : this.gatheringEnds(gathered)
    const answered = offered + connection(caller.rtt, SIGNALLING + (throughProxy ? 1 : 0), lost)
    const late = params.gathering === 'trickle' ? Infinity : offered
    const paths = this.ways.map((way, i) =>
      this.pathOf(way, gathered[i]! <= late ? gathered[i]! : Infinity, answered),
    )
    const { path, at } = this.list.run(paths, answered, lost)
    if (path < 0) {
      this.lockedOut++
      return
    }
    if (at < answered) this.inOrder = false
    const total = at + this.dtls(paths[path]!)
    if (total > params.patience) {
      this.gaveUp++
      return
    }
    this.connect(paths[path]!, total)
  }

  /** When a way's local candidate exists; Infinity when it never does. Host candidates and TCP ones need nothing. */
  private gather(way: Way): number {
    const { caller, lost } = this
    const isThere = passes(caller.network, way, caller.reachesRelay)
    if (way === 'turn-udp') return turnUdp(caller.rtt, isThere, lost)
    if (way === 'turn-tls') return turnTls(caller.rtt, isThere, caller.network === 'proxy-only', lost)
    return 0
  }

  /** Full gathering waits for all candidates, the STUN server's too, but not beyond its limit. */
  private gatheringEnds(gathered: readonly number[]): number {
    const { params, caller, lost } = this
    const passesUdp = passes(caller.network, 'udp', caller.reachesRelay)
    const reflexive =
      params.stunServer === 'none'
        ? 0
        : udpExchange(caller.rtt, passesUdp && params.stunServer === 'reachable', lost)
    return Math.min(params.gatheringLimit, Math.max(reflexive, ...gathered))
  }

  private pathOf(way: Way, gathered: number, answered: number): Path {
    const { params, caller } = this
    const isThere = passes(caller.network, way, caller.reachesRelay)
    if (way === 'udp') return { transport: 'udp', passes: isThere, rtt: caller.rtt, ready: 0 }
    if (way === 'ice-tcp') return { transport: 'connect', passes: isThere, rtt: caller.rtt, ready: 0 }
    // A TURN server passes nothing to an address without a permission, and the address comes with the answer.
    const permitted = Math.max(gathered, answered) + this.permission(way)
    const rtt = caller.rtt + params.turnRtt
    return { transport: way === 'turn-udp' ? 'udp' : 'stream', passes: isThere, rtt, ready: permitted }
  }

  private permission(way: Way): number {
    const { caller, lost } = this
    if (way === 'turn-udp') return udpExchange(caller.rtt, true, lost)
    return streamExchange(caller.rtt, Math.max(TCP_RTO, caller.rtt), lost)
  }

  private dtls(path: Path): number {
    let seconds = 0
    for (let i = 0; i < DTLS_FLIGHTS; i++) seconds += this.flight(path)
    return seconds
  }

  private flight({ transport, rtt }: Path): number {
    const { lost } = this
    if (transport !== 'udp') return streamExchange(rtt, Math.max(TCP_RTO, rtt), lost)
    let losses = 0
    while (losses < RC && (lost() || lost())) losses++
    return rtt + transmissionAt(losses, DTLS_RTO)
  }

  /** A call that began over a fallback moves to UDP as soon as that works, so only the blocked stay on it. */
  private connect({ transport, rtt }: Path, seconds: number): void {
    const { params, caller } = this
    this.connected++
    this.setup.add(seconds)
    if (passes(caller.network, 'udp', caller.reachesRelay)) return
    this.fallbacks++
    this.fallbackSetup.add(seconds)
    if (transport === 'udp') return
    this.overTcp++
    const stream = { rtt, loss: params.loss, pace: params.packetsPerSecond / 2 }
    if (this.losses.uniform() < stallProbability(stream, params.callLength, params.stallLimit)) this.stalled++
  }

  private measures(): Measures {
    const { params, lockedOut, gaveUp, fallbacks, connected } = this
    const { calls } = params
    const people = params.weeklyActiveUsers * params.voiceShare
    const callsAtOnce = (people * params.callsPerUser * params.callLength) / WEEK
    const bytesPerSecond = params.packetsPerSecond * params.packetSize
    const share = (count: number): number => count / calls
    const atPeak = callsAtOnce * params.peakFactor
    const bytesInMonth = callsAtOnce * bytesPerSecond * MONTH
    return {
      metrics: {
        lockedOut: share(lockedOut),
        gaveUp: share(gaveUp),
        fallback: share(fallbacks),
        peopleLockedOut: share(lockedOut) * people,
        fallbackConnections: share(fallbacks) * atPeak,
        fallbackBytes: share(fallbacks) * bytesInMonth,
        stalled: this.overTcp === 0 ? null : this.stalled / this.overTcp,
        signallingBytes: this.wire.bytes / calls,
      },
      unseen: {
        ...(this.offered.length === 1 || params.rollout === 0
          ? { fallback: 0, fallbackConnections: 0, fallbackBytes: 0 }
          : {}),
        ...(params.loss === 0 ? { stalled: 0 } : {}),
      },
      // Only a call over TCP can stall; people, connections and bytes are scaled up from calls.
      chances: {
        stalled: this.overTcp,
        peopleLockedOut: calls / people,
        fallbackConnections: calls / atPeak,
        fallbackBytes: calls / bytesInMonth,
      },
      counted: {
        lockedOut: { of: calls },
        gaveUp: { of: calls },
        fallback: { of: calls },
        stalled: { of: this.overTcp },
        peopleLockedOut: { of: calls, all: people },
        fallbackConnections: { of: calls, all: atPeak },
        fallbackBytes: { of: calls, all: bytesInMonth },
      },
      observations: {
        setupTime: this.setup.toData(),
        fallbackSetupTime: this.fallbackSetup.toData(),
      },
      state: 'stable',
      flow: {
        injected: calls,
        completed: connected,
        queued: 0,
        running: 0,
        dropped: lockedOut,
        expired: gaveUp,
      },
      little: [],
      invariants: [
        { name: 'every message was understood by the side that got it', ok: this.wire.refused === 0 },
        { name: 'causality: no check before the answer', ok: this.inOrder },
      ],
      counters: { calls, checks: this.requests, answers: this.answers, events: this.events },
    }
  }
}
