/**
 * `out/index.html`: every run below a folder, with its verdict and its answer. Alphabetical by folder, so that the
 * same runs give the same bytes; a folder that holds no whole run is left out, not guessed at.
 */
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunDocument } from '../../sims/lab/contract/document.ts'
import { readDocument, RunFolderError } from '../folder/folder.ts'
import { html, type Html } from './html.ts'
import { shell } from './shell.ts'
import { verdictSign } from './signs.ts'
import { answerNumber, counted, multipleOf, reason, unbroken, VERDICTS } from '../wording/words.ts'

interface Entry {
  readonly folder: string
  readonly document: RunDocument
}

export interface WrittenIndex {
  readonly path: string
  /** Folders listed, in order. */
  readonly runs: readonly string[]
}

/** Writes `index.html` into `out`, listing the runs in its folders. Throws the file system's error. */
export async function writeIndex(out: string): Promise<WrittenIndex> {
  const names = (await readdir(out, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
  const entries: Entry[] = []
  for (const folder of names) {
    const document = await runIn(join(out, folder))
    if (document !== null) entries.push({ folder, document })
  }
  const path = join(out, 'index.html')
  await writeFile(path, renderIndex(entries))
  return { path, runs: entries.map(({ folder }) => folder) }
}

/** The document of a whole run, or null. */
async function runIn(dir: string): Promise<RunDocument | null> {
  try {
    await stat(join(dir, 'report.html'))
    return await readDocument(join(dir, 'result.json'))
  } catch (error) {
    if (error instanceof RunFolderError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function renderIndex(entries: readonly Entry[]): string {
  const verdicts = (Object.keys(VERDICTS) as (keyof typeof VERDICTS)[])
    .map(
      (verdict) => [verdict, entries.filter(({ document }) => document.verdict === verdict).length] as const,
    )
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${VERDICTS[verdict].word}`)
  const summary =
    entries.length === 0 ? 'No run yet.' : `${counted(entries.length, 'run')}: ${verdicts.join(', ')}.`
  return shell(
    'flowbench: runs',
    summary,
    html` <div class="page index">
      <main id="main">
        <h1>Runs</h1>
        <p class="quiet">${summary}</p>
        <ul class="runs">
          ${entries.map(item)}
        </ul>
      </main>
      <footer><span>flowbench</span></footer>
    </div>`,
  )
}

function item({ folder, document }: Entry): Html {
  const { answer, verdict } = document
  const number = answerNumber(answer)
  const first = answer.breaksFirst
  return html` <li class="run is-${verdict}">
    <p class="verdict">${verdictSign(verdict)}</p>
    <div class="stack">
      <h2>
        <a href="${encodeURIComponent(folder)}/report.html"><bdi>${unbroken(answer.text)}</bdi></a>
      </h2>
      <p><bdi>${document.question}</bdi></p>
      <p class="small quiet">
        <b><bdi>${document.scenario}</bdi></b
        >${
          document.environment !== null && html`, environment <bdi>${document.environment}</bdi>`
        }${number?.range != null && html` · ${number.value}, ${number.range}`}${
          first !== null && html` · breaks first: <bdi>${first.name}</bdi>, at ${multipleOf(first.multiple)}`
        }
        · ${reason(document)}
      </p>
    </div>
  </li>`
}
