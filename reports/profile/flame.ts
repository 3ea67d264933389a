/** A profile as a page of its own: which functions took the time, and a flame chart that needs no script. */
import type { Frame, Growth } from '../../sims/bench/profile/cpu-profile.ts'
import { formatQuantity } from '../../sims/lab/contract/format.ts'
import { escapeXml } from '../wording/escape.ts'

const WIDTH = 1200
const ROW = 18
/** Frames narrower than this are no longer seen. */
const LEAST_WIDTH = 1
const MOST_FUNCTIONS = 30
const CHARACTER = 6.5

export interface Profile {
  readonly title: string
  readonly all: Frame
  /** Of --diff: the commit, and what grew since. */
  readonly against: { readonly ref: string; readonly growth: readonly Growth[] } | null
}

export const percent = (share: number): string => formatQuantity(share, 'share')
export const seconds = (value: number): string => formatQuantity(value, 's')

/** Functions by their own time, most first. */
export function topFunctions(times: ReadonlyMap<string, number>): [string, number][] {
  return [...times].toSorted((a, b) => b[1] - a[1]).slice(0, MOST_FUNCTIONS)
}

export function profilePage({ title, all, against }: Profile, times: ReadonlyMap<string, number>): string {
  const rows = topFunctions(times).map(([name, own]) => [
    name,
    seconds(own),
    `${Math.round((100 * own) / all.total)} %`,
  ])
  const grown = against?.growth.map(({ name, base, head }) => [name, percent(base), percent(head)])
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeXml(title)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:1240px;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}td,th{text-align:left;padding:.15rem .8rem .15rem 0;font-variant-numeric:tabular-nums}svg{max-width:100%;height:auto}text{font:11px monospace;pointer-events:none}</style>
</head><body><h1>${escapeXml(title)}</h1>
<p>${seconds(all.total)} sampled by V8, with one worker; by the wall, so a busy machine makes it longer. Own time is what a function took itself.</p>
${grown === undefined ? '' : `<h2>Since ${escapeXml(against!.ref)}</h2>${table(['function', 'share then', 'now'], grown)}`}
<h2>Where the time goes</h2>${table(['function', 'own time', 'share'], rows)}
<h2>Flame chart</h2><p>Wider took longer; what stands below was called by what stands above.</p>
${flameChart(all)}
</body></html>
`
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join('')}</tr>`
  return `<table>${line('th', heads)}${rows.map((row) => line('td', row)).join('')}</table>`
}

/** An SVG with a title on each frame, for pointers and screen readers alike. */
export function flameChart(all: Frame): string {
  const rects: string[] = []
  let deepest = 0
  const draw = (frame: Frame, x: number, depth: number): void => {
    const width = (WIDTH * frame.total) / all.total
    if (width < LEAST_WIDTH) return
    deepest = Math.max(deepest, depth)
    const short = frame.name.slice(frame.name.lastIndexOf('#') + 1)
    const shown =
      short.length * CHARACTER < width - 4
        ? `<text x="${x + 3}" y="${depth * ROW + 13}">${escapeXml(short)}</text>`
        : ''
    const share = ((100 * frame.total) / all.total).toFixed(1)
    rects.push(
      `<g><title>${escapeXml(frame.name)}: ${seconds(frame.total)}, ${share} %</title><rect x="${x.toFixed(1)}" y="${depth * ROW}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="hsl(${hue(frame.name)} 70% 75%)"/>${shown}</g>`,
    )
    let at = x
    for (const child of [...frame.children.values()].toSorted((a, b) => b.total - a.total)) {
      draw(child, at, depth + 1)
      at += (WIDTH * child.total) / all.total
    }
  }
  if (all.total > 0) draw(all, 0, 0)
  return `<svg role="img" aria-label="flame chart" viewBox="0 0 ${WIDTH} ${(deepest + 1) * ROW}" width="${WIDTH}">${rects.join('')}</svg>`
}

/** The same file has the same colour. */
function hue(name: string): number {
  let sum = 0
  for (const character of name.split('#')[0]!) sum = (sum * 31 + character.charCodeAt(0)) % 360
  return 20 + (sum % 120)
}
