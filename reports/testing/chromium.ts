/**
 * Pages in a real browser: Debian's Chromium driven by playwright-core, always headless and always offline.
 *
 * Where there is no Chromium, a suite is skipped and says so in one line; where `CI=true`, it fails instead, so that a
 * browser that went missing cannot pass for a page that works.
 */
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The browser's path: what `CHROMIUM` says, else the usual places; null when there is none. */
export function findChromium(): string | null {
  const { CHROMIUM } = process.env
  const candidates = CHROMIUM === undefined ? CANDIDATES : [CHROMIUM]
  return candidates.find((path) => existsSync(path)) ?? null
}

export async function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGS })
}

/** A vitest suite with a browser that is started once. */
export function describeInChromium(name: string, define: (browser: () => Browser) => void): void {
  const path = findChromium()
  const skipped = path === null && process.env['CI'] !== 'true'
  const title = skipped ? `${name} (skipped: no Chromium; install it, or set CHROMIUM to its path)` : name
  if (skipped) process.stderr.write(`${title}\n`)
  // oxlint-disable-next-line vitest/valid-title -- the suite is named by its caller
  describe.skipIf(skipped)(title, () => {
    let browser: Browser | undefined
    beforeAll(async () => {
      if (path === null) throw new Error(`CI needs Chromium, and there is none`)
      browser = await launchChromium(path)
    }, 60_000)
    afterAll(() => browser?.close(), 60_000)
    define(() => browser!)
  })
}

export interface View {
  readonly width: number
  readonly height: number
  readonly scheme: 'light' | 'dark'
}

export interface OpenPage {
  readonly page: Page
  /** Console errors and warnings, uncaught errors, and failed requests, as they come. */
  readonly complaints: readonly string[]
  readonly close: () => Promise<void>
}

/** Opens a URL offline; `file:` and `data:` are all that can load. */
export async function openOffline(browser: Browser, url: string, view: View): Promise<OpenPage> {
  const { width, height, scheme } = view
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    offline: true,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('requestfailed', (request) => complaints.push(`request failed: ${request.url().slice(0, 100)}`))
  await page.goto(url)
  return { page, complaints, close: () => context.close() }
}
