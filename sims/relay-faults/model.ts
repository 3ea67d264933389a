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
 *
 * Calls begin until the end of `span`; whoever is cut off or connecting then is followed until he is back or gone. A run
 * that ended with `span` would leave out its longest outages, and nobody could give up who is more patient than it is long.
 */
import { codeOf, indexOf, NONE } from '../lab/kernel/kernel.ts'
import type { Measures, ReplicationContext } from '../lab/contract/sim.ts'
import { ARRIVE, ATTEMPT, Callers, CHECK, END, FLUSH, PATIENCE, SHAKEN, TIMEOUT } from './callers.ts'
import type { RelayFaultsParams } from './params.ts'
import { ENDED, LOST, NEW, OUT, SETUP, UP } from './sessions.ts'
import { returnsByOwnCheck } from './theory.ts'
import { chanceOfLoss } from './unseen.ts'
import { OLD_KEY, ROTATIONS, VICTIM } from './world.ts'

const FAULT = 8
const RESTART = 9
const TICK = 10
const CUT = 11
const DOOM = 12

/** A share of those that come back: the last are slow for reasons of their own. */
const NEARLY_ALL = 0.99
/** Past the span, seconds between two looks at whether anybody is still without media. */
const LOOK = 1

export function simulate(params: RelayFaultsParams, ctx: ReplicationContext): Measures {
  return new Faults(params, ctx).run()
}

class Faults extends Callers {
  private events = 0

  run(): Measures {
    const { kernel, sessions, params, lead } = this
    for (let id = 0; id < sessions.count; id++) {
      if (id < sessions.before) this.begin(id)
      else this.at(sessions.born[id]!, ATTEMPT, id)
    }
    this.at(0, FAULT)
    this.at(0.5, TICK)
    this.runTo(lead + params.span)
    while (this.isOpen()) this.runTo(kernel.now + LOOK)
    for (const host of this.hosts) host.flush()
    return this.measures()
  }

  private runTo(end: number): void {
    const { kernel } = this
    const span = this.lead + this.params.span
    for (let e = kernel.next(end); e !== NONE; e = kernel.next(end)) {
      if ((++this.events & 0xffff) === 0) this.ctx.progress(Math.min(1, kernel.now / span), this.events)
      this.handle(codeOf(e), indexOf(e))
    }
  }

  /** Whether the fault still has to do with a call: one that is cut off or connecting, or up with a key that is gone. */
  private isOpen(): boolean {
    const { sessions, oldKeyGone } = this
    for (let id = 0; id < sessions.count; id++) {
      const state = sessions.state[id]!
      if (state === OUT || state === SETUP) return true
      if (oldKeyGone && state === UP && sessions.key[id] === OLD_KEY) return true
    }
    return false
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
  private strike(): void {
    const { params, hosts, sessions } = this
    for (const host of hosts) host.flush()
    const first = this.firstHost[this.population.cluster]!
    const last = first + this.population.hosts[this.population.cluster]!
    const isLost = (host: number): boolean => params.fault === 'region-loss' && host >= first && host < last
    for (const host of hosts.keys()) if (!isLost(host)) this.noteLoad(host)
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
    const checks = hosts.reduce((sum, host) => sum + host.checks, 0)
    const begun = sessions.count - sessions.before
    const waits = this.shaking.map((one) => one?.longestWait ?? 0)
    const slowest = Math.min(...this.shaking.map((one) => one?.rate ?? Infinity))
    const asked = Math.max(...this.shaking.map((one) => one?.count ?? 0))
    const unseen = chanceOfLoss(params, asked, slowest)
    const isOwn = returnsByOwnCheck(params)
    return {
      metrics: {
        cut: this.cut,
        lostCalls: this.cut === 0 ? 0 : this.lostCalls / this.cut,
        lostNewCalls: begun === 0 ? null : this.lostNew / begun,
        packetsLost: this.lostPackets.sum,
        timeToBack: nearlyAll(this.backAt),
        peakChecks: timeline.peakChecks,
        peakHandshakes: timeline.peakHandshakes,
        handshakeWait: Math.max(...waits),
        relayUtilisation: this.peakUtilisation,
      },
      unseen: { lostCalls: isOwn ? 0 : unseen, lostNewCalls: unseen },
      // Who connects anew waits behind the others who do: a fault is one fate for all of them, and that is one a replication.
      chances: isOwn ? { outage: this.cut, lostPackets: this.cut } : {},
      counted: { lostCalls: { of: this.cut }, lostNewCalls: { of: begun } },
      observations: { lostPackets: this.lostPackets.toData(), outage: this.outages.toData() },
      state: 'stable',
      flow: {
        injected: sessions.count - count(NEW),
        completed: count(ENDED),
        queued: count(OUT) + count(SETUP),
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
          name: 'each call is in exactly one state, and every cut is closed',
          ok: this.lostPackets.count === this.cut,
          detail: `${this.cut} cut, ${this.lostPackets.count} closed`,
        },
      ],
      series: timeline.series(params.packetsPerSecond),
      counters: { sessions: sessions.count, checks, probes: this.probes, events: this.events },
    }
  }
}

/** When 99 % of those that come back are back; null when none does. */
function nearlyAll(back: readonly number[]): number | null {
  const wanted = Math.ceil(NEARLY_ALL * back.length)
  return wanted === 0 ? null : back.toSorted((a, b) => a - b)[wanted - 1]!
}
