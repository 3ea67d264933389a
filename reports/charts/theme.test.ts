import { describe, expect, it } from 'vitest'
import { surfaces, verdictColours } from '../page/style.ts'
import { contrast, distance, visions } from '../testing/colour.ts'
import { categories, colour, palette, type Scheme } from './theme.ts'

const schemes: readonly Scheme[] = ['light', 'dark']
const pairs = categories.flatMap((a, i) => categories.slice(i + 1).map((b) => [a, b] as const))

describe.each(schemes)('the %s palette', (scheme) => {
  const ground = palette.ground[scheme]

  it.each(['ink', 'quiet', 'limit', 'chosen'] as const)('sets %s readable on the ground, 4.5:1', (role) => {
    expect(contrast(palette[role][scheme], ground)).toBeGreaterThanOrEqual(4.5)
  })

  it.each(Object.entries({ ...verdictColours, link: surfaces.link }))('sets %s readable, 4.5:1', (_, own) => {
    expect(contrast(own[scheme], ground)).toBeGreaterThanOrEqual(4.5)
  })

  it('sets quiet and verdict words readable on the raised surface too', () => {
    for (const words of [palette.quiet, palette.ink, ...Object.values(verdictColours)]) {
      expect(contrast(words[scheme], surfaces.raised[scheme])).toBeGreaterThanOrEqual(4.5)
    }
  })

  it.each(categories)('draws %s visibly, 3:1, and carries words on it', (role) => {
    expect(contrast(palette[role][scheme], ground)).toBeGreaterThanOrEqual(role === 'accent' ? 4.5 : 3)
  })

  it.each(Object.keys(visions))('keeps categories apart with %s vision', (vision) => {
    for (const [a, b] of pairs) {
      const apart = distance(palette[a][scheme], palette[b][scheme], visions[vision]!)
      expect(apart, `${a} and ${b}`).toBeGreaterThan(25)
    }
  })
})

describe('roles', () => {
  it('have each a light colour of their own, so that one rule maps each to dark', () => {
    const light = Object.values(palette).map((role) => role.light)
    expect(new Set(light).size).toBe(light.length)
    expect(light.every((hex) => /^#[0-9a-f]{6}$/.test(hex))).toBe(true)
    expect(colour('ink')).toBe(palette.ink.light)
  })
})
