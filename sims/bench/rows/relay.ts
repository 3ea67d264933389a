/**
 * The relay's decision without sockets: verdicts per second on batches of 64.
 *
 * Two yardsticks without I/O stand beside it. `map` is the same set of rules written the obvious way (the model that the
 * engine is tested against): a Map keyed by address strings as Node's dgram gives them, an object a verdict, one AES
 * call per ufrag. `per-packet` is our own Forwarder given batches of one: what batching alone brings.
 *
 * Addresses are written into the batch anew for each 64 packets, as a receive call would; packet bytes stay.
 */
import {
  Batch,
  CheckTemplate,
  deriveRouteKey,
  formatIPv4,
  Forwarder,
  HintSealer,
  KeyRing,
  stun,
  TO_POD,
  Verdicts,
} from '../../../engines/relay/index.ts'
import type { RouteKey } from '../../../engines/relay/index.ts'
import { ModelForwarder } from '../../../engines/relay/testing/index.ts'
import type { Burst, Contestant, Row, Rows } from '../harness/row.ts'
import { VERSION } from '../harness/version.ts'

const LANES = 64
const PODS = 64
const CLUSTER = 1
/** About what one core of a fleet with 134,000 sessions on ten cores holds. */
const FLOWS = 16_384
const CLIENTS = 0x64400000
const PORT = 50_000
/** 2001:db8::/32; each client is of a network of its own. */
const IPV6_PREFIX = 0x20010db8
const POD_ADDRESS = 0x0a000000
const POD_PORT = 4000
const NOW = 100
/** 120 bytes of IP payload: RTP header and an Opus frame. */
const RTP_BYTES = 112
const IDLE = 30

const routeKey = (): RouteKey => deriveRouteKey(new Uint8Array(16).fill(7), 'k')

type Family = 4 | 6

interface World {
  /** The i-th packet's flow: every flow once, in an order that defeats the caches' prefetchers. */
  readonly order: Uint32Array
  /** The first check of each flow in that order, in batches of 64. */
  readonly checks: readonly Batch[]
}

function newWorld(family: Family = 4): World {
  const order = Uint32Array.from({ length: FLOWS }, (_, i) => (i * 7919) % FLOWS)
  const sealer = new HintSealer(routeKey(), LANES)
  const template = new CheckTemplate()
  const checks: Batch[] = []
  for (let base = 0; base < FLOWS; base += LANES) {
    const batch = new Batch({ capacity: LANES, slotBytes: 192 })
    const ufragAt = template.layAll(batch)
    for (let i = 0; i < LANES; i++) {
      const flow = order[base + i]!
      sealer.stage(CLUSTER, flow % PODS, Math.floor(flow / PODS))
      stun.writeTransactionId(batch.arena, batch.offset[i]!, flow, 1, 2)
    }
    sealer.sealInto(batch.arena, ufragAt)
    address(batch, order, base, LANES, family)
    checks.push(batch)
  }
  return { order, checks }
}

/** RTP packets, for any flow. */
function mediaBatch(): Batch {
  const batch = new Batch({ capacity: LANES })
  const packet = new Uint8Array(RTP_BYTES).fill(0x5a)
  packet[0] = 0x80
  for (let i = 0; i < LANES; i++) batch.push(packet, 0, 0, NOW)
  return batch
}

/** Sum over packets of the pod that each goes to: flow i belongs to pod i mod 64. */
function expectedOver(order: Uint32Array): number {
  return order.reduce((sum, flow) => sum + 1 + (flow % PODS), 0)
}

/** What a receive call would write beside the bytes. */
function address(batch: Batch, order: Uint32Array, base: number, count: number, family: Family): void {
  for (let i = 0; i < count; i++) {
    const client = CLIENTS + order[base + i]!
    batch.family[i] = family
    if (family === 4) batch.address[i] = client
    else {
      batch.addressIPv6[i * 4] = IPV6_PREFIX
      batch.addressIPv6[i * 4 + 1] = order[base + i]!
      batch.addressIPv6[i * 4 + 2] = 0
      batch.addressIPv6[i * 4 + 3] = client
    }
    batch.port[i] = PORT
    batch.arrival[i] = NOW
  }
  batch.count = count
}

function sum(out: Verdicts, count: number): number {
  let total = 0
  for (let i = 0; i < count; i++) {
    if (out.action[i] === TO_POD) total += 1 + out.address[i]! - POD_ADDRESS
  }
  return total
}

function newForwarder(keys: KeyRing): Forwarder {
  const forwarder = new Forwarder({
    keys,
    seed: 1,
    flows: FLOWS,
    idleTimeout: IDLE,
  })
  for (let pod = 0; pod < PODS; pod++) forwarder.routes.setPod(CLUSTER, pod, POD_ADDRESS + pod, POD_PORT)
  return forwarder
}

/** Our Forwarder, `size` packets a batch. */
function ours(media: boolean, size: number, family: Family = 4): Burst {
  const { order, checks } = newWorld(family)
  const keys = new KeyRing([routeKey()], LANES)
  const forwarder = newForwarder(keys)
  const out = new Verdicts(LANES)
  for (const batch of checks) {
    forwarder.fromClients(batch, out)
    // Confirmed, as a pod's answer would.
    for (let slot = 0; slot < LANES; slot++) forwarder.credit(out.flow[slot]!, 1, RTP_BYTES, NOW)
  }
  // Media uses one buffer again and again, as a receive loop does; each check has its own bytes.
  const source = media ? [mediaBatch()] : checks
  const batches = size === 1 ? source.flatMap(split) : source
  const run = (): number => {
    let total = 0
    for (let base = 0, i = 0; base < FLOWS; base += size, i++) {
      if (i === batches.length) i = 0
      const batch = batches[i]!
      address(batch, order, base, size, family)
      forwarder.fromClients(batch, out)
      total += sum(out, size)
    }
    return total
  }
  const counters = (): Record<string, number> => {
    const { done, dropped } = forwarder.counters()
    return { ...done, ...dropped, decipherCalls: keys.calls }
  }
  return { run, work: FLOWS, expected: expectedOver(order), counters }
}

/** A batch as batches of one. */
function split(batch: Batch): Batch[] {
  return buffers(batch).map((packet) => {
    const one = new Batch({ capacity: 1, slotBytes: batch.slotBytes })
    one.push(packet, 0, 0, NOW)
    return one
  })
}

/** The obvious one, fed as dgram feeds it: a Buffer, an address string, a port. */
function model(media: boolean): Burst {
  const { order, checks } = newWorld()
  const forwarder = new ModelForwarder({
    keys: [routeKey()],
    idleTimeout: IDLE,
    pendingTimeout: 5,
    transactionTimeout: 40,
    switchInterval: 1,
  })
  for (let pod = 0; pod < PODS; pod++) forwarder.setPod(CLUSTER, pod, formatIPv4(POD_ADDRESS + pod), POD_PORT)
  const addresses = Array.from(order, (flow) => formatIPv4(CLIENTS + flow))
  const first = checks.flatMap(buffers)
  first.forEach((check, i) => forwarder.fromClient(check, addresses[i]!, PORT, NOW))
  for (const flow of forwarder.flows.values()) {
    flow.confirmed = true
    flow.transactions.clear()
  }
  const packets = media ? buffers(mediaBatch()) : first
  const podOf = new Map(Array.from({ length: PODS }, (_, pod) => [formatIPv4(POD_ADDRESS + pod), pod]))
  const run = (): number => {
    let total = 0
    for (let i = 0; i < FLOWS; i++) {
      const outcome = forwarder.fromClient(packets[i % packets.length]!, addresses[i]!, PORT, NOW)
      if (outcome.to === 'pod') total += 1 + podOf.get(outcome.address)!
    }
    return total
  }
  return { run, work: FLOWS, expected: expectedOver(order) }
}

function buffers(batch: Batch): Buffer[] {
  return Array.from({ length: batch.count }, (_, slot) => {
    const at = batch.offset[slot]!
    return Buffer.from(batch.arena.subarray(at, at + batch.length[slot]!))
  })
}

const contestant = (id: string, prepare: () => Burst): Contestant => ({
  id,
  version: VERSION,
  missing: () => null,
  prepare,
})

/** A burst is a packet of every flow: some milliseconds, so that contestants take turns often. */
function row(id: string, media: boolean, summary: string): Row {
  return {
    id,
    unit: 'packets/s',
    better: 'higher',
    summary,
    ours: contestant('flowbench', () => ours(media, LANES)),
    peers: [contestant('map', () => model(media)), contestant('per-packet', () => ours(media, 1))],
  }
}

/** The same for clients with IPv6, beside those with IPv4. */
function rowIPv6(id: string, media: boolean, summary: string): Row {
  return {
    id,
    unit: 'packets/s',
    better: 'higher',
    summary,
    ours: contestant('flowbench', () => ours(media, LANES, 6)),
    peers: [contestant('ipv4', () => ours(media, LANES))],
  }
}

export const rows: Rows = [
  row(
    'relay/media-verdicts-batch64',
    true,
    'RTP packets of 112 B from 16,384 live flows, in batches of 64, to the pods of their flows; each pod is verified by sum.',
  ),
  row(
    'relay/stun-verdicts-batch64',
    false,
    'ICE checks with a sealed ufrag from 16,384 live flows, in batches of 64, hints opened and compared with the flow; each pod is verified by sum.',
  ),
  rowIPv6(
    'relay/media-verdicts-batch64-ipv6',
    true,
    'The same for clients with IPv6 addresses, against those with IPv4.',
  ),
  rowIPv6(
    'relay/stun-verdicts-batch64-ipv6',
    false,
    'ICE checks as above from clients with IPv6 addresses, against those with IPv4.',
  ),
]
