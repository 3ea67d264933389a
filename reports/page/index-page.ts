/**
 * `out/index.html`: every run below a folder, with its verdict and its answer, and every shoot-out. Alphabetical by folder,
 * so that the same runs give the same bytes; a folder that holds no whole run is left out, not guessed at.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ShootoutDocument } from '../../sims/bench/shootout/suite/run.ts'
import { BadRequest } from '../../sims/bench/harness/errors.ts'
import type { RunDocument } from '../../sims/lab/contract/document.ts'
import { readDocument, readJson, RunFolderError } from '../folder/folder.ts'
import { INDEX_TITLE, indexIn, refuseForeign } from '../folder/index-file.ts'
import { telling } from '../folder/told.ts'
import { readWhole, replaceFile } from '../folder/whole.ts'
import { readShootout } from '../shootout/read.ts'
import { html, type Html } from './html.ts'
import { shell } from './shell.ts'
import { verdictSign } from './signs.ts'
import { answerNumber, counted, multipleOf, reason, unbroken, VERDICTS } from '../wording/words.ts'

interface Found<Document> {
  readonly folder: string
  readonly document: Document
}

export interface WrittenIndex {
  readonly path: string
  /** Folders of runs that are listed, in order. */
  readonly runs: readonly string[]
}

/** Writes `index.html` into `out`, listing the runs in its folders. Throws `RunFolderError`; another's index is not replaced. */
export async function writeIndex(out: string): Promise<WrittenIndex> {
  await refuseForeign(out)
  const found = await telling(out, () => readdir(out, { withFileTypes: true }))
  const names = found
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
  const runs: Found<RunDocument>[] = []
  const shootouts: Found<ShootoutDocument>[] = []
  for (const folder of names) {
    const run = await runIn(join(out, folder))
    if (run !== null) runs.push({ folder, document: run })
    const shootout = await shootoutIn(join(out, folder))
    if (shootout !== null) shootouts.push({ folder, document: shootout })
  }
  const path = indexIn(out)
  await replaceFile(path, renderIndex(runs, shootouts))
  return { path, runs: runs.map(({ folder }) => folder) }
}

/** The document of a whole run, or null. */
const runIn = (dir: string): Promise<RunDocument | null> =>
  wholeIn(dir, 'report.html', 'result.json', readDocument)

const shootoutIn = (dir: string): Promise<ShootoutDocument | null> =>
  wholeIn(dir, 'shootout.html', 'shootout.json', async (path) => readShootout(await readJson(path), path))

/** What a folder with this page says in this file; null where it is not whole, or cannot be looked into. */
async function wholeIn<Document>(
  dir: string,
  page: string,
  file: string,
  read: (path: string) => Promise<Document>,
): Promise<Document | null> {
  try {
    return await readWhole(dir, file, async () => {
      await stat(join(dir, page))
      return await read(join(dir, file))
    })
  } catch (error) {
    const isTheirs = error instanceof RunFolderError || error instanceof BadRequest
    if (isTheirs || (error as NodeJS.ErrnoException).code !== undefined) return null
    throw error
  }
}

function renderIndex(
  runs: readonly Found<RunDocument>[],
  shootouts: readonly Found<ShootoutDocument>[],
): string {
  const verdicts = (Object.keys(VERDICTS) as (keyof typeof VERDICTS)[])
    .map((verdict) => [verdict, runs.filter(({ document }) => document.verdict === verdict).length] as const)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${VERDICTS[verdict].word}`)
  const said = [
    ...(runs.length === 0 ? [] : [`${counted(runs.length, 'run')}: ${verdicts.join(', ')}.`]),
    ...(shootouts.length === 0 ? [] : [`${counted(shootouts.length, 'shoot-out')}.`]),
  ]
  const summary = said.length === 0 ? 'No run yet.' : said.join(' ')
  return shell(
    INDEX_TITLE,
    summary,
    html` <div class="page index">
      <main id="main">
        <h1>Runs</h1>
        <p class="quiet">${summary}</p>
        <ul class="runs">
          ${runs.map(item)} ${shootouts.map(shootoutItem)}
        </ul>
      </main>
      <footer><span>flowbench</span></footer>
    </div>`,
  )
}

function shootoutItem({ folder, document }: Found<ShootoutDocument>): Html {
  const { suite, engines, definitions, growth, cases } = document
  const parts = [
    counted(engines.length, 'engine'),
    ...(definitions.length === 0 ? [] : [counted(definitions.length, 'definition')]),
    ...(growth.length === 0 ? [] : [counted(growth.length, 'pattern')]),
    ...(cases.length === 0 ? [] : [counted(cases.length, 'case')]),
  ]
  return html` <li class="run">
    <p class="quiet">shoot-out</p>
    <div class="stack">
      <h2>
        <a href="${encodeURIComponent(folder)}/shootout.html"><bdi>Regex shoot-out: ${suite}</bdi></a>
      </h2>
      <p>${parts.join(', ')}</p>
    </div>
  </li>`
}

function item({ folder, document }: Found<RunDocument>): Html {
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
