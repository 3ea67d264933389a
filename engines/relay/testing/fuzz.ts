/**
 * Mutated packets through the Forwarder and through the obvious model side by side: every verdict must be the same, so
 * nothing goes to a pod that the model would not send there. Beside the model an invariant that trusts neither: a check
 * goes to a pod only with a ufrag that was sealed, and only to that ufrag's pod. And bytes: what goes to a pod is the
 * client's address and the packet, untouched.
 *
 * One million are part of the tests; for more:
 *
 *   node engines/relay/testing/fuzz.ts [packets] [first seed] [seeds]
 */
import { formatIPv4 } from '../../net/address.ts'
import { putHalf, word } from '../../net/bytes.ts'
import { Batch, Verdicts } from '../forwarder/batch.ts'
import type { Counts } from '../forwarder/counters.ts'
import { Forwarder } from '../forwarder/forwarder.ts'
import { HEADER_IPV4_BYTES, writeRelayHeader } from '../forwarder/header.ts'
import { DROP, REASONS, TO_POD } from '../forwarder/verdict.ts'
import { deriveRouteKey } from '../hint/keys.ts'
import { KeyRing } from '../hint/key-ring.ts'
import { HintSealer } from '../hint/sealer.ts'
import { CheckTemplate } from '../request.ts'
import { BINDING_ERROR, BINDING_SUCCESS, HEADER_BYTES } from '../../net/stun/constants.ts'
import { writeHeader, writeTransactionId } from '../../net/stun/header.ts'
import { addXorMappedAddress } from '../../net/stun/xor-mapped-address.ts'
import { ModelForwarder } from './model.ts'
import type { Outcome } from './model.ts'
import { TestRandom } from './random.ts'

const LANES = 64
const PODS = 8
const CLIENTS = 40
const SESSIONS = 600

const options = { idleTimeout: 20, pendingTimeout: 4, transactionTimeout: 10, switchInterval: 2 }
const live = deriveRouteKey(new Uint8Array(16).fill(1), 'L')
const older = deriveRouteKey(new Uint8Array(16).fill(2), 'o')
const dead = deriveRouteKey(new Uint8Array(16).fill(3), 'D')

const podAddress = (pod: number): number => (0xc0a80000 + pod) >>> 0
const clientAddress = (client: number): number => (0xcb007100 + client) >>> 0

export interface FuzzResult {
  readonly packets: number
  /** Verdicts by name: `pod`, `client`, or a drop reason. */
  readonly verdicts: ReadonlyMap<string, number>
  readonly counters: Counts
  readonly flowCount: number
}

interface Sealed {
  readonly ufrag: string
  readonly pod: number
  readonly nonce: number
}

/** Runs packets of one seed. @throws Error naming the first packet that went wrong. */
export function fuzz(packetCount: number, seed: number): FuzzResult {
  const random = new TestRandom(seed)
  const forwarder = new Forwarder({
    keys: new KeyRing([live, older], LANES),
    seed: 77,
    flows: 4096,
    transactions: 65_536,
    ...options,
  })
  const model = new ModelForwarder({ keys: [live, older], ...options })
  for (let pod = 0; pod < PODS; pod++) {
    forwarder.routes.setPod(3, pod, podAddress(pod), 4000)
    model.setPod(3, pod, formatIPv4(podAddress(pod)), 4000)
  }

  // Sessions of both live keys, of a key that is not live, and of a pod that nobody knows.
  const sealers = [live, older, dead].map((key) => new HintSealer(key))
  const podOfUfrag = new Map<string, number>()
  const sessions: Sealed[] = []
  for (let nonce = 0; nonce < SESSIONS; nonce++) {
    const pod = random.below(PODS + 1)
    const which = nonce % 20 === 0 ? 2 : nonce & 1
    const ufrag = sealers[which]!.seal({ cluster: 3, pod, nonce })
    if (which !== 2 && pod < PODS) podOfUfrag.set(ufrag, pod)
    sessions.push({ ufrag, pod, nonce })
  }

  const template = new CheckTemplate()
  const scratch = new Uint8Array(1500)
  const media = new Uint8Array(120).fill(0x80)
  const batch = new Batch({ capacity: LANES, slotBytes: 256 })
  const out = new Verdicts(LANES)
  // Checks that pods have not answered yet: whom to answer as.
  const asked: { id: readonly [number, number, number]; client: number; pod: number }[] = []

  const check = (client: number): number => {
    // Clients mostly stay with their own few sessions, so that flows are refreshed as well as fought over.
    const session = random.below(8) === 0 ? random.below(SESSIONS) : (client * 5 + random.below(3)) % SESSIONS
    const { ufrag, pod } = sessions[session]!
    scratch.set(template.bytes)
    Buffer.from(ufrag).copy(scratch, template.ufragAt)
    const id = [random.bits(), random.bits(), random.bits()] as const
    writeTransactionId(scratch, 0, ...id)
    if (asked.length < 64) asked.push({ id, client, pod })
    return template.bytes.length
  }
  const answer = (): { length: number; pod: number } => {
    const { id, client, pod } = asked.splice(random.below(asked.length), 1)[0]!
    const type = random.below(5) === 0 ? BINDING_ERROR : BINDING_SUCCESS
    writeRelayHeader(scratch, 0, clientAddress(client), 5000)
    writeHeader(scratch, HEADER_IPV4_BYTES, type, ...id)
    const mapped = { address: Uint8Array.of(203, 0, 113, client), port: 5000 }
    const length = addXorMappedAddress(scratch, HEADER_IPV4_BYTES, HEADER_BYTES, mapped)
    return { length: HEADER_IPV4_BYTES + length, pod: random.below(10) === 0 ? random.below(PODS) : pod }
  }
  const mutate = (length: number): number => {
    const kind = random.below(12)
    if (kind < 5) scratch[random.below(Math.min(length, 64))]! ^= 1 << random.below(8)
    else if (kind === 5) scratch[template.ufragAt + random.below(23)] = random.below(256)
    else if (kind === 6) return random.below(length)
    else if (kind === 7) putHalf(scratch, 2 + random.below(30) * 2, random.below(140))
    else if (kind === 8) {
      scratch.copyWithin(random.below(length), random.below(length), length)
    } else if (kind === 9) for (let i = 0; i < length; i++) scratch[i] = random.bits()
    else if (kind === 10) scratch[0] = random.below(256)
    else putHalf(scratch, 0, [0x0001, 0x0003, 0x0011, 0x0101, 0x0111][random.below(5)]!)
    return length
  }

  const tally = new Map<string, number>()
  let now = 1000
  let sent = 0
  while (sent < packetCount) {
    const fromPods = random.below(3) === 0
    batch.count = 0
    while (batch.count < LANES) {
      const client = random.below(CLIENTS)
      let source = clientAddress(client)
      let port = 5000
      let length = media.length
      if (fromPods) {
        let pod = random.below(PODS)
        if (asked.length > 0 && random.below(2) === 0) ({ length, pod } = answer())
        else {
          scratch.set(media, HEADER_IPV4_BYTES)
          writeRelayHeader(scratch, 0, source, port)
        }
        source = podAddress(pod)
        port = 4000
      } else if (random.below(4) === 0) scratch.set(media)
      else length = check(client)
      if (random.below(10) < 7) length = mutate(length)
      batch.push(scratch.subarray(0, length), source, port, now + batch.count / 100)
    }

    const packets = Array.from({ length: LANES }, (_, slot) => {
      const at = batch.offset[slot]!
      return Buffer.from(batch.arena.subarray(at, at + batch.length[slot]!))
    })
    if (fromPods) forwarder.fromPods(batch, out)
    else forwarder.fromClients(batch, out)

    for (let slot = 0; slot < LANES; slot++) {
      const packet = packets[slot]!
      const source = formatIPv4(batch.address[slot]!)
      const arrival = batch.arrival[slot]!
      const wanted = fromPods
        ? model.fromPod(packet, source, batch.port[slot]!, arrival)
        : model.fromClient(packet, source, batch.port[slot]!, arrival)
      const got = outcomeOf(out, slot)
      if (!same(got, wanted)) {
        fail(
          `packet ${sent + slot} (${packet.toString('hex')}): ${JSON.stringify(got)}, model ${JSON.stringify(wanted)}`,
        )
      }
      const name = got.to === 'drop' ? got.reason : got.to
      tally.set(name, (tally.get(name) ?? 0) + 1)
      if (out.action[slot] === TO_POD) {
        assertBytes(batch, out, slot, packet)
        // By its place a check's ufrag is in the USERNAME; a message that was moved about inside is the model's to judge.
        if (packet[0] === 0 && packet[1] === 1 && packet.readUInt16BE(20) === 6) {
          const pod = podOfUfrag.get(packet.toString('latin1', template.ufragAt, template.ufragAt + 23))
          if (pod === undefined || out.address[slot] !== podAddress(pod)) {
            fail(`packet ${sent + slot}: a check went to a pod that its ufrag was not sealed for`)
          }
        }
      }
    }
    sent += LANES

    now += 0.64
    if (random.below(40) === 0) now += random.below(30)
    forwarder.expire(now)
    model.expire(now)
    if (random.below(50) === 0) {
      const { pod, nonce } = sessions[random.below(SESSIONS)]!
      forwarder.kill(3, pod, nonce, now + 15)
      model.kill(3, pod, nonce, now + 15)
    }
    const pod = random.below(PODS)
    if (random.below(100) === 0) {
      forwarder.routes.drainPod(3, pod, now + 5)
      model.drainPod(3, pod, now + 5)
    } else if (random.below(30) === 0) {
      forwarder.routes.setPod(3, pod, podAddress(pod), 4000)
      model.setPod(3, pod, formatIPv4(podAddress(pod)), 4000)
    }
    if (forwarder.flowCount !== model.flows.size) {
      fail(`after packet ${sent}: ${forwarder.flowCount} flows, the model has ${model.flows.size}`)
    }
  }
  return { packets: sent, verdicts: tally, counters: forwarder.counters(), flowCount: forwarder.flowCount }
}

function fail(what: string): never {
  throw new Error(what)
}

function outcomeOf(out: Verdicts, slot: number): Outcome {
  const action = out.action[slot]!
  if (action === DROP) return { to: 'drop', reason: REASONS[out.reason[slot]!]! }
  const to = action === TO_POD ? 'pod' : 'client'
  return { to, address: formatIPv4(out.address[slot]!), port: out.port[slot]! }
}

function same(a: Outcome, b: Outcome): boolean {
  if (a.to === 'drop') return b.to === 'drop' && a.reason === b.reason
  if (b.to === 'drop') return false
  return a.to === b.to && a.address === b.address && a.port === b.port
}

/** What goes to a pod is the relay header with the client's address, then the packet, bit for bit. */
function assertBytes(batch: Batch, out: Verdicts, slot: number, packet: Buffer): void {
  const at = out.offset[slot]!
  const payload = batch.arena.subarray(at + HEADER_IPV4_BYTES, at + out.length[slot]!)
  if (
    packet.compare(payload) !== 0 ||
    word(batch.arena, at) !== ((0x0400 << 16) | batch.port[slot]!) ||
    word(batch.arena, at + 4) >>> 0 !== batch.address[slot]!
  ) {
    fail(`slot ${slot}: the bytes sent to the pod are not header and packet`)
  }
}

if (import.meta.main) {
  const [packets = 1_000_000, first = 1, seeds = 10] = process.argv.slice(2).map(Number)
  for (let seed = first; seed < first + seeds; seed++) {
    const { verdicts } = fuzz(packets, seed)
    console.log(`seed ${seed}: ${JSON.stringify(Object.fromEntries(verdicts))}`)
  }
}
