/**
 * One replication: thefts one after another on one relay, each in a stretch of time of its own, so far from the one before
 * that its flows are gone. Weeks add up, so now and then the clock starts again, with a relay that has seen nothing.
 */
import { restartNonce } from '../../engines/relay/index.ts'
import { LogHistogram } from '../lab/analysis/histogram.ts'
import type { Measures, ReplicationContext } from '../lab/contract/sim.ts'
import type { Stream } from '../lab/kernel/random/stream.ts'
import { IN_FORCE, isBesideOwner, type InForce } from './defences.ts'
import { forgedAt, LIFETIMES } from './metrics.ts'
import { spoof } from './spoof.ts'
import type { RogueParams } from './params.ts'
import { RogueRelay, type Client, type Session, type Train } from './relay.ts'
import { chainOf, drawTheft, heldFor, killedAt, type TheftDraws } from './thefts.ts'

const MINUTE = 60
const IDLE = 31
/** Between the end of a theft and the next: flows and pending ones are gone. */
const APART = 100
/** Seconds after which the clock and the relay begin anew: the engine tells times apart up to twice this. */
const ERA = 2 ** 30
/** Packets that a thief tries after a kill: media, a check, another port, an ICE restart, and a check when flows are gone. */
const TRIES = 5

export function simulate(params: RogueParams, ctx: ReplicationContext): Measures {
  return new Thefts(params, ctx).run()
}

/** Thefts of one replication. */
export const theftsOf = (params: RogueParams): number =>
  isBesideOwner(params) ? params.watched : params.thefts

/** What one theft came to. */
interface Outcome {
  /** Seconds from the thief's first packet that passes to his last. */
  readonly stopped: number
  readonly byDefence: boolean
}

class Thefts {
  private readonly params: RogueParams
  private readonly ctx: ReplicationContext
  private readonly inForce: InForce
  private readonly thefts: number
  private readonly draws: Stream
  private readonly reaching: Stream
  private readonly phases: Stream
  private readonly keys: Stream
  private relay: RogueRelay
  private readonly timeToStop = new LogHistogram()
  private readonly train: Train = { toPod: 0, elsewhere: 0, dropped: 0, longest: 0 }
  private readonly atLifetime = new Float64Array(LIFETIMES.length)
  private longest = 0
  private forged = 0
  private thwarted = 0
  private stopped = 0
  private refused = 0
  private killed = 0
  private passedAfterKill = 0
  private packets = 0
  private misled = 0
  private inOrder = true
  private clients = 0

  constructor(params: RogueParams, ctx: ReplicationContext) {
    this.params = params
    this.ctx = ctx
    this.inForce = IN_FORCE[params.defence]
    this.thefts = theftsOf(params)
    this.draws = ctx.stream('thefts')
    this.reaching = ctx.stream('reaches')
    this.phases = ctx.stream('phases')
    this.keys = ctx.stream('keys')
    this.relay = new RogueRelay(this.keys)
  }

  run(): Measures {
    const { thefts } = this
    const { sessionCap, keyLifetime } = this.params
    let now = 0
    for (let theft = 0; theft < thefts; theft++) {
      if (theft % 64 === 0) this.ctx.progress(theft / thefts, this.packets)
      this.relay.forwarder.expire(now)
      const draws = drawTheft(this.params, this.draws, this.reaching)
      const outcome = this.theft(draws, now)
      if (outcome === null) this.thwarted++
      else {
        if (!(outcome.stopped >= 0)) this.inOrder = false
        if (outcome.byDefence) this.stopped++
        this.timeToStop.add(outcome.stopped)
      }
      now += 2 * sessionCap + keyLifetime + APART
      if (now > ERA) {
        this.relay = new RogueRelay(this.keys)
        now = 0
      }
    }
    this.relay.forwarder.expire(now)
    return this.measures()
  }

  private theft(draws: TheftDraws, now: number): Outcome | null {
    switch (this.params.attack) {
      case 'stolen-key':
        return this.stolenKey(draws, now)
      case 'copied-ufrag':
        return this.copiedUfrag(draws, now)
      default:
        return this.besideTheOwner(draws, now)
    }
  }

  /** Sessions of the thief's own; each is opened at the relay, and what kills it is tried on it. */
  private stolenKey(draws: TheftDraws, now: number): Outcome | null {
    const { params, inForce } = this
    for (const [i, lifetime] of LIFETIMES.entries()) {
      const chain = chainOf(params, inForce, draws, lifetime)
      if (chain !== null) this.atLifetime[i]! += this.forgedOf(chain.length, chain.places, draws)
    }
    const chain = chainOf(params, inForce, draws, params.keyLifetime)
    if (chain === null) return null
    let last = 0
    let byDefence = false
    for (let place = 0; place < chain.places; place++) {
      const kill = this.killOf(draws, place)
      const thief = this.newClient()
      for (let began = 0; began < Math.min(chain.length, kill); began += params.sessionCap) {
        const session = this.relay.open()
        const isIn = this.exchange(session, thief, now + began)
        if (!isIn) this.misled++
        const end = Math.min(began + params.sessionCap, kill)
        this.forged += end - began
        last = Math.max(last, end)
        if (kill < began + params.sessionCap) {
          byDefence = true
          this.keepAlive(session, thief, now + began, now + end)
          this.killAndTry(session, thief, now + end)
        }
      }
    }
    return { stopped: last, byDefence }
  }

  private forgedOf(length: number, places: number, draws: TheftDraws): number {
    let sum = 0
    for (let place = 0; place < places; place++) sum += Math.min(length, this.killOf(draws, place))
    return sum
  }

  /** Places are at relays of their own, and the kill reaches each of them at a time of its own. */
  private killOf({ detection, reaches }: TheftDraws, place: number): number {
    return killedAt(this.params, this.inForce, detection, reaches[place]!)
  }

  /** The owner's session, held open by a thief's checks after the owner has gone. */
  private copiedUfrag(draws: TheftDraws, now: number): Outcome | null {
    const { params, inForce } = this
    const { leak, call, vanishes } = draws
    if (leak >= call) return null
    const owner = this.newClient()
    const thief = this.newClient()
    const session = this.relay.open()
    if (!this.exchange(session, owner, now)) this.misled++
    this.keepAlive(session, owner, now, now + call)
    // The password makes the thief's checks genuine: relay and pod take him for the owner on another network.
    if (!this.exchange(session, thief, now + leak)) this.misled++
    // His media are not: the keys of DTLS are the owner's. So he gets the session's time and nothing of its content.
    if (!vanishes) return null
    const left = heldFor(params, inForce, call)
    const kill = this.killOf(draws, 0)
    const held = Math.min(left, kill)
    this.keepAlive(session, thief, now + leak, now + call + held)
    this.forged += held
    if (kill < left) this.killAndTry(session, thief, now + call + held)
    // He has been in since his first check, beside the owner at first.
    const stopped = call - leak + held
    return { stopped, byDefence: kill < left || (inForce.consent && left < params.sessionCap - call) }
  }

  /** A thief at work during the owner's call, packet by packet: replayed checks, or a session of his own. */
  private besideTheOwner(draws: TheftDraws, now: number): Outcome | null {
    const { params } = this
    const { leak, call } = draws
    if (leak >= call) return null
    const own = this.relay.open()
    const owner = this.newClient()
    const isInside = params.attack === 'thief-inside'
    const robber = isInside ? this.relay.open() : own
    const kill = leak + this.killOf(draws, 0)
    const until = Math.min(call, isInside ? kill : call)
    this.train.longest = 0
    const result = spoof(this.relay, {
      params,
      now,
      leak,
      until,
      call,
      owner,
      own,
      robber,
      phase: params.checkInterval * this.phases.uniform(),
      newClient: () => this.newClient(),
      train: this.train,
    })
    this.packets += result.packets
    this.refused += result.refused
    this.longest += this.train.longest
    if (isInside && kill < call) this.killAndTry(robber, owner, now + until)
    return { stopped: result.last - leak, byDefence: kill < call && isInside }
  }

  private newClient(): Client {
    const n = this.clients++
    return { address: 0x0b000000 + (n % 2 ** 26), port: 1024 + (n % 64_000) }
  }

  private exchange(session: Session, client: Client, now: number): boolean {
    this.packets += 2
    return this.relay.exchange(session, client, now, this.params.podRtt)
  }

  /** Checks and media between two moments, told to the relay as a fast path would: the flow is there at the end. */
  private keepAlive(session: Session, client: Client, from: number, until: number): void {
    for (let now = from; now < until; now += IDLE - 2) this.relay.one(session, client, now)
    this.packets += Math.ceil((until - from) / (IDLE - 2))
  }

  /** The session is killed, and its thief tries every way on. Nothing may pass. */
  private killAndTry(session: Session, thief: Client, now: number): void {
    const { relay } = this
    if (!relay.kill(session, now + this.params.sessionCap + IDLE)) this.misled++
    this.killed++
    const other = { address: thief.address, port: (thief.port % 65_535) + 1 }
    const restarted = relay.named(session.pod, restartNonce(session.nonce))
    const passed = [
      relay.one(session, thief, now + 0.01),
      relay.check(session, thief, now + 0.02) >= 0,
      relay.check(session, other, now + 0.03) >= 0,
      relay.check(restarted, thief, now + 0.04) >= 0,
    ]
    relay.forwarder.expire(now + IDLE + 1)
    passed.push(relay.check(session, thief, now + IDLE + 2) >= 0)
    const through = passed.filter(Boolean).length
    this.passedAfterKill += through
    this.refused += TRIES - through
    this.packets += TRIES
  }

  private measures(): Measures {
    const { params, thefts, train, thwarted, stopped } = this
    const perWeek = params.weeklyActiveUsers * params.voiceShare * params.callsPerUser * params.leaked
    const forged = this.forged / thefts
    const media = train.toPod + train.elsewhere + train.dropped
    const isBeside = isBesideOwner(params)
    // A replay is of the owner's own session.
    const kills = this.inForce.kill && params.attack !== 'replay'
    const isKey = params.attack === 'stolen-key'
    return {
      metrics: {
        forgedTime: forged,
        bill: (forged / MINUTE) * perWeek * params.pricePerMinute,
        thwarted: thwarted / thefts,
        lostMedia: media === 0 ? (isBeside ? null : 0) : (train.elsewhere + train.dropped) / media,
        longestLoss: isBeside ? this.longest / Math.max(1, thefts - thwarted) : 0,
        refused: this.refused / thefts,
        passedAfterKill: this.passedAfterKill,
        ...Object.fromEntries(
          LIFETIMES.map((lifetime, i) => [forgedAt(lifetime), isKey ? this.atLifetime[i]! / thefts : null]),
        ),
      },
      // Only a thief beside the owner touches the owner's media, and where nothing is killed nothing is tried after that.
      unseen: {
        ...(isBeside ? {} : { lostMedia: 0 }),
        ...(kills ? {} : { passedAfterKill: 0 }),
        ...(isBeside || kills ? {} : { refused: 0 }),
      },
      // A theft that gets nothing touches no media.
      chances: { lostMedia: thefts - thwarted },
      counted: { thwarted: { of: thefts } },
      observations: { timeToStop: this.timeToStop.toData() },
      state: 'stable',
      flow: {
        injected: thefts,
        completed: stopped,
        queued: 0,
        running: 0,
        dropped: thwarted,
        expired: thefts - stopped - thwarted,
      },
      little: [],
      invariants: [
        {
          name: 'after a kill nothing of its session passes',
          ok: this.passedAfterKill === 0,
          detail: `${this.passedAfterKill} packets did`,
        },
        {
          name: 'genuine checks reach their pod, and are answered',
          ok: this.misled === 0,
          detail: `${this.misled} were not`,
        },
        { name: 'causality: nothing is stopped before it began', ok: this.inOrder },
      ],
      counters: { thefts, kills: this.killed, packets: this.packets + media },
    }
  }
}
