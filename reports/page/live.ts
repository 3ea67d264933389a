/**
 * What makes a page's charts answer the mouse: Vega in the page itself, which still loads nothing. The page's policy lets
 * these scripts run and no other, by their hashes, and forbids `eval`: Vega's expressions are interpreted.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Drawing } from '../charts/drawings.ts'
import { raw, type Html } from './html.ts'

export interface Live {
  /** Elements for the end of the body. */
  readonly elements: Html
  /** For the content policy: which scripts may run. */
  readonly sources: string
}

/** Runs in the page: each drawing is replaced by the same chart, alive. */
const BOOT = `
document.fonts.ready.then(async () => {
  const tip = document.body.appendChild(document.createElement('div'))
  tip.className = 'tip'
  tip.hidden = true
  const show = (_, event, item, value) => {
    tip.hidden = value == null || value === ''
    if (tip.hidden) return
    tip.replaceChildren(...Object.entries(typeof value === 'object' ? value : { '': value }).map(([name, one]) => {
      const line = document.createElement('div')
      line.textContent = name === '' ? String(one) : name + ': ' + one
      return line
    }))
    const left = Math.min(event.clientX + 14, document.documentElement.clientWidth - tip.offsetWidth - 8)
    const above = event.clientY - tip.offsetHeight - 12
    tip.style.left = Math.max(8, left) + 'px'
    tip.style.top = (above > 4 ? above : event.clientY + 18) + 'px'
  }
  const refuse = () => { throw new Error('a chart loads nothing') }
  for (const source of document.querySelectorAll('script[data-chart]')) {
    const box = document.getElementById(source.dataset.chart)
    const drawing = box.querySelector('svg')
    const stage = document.createElement('div')
    const view = new vega.View(vega.parse(JSON.parse(source.textContent), null, { ast: true }), {
      expr: vega.expressionInterpreter, renderer: 'svg', container: stage, hover: true, tooltip: show,
      loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
    })
    await view.runAsync()
    const svg = stage.querySelector('svg')
    svg.setAttribute('class', 'chart live')
    // One picture, one name: the roles inside would be announced a second time.
    for (const inner of svg.querySelectorAll('[role]')) {
      for (const { name } of [...inner.attributes]) if (name === 'role' || name.startsWith('aria-')) inner.removeAttribute(name)
    }
    svg.setAttribute('role', 'img')
    svg.setAttribute('aria-label', [...drawing.querySelectorAll(':scope > title, :scope > desc')].map((one) => one.textContent).join('. '))
    drawing.replaceWith(stage)
  }
  document.documentElement.dataset.live = 'true'
})
`

const { resolve } = createRequire(import.meta.url)
/** A file beside a package's entry, which the package need not export. */
const load = (name: string, file: string): string => readFileSync(join(dirname(resolve(name)), file), 'utf8')

/** Vega's interpreter is a module that imports three helpers; in the page it finds them where Vega has put them. */
function interpreter(): string {
  const [, names, body] =
    /^import \{([^}]+)\} from 'vega-util';(.*)export \{ expression as expressionInterpreter \};/s.exec(
      load('vega-interpreter', 'vega-interpreter.js'),
    ) ?? []
  if (names === undefined || body === undefined)
    throw new Error('vega-interpreter is not the module that this file knows')
  return `(() => { const {${names}} = vega;${body}vega.expressionInterpreter = expression })()`
}

/** The scripts and specifications of these drawings; null when none is alive. */
export function liveOf(drawings: readonly Pick<Drawing, 'chart' | 'live'>[]): Live | null {
  const charts = drawings.flatMap(({ chart, live }) =>
    live === undefined
      ? []
      : Object.entries(live).map(([size, spec]) => ({ id: stageId(chart.name, size), spec })),
  )
  if (charts.length === 0) return null
  const scripts = [load('vega', 'vega.min.js'), interpreter(), BOOT]
  const specs = charts.map(
    ({ id, spec }) =>
      // An end tag inside the text would end the element.
      `<script type="application/json" data-chart="${id}">${JSON.stringify(spec).replaceAll('<', '\\u003c')}</script>`,
  )
  return {
    elements: raw([...specs, ...scripts.map((text) => `<script>${text}</script>`)].join('\n')),
    sources: scripts
      .map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
      .join(' '),
  }
}

/** Where a drawing stands: `wide` or `narrow`. */
export const stageId = (chart: string, size: string): string => `stage-${chart}-${size}`
