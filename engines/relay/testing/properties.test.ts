/**
 * What holds whatever anybody sends who cannot authenticate himself: no password of a session, no place on the relay's
 * inner network. He may have seen genuine ufrags and transaction ids, and spoof any source.
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Batch, Verdicts } from '../forwarder/batch.ts'
import {
  ALICE,
  answer,
  BOB,
  CAROL,
  check,
  KEY,
  POD_1,
  relayed,
  RTP,
  UFRAG,
  ufrag,
} from '../forwarder/fixtures/fixture.ts'
import { Forwarder } from '../forwarder/forwarder.ts'
import { DROP, TO_CLIENT, TO_POD } from '../forwarder/verdict.ts'
import { KeyRing } from '../hint/key-ring.ts'
import { parseIPv4, parseIPv6 } from '../../net/address.ts'
import { response } from '../forwarder/fixtures/fixture.ts'

const OTHERS = [ufrag(1, 1, 2), ufrag(1, 2, 1), ufrag(2, 9, 1), UFRAG]

interface Hostile {
  readonly from: string
  readonly bytes: Uint8Array
  readonly after: number
}

const source = fc.oneof(
  fc.constant(ALICE),
  fc.constantFrom(BOB, CAROL, '203.0.113.7:5001'),
  fc.tuple(fc.ipV4(), fc.nat(65_535)).map(([address, port]) => `${address}:${port}`),
)
const hostile: fc.Arbitrary<Hostile> = fc.record({
  from: source,
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.constantFrom(...OTHERS), fc.nat(9)).map(([name, transaction]) => check(name, transaction)),
    fc
      .tuple(fc.nat(9), fc.constantFrom(0x0101, 0x0111, 0x0011, 0x0200))
      .map(([n, type]) => response(ALICE, n, type)),
    fc.constant(RTP),
    // The sides are told apart by socket: a relay header from a client is no relay header.
    fc.constantFrom(relayed(ALICE, RTP), answer(ALICE, 1), relayed(ALICE, RTP, 2)),
    fc
      .tuple(fc.constantFrom(...OTHERS), fc.nat(107), fc.nat(255))
      .map(([name, at, byte]) => check(name, 3).with(at, byte)),
  ),
  after: fc.double({ min: 0, max: 0.5, noNaN: true }),
})

class World {
  readonly forwarder: Forwarder
  readonly batch = new Batch({ capacity: 1 })
  readonly out = new Verdicts(1)
  now = 0

  constructor() {
    this.forwarder = new Forwarder({ keys: new KeyRing([KEY], 1), seed: 3, flows: 16, transactions: 16 })
    for (const pod of [1, 2]) this.forwarder.routes.setPod(1, pod, parseIPv4(`10.0.0.${pod}`), 4000)
    this.forwarder.routes.setCluster(2, parseIPv4('10.2.0.1'), 3478)
  }

  fromClient(from: string, bytes: Uint8Array): string {
    this.push(from, bytes)
    this.forwarder.fromClients(this.batch, this.out)
    return this.verdict()
  }

  fromPod(from: string, bytes: Uint8Array): string {
    this.push(from, bytes)
    this.forwarder.fromPods(this.batch, this.out)
    return this.verdict()
  }

  private push(from: string, bytes: Uint8Array): void {
    const [, address, port] = /^\[?(.+?)\]?:(\d+)$/.exec(from)!
    this.batch.count = 0
    const source = address!.includes(':') ? parseIPv6(address!) : parseIPv4(address!)
    this.batch.push(bytes, source, Number(port), this.now)
    this.forwarder.expire(this.now)
  }

  private verdict(): string {
    const { action, address, port } = this.out
    return action[0] === DROP ? 'drop' : `${action[0] === TO_POD ? 'pod' : 'client'} ${address[0]}:${port[0]}`
  }
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, n) => sum + n, 0)

describe('whatever is sent by who cannot authenticate himself', () => {
  test("a live flow stays its client's: same pod, both ways", () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 60 }), (packets) => {
        const world = new World()
        const toPod = world.fromClient(ALICE, check(UFRAG, 100))
        world.fromPod(POD_1, answer(ALICE, 100))
        for (const { from, bytes, after } of packets) {
          world.now += after
          world.fromClient(from, bytes)
          expect(world.fromClient(ALICE, RTP)).toBe(toPod)
        }
        expect(world.fromPod(POD_1, relayed(ALICE, RTP))).toMatch(/^client/)
        expect(world.forwarder.counters().done.flowsSwitched).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  test('memory is constant, and every verdict has its counter', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 60 }), (packets) => {
        const world = new World()
        const before = bytesOf(world.forwarder)
        for (const [i, { from, bytes, after }] of packets.entries()) {
          world.now += after
          const verdict = world.fromClient(from, bytes)
          const { done, dropped } = world.forwarder.counters()
          expect(done.packetsToPod + done.packetsToClient + total(dropped)).toBe(i + 1)
          expect(world.out.reason[0] === 0).toBe(verdict !== 'drop')
          expect(done.flowsCreated - done.flowsExpired - done.flowsEvicted).toBe(world.forwarder.flowCount)
        }
        expect(bytesOf(world.forwarder)).toEqual(before)
      }),
      { numRuns: 300 },
    )
  })

  test('an unproven address is never sent more than three times the bytes that came from it', () => {
    const podSends = fc.record({ length: fc.integer({ min: 20, max: 1400 }), transaction: fc.nat(9) })
    fc.assert(
      fc.property(fc.array(fc.oneof(hostile, podSends), { maxLength: 80 }), (steps) => {
        const world = new World()
        let received = 0
        let sent = 0
        for (const step of steps) {
          if ('from' in step) {
            const verdict = world.fromClient(step.from, step.bytes)
            if (step.from === ALICE && verdict !== 'drop') received += step.bytes.length
          } else {
            // The owner's pod answers, and sends what it likes.
            world.fromPod(POD_1, answer(ALICE, step.transaction))
            sent += world.out.action[0] === TO_CLIENT ? world.out.length[0]! : 0
            world.fromPod(POD_1, relayed(ALICE, new Uint8Array(step.length).fill(0x80)))
            sent += world.out.action[0] === TO_CLIENT ? world.out.length[0]! : 0
          }
          expect(sent).toBeLessThanOrEqual(3 * received)
        }
      }),
      { numRuns: 300 },
    )
  })
})

/** Bytes of all arrays, and entries of all maps, below an object. */
function bytesOf(root: object): { bytes: number; entries: number } {
  const seen = new Set<object>()
  let bytes = 0
  let entries = 0
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (ArrayBuffer.isView(value)) bytes += value.byteLength
    else if (value instanceof Map || value instanceof Set) entries += value.size
    else for (const inner of Object.values(value)) visit(inner)
  }
  visit(root)
  return { bytes, entries }
}
