/**
 * What callers and their clients do: check, notice silence, come back, connect anew, hang up, give up.
 *
 * Each is a row of `sessions.ts`; an event names it. Times are seconds after the fault.
 */
import { survives } from './faults.ts'
import { BATCHING, DTLS_FLIGHTS, MOST_DOUBLINGS, SIGNALLING } from './protocol.ts'
import { ENDED, LOST, NEW, OUT, SETUP, UP } from './sessions.ts'
import { NEW_KEY, OLD_KEY, VICTIM, World } from './world.ts'

export const CHECK = 0
export const END = 1
export const ATTEMPT = 2
export const ARRIVE = 3
export const SHAKEN = 4
export const TIMEOUT = 5
export const PATIENCE = 6
export const FLUSH = 7

/** One session in so many also sends media, to see that what is counted as lost is. */
const PROBED = 16

export abstract class Callers extends World {
  /** A call that is there before the fault: its checks have a phase of their own. */
  protected begin(id: number): void {
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
  protected check(id: number): void {
    const { sessions, params, now } = this
    const state = sessions.state[id]!
    if (Math.abs(now - sessions.due[id]!) > 1e-9 || (state !== UP && state !== OUT)) return
    if (state === OUT && now >= sessions.cutAt[id]! + params.deadAfter - 1e-9) return this.connect(id)
    this.probeMedia(id)
    this.send(id)
    this.plan(id)
  }

  /** When a caller checks next: sooner once he hears nothing, and not at all once he takes his call for dead. */
  protected plan(id: number): void {
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

  protected send(id: number): void {
    const { sessions, timeline, now } = this
    timeline.check(now)
    const index = sessions.host[id]!
    const host = this.hosts[index]!
    if (!host.isUp) return
    if (!(this.oldKeyGone && sessions.key[id] === OLD_KEY)) this.expectedChecks++
    this.soonFlushed(index)
    host.check(id, now)
  }

  protected probeMedia(id: number): void {
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

  protected soonFlushed(index: number): void {
    if (this.hosts[index]!.waiting === 0)
      this.at(this.now + Math.min(BATCHING, this.params.podRtt), FLUSH, index)
  }

  protected override probed(id: number, passed: boolean): void {
    this.probes++
    if (passed !== (this.probe[id] === 1)) this.wrongProbes++
  }

  /** What the relay did with a check, and so what its pod does. */
  protected override checked(id: number, at: number, passed: boolean, flow: number): void {
    const { sessions, params } = this
    if (!passed || this.isPodDead(id)) return
    this.hosts[sessions.host[id]!]!.confirm(flow, at)
    if (sessions.state[id] === OUT)
      this.back(id, at + (this.fromCache[id] === 1 ? params.cacheRead : params.podRtt))
    else if (sessions.state[id] === SETUP) this.handshake(id, at)
  }

  protected isPodDead(id: number): boolean {
    return (
      this.params.fault === 'pod-loss' &&
      this.victimGone &&
      this.sessions.pod[id] === VICTIM &&
      this.clusterOf[this.sessions.host[id]!] === this.population.cluster
    )
  }

  protected cutOff(id: number): void {
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
  protected back(id: number, at: number): void {
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
  protected close(id: number, at: number, isBack: boolean): void {
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

  protected end(id: number): void {
    const { sessions, now } = this
    const state = sessions.state[id]!
    if (state === ENDED || state === LOST) return
    if (state === UP || state === OUT) this.move(id, -1)
    if (state !== UP) this.close(id, now, false)
    sessions.state[id] = ENDED
  }

  protected giveUp(id: number): void {
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

  protected connect(id: number): void {
    if (this.sessions.state[id] === OUT) this.move(id, -1)
    this.sessions.state[id] = SETUP
    this.sessions.tries[id] = 0
    this.attempt(id)
  }

  protected attempt(id: number): void {
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
    const checked = now + (SIGNALLING + 0.5) * this.rttOf(id)
    // A check that would come later belongs to an attempt that is over: it must not speed up the next one.
    if (checked < now + params.attemptTimeout) this.at(checked, ARRIVE, id)
  }

  /** When a caller's client learns of another cluster: names are forgotten at any moment of their life, routes at once. */
  protected steeredAt(id: number): number {
    const { params, sessions } = this
    return params.steering === 'anycast' ? params.anycastDelay : params.steeringDelay * sessions.luck[id]!
  }

  protected rttOf(id: number): number {
    const { params, sessions, population, clusterOf } = this
    const { isFar } = population.callers[sessions.callers[id]!]!
    const isHome = clusterOf[sessions.host[id]!] === population.cluster
    const near = params.steering === 'anycast' ? params.anycastRtt : sessions.rtt[id]!
    return near + (isFar === isHome ? params.farRtt : 0)
  }

  protected arrive(id: number): void {
    if (this.sessions.state[id] === SETUP) this.send(id)
  }

  protected handshake(id: number, at: number): void {
    const { sessions, params, timeline } = this
    timeline.handshake(at)
    const seconds = this.shaking[this.clusterOf[sessions.host[id]!]!]!.add(at)
    const done = at + seconds + DTLS_FLIGHTS * this.rttOf(id)
    sessions.crashes[id] = this.hosts[sessions.host[id]!]!.crashes
    if (done < sessions.began[id]! + params.attemptTimeout) this.at(done, SHAKEN, id)
  }

  protected shaken(id: number): void {
    const { sessions, now } = this
    // A relay that has crashed meanwhile has forgotten the flow; the next attempt makes another.
    const isSame = sessions.crashes[id] === this.hosts[sessions.host[id]!]!.crashes
    if (sessions.state[id] === SETUP && isSame) this.back(id, now)
  }

  protected timeout(id: number): void {
    const { sessions, params, now, draws } = this
    if (sessions.state[id] !== SETUP || Math.abs(now - sessions.began[id]! - params.attemptTimeout) > 1e-9)
      return
    const doublings = Math.min(MOST_DOUBLINGS, sessions.tries[id]! - 1)
    const wait = params.retry === 'fixed' ? params.backoff : draws.uniform() * params.backoff * 2 ** doublings
    this.at(now + wait, ATTEMPT, id)
  }
}
