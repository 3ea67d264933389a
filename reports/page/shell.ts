/**
 * The frame of every page: one file, no network, and no script but the page's own where its charts are alive. The content
 * policy says so to the browser as well, so a text that slipped through the escaping could still load and run nothing.
 */
import { pageFontBase64 } from '../charts/font.ts'
import { html, raw, type Html } from './html.ts'
import type { Live } from './live.ts'
import { styleSheet } from './style.ts'

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"

export function shell(title: string, description: string, body: Html, live: Live | null = null): string {
  const policy = live === null ? POLICY : `${POLICY}; script-src ${live.sources}`
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="${description}" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${raw(styleSheet(pageFontBase64()))}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${body} ${live?.elements}
      </body>
    </html> `.text
  }`
}
