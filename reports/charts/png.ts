/**
 * SVG to PNG by resvg, with the shipped font and no other: the same picture on every machine.
 */
import { Resvg } from '@resvg/resvg-js'
import { FONT_FAMILY, FONT_FILES } from './font.ts'

/** Draws a stand-alone SVG at `scale` device pixels to one CSS pixel. */
export function renderPng(svg: string, scale = 2): Uint8Array {
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: {
      loadSystemFonts: false,
      fontFiles: Object.values(FONT_FILES),
      defaultFontFamily: FONT_FAMILY,
      sansSerifFamily: FONT_FAMILY,
    },
  })
  return picture.render().asPng()
}
