/**
 * Broken scenario files, each with what the loader must say about it, written in its first lines:
 *
 *     # args: --env quik
 *     # expect: 9:15: environments: no environment is called "quik": it has quick (did you mean "quick"?)
 *
 * `args` are the flags that make it broken, if any; each `expect` is one whole error line without the file's name.
 * They are scenarios of the sim `mm-c`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface BrokenCase {
  /** `21-misspelt-param`. */
  readonly name: string
  /** Absolute. */
  readonly path: string
  readonly text: string
  /** Command-line flags after the file. */
  readonly args: readonly string[]
  /** As in `args`, for the loader. */
  readonly options: { readonly environment?: string; readonly set: readonly string[] }
  /** Lines of the error message, in order, `FILE` standing for the path as it was given. */
  readonly expected: readonly string[]
}

const FOLDER = join(import.meta.dirname, 'fixtures')

/** All broken files, by number. */
export function brokenCases(): BrokenCase[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => {
      const path = join(FOLDER, file)
      const text = readFileSync(path, 'utf8')
      const args = remarks(text, 'args').flatMap((line) => line.split(' '))
      const environment = args[args.indexOf('--env') + 1]
      const set = args.filter((_, index) => args[index - 1] === '--set')
      return {
        name: file.replace('.yaml', ''),
        path,
        text,
        args,
        options: { ...(args.includes('--env') && environment !== undefined ? { environment } : {}), set },
        expected: remarks(text, 'expect').map((line) => (line.startsWith('--set') ? line : `FILE:${line}`)),
      }
    })
}

/** The texts of the comments `# KIND: ...`. */
function remarks(text: string, kind: string): string[] {
  const start = `# ${kind}: `
  return text
    .split('\n')
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length))
}
