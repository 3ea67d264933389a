/**
 * The life of a simulated session, timed: seal its hint, build its first check, parse it, open the hint, insert its
 * flow, credit its media, expire it. What a sim that pushes every session of a week through a real Forwarder pays.
 *
 *   node engines/relay/testing/session-loop.ts [sessions] [arrivals per second] [seconds per session]
 *
 * Prints sessions per core-second (process CPU time, garbage collector included) and verifies that each session made
 * exactly one flow, at the right pod, and that all are gone at the end.
 */
import {
  Batch,
  CheckTemplate,
  deriveRouteKey,
  Forwarder,
  HintSealer,
  KeyRing,
  TO_POD,
  Verdicts,
} from '../index.ts'
import { stun } from '../index.ts'

const [sessions = 4_000_000, rate = 446, seconds = 300] = process.argv.slice(2, 5).map(Number)
const LANES = 64
const PODS = 64
const CLUSTER = 7

const key = deriveRouteKey(new Uint8Array(16).fill(42), 'a')
const keys = new KeyRing([key], LANES)
const sealer = new HintSealer(key, LANES)
const forwarder = new Forwarder({ keys, seed: 0x5eed, flows: 2 ** 19, idleTimeout: 30 })
for (let pod = 0; pod < PODS; pod++) forwarder.routes.setPod(CLUSTER, pod, 0x0a000000 + pod, 4000)

const batch = new Batch({ capacity: LANES, slotBytes: 3 * 64 })
const verdicts = new Verdicts(LANES)
const ufragAt = new CheckTemplate().layAll(batch)
batch.count = LANES

const nonces = new Float64Array(PODS)
let state = 1
let now = 0
let address = 0x01000000
let forwarded = 0
let checksum = 0
let expected = 0
let peak = 0

function cycle(): void {
  for (let i = 0; i < LANES; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    const pod = (state >>> 16) & (PODS - 1)
    const nonce = nonces[pod]!
    nonces[pod] = nonce + 1
    sealer.stage(CLUSTER, pod, nonce)
    expected = (expected + pod) | 0
    stun.writeTransactionId(batch.arena, batch.offset[i]!, state, address, i)
    batch.address[i] = address++
    batch.port[i] = (state & 0xffff) | 1
    batch.arrival[i] = now
  }
  sealer.sealInto(batch.arena, ufragAt)
  forwarder.fromClients(batch, verdicts)
  for (let i = 0; i < LANES; i++) {
    if (verdicts.action[i] !== TO_POD) continue
    forwarded++
    checksum = (checksum + (verdicts.address[i]! & (PODS - 1))) | 0
    forwarder.credit(verdicts.flow[i]!, 50 * seconds, 7000 * seconds, now + seconds)
  }
  now += LANES / rate
  forwarder.expire(now)
  if (forwarder.flowCount > peak) peak = forwarder.flowCount
}

for (let i = 0; i < 20_000; i += LANES) cycle()
const warm = forwarded
const before = process.cpuUsage()
const wall = process.hrtime.bigint()
for (let i = 0; i < sessions; i += LANES) cycle()
const spent = process.cpuUsage(before)
const wallSeconds = Number(process.hrtime.bigint() - wall) / 1e9
const done = forwarded - warm
forwarder.expire(now + seconds + 31)
const { dropped, done: counts } = forwarder.counters()
const drops = Object.values(dropped).reduce((sum, n) => sum + n, 0)
if (
  drops !== 0 ||
  checksum !== expected ||
  forwarder.flowCount !== 0 ||
  counts.flowsExpired !== counts.flowsCreated
) {
  throw new Error(
    `the sessions went wrong: ${JSON.stringify({ drops, checksum, expected, left: forwarder.flowCount, counts })}`,
  )
}
const perSecond = done / ((spent.user + spent.system) / 1e6)
console.log(
  `${(perSecond / 1e6).toFixed(2)} M sessions per core-second (${done} sessions in ${wallSeconds.toFixed(2)} s, ` +
    `peak ${peak} flows, rss ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB)`,
)
