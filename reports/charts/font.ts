/**
 * The one font of every chart: Inter (SIL Open Font License), as TrueType files for pictures and measuring, and as a
 * small WOFF2 subset that a page carries inside itself.
 *
 * Why a shipped font. resvg draws no text at all without one, a PNG must not depend on what a machine has installed,
 * and Vega without a canvas guesses 0.8 em for every character, which leaves holes beside short labels and lets long
 * ones collide. An advance-width table is all that measuring needs: `hmtx` (widths by glyph) behind `cmap` (glyph by
 * character), both plain tables of the OpenType specification. Kerning is left out: it moves a label by under 1 %.
 *
 * resvg accepts TrueType and OpenType only; it ignores WOFF and WOFF2 silently.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

export const FONT_FAMILY = 'Inter'

const resolve = createRequire(import.meta.url).resolve

/** TrueType files of the regular and the semibold face, for resvg. */
export const FONT_FILES = {
  regular: resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
  semibold: resolve('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'),
} as const

/** The Latin subset with all weights, base64, for `@font-face` in a page (48 kB before encoding). */
export function pageFontBase64(): string {
  return readFileSync(resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2')).toString(
    'base64',
  )
}

/** Advance widths of one face, in em. */
export interface Face {
  /** Width of one line of text at size 1. */
  width(text: string): number
}

/** Reads the width table of a TrueType file; throws when the file is not one. */
export function readFace(bytes: Uint8Array): Face {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const table = (tag: string): number => {
    const count = view.getUint16(4)
    for (let i = 0; i < count; i++) {
      const record = 12 + i * 16
      if (String.fromCharCode(...bytes.subarray(record, record + 4)) === tag)
        return view.getUint32(record + 8)
    }
    throw new Error(`not a TrueType font: no ${tag} table`)
  }
  const unitsPerEm = view.getUint16(table('head') + 18)
  const metricCount = view.getUint16(table('hhea') + 34)
  const hmtx = table('hmtx')
  const glyphOf = characterMap(view, table('cmap'))
  const widths = new Map<number, number>()
  const advance = (codePoint: number): number => {
    let width = widths.get(codePoint)
    if (width === undefined) {
      const glyph = Math.min(glyphOf(codePoint), metricCount - 1)
      width = view.getUint16(hmtx + glyph * 4) / unitsPerEm
      widths.set(codePoint, width)
    }
    return width
  }
  return {
    width(text) {
      let sum = 0
      for (const char of text) sum += advance(char.codePointAt(0)!)
      return sum
    },
  }
}

/** Glyph index by code point, from a format 4 subtable (the Basic Multilingual Plane); 0 where there is none. */
function characterMap(view: DataView, cmap: number): (codePoint: number) => number {
  let at = -1
  for (let i = 0; i < view.getUint16(cmap + 2); i++) {
    const subtable = cmap + view.getUint32(cmap + 4 + i * 8 + 4)
    if (view.getUint16(subtable) === 4) at = subtable
  }
  if (at < 0) throw new Error('not a usable font: no format 4 character map')
  const segments = view.getUint16(at + 6) / 2
  const ends = at + 14
  const starts = ends + segments * 2 + 2
  const deltas = starts + segments * 2
  const offsets = deltas + segments * 2
  return (codePoint) => {
    for (let i = 0; i < segments; i++) {
      if (codePoint > view.getUint16(ends + i * 2)) continue
      const start = view.getUint16(starts + i * 2)
      if (codePoint < start) return 0
      const delta = view.getUint16(deltas + i * 2)
      const offset = view.getUint16(offsets + i * 2)
      if (offset === 0) return (codePoint + delta) & 0xffff
      const glyph = view.getUint16(offsets + i * 2 + offset + (codePoint - start) * 2)
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff
    }
    return 0
  }
}

let faces: { regular: Face; semibold: Face } | undefined

/** Width of one line in pixels, set in the shipped font. Weights from 550 up are measured in the semibold face. */
export function textWidth(text: string, size: number, weight: number | string = 400): number {
  faces ??= {
    regular: readFace(readFileSync(FONT_FILES.regular)),
    semibold: readFace(readFileSync(FONT_FILES.semibold)),
  }
  const heavy = weight === 'bold' || Number(weight) >= 550
  return (heavy ? faces.semibold : faces.regular).width(text) * size
}
