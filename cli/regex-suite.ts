/** `flowbench regex --suite NAME` and `--haystack FILE`: suites of the shoot-out, run and written. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { claimFolder } from '../reports/folder/claim.ts'
import { tryIndex } from '../reports/folder/index-file.ts'
import { writeIndex } from '../reports/page/index-page.ts'
import { markdown } from '../reports/shootout/markdown.ts'
import { verdict } from '../reports/shootout/sections.ts'
import { writeShootout } from '../reports/shootout/write.ts'
import { cleanLine } from '../reports/wording/escape.ts'
import { BadRequest } from '../sims/bench/harness/errors.ts'
import type { EngineSpec } from '../sims/bench/shootout/engines/facts.ts'
import type { PatternEntry } from '../sims/bench/shootout/input/patterns.ts'
import { haystackDefinitions } from '../sims/bench/shootout/suite/haystack.ts'
import {
  runSpeed,
  runSuite,
  type ShootoutDocument,
  type SuiteName,
} from '../sims/bench/shootout/suite/run.ts'
import { SCENARIO_FOLDER } from './catalog.ts'
import { UsageError } from './exit.ts'
import { readScenarios } from './scenarios.ts'

const progress = (text: string): void => void process.stderr.write(`${cleanLine(text)}\n`)

export async function runNamedSuite(
  name: string,
  specs: readonly EngineSpec[],
  {
    env,
    out,
    json,
    spans,
  }: {
    readonly env: string | undefined
    readonly out: string
    readonly json: boolean
    readonly spans: boolean
  },
  signal: AbortSignal,
): Promise<void> {
  const file = [name, `regex-${name}`]
    .map((one) => join(SCENARIO_FOLDER, `${one}.yaml`))
    .find((one) => existsSync(one))
  const [scenario] =
    file === undefined
      ? []
      : readScenarios([file], { ...(env === undefined ? {} : { environment: env }), set: [] })
  if (scenario?.sim.name !== 'regex-shootout')
    throw new UsageError(`no suite is called "${name}"; there are redos, curated, argrep-fragments, growth`)
  const params = scenario.params as {
    suite: SuiteName
    patterns: string[]
    rounds: number
    sampleTime: number
    searchTime: number
    textSize: number
  }
  const place = resolve(out)
  await tryIndex(place)
  const folder = join(place, scenario.name)
  const claim = await claimFolder(folder)
  try {
    const document = await runSuite(params.suite, specs, {
      patterns: params.patterns,
      rounds: params.rounds,
      sampleSeconds: params.sampleTime,
      seconds: params.searchTime,
      bytes: params.textSize,
      spans,
      signal,
      onProgress: progress,
    })
    print(document, json)
    const { files } = await writeShootout(document, folder)
    if (!json) console.log(`report: ${join(folder, files[0]!)}, ${files.slice(1).join(', ')}`)
    await writeIndex(place)
  } finally {
    await claim.release()
  }
}

/** Speed of patterns on a text of the user's. */
export async function compareOn(
  haystack: string,
  entries: readonly PatternEntry[],
  flags: string,
  specs: readonly EngineSpec[],
  { json, spans }: { readonly json: boolean; readonly spans: boolean },
  signal: AbortSignal,
): Promise<void> {
  let text: Buffer
  try {
    text = readFileSync(haystack)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new BadRequest(`${haystack}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}`, {
      cause,
    })
  }
  const definitions = await haystackDefinitions(entries, flags, text, basename(haystack), specs, signal)
  const options = { rounds: 7, sampleSeconds: 0.01, spans, signal, onProgress: progress }
  const document = await runSpeed('haystack', definitions, specs, options)
  if (json) print(document, json)
  else process.stdout.write(markdown(document))
}

function print(document: ShootoutDocument, json: boolean): void {
  if (json) console.log(JSON.stringify(document))
  else console.log(`${verdict(document)}\n`)
}
