/**
 * How every chart looks, and the named styles by which a sim says what a mark *means*.
 *
 * A sim's specification names no colour. It uses the scales' defaults for categories, and `style` for meaning:
 *
 *     {mark: {type: 'rule', style: 'limit'}}         the SLO: a dashed line
 *     {mark: {type: 'text', style: 'limit-label'}}   its words
 *     {mark: {type: 'area', style: 'band'}}          an interval
 *     {mark: {type: 'point', style: 'chosen'}}       the point the answer speaks of
 *     {mark: {type: 'text', style: 'chosen-label'}}  its words
 *     {mark: {type: 'text', style: 'label'}}         words beside a mark, from its position to the right
 *     {mark: {type: 'text', style: 'bar-label'}}     words inside the end of a bar
 *     {mark: {type: 'text', style: 'note'}}          quiet words
 *     {mark: {type: 'tick', style: 'middle'}}        a reference that is no limit
 *     {mark: {type: 'line', style: 'muted'}}         context behind the data
 *
 * Dark is not a second drawing. Every colour here is unique to its role, so a page maps each with one CSS rule that
 * matches the attribute (`[fill="#1c5fc4"] { fill: #7db4ff }`); the SVG's bytes are the same in both schemes. The palette
 * is tested: text against ground at 4.5:1 or more, marks at 3:1 or more, and categories told apart by readers with
 * protanopia and deuteranopia (eight of them; a ninth starts over).
 */
import { FONT_FAMILY } from './font.ts'
import { legendColumns, nameLimit, rowHeight, type Room } from './room.ts'

export type Scheme = 'light' | 'dark'

/** Every colour that a chart may hold: its role, and its value on a light and on a dark ground. */
export const palette = {
  ground: { light: '#ffffff', dark: '#11161d' },
  ink: { light: '#17212d', dark: '#e8edf3' },
  quiet: { light: '#556272', dark: '#a4b1c0' },
  grid: { light: '#e3e8ee', dark: '#2a333f' },
  axis: { light: '#8793a1', dark: '#6d7a8a' },
  accent: { light: '#1c5fc4', dark: '#7db4ff' },
  limit: { light: '#b3261e', dark: '#ff8f80' },
  chosen: { light: '#0f1822', dark: '#f7fafc' },
  category2: { light: '#d46f0f', dark: '#bd3508' },
  category3: { light: '#2f9651', dark: '#65e213' },
  category4: { light: '#d663af', dark: '#a53a8b' },
  category5: { light: '#3c205c', dark: '#a51de5' },
  category6: { light: '#076c57', dark: '#daf8f7' },
  category7: { light: '#20201e', dark: '#9a9987' },
  category8: { light: '#43350a', dark: '#fee89f' },
} as const satisfies Record<string, Record<Scheme, string>>

export type Role = keyof typeof palette

/** Categories in the order in which a scale hands them out. */
export const categories: readonly Role[] = [
  'accent',
  'category2',
  'category3',
  'category4',
  'category5',
  'category6',
  'category7',
  'category8',
]

export const colour = (role: Role, scheme: Scheme = 'light'): string => palette[role][scheme]

/** CSS rules that turn a light chart inside `scope` dark; put them behind a media query. */
export function darkRules(scope: string): string {
  return Object.values(palette)
    .flatMap(({ light, dark }) => [
      `${scope} [fill="${light}"]{fill:${dark}}`,
      `${scope} [stroke="${light}"]{stroke:${dark}}`,
    ])
    .join('\n')
}

/** Below this width a chart is drawn for a phone: fewer ticks, shorter limits, legend above. */
export const NARROW = 480

/** The vega-lite `config` for a chart of this width in pixels; `viewWidth` is that of one of several views, `room` what names take. */
export function themeConfig(
  width: number,
  viewWidth: number | null = null,
  room: Room = { legend: 0, lines: 1 },
): Record<string, unknown> {
  const narrow = width < NARROW
  const text = { font: FONT_FAMILY, fontSize: 12, color: colour('ink') }
  const axis = {
    labelFont: FONT_FAMILY,
    labelFontSize: 12,
    labelColor: colour('quiet'),
    labelPadding: 6,
    labelOverlap: 'greedy',
    labelSeparation: 8,
    titleFont: FONT_FAMILY,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titleColor: colour('quiet'),
    titlePadding: 10,
    titleLimit: width - 40,
    domainColor: colour('axis'),
    tickColor: colour('axis'),
    gridColor: colour('grid'),
    tickSize: 4,
  }
  return {
    // The drawing as a whole has a name; each mark's own would be noise.
    aria: false,
    background: colour('ground'),
    font: FONT_FAMILY,
    padding: { left: 4, right: 12, top: 4, bottom: 4 },
    view: {
      ...(viewWidth === null ? {} : { continuousWidth: viewWidth, discreteWidth: viewWidth }),
      stroke: null,
      continuousHeight: narrow ? 230 : 300,
      discreteHeight: { step: rowHeight(room) },
    },
    // Of one panel among several; the heading of a whole picture brings its own.
    title: {
      font: FONT_FAMILY,
      fontSize: 12,
      fontWeight: 600,
      color: colour('ink'),
      anchor: 'start',
      frame: 'group',
      offset: 18,
    },
    axis,
    axisX: { grid: false, tickCount: Math.max(3, Math.round(width / 90)), labelFlush: 12 },
    // The title of a vertical axis lies on top of it, where it can be read without tilting one's head.
    axisY: {
      domain: false,
      ticks: false,
      tickCount: 5,
      titleAngle: 0,
      titleAlign: 'left',
      titleAnchor: 'start',
      titleBaseline: 'bottom',
      titleX: 0,
      titleY: -10,
    },
    axisYQuantitative: { grid: true },
    axisYDiscrete: { labelLimit: nameLimit(width), grid: false },
    header: { labelFont: FONT_FAMILY, labelFontSize: 12, labelFontWeight: 600, labelColor: colour('ink') },
    legend: {
      orient: 'top',
      direction: 'horizontal',
      columns: legendColumns(room, width, narrow ? 2 : 4),
      labelFont: FONT_FAMILY,
      labelFontSize: 12,
      labelColor: colour('ink'),
      labelLimit: width - 48,
      titleFont: FONT_FAMILY,
      titleFontSize: 12,
      titleFontWeight: 'normal',
      titleColor: colour('quiet'),
      symbolStrokeWidth: 2.5,
      offset: 36,
      columnPadding: 16,
      rowPadding: 5,
    },
    range: { category: categories.map((role) => colour(role)) },
    mark: { color: colour('accent') },
    line: { strokeWidth: 2, strokeCap: 'round', strokeJoin: 'round' },
    area: { stroke: colour('ground'), strokeWidth: 0.75 },
    bar: { cornerRadiusEnd: 2 },
    rule: { color: colour('axis') },
    point: { size: 42, filled: true, opacity: 1 },
    text,
    style: {
      band: { color: colour('accent'), fillOpacity: 0.18, strokeOpacity: 0 },
      limit: { color: colour('limit'), strokeDash: [6, 4], strokeWidth: 1.5 },
      'limit-label': { color: colour('limit'), fontWeight: 600, align: 'left', baseline: 'bottom', dy: -4 },
      chosen: {
        color: colour('chosen'),
        fill: colour('ground'),
        filled: false,
        strokeWidth: 2.5,
        size: 110,
        opacity: 1,
      },
      'chosen-label': { color: colour('chosen'), fontWeight: 600, align: 'left', dx: 10, dy: -10 },
      label: { color: colour('ink'), align: 'left', limit: width - 24 },
      'bar-label': { color: colour('ground'), fontWeight: 600, align: 'right', dx: -8 },
      note: { color: colour('quiet') },
      muted: { color: colour('axis'), strokeWidth: 1.25 },
      middle: { color: colour('chosen'), thickness: 2 },
    },
  }
}
