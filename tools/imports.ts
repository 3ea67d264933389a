/** Relative imports in a source text, found without a parser: the house's imports are plain enough for that. */
import { dirname, join, normalize } from 'node:path'

/** An import of one source file, both as paths from the root with forward slashes. */
export interface Import {
  readonly from: string
  readonly to: string
}

export interface FoundImport extends Import {
  readonly line: number
  /** False where only types are imported: those are gone when the code runs. */
  readonly runs: boolean
}

const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*|new URL\(\s*)(['"])(\.[^'"]*)\2/g
const TYPES_ONLY = /(?:^|\n)\s*(?:import|export)\s+type\s[^;'"]*$/

/** Static, dynamic and re-exporting imports, and worker files named by `new URL`. */
export function importsOf(file: string, text: string): FoundImport[] {
  return [...text.matchAll(SPECIFIER)].map((match) => {
    const before = text.slice(0, match.index)
    return {
      from: file,
      to: normalize(join(dirname(file), match[3]!)).replaceAll('\\', '/'),
      line: before.split('\n').length,
      runs: !(match[1]!.startsWith('from') && TYPES_ONLY.test(before)) && !match[1]!.startsWith('new'),
    }
  })
}
