/** A suite's document as markdown: the verdict first, then its sections. */
import type { ShootoutDocument } from '../../sims/bench/shootout/suite/run.ts'
import { cleanLine } from '../wording/escape.ts'
import { sections, verdict, type Cell, type Section } from './sections.ts'

const written = (value: Cell): string =>
  cleanLine(typeof value === 'object' ? `\`${value.code.replaceAll('`', "'")}\`` : String(value)).replaceAll(
    '|',
    '\\|',
  )

function table({ columns, rows }: Section): string {
  const line = (cells: readonly Cell[]): string => `| ${cells.map(written).join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

export function markdown(document: ShootoutDocument): string {
  const parts = [
    `# Regex shoot-out: ${document.suite}`,
    verdict(document),
    ...sections(document).map(
      (section) =>
        `## ${section.title}\n\n${section.text}${section.rows.length === 0 ? '' : `\n\n${table(section)}`}`,
    ),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}
