/**
 * Mutated packets through the Forwarder and through the obvious model side by side: every verdict must be the same, and
 * every byte that leaves. Each seed is another world: with or without `verify`, with or without other relays, tables
 * that are full after a second or never, clocks from before 0, from 0, and of today.
 *
 * Beside the model stands what needs no model: a check goes to a pod only with a ufrag that was sealed for it; every
 * packet is counted once; flows made are flows gone and flows there.
 *
 * One million are part of the tests; for more:
 *
 *   node engines/relay/testing/fuzz.ts [packets] [first seed] [seeds]
 */
import { formatIPv4, formatIPv6 } from '../../net/address.ts'
import { Batch, Verdicts } from '../forwarder/batch.ts'
import type { Counts } from '../forwarder/counters.ts'
import { Forwarder } from '../forwarder/forwarder.ts'
import { DROP, REASONS, TO_POD } from '../forwarder/verdict.ts'
import { KeyRing } from '../hint/key-ring.ts'
import {
  FuzzWorld,
  ipv4,
  KEYS,
  LINK_KEY,
  LINK_WINDOW,
  OWN,
  PASSWORDS,
  PODS,
  RELAYS,
  SHARED,
} from './fuzz-world.ts'
import type { Endpoint, Sent } from './fuzz-world.ts'
import { ModelForwarder } from './model/model.ts'
import type { Outcome } from './model/model.ts'
import { wrap } from './model/wire.ts'
import { TestRandom } from './random.ts'

const LANES = 64
const SLOT_BYTES = 256
const HEADROOM = 20
const timeouts = { idleTimeout: 20, pendingTimeout: 4, transactionTimeout: 10, switchInterval: 2 }

export interface FuzzResult {
  readonly packets: number
  /** Verdicts by name: `pod`, `client`, or a drop reason. */
  readonly verdicts: ReadonlyMap<string, number>
  readonly counters: Counts
  readonly flowCount: number
}

/** Runs packets of one seed. @throws Error naming the first packet that went wrong. */
export function fuzz(packetCount: number, seed: number): FuzzResult {
  const run = new Fuzz(seed)
  while (run.sent < packetCount) run.step()
  return run.result()
}

class Fuzz {
  sent = 0
  private readonly random: TestRandom
  private readonly world: FuzzWorld
  private readonly forwarder: Forwarder
  private readonly model: ModelForwarder
  private readonly batch = new Batch({ capacity: LANES, slotBytes: SLOT_BYTES })
  private readonly out = new Verdicts(LANES)
  private readonly tally = new Map<string, number>()
  private readonly isLinked: boolean
  private now: number

  constructor(seed: number) {
    this.random = new TestRandom(seed * 2_654_435_761)
    const { random } = this
    const isSigned = seed % 4 === 1
    this.isLinked = seed % 2 === 0
    this.now = [0, -300, 1000, 1_700_000_000][(seed % 4) ^ 1]!
    const limits = {
      flows: [24, 40, 4096][seed % 3]!,
      flowsPerSession: 2 + (seed % 3),
      pendingPerAddress: 3 + (seed % 4),
      transactions: [16, 64, 4096][Math.floor(seed / 3) % 3]!,
    }
    const link = { key: LINK_KEY, window: LINK_WINDOW }
    this.world = new FuzzWorld(random, isSigned, this.isLinked)
    this.forwarder = new Forwarder({
      keys: new KeyRing(KEYS, LANES),
      seed,
      kills: 4096,
      ...limits,
      ...timeouts,
      ...(this.isLinked ? { link } : {}),
      ...(isSigned ? { verify: PASSWORDS } : {}),
    })
    this.model = new ModelForwarder({
      keys: KEYS,
      room: SLOT_BYTES - HEADROOM,
      ...limits,
      ...timeouts,
      ...(this.isLinked ? { link: { key: LINK_KEY.key, window: LINK_WINDOW } } : {}),
      ...(isSigned ? { verify: PASSWORDS } : {}),
    })
    for (let pod = 0; pod < PODS; pod++) this.setPod(OWN, pod)
    this.setCluster()
    if (this.isLinked) for (const relay of RELAYS.slice(0, 2)) this.addRelay(relay)
    this.expire()
  }

  /** A batch, then what operators do. */
  step(): void {
    const { random, batch } = this
    const isFromPods = random.below(3) === 0
    const packets: Sent[] = []
    batch.count = 0
    this.world.nextBatch()
    while (batch.count < LANES) {
      const arrival = this.now + batch.count / 100
      const packet = isFromPods ? this.world.fromPod(arrival) : this.world.fromClient(arrival)
      if (packet.bytes.length > SLOT_BYTES - HEADROOM) continue
      packets.push(packet)
      batch.push(packet.bytes, packet.from.address, packet.from.port, arrival)
    }
    if (random.below(8) === 0)
      batch.arrival[random.below(LANES)] = [Number.NaN, Infinity, -(2 ** 31)][random.below(3)]!
    const overlong = random.below(8) === 0 ? random.below(LANES) : -1
    if (overlong >= 0) batch.length[overlong] = [SLOT_BYTES, -1, 2 ** 31 - 1][random.below(3)]!
    if (isFromPods) this.forwarder.fromPods(batch, this.out)
    else this.forwarder.fromClients(batch, this.out)
    packets.forEach((packet, slot) => {
      if (slot === overlong) this.expectReason(slot, 'badSlot')
      else this.compare(slot, packet, isFromPods)
    })
    this.sent += LANES
    this.operate()
  }

  result(): FuzzResult {
    const counters = this.forwarder.counters()
    const { done, dropped } = counters
    const drops = Object.values(dropped).reduce((sum, n) => sum + n, 0)
    if (done.packetsToPod + done.packetsToClient + drops !== this.sent) fail('a packet is not counted once')
    return {
      packets: this.sent,
      verdicts: this.tally,
      counters,
      flowCount: this.forwarder.flowCount,
    }
  }

  private compare(slot: number, { bytes, from }: Sent, isFromPods: boolean): void {
    const { batch, out, model } = this
    const arrival = batch.arrival[slot]!
    const wanted = isFromPods
      ? model.fromPod(bytes, from.text, from.port, arrival)
      : model.fromClient(bytes, from.text, from.port, arrival)
    const got = this.describe(slot)
    const want =
      wanted.to === 'drop' ? `drop ${wanted.reason}` : `${wanted.to} ${wanted.address}:${wanted.port}`
    if (got !== want) {
      fail(
        `packet ${this.sent + slot} from ${from.text}:${from.port} (${bytes.toString('hex')}): ${got}, model ${want}`,
      )
    }
    const name = wanted.to === 'drop' ? wanted.reason : wanted.to
    this.tally.set(name, (this.tally.get(name) ?? 0) + 1)
    if (wanted.to === 'drop') return
    const at = out.offset[slot]!
    const left = batch.arena.subarray(at, at + out.length[slot]!)
    if (this.expected(wanted, arrival).compare(left) !== 0) {
      fail(
        `packet ${this.sent + slot} (${bytes.toString('hex')}): leaves as ${Buffer.from(left).toString('hex')}`,
      )
    }
    if (out.action[slot] === TO_POD) this.assertSealed(slot, wanted)
  }

  /** A check goes to a pod only with a ufrag that was sealed. (By its place the ufrag is in the USERNAME.) */
  private assertSealed(slot: number, { inner }: Exclude<Outcome, { to: 'drop' }>): void {
    if (inner.readUInt16BE(0) !== 1 || inner.readUInt16BE(20) !== 6) return
    const ufrag = inner.toString('latin1', 24, 47)
    if (!this.world.ufrags.has(ufrag))
      fail(`packet ${this.sent + slot}: a check passed whose ufrag was never sealed`)
  }

  private expected(outcome: Exclude<Outcome, { to: 'drop' }>, arrival: number): Buffer {
    const { to, isLink, isVouched, client, inner } = outcome
    if (to === 'client' && !isLink) return inner
    const direction = to === 'pod' ? 1 : 2
    const link = isLink ? { key: LINK_KEY.key, second: Math.floor(arrival), direction } : null
    return wrap(inner, { ...client, flags: (isLink ? 1 : 0) | (isVouched ? 2 : 0), link })
  }

  private describe(slot: number): string {
    const { out } = this
    const action = out.action[slot]!
    if (action === DROP) return `drop ${REASONS[out.reason[slot]!]}`
    if (out.reason[slot] !== 0) return 'a verdict that is not a drop and has a reason'
    const address =
      out.family[slot] === 6 ? formatIPv6(out.addressIPv6, slot * 4) : formatIPv4(out.address[slot]!)
    return `${action === TO_POD ? 'pod' : 'client'} ${address}:${out.port[slot]}`
  }

  private expectReason(slot: number, reason: string): void {
    const got = this.describe(slot)
    if (got !== `drop ${reason}`) fail(`packet ${this.sent + slot}: ${got}, not ${reason}`)
    this.tally.set(reason, (this.tally.get(reason) ?? 0) + 1)
  }

  private operate(): void {
    const { random, forwarder, model } = this
    this.now += 0.64
    if (random.below(40) === 0) this.now += random.below(30)
    this.expire()
    if (random.below(30) === 0) {
      const { cluster, pod, nonce } = this.world.someSession()
      forwarder.kill(cluster, pod, nonce, this.now + 15)
      model.kill(cluster, pod, nonce, this.now + 15)
    }
    this.credit()
    this.operateRoutes()
    if (forwarder.flowCount !== model.flows.size) {
      fail(`after packet ${this.sent}: ${forwarder.flowCount} flows, the model has ${model.flows.size}`)
    }
  }

  /** A fast path reports media of the flow of the last packet that went to a pod, some of it from the future. */
  private credit(): void {
    const { random, out, batch } = this
    if (random.below(10) > 0) return
    const slot = random.below(LANES)
    const client = batch.address[slot]!
    if (
      out.action[slot] !== TO_POD ||
      batch.family[slot] !== 4 ||
      RELAYS.some((relay) => relay.address === client)
    )
      return
    const lastSeen = this.now + random.below(60)
    const credited = this.forwarder.credit(out.flow[slot]!, 10, 1000, lastSeen)
    if (credited) this.model.credit(formatIPv4(client), batch.port[slot]!, 1000, lastSeen)
  }

  private operateRoutes(): void {
    const { random, forwarder, model } = this
    const pod = random.below(PODS)
    switch (random.below(60)) {
      case 0:
        forwarder.routes.drainPod(OWN, pod, this.now + 5)
        model.drainPod(OWN, pod, this.now + 5)
        break
      case 1:
        forwarder.routes.removePod(OWN, pod)
        model.removePod(OWN, pod)
        break
      case 2:
      case 3:
        this.setPod(OWN, pod)
        break
      case 4:
        this.setPod(SHARED, pod & 3)
        break
      case 5:
        forwarder.routes.removePod(SHARED, pod & 3)
        model.removePod(SHARED, pod & 3)
        this.world.forget(SHARED, pod & 3)
        break
      case 6:
        if (random.below(4) === 0) {
          forwarder.routes.removeCluster(SHARED)
          model.removeCluster(SHARED)
        }
        break
      case 7:
        this.setCluster()
        break
      case 8:
        if (!this.isLinked) break
        forwarder.removeRelay(RELAYS[0]!.address as number, RELAYS[0]!.port)
        model.removeRelay(RELAYS[0]!.text, RELAYS[0]!.port)
        break
      case 9:
        if (this.isLinked) this.addRelay(RELAYS[0]!)
        break
      default:
    }
  }

  /** Sets a pod's route, one time in four to another address. */
  private setPod(cluster: number, pod: number): void {
    const moved = this.random.below(4) === 0 ? 16 + this.random.below(3) : 0
    const at = ipv4(0xc0a80000 + cluster * 256 + pod + moved, 4000)
    this.forwarder.routes.setPod(cluster, pod, at.address as number, at.port)
    this.model.setPod(cluster, pod, at.text, at.port)
    this.world.place(cluster, pod, at)
  }

  private setCluster(): void {
    const at = ipv4(0x0a020001 + this.random.below(2), 3478)
    this.forwarder.routes.setCluster(SHARED, at.address as number, at.port)
    this.model.setCluster(SHARED, at.text, at.port)
    this.world.place(SHARED, '*', at)
  }

  private addRelay({ address, text, port }: Endpoint): void {
    this.forwarder.addRelay(address as number, port)
    this.model.addRelay(text, port)
  }

  private expire(): void {
    this.forwarder.expire(this.now)
    this.model.expire(this.now)
  }
}

function fail(what: string): never {
  throw new Error(what)
}

if (import.meta.main) {
  const [packets = 1_000_000, first = 1, seeds = 10] = process.argv.slice(2).map(Number)
  for (let seed = first; seed < first + seeds; seed++) {
    const { verdicts } = fuzz(packets, seed)
    console.log(`seed ${seed}: ${JSON.stringify(Object.fromEntries(verdicts))}`)
  }
}
