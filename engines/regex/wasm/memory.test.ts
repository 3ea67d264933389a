import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile, compileSet } from '../index.ts'
import { ArenaFullError, EngineMemory, PAGE } from './memory.ts'
import type { Region } from './memory.ts'

describe("the engine's memory", () => {
  test('regions do not overlap, keep their bytes while others come and go, and are used again', () => {
    const step = fc.oneof(fc.record({ take: fc.nat(200_000) }), fc.record({ give: fc.nat() }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new EngineMemory(465 * PAGE)
        const live: { region: Region; mark: number }[] = []
        let mark = 0
        for (const step of steps) {
          if ('take' in step) {
            // At most 60 regions of 200,000 bytes: within the limit whatever the holes.
            const region = memory.allocate(step.take)
            mark = (mark % 255) + 1
            region.bytes.fill(mark)
            live.push({ region, mark })
          } else if (live.length > 0) {
            live.splice(step.give % live.length, 1)[0]!.region.free()
          }
          for (const { region, mark } of live) {
            expect(region.bytes.length).toBe(region.length)
            expect([region.bytes[0], region.bytes.at(-1)]).toEqual(
              region.length === 0 ? [undefined, undefined] : [mark, mark],
            )
          }
          const sorted = live.map(({ region }) => region).sort((a, b) => a.offset - b.offset)
          for (const [k, region] of sorted.entries()) {
            expect(region.offset + region.length).toBeLessThanOrEqual(sorted[k + 1]?.offset ?? Infinity)
          }
        }
        for (const { region } of live) region.free()
        expect(memory.used).toBe(0)
        // With everything freed, nearly all of the memory is one stretch again.
        expect(memory.allocate(390 * PAGE).length).toBe(390 * PAGE)
      }),
      { numRuns: 60 },
    )
  })

  test('growth is bounded, and the error says what was needed', () => {
    const memory = new EngineMemory(75 * PAGE)
    memory.allocate(2 * PAGE)
    expect(() => memory.allocate(100 * PAGE)).toThrow(ArenaFullError)
    expect(() => memory.allocate(-1)).toThrow(RangeError)
    expect(() => memory.allocate(Number.NaN)).toThrow(RangeError)
    expect(memory.allocate(PAGE).bytes.length).toBe(PAGE)
  })

  test('full-grown, it is still a text that can be searched', () => {
    const memory = new EngineMemory()
    // Pages that nobody writes to take no room.
    const full = expect.objectContaining({ allowed: 2 ** 31 - PAGE })
    expect(() => memory.allocate(2 ** 31)).toThrow(full)
    memory.allocate(2 ** 31 - PAGE - memory.u8.length)
    expect(memory.u8.length).toBe(2 ** 31 - PAGE)
    expect(() => memory.allocate(PAGE)).toThrow(full)
    const end = memory.u8.length
    memory.u8.set([0x61, 0x62], end - 2)
    const fragment = [Uint32Array.of(end - 2), Uint32Array.of(end)] as const
    for (const regex of [compile('ab$'), compileSet(['ab$', 'xyz'])])
      expect([...regex.scan(memory.u8, ...fragment, 0).hits]).toEqual([0])
  })

  test('a freed region does not hand out bytes that now belong to another', () => {
    const memory = new EngineMemory()
    const region = memory.allocate(100)
    region.free()
    region.free()
    expect(() => region.bytes).toThrow('freed')
    expect(memory.allocate(100).generation).toBeGreaterThan(region.generation)
    expect(memory.used).toBe(128)
  })
})
