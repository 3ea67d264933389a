/**
 * The style sheet. Two schemes from one set of names, both taken from the charts' palette so that page and picture
 * agree; a column of words at the left and the evidence at the right, folded into one column on a phone.
 */
import { FONT_FAMILY } from '../charts/font.ts'
import { darkRules, palette, type Role, type Scheme } from '../charts/theme.ts'

/** Verdicts have colours of their own, always beside a sign and a word. Text on ground at 4.5:1 or more. */
export const verdictColours = {
  pass: { light: '#0b6b45', dark: '#5fd6a2' },
  fail: { light: '#b3261e', dark: '#ff8f80' },
  overloaded: { light: '#8a4b00', dark: '#f2b45a' },
} as const satisfies Record<string, Record<Scheme, string>>

/** Grounds that only the page has. */
export const surfaces = {
  raised: { light: '#f5f7fa', dark: '#19212b' },
  link: { light: '#1a56b0', dark: '#8fbfff' },
  shade: { light: '#c9d1da', dark: '#3b4654' },
} as const satisfies Record<string, Record<Scheme, string>>

function variables(scheme: Scheme): string {
  const roles: Role[] = ['ground', 'ink', 'quiet', 'grid', 'axis', 'accent', 'limit']
  return [
    ...roles.map((role) => `--${role}:${palette[role][scheme]}`),
    ...Object.entries({ ...verdictColours, ...surfaces }).map(
      ([name, value]) => `--${name}:${value[scheme]}`,
    ),
  ].join(';')
}

export function styleSheet(fontBase64: string): string {
  return `
@font-face{font-family:${FONT_FAMILY};font-weight:100 900;font-display:block;src:url(data:font/woff2;base64,${fontBase64}) format("woff2")}
:root{color-scheme:light dark;${variables('light')}}
@media screen and (prefers-color-scheme:dark){
:root{${variables('dark')}}
${darkRules('.chart')}
}
${RULES}`
}

const RULES = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:400 1rem/1.55 ${FONT_FAMILY},system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.18em;text-decoration-thickness:1px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:1rem;top:-4rem;background:var(--ink);color:var(--ground);padding:.5rem .9rem;z-index:1}
.skip:focus{top:.5rem}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.page{max-width:72rem;margin:0 auto;padding:0 1.25rem}
h1,h2,h3,p,dl,dd,ol,ul,figure,pre{margin:0}
h2{font-size:1.0625rem;line-height:1.35;font-weight:650;letter-spacing:-.006em;text-wrap:balance}
h3{font-size:.9375rem;font-weight:650;line-height:1.4}
.quiet{color:var(--quiet)}
.small{font-size:.8125rem;line-height:1.5}

.bar{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:baseline;padding-block:1rem;font-size:.8125rem;color:var(--quiet)}
.bar b{color:var(--ink);font-weight:650}
.bar>*{min-width:0;overflow-wrap:anywhere}

.hero{border-top:3px solid var(--verdict);padding-block:1.75rem 2rem}
.verdict{display:flex;align-items:center;flex-wrap:wrap;gap:.35rem .625rem;color:var(--verdict);font-size:.9375rem;font-weight:650}
.verdict svg{flex:none;width:1.25rem;height:1.25rem}
.verdict .word{letter-spacing:.05em}
.verdict .why{color:var(--quiet);font-weight:400}
.distrust{margin-top:.75rem;padding:.625rem .875rem;border:1px solid var(--fail);border-radius:6px;width:fit-content;max-width:100%}
.distrust .mark{white-space:normal}
.is-pass{--verdict:var(--pass)}.is-fail{--verdict:var(--fail)}:is(.is-overloaded,.is-weak,.is-unfinished){--verdict:var(--overloaded)}.is-unchecked{--verdict:inherit}
h1{font-size:1.0625rem;font-weight:400;line-height:1.5;color:var(--quiet);max-width:46rem;text-wrap:pretty}
.answer{font-size:clamp(1.5rem,1.05rem + 1.7vw,2.125rem);font-weight:650;line-height:1.2;letter-spacing:-.021em;margin-block:.625rem 1.125rem;max-width:62rem;text-wrap:pretty}
.range{display:flex;flex-wrap:wrap;gap:0 1rem;font-size:1.125rem;line-height:1.5;color:var(--quiet);margin-block:-.25rem 1.125rem}
.range b{color:var(--ink);font-weight:600}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(12.5rem,1fr));gap:1.25rem 2rem;margin-top:1.75rem;border-top:1px solid var(--grid);padding-top:1.25rem}
.facts dt{font-size:.8125rem;color:var(--quiet)}
.facts .big{font-size:1.3125rem;font-weight:600;letter-spacing:-.012em;line-height:1.3;margin-top:.125rem}
.facts dd{min-width:0}
.facts dd+dd{font-size:.875rem;color:var(--quiet);line-height:1.45;margin-top:.125rem}

.row{display:grid;grid-template-columns:15.5rem minmax(0,1fr);gap:1rem 3rem;border-top:1px solid var(--grid);padding-block:2.25rem}
.row>header{display:grid;gap:.5rem;align-content:start}
.row>header p{font-size:.875rem;line-height:1.55;color:var(--quiet);text-wrap:pretty}
.row>div,.row>figure{min-width:0}
.stack{display:grid;gap:1.25rem;align-content:start}
.stack>*{min-width:0}
.chart{display:block;width:100%;height:auto}
.chart text{font-family:${FONT_FAMILY},system-ui,sans-serif}
.narrow{display:none;max-width:30rem}
.wide{max-width:50rem}
.chart.live{background:var(--ground)!important}
.live .role-legend-entry{cursor:pointer}
.tip{position:fixed;z-index:2;pointer-events:none;background:var(--ink);color:var(--ground);padding:.375rem .625rem;border-radius:4px;font-size:.8125rem;line-height:1.45;max-width:20rem}

details{margin-top:.75rem;font-size:.875rem}
summary{cursor:pointer;color:var(--link);width:fit-content;padding-block:.25rem}
details[open]>summary{margin-bottom:.5rem}
.scroll{position:relative;overflow-x:auto;max-width:100%;background:linear-gradient(90deg,var(--ground) 30%,transparent) 0 0/2.5rem 100% no-repeat local,linear-gradient(270deg,var(--ground) 30%,transparent) 100% 0/2.5rem 100% no-repeat local,linear-gradient(90deg,var(--shade),transparent) 0 0/.5rem 100% no-repeat scroll,linear-gradient(270deg,var(--shade),transparent) 100% 0/.5rem 100% no-repeat scroll}
.scroll.tall{max-height:34rem;overflow-y:auto}
table{border-collapse:collapse;font-size:.875rem;line-height:1.4;min-width:min(100%,24rem)}
caption{text-align:left;color:var(--quiet);font-size:.8125rem;padding-bottom:.5rem}
th,td{text-align:left;vertical-align:top;padding:.5rem 1.5rem .5rem 0;border-bottom:1px solid var(--grid);min-width:4.5rem}
th:last-child,td:last-child{padding-right:.25rem}
thead th{font-weight:500;color:var(--quiet);font-size:.8125rem;vertical-align:bottom}
.points thead .num{min-width:8rem}
.points thead .long{min-width:13rem}
tbody th{font-weight:500;min-width:5.5rem}
td,thead th{overflow-wrap:break-word}
tbody th code{overflow-wrap:normal}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal}
thead .num{white-space:normal}
td .ci{display:block;font-size:.8125rem;color:var(--quiet);font-weight:400}
tr.chosen>*{background:var(--raised)}
tr.chosen>th{box-shadow:inset 3px 0 0 var(--accent)}
tr>th:first-child{padding-left:.625rem;position:sticky;left:0;background:var(--ground)}
tr.chosen>th:first-child{background:var(--raised)}
.mark{display:inline-flex;align-items:baseline;gap:.375rem;font-weight:600;white-space:nowrap}
.mark svg{width:.875rem;height:.875rem;align-self:center;flex:none}
.ok{color:var(--pass)}.bad{color:var(--fail)}.warn{color:var(--overloaded)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.8125rem}
pre{background:var(--raised);padding:1rem 1.125rem;border-radius:6px;line-height:1.6;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:2}
.pairs{display:grid;grid-template-columns:minmax(8rem,11rem) minmax(0,1fr);gap:.625rem 1.5rem;font-size:.875rem;line-height:1.55}
.pairs dt{color:var(--quiet)}
.list{list-style:none;padding:0;display:grid;gap:.25rem}
.files{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;font-size:.875rem}
footer{border-top:1px solid var(--grid);padding-block:1.25rem 3rem;color:var(--quiet);font-size:.8125rem;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}

.runs{list-style:none;padding:0;margin-top:1.75rem}
.run{border-top:1px solid var(--grid);padding-block:1.5rem;display:grid;grid-template-columns:9rem minmax(0,1fr);gap:.25rem 2rem}
.run .verdict{align-self:start;padding-top:.2rem}
.run h2{font-size:1.25rem;line-height:1.3;letter-spacing:-.012em}
.run h2 a{color:inherit;text-decoration-color:var(--axis)}
.run p{max-width:50rem}
.run .stack{gap:.5rem}
.index main{padding-top:2.5rem}
.index h1{font-size:clamp(1.5rem,1.05rem + 1.9vw,2.375rem);font-weight:650;letter-spacing:-.021em;color:var(--ink);line-height:1.2;margin-block:1rem .5rem}

@media (max-width:60rem){
.row{grid-template-columns:minmax(0,1fr);padding-block:1.75rem}
.row>header{max-width:44rem}
}
@media (max-width:47rem){
.wide{display:none}.narrow{display:block}
.hero{padding-block:1.25rem 1.5rem}
.facts{gap:1rem 1.5rem;margin-top:1.25rem;padding-top:1rem;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr))}
.pairs{grid-template-columns:minmax(0,1fr);gap:0}
.pairs dd{margin-bottom:.625rem}
.run{grid-template-columns:minmax(0,1fr)}
th,td{padding-right:1rem}
tbody th{max-width:9.5rem}
}
@media print{
body{font-size:10pt}
.page{max-width:none;padding:0}
.skip,.files{display:none}
.row{grid-template-columns:minmax(0,1fr);break-inside:avoid-page;padding-block:1rem}
.row.long{break-inside:auto}
.scroll,.scroll.tall{overflow:visible;max-height:none;background:none}
table{font-size:7.5pt}
th,td,.points thead .num,.points thead .long{min-width:0;padding-right:.5rem}
.num{white-space:normal}
.wide{display:block}.narrow{display:none}
tr,figure{break-inside:avoid}
}
`
