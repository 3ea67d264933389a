/** What this installation holds: its engines (by their READMEs) and its scenario files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const ROOT = join(import.meta.dirname, '..')
export const SCENARIO_FOLDER = join(ROOT, 'scenarios')

export interface Entry {
  readonly name: string
  readonly summary: string
}

/** Every folder of engines/ that has a README, summarised by the README's first sentence. */
export function engines(): Entry[] {
  return readdirSync(join(ROOT, 'engines'))
    .toSorted()
    .filter((name) => existsSync(join(ROOT, 'engines', name, 'README.md')))
    .map((name) => {
      const readme = readFileSync(join(ROOT, 'engines', name, 'README.md'), 'utf8')
      const paragraphs = readme.split(/\n\s*\n/).map((paragraph) => paragraph.trim())
      const first = paragraphs.find((paragraph) => paragraph !== '' && !paragraph.startsWith('#')) ?? ''
      return { name, summary: first.replaceAll(/\s+/g, ' ').split(/(?<=\.) /)[0]! }
    })
}

/** The scenario files that ship with the lab. */
export function scenarios(): (Entry & { readonly file: string; readonly sim: string })[] {
  return readdirSync(SCENARIO_FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => {
      const { name, question, sim } = parse(readFileSync(join(SCENARIO_FOLDER, file), 'utf8')) as Record<
        string,
        string
      >
      return {
        name: name ?? file,
        summary: question ?? '',
        sim: sim ?? '',
        file: join(SCENARIO_FOLDER, file),
      }
    })
}
