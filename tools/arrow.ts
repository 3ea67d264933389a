/**
 * The layer arrow, enforced: cli -> reports -> sims -> engines.
 *
 * No layer imports one to its left; no engine imports another, except that sparse-array searches through the public
 * interface of regex; and nothing that runs in virtual time takes the clock or randomness from the world.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

const LAYERS: readonly string[] = ['cli', 'reports', 'sims', 'engines']

/** An import of one source file, both as paths from the root with forward slashes. */
export interface Import {
  readonly from: string
  readonly to: string
}

export interface Violation {
  readonly file: string
  readonly line: number
  readonly message: string
}

const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(?\s*|new URL\(\s*)(['"])(\.[^'"]*)\1/g

/** Relative imports in a file's text, static and dynamic, and worker files named by `new URL`. */
export function importsOf(file: string, text: string): (Import & { readonly line: number })[] {
  return text.split('\n').flatMap((source, index) =>
    [...source.matchAll(SPECIFIER)].map((match) => ({
      from: file,
      to: normalize(join(dirname(file), match[2]!)).replaceAll('\\', '/'),
      line: index + 1,
    })),
  )
}

/** Why this import goes against the arrow, or null. */
export function forbidden({ from, to }: Import): string | null {
  const fromLayer = LAYERS.indexOf(from.split('/')[0]!)
  const toLayer = LAYERS.indexOf(to.split('/')[0]!)
  if (fromLayer === -1 || toLayer === -1) return null
  if (toLayer < fromLayer) return `${LAYERS[fromLayer]} may not import ${LAYERS[toLayer]}`
  const [, fromEngine] = from.split('/')
  const [, toEngine] = to.split('/')
  if (LAYERS[fromLayer] === 'engines' && fromEngine !== toEngine) {
    const isAllowed = fromEngine === 'sparse-array' && to === 'engines/regex/index.ts'
    if (!isAllowed) return `engine ${fromEngine} may not import engine ${toEngine}`
  }
  return null
}

const WORLD = /\b(?:Date\.now|performance\.now|Math\.random|new Date)\b\s*\(|\bprocess\.hrtime\b/
/** Adaptors, timing and the runner live in the world; so do tests and the longer proofs beside the code. */
const LIVES_IN_THE_WORLD = /\/(?:io|bench|run|peers|testing)\/|\.(?:test|soak|fuzz)\.ts$/

/** True where a file must take time and randomness as arguments. */
export function isVirtual(file: string): boolean {
  return /^(?:engines|sims)\//.test(file) && !LIVES_IN_THE_WORLD.test(file)
}

export function check(file: string, text: string): Violation[] {
  const found = importsOf(file, text).flatMap((found) => {
    const why = forbidden(found)
    return why ? [{ file, line: found.line, message: `${why} (${found.to})` }] : []
  })
  if (!isVirtual(file)) return found
  const calls = text.split('\n').flatMap((source, index) => {
    const code = source.replace(/^\s*(?:\*|\/\/|\/\*).*|\/\/.*$/, '')
    const call = WORLD.exec(code)
    return call
      ? [{ file, line: index + 1, message: `takes time or randomness from the world: ${call[0]}` }]
      : []
  })
  return [...found, ...calls]
}

function sourcesBelow(root: string): string[] {
  return LAYERS.flatMap((layer) =>
    readdirSync(join(root, layer), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/')),
  )
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const files = sourcesBelow(root)
  const violations = files.flatMap((file) => check(file, readFileSync(join(root, file), 'utf8')))
  for (const { file, line, message } of violations) console.error(`${file}:${line}: ${message}`)
  console.log(`arrow: ${files.length} files, ${violations.length} violations`)
  process.exitCode = violations.length > 0 ? 1 : 0
}
