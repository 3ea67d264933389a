/**
 * What a packet costs the heap, after warm-up: run by `forwarder/allocation.test.ts` with `--expose-gc`.
 *
 * Prints, as JSON, the bytes that V8 allocated per packet for each kind of batch while no garbage collection ran, and
 * how much more is live after a million packets of all kinds than before. Media make nothing in either direction;
 * checks make one Buffer and its view per AES call, whatever the batch holds.
 *
 * With `media` as argument it measures those alone, after what they need.
 */
import { Batch, CheckTemplate, deriveRouteKey, Forwarder, HintSealer, KeyRing, Verdicts } from '../index.ts'
import { stun, writeRelayHeader, writeRelayHeaderIPv6 } from '../index.ts'

const LANES = 64
const ROUNDS = 1000
const key = deriveRouteKey(new Uint8Array(16), 'k')
const sealer = new HintSealer(key, LANES)
const forwarder = new Forwarder({ keys: new KeyRing([key], LANES), seed: 1 })
forwarder.routes.setPod(1, 1, 0x0a000001, 4000)
const out = new Verdicts()
let now = 0

/** A batch of checks from one family; `newSessions` gives them sessions and clients that were never seen. */
class Checks {
  readonly batch = new Batch({ slotBytes: 192 })
  private readonly ufragAt: Int32Array
  private readonly family: 4 | 6
  private nonce: number

  constructor(family: 4 | 6) {
    this.family = family
    this.nonce = family * 2 ** 24
    this.ufragAt = new CheckTemplate().layAll(this.batch)
    this.batch.count = LANES
    this.batch.family.fill(family)
    this.batch.port.fill(5000)
  }

  newSessions(): void {
    const { batch } = this
    for (let slot = 0; slot < LANES; slot++) {
      sealer.stage(1, 1, ++this.nonce)
      stun.writeTransactionId(batch.arena, batch.offset[slot]!, this.nonce, 0, 0)
      batch.address[slot] = this.nonce
      batch.addressIPv6[slot * 4] = 0x20010db8
      batch.addressIPv6[slot * 4 + 1] = this.nonce
      batch.arrival[slot] = now
    }
    sealer.sealInto(batch.arena, this.ufragAt)
  }

  /** Media of the same clients, to the pod or from it. */
  media(fromPod: boolean): Batch {
    const media = new Batch({ slotBytes: 192 })
    const header = fromPod ? (this.family === 4 ? 8 : 20) : 0
    for (let slot = 0; slot < LANES; slot++) {
      media.push(new Uint8Array(112 + header).fill(0x80), 0x0a000001, 4000, now)
      const at = media.offset[slot]!
      if (!fromPod) continue
      if (this.family === 4) writeRelayHeader(media.arena, at, this.batch.address[slot]!, 5000)
      else writeRelayHeaderIPv6(media.arena, at, this.batch.addressIPv6, slot * 4, 5000)
    }
    if (fromPod) return media
    media.family.set(this.batch.family)
    media.address.set(this.batch.address)
    media.addressIPv6.set(this.batch.addressIPv6)
    media.port.set(this.batch.port)
    return media
  }
}

const { gc } = globalThis
if (gc === undefined) throw new Error('run with --expose-gc')
const perPacket: Record<string, number> = {}
const rounds: (() => void)[] = []
const isMediaOnly = process.argv[2] === 'media'

function measure(name: string, round: () => void): void {
  rounds.push(round)
  // Long enough for code that a new kind of batch makes V8 compile again.
  for (let i = 0; i < 2 * ROUNDS; i++) round()
  gc!()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < ROUNDS; i++) round()
  perPacket[name] = (process.memoryUsage().heapUsed - before) / (ROUNDS * LANES)
}

for (const family of [4, 6] as const) {
  const checks = new Checks(family)
  checks.newSessions()
  forwarder.fromClients(checks.batch, out)
  // Confirmed, and with credit for what their pod sends.
  for (let slot = 0; slot < LANES; slot++) forwarder.credit(out.flow[slot]!, 1, 1e9, now + 1e6)
  const toPod = checks.media(false)
  const toClient = checks.media(true)
  measure(`media to pods, IPv${family}`, () => forwarder.fromClients(toPod, out))
  measure(`media to clients, IPv${family}`, () => forwarder.fromPods(toClient, out))
  if (isMediaOnly) continue
  measure(`checks, IPv${family}`, () => forwarder.fromClients(checks.batch, out))
  const first = new Checks(family)
  measure(`first checks, IPv${family}`, () => {
    first.newSessions()
    forwarder.fromClients(first.batch, out)
    now += 0.1
    forwarder.expire(now)
  })
}

const live = (): number => {
  // Twice: the memory of buffers is given back after the collection that finds them dead.
  gc()
  gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
const before = live()
if (!isMediaOnly) for (let i = 0; i < 1_000_000 / LANES; i++) rounds[i % rounds.length]!()
const { done, dropped } = forwarder.counters()
console.log(
  JSON.stringify({
    perPacket,
    liveGrowth: live() - before,
    toPods: done.packetsToPod,
    toClients: done.packetsToClient,
    dropped: Object.values(dropped).reduce((sum, n) => sum + n, 0),
  }),
)
