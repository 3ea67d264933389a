import { readFileSync } from 'node:fs'
import { Resvg } from '@resvg/resvg-js'
import { describe, expect, it } from 'vitest'
import { FONT_FAMILY, FONT_FILES, pageFontBase64, readFace, textWidth } from './font.ts'

/** What resvg, a shaper of its own, sets: the distance from one mark to another with the text between them. */
function shapedWidth(text: string, size: number, weight: number): number {
  const run = (body: string) =>
    new Resvg(
      `<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="100"><text xml:space="preserve" x="10" y="50" font-family="${FONT_FAMILY}" font-size="${size}" font-weight="${weight}">${body}</text></svg>`,
      { font: { loadSystemFonts: false, fontFiles: Object.values(FONT_FILES) } },
    ).innerBBox()!.width
  return run(`|${text}|`) - run('||')
}

describe('the shipped font', () => {
  it.each([
    'p99 relay delay, ms',
    '0123456789',
    'ap-northeast',
    'Sessions, ≤ 5 ms × 1.3',
    'Задержка',
    'WWWiiill',
  ])('is measured as a shaper sets it: %s', (text) => {
    for (const weight of [400, 600]) {
      const shaped = shapedWidth(text, 40, weight)
      expect(Math.abs(textWidth(text, 40, weight) - shaped) / shaped, `${weight}`).toBeLessThan(0.03)
    }
  })

  it('measures in proportion to its size, and an empty text as nothing', () => {
    expect(textWidth('relay', 24)).toBeCloseTo(2 * textWidth('relay', 12))
    expect(textWidth('', 12)).toBe(0)
    expect(textWidth('relay', 12, 'bold')).toBeGreaterThan(textWidth('relay', 12))
  })

  it('gives a character that it lacks the width of the missing glyph, not zero', () => {
    expect(textWidth('\u{1f600}', 12)).toBeGreaterThan(0)
    expect(textWidth('漢', 12)).toBeGreaterThan(0)
  })

  it('is carried in a page as a small WOFF2', () => {
    const bytes = Buffer.from(pageFontBase64(), 'base64')
    expect(bytes.subarray(0, 4).toString()).toBe('wOF2')
    expect(bytes.length).toBeLessThan(64_000)
  })

  it('refuses bytes that are no TrueType font', () => {
    expect(() => readFace(new Uint8Array(64))).toThrow('not a TrueType font')
    expect(() => readFace(readFileSync(FONT_FILES.regular).subarray(0, 40))).toThrow('no head table')
  })
})
