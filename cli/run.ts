import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { claimFolder, type FolderClaim } from '../reports/folder/claim.ts'
import { folderName } from '../reports/folder/folder.ts'
import { tryIndex } from '../reports/folder/index-file.ts'
import { renderTerminal } from '../reports/terminal/run.ts'
import { RUNS_SCHEMA, type RunDocument } from '../sims/lab/contract/document.ts'
import { SIM_BY_NAME } from '../sims/by-name.ts'
import { findSim } from '../sims/index.ts'
import { liveRunner, runLive } from '../sims/lab/run/live.ts'
import { Interrupted } from '../sims/lab/run/point.ts'
import { runScenario, type RunOutcome } from '../sims/lab/run/run.ts'
import { inlineRunner, threadRunner, type Runner } from '../sims/lab/run/runner.ts'
import type { Scenario } from '../sims/lab/run/scenario/load.ts'
import { ALWAYS } from './acts.ts'
import { alive } from './alive.ts'
import { hasColour } from './colour.ts'
import { defineCommand, wholeNumber } from './command.ts'
import { EXIT, EXIT_HELP, UsageError, verdictExit } from './exit.ts'
import { progressLine } from './progress.ts'
import { INTERACTIVE } from './report.ts'
import { reproduceCommand } from './reproduce.ts'
import { readScenarios, scenarioArguments } from './scenarios.ts'
import { settingsOf } from './settings.ts'
import { VERSION } from './version.ts'

/** Of threads: each has a heap of its own. */
const MOST_WORKERS = 1024

export const run = defineCommand({
  command: 'run <files..>',
  describe: 'Run scenarios: an answer, a verdict, and a report for each',
  builder: (parser) =>
    scenarioArguments(parser)
      .option('seed', { type: 'string', requiresArg: true, describe: 'the seed of all random streams' })
      .option('replications', { type: 'string', requiresArg: true, describe: 'run exactly this many' })
      .option('workers', {
        ...wholeNumber('workers', 1, MOST_WORKERS),
        default: Math.min(MOST_WORKERS, availableParallelism()),
        describe: 'threads; never changes a result',
      })
      .option('inline', {
        type: 'boolean',
        default: false,
        describe: 'simulate on the main thread, for tools that look at one thread only',
      })
      .option('live', {
        type: 'boolean',
        default: false,
        describe: 'measure the real thing instead of simulating it (sims that can: `flowbench list sims`)',
      })
      .option('out', { type: 'string', default: 'out', describe: 'folder for reports' })
      .option('accept-weak', {
        type: 'boolean',
        default: false,
        describe: 'judge a run that is too weak to be judged (its reasons are still told)',
      })
      .option('interactive', INTERACTIVE)
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'print the result document and nothing else',
      })
      .epilogue(EXIT_HELP),
  acts: {
    files: ALWAYS,
    env: ALWAYS,
    set: ALWAYS,
    seed: ALWAYS,
    replications: ALWAYS,
    inline: { without: { live: '--inline simulates and --live measures: one of them' } },
    workers: { without: { inline: 'it is how many threads simulate', live: 'nothing is simulated' } },
    live: ALWAYS,
    out: ALWAYS,
    'accept-weak': ALWAYS,
    interactive: ALWAYS,
    json: ALWAYS,
  },
  async handler({
    files,
    env,
    set,
    seed,
    replications,
    workers,
    inline,
    live,
    out,
    json,
    acceptWeak,
    interactive,
  }) {
    const settings = settingsOf(set, { seed, replications })
    const scenarios = readScenarios(files, {
      ...(env === undefined ? {} : { environment: env }),
      set: settings,
    })
    refuseSameNames(scenarios)
    if (live) refuseSimulatedOnly(scenarios)
    // Before anything is measured: a result must never be lost for want of a place to put it.
    const place = resolve(out)
    await tryIndex(place)
    const claims = await claimAll(place, scenarios)

    const interruption = new AbortController()
    let runner: Runner | null = null
    const interrupt = () => {
      // A second Ctrl-C ends at once, whatever is being written.
      if (interruption.signal.aborted) process.exit(EXIT.interrupted)
      interruption.abort()
      void runner?.close()
    }
    process.on('SIGINT', interrupt)
    process.on('SIGTERM', interrupt)
    const documents: RunDocument[] = []
    const unwritten: unknown[] = []
    try {
      runner = live
        ? liveRunner(findSim, interruption.signal)
        : inline
          ? inlineRunner(findSim)
          : threadRunner(SIM_BY_NAME, workers)
      for (const scenario of scenarios) {
        if (interruption.signal.aborted) break
        const outcome = await runOne(scenario, {
          settings,
          live,
          acceptWeak,
          runner,
          signal: interruption.signal,
        })
        documents.push(outcome.document)
        // The answer first: should the report fail to be written, it is already told.
        if (!json) console.log(renderTerminal(outcome.document, { colour: hasColour(process.stdout) }))
        try {
          const page = await write(scenario, { ...outcome, interactive }, place, runner)
          if (!json) console.log(`report: ${page}\n`)
        } catch (error) {
          unwritten.push(error)
        }
      }
    } catch (error) {
      // Stopped before the first replication: there is nothing to tell but that.
      if (!(error instanceof Interrupted)) throw error
    } finally {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
      await runner?.close()
      for (const claim of claims) await claim.release()
    }
    if (json) process.stdout.write(await jsonText(files.length, documents))
    process.exitCode = exitCode(documents, interruption.signal.aborted)
    if (unwritten.length > 0) throw unwritten[0]
    if (documents.length > 0) await (await reports()).writeIndex(place)
  },
})

// Drawing libraries take a second to load, so they are loaded only when there is something to draw.
async function reports() {
  return {
    ...(await import('../reports/folder/write.ts')),
    ...(await import('../reports/page/index-page.ts')),
  }
}

/** A folder for each scenario, or none at all: a later one that is refused gives the earlier ones back. */
async function claimAll(out: string, scenarios: readonly Scenario[]): Promise<FolderClaim[]> {
  const claims: FolderClaim[] = []
  try {
    for (const { name } of scenarios) claims.push(await claimFolder(join(out, folderName(name))))
    return claims
  } catch (error) {
    for (const claim of claims) await claim.release()
    throw error
  }
}

interface OneRun {
  readonly settings: readonly string[]
  readonly live: boolean
  readonly acceptWeak: boolean
  readonly runner: Runner
  readonly signal: AbortSignal
}

async function runOne(
  scenario: Scenario,
  { settings, live, acceptWeak, runner, signal }: OneRun,
): Promise<RunOutcome & { readonly seconds: number }> {
  const progress = progressLine(runner, scenario.name)
  const started = performance.now()
  try {
    const outcome = await (live ? runLive : runScenario)(scenario, {
      runner,
      signal,
      reproduce: [
        reproduceCommand(scenario, settings),
        ...(live ? ['--live'] : []),
        ...(acceptWeak ? ['--accept-weak'] : []),
      ].join(' '),
      acceptWeak,
      version: VERSION,
      onPhase: (phase, isOpen) => progress.phase(phase, isOpen),
    })
    progress.stop()
    for (const warning of outcome.warnings) process.stderr.write(`${scenario.name}: warning: ${warning}\n`)
    return { ...outcome, seconds: (performance.now() - started) / 1000 }
  } finally {
    progress.stop()
  }
}

/** Writes the report; its page. */
async function write(
  scenario: Scenario,
  {
    document,
    charts,
    series,
    metricLabels,
    seconds,
    interactive,
  }: RunOutcome & { readonly seconds: number; readonly interactive: boolean },
  out: string,
  runner: Runner,
): Promise<string> {
  const { writeReport } = await reports()
  const wallClock = [
    `Ran for ${seconds.toFixed(0)} s on ${runner.workers} workers`,
    `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
  ]
  const input = { document, charts, series, scenarioYaml: scenario.resolvedYaml, metricLabels, wallClock }
  const { page } = await alive(`${document.scenario}: drawing the report`, () =>
    writeReport(input, out, { interactive }),
  )
  return page
}

/** Exactly one JSON document, even when the one file asked for was stopped before anything was complete. */
async function jsonText(asked: number, documents: readonly RunDocument[]): Promise<string> {
  const [first] = documents
  if (asked === 1 && first) return (await reports()).documentText(first)
  return `${JSON.stringify({ schema: RUNS_SCHEMA, runs: documents }, null, 2)}\n`
}

/** Two scenarios of one name would write into one folder. */
function refuseSameNames(scenarios: readonly Scenario[]): void {
  const seen = new Map<string, string>()
  for (const { name, file } of scenarios) {
    const other = seen.get(name)
    if (other !== undefined) throw new UsageError(`${file}: name: "${name}" is also the name of ${other}`)
    seen.set(name, file)
  }
}

/** `--live` needs a sim that can measure the real thing. */
function refuseSimulatedOnly(scenarios: readonly Scenario[]): void {
  const simulated = scenarios.find(({ sim }) => !sim.live)
  if (simulated) {
    throw new UsageError(
      `${simulated.file}: sim ${simulated.sim.name} has no live mode; \`flowbench list sims\` marks those that have`,
    )
  }
}

function exitCode(documents: readonly RunDocument[], interrupted: boolean): number {
  const broken = documents.flatMap((document) => document.invariants.filter((invariant) => !invariant.ok))
  for (const { name, detail } of broken) process.stderr.write(`invariant broken: ${name}: ${detail}\n`)
  if (broken.length > 0) return EXIT.bug
  if (interrupted) return EXIT.interrupted
  return verdictExit(documents.map(({ verdict }) => verdict))
}
