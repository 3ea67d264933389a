/** Circles among files: groups in which each reaches every other through its imports. */
import { importsOf } from './imports.ts'

/** One path of files a circle, its first file last again; each group of files is named once. */
export function circles(texts: ReadonlyMap<string, string>): string[][] {
  const next = new Map(
    [...texts].map(([file, text]) => [
      file,
      importsOf(file, text)
        .filter(({ to }) => texts.has(to))
        .map(({ to }) => to),
    ]),
  )
  const state = new Map<string, 'open' | 'done'>()
  const path: string[] = []
  const found: string[][] = []
  const visit = (file: string): void => {
    state.set(file, 'open')
    path.push(file)
    for (const to of next.get(file) ?? []) {
      if (state.get(to) === 'open') found.push([...path.slice(path.indexOf(to)), to])
      else if (!state.has(to)) visit(to)
    }
    path.pop()
    state.set(file, 'done')
  }
  for (const file of next.keys()) if (!state.has(file)) visit(file)
  return found
}
