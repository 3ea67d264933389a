/**
 * What a packet costs the heap, after warm-up: run by `forwarder/allocation.test.ts` with `--expose-gc`.
 *
 * Pushes a million packets (media, repeated checks, first checks of new flows, pods' packets, forgeries) through a
 * Forwarder in batches of 64 and prints, as JSON, the bytes allocated on the V8 heap per packet while no garbage
 * collection ran, and how much more is live after it all than before.
 */
import { Batch, CheckTemplate, deriveRouteKey, Forwarder, HintSealer, KeyRing, Verdicts } from '../index.ts'
import { stun, writeRelayHeader } from '../index.ts'

const LANES = 64
const BATCHES = 1_000_000 / LANES
const key = deriveRouteKey(new Uint8Array(16), 'k')
const sealer = new HintSealer(key, LANES)
const forwarder = new Forwarder({ keys: new KeyRing([key], LANES), seed: 1, flows: 65_536 })
forwarder.routes.setPod(1, 1, 0x0a000001, 4000)

const checks = new Batch({ slotBytes: 192 })
const ufragAt = new CheckTemplate().layAll(checks)
checks.count = LANES
const fill = (length: number, first: number): Batch => {
  const batch = new Batch({ slotBytes: 192 })
  const packet = new Uint8Array(length).fill(first)
  for (let i = 0; i < LANES; i++) batch.push(packet, 0, 0, 0)
  return batch
}
const media = fill(112, 0x80)
const fromPods = fill(120, 0x80)
const out = new Verdicts()

let nonce = 0
let now = 0
function newSessions(): void {
  for (let i = 0; i < LANES; i++) {
    sealer.stage(1, 1, nonce)
    stun.writeTransactionId(checks.arena, checks.offset[i]!, nonce, 0, 0)
    checks.address[i] = nonce++
    checks.port[i] = 1
    checks.arrival[i] = now
  }
  sealer.sealInto(checks.arena, ufragAt)
  forwarder.fromClients(checks, out)
  for (let i = 0; i < LANES; i++) forwarder.credit(out.flow[i]!, 1, 100, now)
}

/** A quarter new sessions, the rest media both ways with some forged and repeated checks. */
function round(i: number): void {
  if ((i & 3) === 0) newSessions()
  else if ((i & 3) === 1) {
    for (let slot = 0; slot < LANES; slot += 7) checks.arena[ufragAt[slot]! + 5] = 65
    forwarder.fromClients(checks, out)
  } else if ((i & 3) === 2) {
    media.address.set(checks.address)
    media.port.fill(1)
    media.arrival.fill(now)
    forwarder.fromClients(media, out)
  } else {
    for (let slot = 0; slot < LANES; slot++) {
      writeRelayHeader(fromPods.arena, fromPods.offset[slot]!, checks.address[slot]!, 1)
    }
    fromPods.address.fill(0x0a000001)
    fromPods.port.fill(4000)
    forwarder.fromPods(fromPods, out)
  }
  now += 0.01
  forwarder.expire(now)
}

for (let i = 0; i < BATCHES / 4; i++) round(i)
const { gc } = globalThis
if (gc === undefined) throw new Error('run with --expose-gc')
gc()
const before = process.memoryUsage()
for (let i = 0; i < 256; i++) round(i)
const during = process.memoryUsage()
for (let i = 0; i < BATCHES; i++) round(i)
gc()
const after = process.memoryUsage()
const { done } = forwarder.counters()
console.log(
  JSON.stringify({
    packets: BATCHES * LANES,
    heapBytesPerPacket: (during.heapUsed - before.heapUsed) / (256 * LANES),
    liveGrowth: after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers,
    passed: done.packetsToPod + done.packetsToClient,
    flows: forwarder.flowCount,
  }),
)
