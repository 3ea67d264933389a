/** axe-core in the open page: what an accessibility audit finds wrong, one line each; empty when it finds nothing. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string }[]
}

/** All rules of axe, best practices such as `landmark-unique` included. Throws when axe ran no rule. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  // Every rule is tried on everything; but of what passes the rules alone are told, not each of a thousand cells.
  const { violations, passes } = await page.evaluate<{ violations: Violation[]; passes: number }>(
    `axe.run(document, { resultTypes: ['violations'] })
      .then(({ violations, passes }) => ({ violations, passes: passes.length }))`,
  )
  if (passes < 10) throw new Error(`axe passed ${passes} rules only: it did not see the page`)
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 100)).join(' | ')}`,
  )
}
