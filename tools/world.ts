/**
 * What runs in virtual time takes nothing from the world: no clock, no chance, no process, no file, no socket. Those are
 * arguments, so that the same code runs under a sim, in a benchmark and live, and gives the same bytes each time.
 */

/** Modules of Node that only compute. All others are the world's. */
const HARMLESS: ReadonlySet<string> = new Set(['assert', 'buffer', 'crypto', 'util'])

const NODE_MODULE = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)(['"])node:([a-z_/]+)\1/g

const WORLD: readonly RegExp[] = [
  /\bDate\.now\b|\bnew Date\(\s*\)/,
  /\bperformance\b/,
  /\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/,
  /\bMath\.random\b/,
  /\bgetRandomValues\b|\brandomBytes\b|\brandomFill(?:Sync)?\b|\brandomInt\b|\brandomUUID\b/,
  /\bgenerateKey(?:Pair)?(?:Sync)?\b/,
  /\bprocess\.(?!next\b|ts\b)/,
  /\bglobalThis\b|\bfetch\(|\bWebSocket\b/,
  /\bconsole\./,
  /\bimport\(\s*[^'"\s)]/,
]

/**
 * Rooms that meet the world: engines' adaptors and the disk below them, what runs scenarios, what measures, and
 * everything that tests.
 */
const MEETS_THE_WORLD =
  /^(?:engines\/[^/]+\/io\/|engines\/disk\/|sims\/lab\/run\/|sims\/bench\/|sims\/[^/]+\.ts$|sims\/[^/]+\/live\.ts$)|\/testing\/|\.test\.ts$/

/** True where a file must take time, randomness and bytes as arguments. */
export function isVirtual(file: string): boolean {
  return /^(?:engines|sims)\//.test(file) && !MEETS_THE_WORLD.test(file)
}

export interface WorldTaken {
  readonly line: number
  readonly message: string
}

/** Each line of a virtual file that takes something from the world. */
export function worldTaken(file: string, text: string): WorldTaken[] {
  if (!isVirtual(file)) return []
  return text.split('\n').flatMap((source, index) => {
    const line = index + 1
    const code = source.replace(/^\s*(?:\*|\/\/|\/\*).*|\/\/.*$/, '')
    const modules = [...code.matchAll(NODE_MODULE)].filter((match) => !HARMLESS.has(match[2]!))
    const calls = WORLD.flatMap((pattern) => pattern.exec(code)?.[0] ?? [])
    return [
      ...modules.map((match) => ({ line, message: `takes from the world: node:${match[2]}` })),
      ...calls.map((call) => ({ line, message: `takes from the world: ${call}` })),
    ]
  })
}
