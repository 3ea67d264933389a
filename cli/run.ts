import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { renderTerminal } from '../reports/terminal/run.ts'
import { RUNS_SCHEMA, type RunDocument } from '../sims/lab/contract/document.ts'
import { findSim, SIMS_MODULE } from '../sims/index.ts'
import { liveRunner, runLive } from '../sims/lab/run/live.ts'
import { runScenario } from '../sims/lab/run/run.ts'
import { threadRunner, type Runner } from '../sims/lab/run/runner.ts'
import type { Scenario } from '../sims/lab/run/scenario/load.ts'
import { defineCommand } from './command.ts'
import { EXIT, UsageError } from './exit.ts'
import { progressLine } from './progress.ts'
import { reproduceCommand } from './reproduce.ts'
import { readScenarios, scenarioArguments } from './scenarios.ts'

export const run = defineCommand({
  command: 'run <files..>',
  describe: 'Run scenarios: an answer, a verdict, and a report for each',
  builder: (parser) =>
    scenarioArguments(parser)
      .option('seed', { type: 'number', describe: 'the seed of all random streams' })
      .option('replications', { type: 'number', describe: 'run exactly this many' })
      .option('workers', {
        type: 'number',
        default: availableParallelism(),
        describe: 'threads; never changes a result',
      })
      .option('live', {
        type: 'boolean',
        default: false,
        describe: 'measure the real thing instead of simulating it (sims that can: `flowbench list sims`)',
      })
      .option('out', { type: 'string', default: 'out', describe: 'folder for reports' })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'print the result document and nothing else',
      }),
  async handler({ files, env, set, seed, replications, workers, live, out, json }) {
    if (!Number.isInteger(workers) || workers < 1)
      throw new UsageError('--workers must be a whole number, at least 1')
    const settings = [
      ...set,
      ...(seed === undefined ? [] : [`seed=${seed}`]),
      ...(replications === undefined ? [] : [`until.replications=${replications}`]),
    ]
    const scenarios = readScenarios(files, {
      ...(env === undefined ? {} : { environment: env }),
      set: settings,
    })
    refuseSameNames(scenarios)
    if (live) refuseSimulatedOnly(scenarios)

    const interruption = new AbortController()
    const runner = live ? liveRunner(findSim, interruption.signal) : threadRunner(SIMS_MODULE, workers)
    const interrupt = () => {
      // A second Ctrl-C ends at once, whatever is being written.
      if (interruption.signal.aborted) process.exit(EXIT.interrupted)
      interruption.abort()
      void runner.close()
    }
    process.on('SIGINT', interrupt)
    const documents: RunDocument[] = []
    try {
      for (const scenario of scenarios) {
        if (interruption.signal.aborted) break
        const { document, page } = await runOne(scenario, {
          settings,
          out,
          live,
          runner,
          signal: interruption.signal,
        })
        documents.push(document)
        if (!json) console.log(`${renderTerminal(document, { colour: hasColour() })}\nreport: ${page}\n`)
      }
    } finally {
      process.off('SIGINT', interrupt)
      await runner.close()
      if (documents.length > 0) await (await reports()).writeIndex(resolve(out))
    }
    if (json) process.stdout.write(await jsonText(files.length, documents))
    process.exitCode = exitCode(documents, interruption.signal.aborted)
  },
})

// Drawing libraries take a second to load, so they are loaded only when there is something to draw.
async function reports() {
  return {
    ...(await import('../reports/folder/write.ts')),
    ...(await import('../reports/page/index-page.ts')),
  }
}

interface OneRun {
  readonly settings: readonly string[]
  readonly out: string
  readonly live: boolean
  readonly runner: Runner
  readonly signal: AbortSignal
}

async function runOne(
  scenario: Scenario,
  { settings, out, live, runner, signal }: OneRun,
): Promise<{ document: RunDocument; page: string }> {
  const progress = progressLine(runner, scenario.name)
  const started = performance.now()
  try {
    const { document, charts, series, warnings } = await (live ? runLive : runScenario)(scenario, {
      runner,
      signal,
      reproduce: `${reproduceCommand(scenario, settings)}${live ? ' --live' : ''}`,
      onPhase: (phase) => progress.phase(phase),
    })
    progress.phase('writing the report')
    const { writeReport } = await reports()
    const written = await writeReport(
      {
        document,
        charts,
        series,
        scenarioYaml: scenario.resolvedYaml,
        metricLabels: scenario.sim.metrics,
        wallClock: [
          `Ran for ${((performance.now() - started) / 1000).toFixed(0)} s on ${runner.workers} workers`,
          `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
        ],
      },
      resolve(out),
    )
    progress.stop()
    for (const warning of warnings) process.stderr.write(`${scenario.name}: warning: ${warning}\n`)
    return { document, page: written.page }
  } finally {
    progress.stop()
  }
}

function hasColour(): boolean {
  return process.stdout.isTTY && !process.env['NO_COLOR']
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
  return documents.every((document) => document.verdict === 'pass') ? EXIT.pass : EXIT.failed
}
