/**
 * The register of invariants (docs/INVARIANTS.md) and the places that cite it, read against each other.
 *
 * A section of the register is a heading `## 6a. Title`, its statement, and two lines of files:
 *
 *     Enforced in: `sims/lab/run/run.ts`
 *     Proved by: `sims/lab/run/run.test.ts`
 *
 * Code cites an invariant as `invariant 5` or `invariants 1 and 5`. A test that proves one cites it, so that whoever
 * changes the test sees what hangs on it.
 */

export interface Invariant {
  /** `6a`. */
  readonly number: string
  readonly title: string
  readonly enforcedIn: readonly string[]
  readonly provedBy: readonly string[]
}

const HEADING = /^## (\d+[a-z]?)\. (.+)$/
const CITATION = /\binvariants?[ \v]+(\d+[a-z]?(?:(?:,|[ \v]and|,[ \v]and)[ \v]+\d+[a-z]?)*)\b/gi

/** The sections of the register, in order. */
export function readRegister(markdown: string): Invariant[] {
  const sections = markdown.split(/^(?=## )/m).filter((section) => HEADING.test(section.split('\n')[0]!))
  return sections.map((section) => {
    const [, number, title] = HEADING.exec(section.split('\n')[0]!)!
    const files = (label: string): string[] => {
      const [, list = ''] = new RegExp(`^${label}: (.*)$`, 'm').exec(section) ?? []
      return [...list.matchAll(/`([^`]+)`/g)].map(([, file]) => file!)
    }
    return { number: number!, title: title!, enforcedIn: files('Enforced in'), provedBy: files('Proved by') }
  })
}

/** The numbers that a text cites, each with its line. */
export function citations(text: string): { readonly number: string; readonly line: number }[] {
  // A citation may run over the end of a comment's line: that becomes a vertical tab, other ends of lines stay.
  const joined = text.replaceAll(/\n[ \t]*(?:\*|\/\/)/g, '\v')
  return [...joined.matchAll(CITATION)].flatMap((match) => {
    const line = joined.slice(0, match.index).split(/[\n\v]/).length
    return [...match[1]!.matchAll(/\d+[a-z]?/g)].map(([number]) => ({ number, line }))
  })
}

/** Everything that does not fit; `texts` are the sources by path from the root, and `exists` knows all paths. */
export function checkRegister(
  register: readonly Invariant[],
  texts: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): string[] {
  const numbers = register.map(({ number }) => number)
  const problems = numbers
    .filter((number, i) => numbers.indexOf(number) !== i)
    .map((number) => `invariant ${number} is numbered twice`)
  for (const [file, text] of texts) {
    for (const { number, line } of citations(text)) {
      if (!numbers.includes(number)) problems.push(`${file}:${line}: there is no invariant ${number}`)
    }
  }
  for (const { number, enforcedIn, provedBy } of register) {
    if (enforcedIn.length === 0) problems.push(`invariant ${number}: nothing enforces it`)
    if (provedBy.length === 0) problems.push(`invariant ${number}: no test proves it`)
    for (const file of enforcedIn) {
      if (!exists(file)) problems.push(`invariant ${number}: ${file} does not exist`)
    }
    for (const file of provedBy) {
      const cited = citations(texts.get(file) ?? '').map((citation) => citation.number)
      if (!file.endsWith('.test.ts')) problems.push(`invariant ${number}: ${file} is no test`)
      else if (!texts.has(file)) problems.push(`invariant ${number}: ${file} does not exist`)
      else if (!cited.includes(number)) problems.push(`invariant ${number}: ${file} does not cite it`)
    }
  }
  return problems
}
