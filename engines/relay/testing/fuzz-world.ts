/**
 * What the fuzz sends, and what operators do meanwhile: clients of both families, few enough to fight over addresses;
 * sessions with ICE restarts; pods behind their own routes, a cluster's, and another relay; answers, proofs, copies of
 * other people's transaction ids, and mutations of all of them.
 */
import { formatIPv4, formatIPv6, parseIPv6 } from '../../net/address.ts'
import { putHalf } from '../../net/bytes.ts'
import {
  BINDING_ERROR,
  BINDING_REQUEST,
  BINDING_SUCCESS,
  GOOG_PING_REQUEST,
} from '../../net/stun/constants.ts'
import { writeHeader, writeTransactionId } from '../../net/stun/header.ts'
import { addXorMappedAddress } from '../../net/stun/xor-mapped-address.ts'
import { deriveLinkKey } from '../forwarder/links.ts'
import { derivePasswordKey, deriveRouteKey, icePassword } from '../hint/keys.ts'
import type { RouteKey } from '../hint/keys.ts'
import { SESSION_LIMIT } from '../hint/layout.ts'
import { HintSealer } from '../hint/sealer.ts'
import { CheckTemplate } from '../request.ts'
import { wrap } from './model/wire.ts'
import type { TestRandom } from './random.ts'

export const PODS = 8
const SESSIONS = 400
/** The cluster of the pods with routes of their own, and the one behind another relay or one address. */
export const OWN = 3
export const SHARED = 4

const secret = (byte: number): Uint8Array => new Uint8Array(16).fill(byte)
export const KEYS: readonly RouteKey[] = [
  deriveRouteKey(secret(1), 'L'),
  deriveRouteKey(secret(2), 'o'),
  deriveRouteKey(secret(4), 'B', OWN),
]
export const PASSWORDS = [derivePasswordKey(secret(1), 'L'), derivePasswordKey(secret(2), 'o')]
const DEAD = deriveRouteKey(secret(3), 'D')
export const LINK_KEY = deriveLinkKey(secret(9))
export const LINK_WINDOW = 10

export interface Endpoint {
  readonly address: number | readonly number[]
  readonly text: string
  readonly port: number
}

export function ipv4(address: number, port: number): Endpoint {
  return { address: address >>> 0, text: formatIPv4(address >>> 0), port }
}

function ipv6(text: string, port: number): Endpoint {
  const address = parseIPv6(text)
  return { address, text: formatIPv6(address), port }
}

const CLIENTS: readonly Endpoint[] = [
  ...[1, 2, 3, 4, 5].flatMap((host) => [0, 1, 2, 3].map((port) => ipv4(0xcb007100 + host, 5000 + port))),
  ...[0, 1].flatMap((net) =>
    [1, 2].flatMap((host) => [0, 1, 2].map((port) => ipv6(`2001:db8:0:${net}::${host}`, 5000 + port))),
  ),
  // The last words of the first as an IPv4 address would be: not that client.
  ipv6('2001:db8::cb00:7101', 5000),
]
const UNANSWERABLE: readonly Endpoint[] = [
  ipv4(0xcb007101, 0),
  ipv4(0, 5000),
  ipv4(0x00ffffff, 5000),
  ipv4(0xa9fe0001, 5000),
  ipv4(0xe0000001, 5000),
  ipv4(0xffffffff, 5000),
  ipv6('::', 5000),
  ipv6('ff02::1', 5000),
  ipv6('fe80::1', 5000),
  ipv6('::ffff:203.0.113.1', 5000),
]
/** Relays that pass to this one: two that it knows, one that it does not. */
export const RELAYS: readonly Endpoint[] = [1, 2, 3].map((host) => ipv4(0x0a090000 + host, 3479))

interface Sealed {
  readonly ufrag: string
  readonly cluster: number
  readonly pod: number
  readonly nonce: number
}

interface Asked {
  readonly id: readonly [number, number, number]
  readonly client: Endpoint
  readonly session: Sealed
}

export interface Sent {
  readonly bytes: Buffer
  readonly from: Endpoint
}

export class FuzzWorld {
  readonly sessions: readonly Sealed[]
  readonly ufrags: ReadonlySet<string>
  private readonly random: TestRandom
  private readonly isSigned: boolean
  private readonly isLinked: boolean
  private readonly template = new CheckTemplate()
  private readonly scratch = new Uint8Array(400)
  /** Where pods and the shared cluster now are. */
  private readonly places = new Map<string, Endpoint>()
  /** Checks that pods have not answered yet, and requests of pods that clients have not. */
  private readonly asked: Asked[] = []
  private readonly podsAsked: Asked[] = []
  private flooded: Sealed | null = null

  constructor(random: TestRandom, isSigned: boolean, isLinked: boolean) {
    this.random = random
    this.isSigned = isSigned
    this.isLinked = isLinked
    const sealers = [...KEYS, DEAD].map((key) => new HintSealer(key))
    this.sessions = Array.from({ length: SESSIONS }, (_, i) => {
      const cluster = random.below(15) === 0 ? 5 : random.below(5) < 3 ? OWN : SHARED
      const pod = random.below(cluster === OWN ? PODS + 1 : 4)
      // Every third is an ICE restart of the one before.
      const nonce = i % 3 === 2 ? i - 1 + SESSION_LIMIT * (1 + random.below(15)) : i
      const sealer = sealers[i % 20 === 0 ? 3 : i % 19 === 0 ? 2 : i & 1]!
      return { ufrag: sealer.seal({ cluster, pod, nonce }), cluster, pod, nonce }
    })
    // A restart is of the same pod.
    this.sessions = this.sessions.map((session, i) => {
      if (i % 3 !== 2) return session
      const { cluster, pod } = this.sessions[i - 1]!
      const sealer = sealers[i & 1]!
      return { ...session, cluster, pod, ufrag: sealer.seal({ cluster, pod, nonce: session.nonce }) }
    })
    this.ufrags = new Set(this.sessions.map(({ ufrag }) => ufrag))
  }

  place(cluster: number, pod: number | '*', at: Endpoint): void {
    this.places.set(`${cluster}/${pod}`, at)
  }

  forget(cluster: number, pod: number): void {
    this.places.delete(`${cluster}/${pod}`)
  }

  /** One batch in eight is a flood: every client shows one ufrag. */
  nextBatch(): void {
    this.flooded = this.random.below(8) === 0 ? this.someSession() : null
  }

  someSession(): Sealed {
    return this.sessions[this.random.below(SESSIONS)]!
  }

  /** A packet to the socket that clients send to. */
  fromClient(arrival: number): Sent {
    const { random } = this
    const asked = random.below(12) === 0 ? this.podsAsked.shift() : undefined
    let from = random.below(60) === 0 ? pick(random, UNANSWERABLE) : pick(random, CLIENTS)
    // Who was asked answers, most of the time.
    if (asked !== undefined && random.below(6) > 0) from = asked.client
    let bytes = asked === undefined ? this.clientPacket(from) : this.answerToPod(asked, from)
    if (random.below(10) < 4) bytes = this.mutated(bytes)
    if (!this.isLinked || random.below(3) > 0) return { bytes, from }
    const second = Math.floor(arrival) + (random.below(6) === 0 ? random.below(30) - 15 : 0)
    const linked = wrap(bytes, {
      address: from.text,
      port: from.port,
      flags: random.below(20) === 0 ? 3 : 1,
      link: { key: LINK_KEY.key, second, direction: random.below(30) === 0 ? 2 : 1 },
    })
    const relay = random.below(15) === 0 ? RELAYS[2]! : RELAYS[random.below(2)]!
    return { bytes: random.below(15) === 0 ? this.mutated(linked) : linked, from: relay }
  }

  /** A packet to the socket that pods send to. */
  fromPod(arrival: number): Sent {
    const { random } = this
    let client = pick(random, CLIENTS)
    let from = this.placeOf(pick(random, this.sessions))
    let inner = this.media()
    const kind = random.below(8)
    if (kind < 4 && this.asked.length > 0) {
      const asked = this.asked[random.below(this.asked.length)]!
      if (random.below(3) > 0) this.asked.splice(this.asked.indexOf(asked), 1)
      client = asked.client
      from = this.placeOf(asked.session)
      inner = this.answer(asked, random.below(5) === 0 ? BINDING_ERROR : BINDING_SUCCESS)
    } else if (kind < 7) {
      // A pod that has asked asks again before it is answered, some of the time the same.
      const again = kind === 6 && random.below(2) === 0 ? this.podsAsked.at(-1) : undefined
      client = again?.client ?? client
      const session = again?.session ?? this.usual(client)
      from = this.placeOf(session)
      if (kind === 6) inner = this.request(client, session, random.below(3) === 0 ? again?.id : undefined)
    }
    if (random.below(12) === 0) from = this.placeOf(pick(random, this.sessions))
    if (random.below(10) < 3) inner = this.mutated(inner)
    const isLink = this.isLinked && from === this.places.get(`${SHARED}/*`)
    const flags = random.below(40) === 0 ? 2 : 0
    const second = Math.floor(arrival) + (random.below(6) === 0 ? random.below(30) - 15 : 0)
    const link =
      isLink !== (random.below(40) === 0) ? { key: LINK_KEY.key, second, direction: TO_CLIENT } : null
    const wrapped = wrap(inner, {
      address: client.text,
      port: client.port,
      flags: link === null ? flags : flags | 1,
      link,
    })
    return { bytes: random.below(15) === 0 ? this.mutated(wrapped) : wrapped, from }
  }

  private placeOf({ cluster, pod }: Sealed): Endpoint {
    const place = this.places.get(`${cluster}/${pod}`) ?? this.places.get(`${cluster}/*`)
    return place ?? ipv4(0x0a000063, 4000)
  }

  /** Clients mostly stay with their own few sessions, so that flows are refreshed as well as fought over. */
  private usual(client: Endpoint): Sealed {
    const { random } = this
    if (this.flooded !== null && random.below(4) > 0) return this.flooded
    if (random.below(8) === 0) return this.someSession()
    return this.sessions[((CLIENTS.indexOf(client) + 1) * 7 + random.below(4)) % SESSIONS]!
  }

  private clientPacket(client: Endpoint): Buffer {
    const { random } = this
    const kind = random.below(20)
    if (kind < 5) return this.media()
    if (kind === 5) {
      writeHeader(this.scratch, 0, GOOG_PING_REQUEST, random.bits(), random.bits(), random.bits())
      return Buffer.from(this.scratch.subarray(0, 20))
    }
    return this.check(client)
  }

  private answerToPod(asked: Asked, client: Endpoint): Buffer {
    return this.answer({ ...asked, client }, this.random.below(6) === 0 ? BINDING_ERROR : BINDING_SUCCESS)
  }

  private media(): Buffer {
    const { random } = this
    if (random.below(12) === 0) return Buffer.alloc(1 + random.below(15), [0x80, 0x81, 22][random.below(3)])
    return Buffer.alloc(100 + random.below(80), [0x80, 22][random.below(2)])
  }

  private check(client: Endpoint): Buffer {
    const { random, template } = this
    const session = this.usual(client)
    const bytes = Buffer.from(template.bytes)
    bytes.write(session.ufrag, template.ufragAt, 'latin1')
    // Most ids are new; some are copied from a check under way, or chosen again by their owner.
    const copied = random.below(4) === 0 ? this.asked[random.below(64)] : undefined
    const id = copied?.id ?? ([random.bits(), random.bits(), random.bits()] as const)
    writeTransactionId(bytes, 0, ...id)
    if (this.isSigned && random.below(8) > 0) {
      const key = PASSWORDS.find(({ rotation }) => rotation === session.ufrag[0]) ?? PASSWORDS[0]!
      template.sign(bytes, 0, icePassword(key, session.ufrag))
    }
    if (this.asked.length === 64) this.asked.splice(random.below(64), 1)
    this.asked.push({
      id,
      client: copied !== undefined && random.below(3) === 0 ? copied.client : client,
      session,
    })
    return bytes
  }

  private answer({ id, client }: Asked, type: number): Buffer {
    const length = writeHeader(this.scratch, 0, type, ...id)
    const address = typeof client.address === 'number' ? [client.address] : client.address
    const bytes = Buffer.alloc(address.length * 4)
    address.forEach((word, i) => bytes.writeUInt32BE(word, i * 4))
    const end = addXorMappedAddress(this.scratch, 0, length, { address: bytes, port: client.port })
    return Buffer.from(this.scratch.subarray(0, end))
  }

  /** A check of the pod's own, which a full ICE agent sends. */
  private request(client: Endpoint, session: Sealed, repeated: Asked['id'] | undefined): Buffer {
    const { random } = this
    const id = repeated ?? ([random.bits(), random.bits(), random.bits()] as const)
    writeHeader(this.scratch, 0, BINDING_REQUEST, ...id)
    if (repeated === undefined && this.podsAsked.length < 8) this.podsAsked.push({ id, client, session })
    return Buffer.from(this.scratch.subarray(0, 20))
  }

  private mutated(packet: Buffer): Buffer {
    const { random } = this
    const bytes = Buffer.from(packet)
    const { length } = bytes
    if (length === 0) return bytes
    const kind = random.below(13)
    if (kind < 5) bytes[random.below(Math.min(length, 64))]! ^= 1 << random.below(8)
    else if (kind === 5)
      bytes[Math.min(this.template.ufragAt + random.below(23), length - 1)] = random.below(256)
    else if (kind === 6) return bytes.subarray(0, random.below(length))
    else if (kind === 7) putHalf(bytes, Math.min(2 + random.below(30) * 2, length - 2), random.below(140))
    else if (kind === 8) bytes.copyWithin(random.below(length), random.below(length), length)
    else if (kind === 9) for (let i = 0; i < length; i++) bytes[i] = random.bits()
    else if (kind === 10) bytes[0] = random.below(256)
    else if (kind === 11)
      return Buffer.concat([bytes, Buffer.alloc(random.below(230 - Math.min(length, 229)))])
    else putHalf(bytes, 0, [0x0001, 0x0003, 0x0011, 0x0101, 0x0111, 0x0200, 0x0300][random.below(7)]!)
    return bytes
  }
}

const TO_CLIENT = 2

function pick<T>(random: TestRandom, list: readonly T[]): T {
  return list[random.below(list.length)]!
}
