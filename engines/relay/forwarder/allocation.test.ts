import { describe, expect, test } from 'vitest'
import { runPlanted } from '../testing/planted/plant.ts'
import type { Edit } from '../testing/planted/plant.ts'

interface Allocation {
  readonly perPacket: Readonly<Record<string, number>>
  readonly liveGrowth: number
  readonly toPods: number
  readonly toClients: number
  readonly dropped: number
}

const run = (edits: readonly Edit[], ...args: readonly string[]): Allocation =>
  JSON.parse(runPlanted(edits, 'testing/allocation.ts', args)) as Allocation

/** What the smallest object or boxed number per packet would be at least. */
const OBJECT = 12
const media = (of: Allocation, towards: string): number =>
  Math.max(...['IPv4', 'IPv6'].map((family) => of.perPacket[`media to ${towards}, ${family}`]!))

describe('after warm-up', () => {
  test('no packet of media allocates, either way, and a check its share of an AES call; nothing stays', () => {
    const seen = run([])
    expect(seen.dropped).toBe(0)
    expect(seen.toPods).toBeGreaterThan(1_000_000)
    expect(seen.toClients).toBeGreaterThan(400_000)
    expect(media(seen, 'pods')).toBeLessThan(1)
    expect(media(seen, 'clients')).toBeLessThan(1)
    for (const [kind, bytes] of Object.entries(seen.perPacket)) {
      expect(bytes, kind).toBeLessThan(OBJECT)
    }
    // A byte a packet at most: what remains is the engine's own (compiled code, feedback), not the packets'.
    expect(seen.liveGrowth).toBeLessThan(1_000_000)
  })

  test.each([
    ['pods', 'client-side.ts', '      action[slot] = verdict.TO_POD\n'],
    ['clients', 'pod-side.ts', '    this.payload = length\n'],
  ])('an object planted for every packet to %s is noticed', (towards, file, line) => {
    const kept = `    ;(globalThis as { kept?: unknown }).kept = { slot }\n${line}`
    const seen = run([{ file: `forwarder/${file}`, from: line, to: kept }], 'media')
    expect(media(seen, towards)).toBeGreaterThan(OBJECT)
    expect(media(seen, towards === 'pods' ? 'clients' : 'pods')).toBeLessThan(1)
  })
})
