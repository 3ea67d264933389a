/** What the tools of this folder read from their command line. */

/** The value behind `--name`. */
export function argument(name: string, fallback: string): string {
  const i = process.argv.indexOf(`--${name}`)
  return i < 0 ? fallback : (process.argv[i + 1] ?? fallback)
}

/** A number, where `10k` and `10M` are thousands and millions. */
export const count = (text: string): number =>
  Number.parseFloat(text) * (text.endsWith('M') ? 1e6 : text.endsWith('k') ? 1e3 : 1)
