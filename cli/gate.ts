import { appendFileSync, existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { renderSelfTest } from '../reports/gate/self-test.ts'
import { gateAnnotation, gateBencher, gateJunit } from '../reports/gate/formats.ts'
import { gateMarkdown } from '../reports/gate/markdown.ts'
import { renderBisected, renderGate } from '../reports/gate/terminal.ts'
import { tryFolder } from '../reports/folder/claim.ts'
import { runGate } from '../sims/bench/gate/gate.ts'
import type { GateDocument } from '../sims/bench/gate/document.ts'
import { record } from '../sims/bench/gate/history.ts'
import { bisect } from '../sims/bench/gate/bisect.ts'
import { citedRates, defaultStore, selfTest } from '../sims/bench/gate/self-test.ts'
import { benchModules } from '../sims/bench/registry.ts'
import { SIMS_MODULE } from '../sims/index.ts'
import { ALWAYS, goesWith, notWith } from './acts.ts'
import { defineCommand, wholeNumber } from './command.ts'
import { EXIT, UsageError } from './exit.ts'
import { interruptible } from './interruptible.ts'
import { asText, checkOutputs, toldOfFolder, writeOutputs } from './outputs.ts'
import { quote } from './reproduce.ts'

const VERDICT_EXIT = {
  pass: EXIT.pass,
  fail: EXIT.failed,
  undecided: EXIT.pass,
  unmeasured: EXIT.unmeasured,
} as const satisfies Record<GateDocument['verdict'], number>

const OURS = 'the self-test is of our own benchmarks'
/** What only a gate does, of a commit and what the working tree makes of it. */
const OF_A_GATE = notWith('self-test', 'bisect')

export const gate = defineCommand({
  command: 'gate',
  describe:
    'Whether the working tree is slower than a commit: exit 99 yes, 0 no or undecided, 3 not measured',
  builder: (parser) =>
    parser
      .option('base', {
        type: 'string',
        requiresArg: true,
        describe: 'the commit to compare with',
      })
      .option('bench', {
        type: 'string',
        requiresArg: true,
        describe: 'a file that exports tinybench tasks, instead of our own',
      })
      .option('self-test', {
        type: 'boolean',
        default: false,
        describe: 'measure how often the gate is wrong on this machine, and keep it',
      })
      .option('rounds', {
        ...wholeNumber('rounds', 0),
        default: 300,
        describe:
          'with --self-test: rounds of each benchmark in all, kept ones included; thirty in each pair of work trees',
      })
      .option('gates', {
        ...wholeNumber('gates', 0),
        default: 0,
        describe: 'with --self-test: whole gates of the commit against itself to play besides',
      })
      .option('load', {
        type: 'boolean',
        default: false,
        describe: 'with --self-test: beside one spinning process a core',
      })
      .option('store', { type: 'string', requiresArg: true, describe: 'the folder that keeps the self-test' })
      .option('command', {
        type: 'string',
        requiresArg: true,
        describe: "any program, run in base's tree and in head's",
      })
      .option('only', {
        type: 'string',
        array: true,
        describe: 'only benchmarks whose id contains one of these',
      })
      .option('counts', {
        type: 'boolean',
        default: false,
        describe: 'compare exact work only; time nothing',
      })
      .option('controls', {
        type: 'boolean',
        default: false,
        describe: 'with --counts: play the controls of the clock, too',
      })
      .option('all', { type: 'boolean', default: false, describe: 'time also what did not change' })
      .option('accept', {
        type: 'string',
        requiresArg: true,
        describe: 'the file of what is let through; default gate.yaml',
      })
      .option('markdown', { type: 'string', requiresArg: true, describe: 'also write a summary here' })
      .option('junit', { type: 'string', requiresArg: true, describe: "also write JUnit's XML here" })
      .option('bencher', {
        type: 'string',
        requiresArg: true,
        describe: 'also write the Bencher Metric Format here',
      })
      .option('record', {
        type: 'string',
        requiresArg: true,
        describe: 'also append a line here, for flowbench history',
      })
      .option('bisect', {
        type: 'array',
        string: true,
        requiresArg: true,
        describe: 'GOOD..BAD and a benchmark of our own: which commit made it slower',
      })
      .option('budget', {
        type: 'string',
        describe: 'how long it may take: 90s, 8h; default 10m, for --bisect as long as it takes',
      })
      .option('strict', {
        type: 'boolean',
        default: false,
        describe: 'exit 3 when something stays undecided',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'print the gate document and nothing else',
      }),
  acts: {
    base: OF_A_GATE,
    bench: {
      without: {
        'self-test': OURS,
        bisect: '--bisect is of our own benchmarks',
        command: 'one of them is compared',
      },
    },
    'self-test': notWith('bisect'),
    rounds: goesWith('self-test'),
    gates: goesWith('self-test'),
    load: goesWith('self-test'),
    store: notWith('bisect'),
    command: { without: { 'self-test': OURS, bisect: '--bisect is of our own benchmarks' } },
    only: { without: { ...OF_A_GATE.without, command: 'there is one only' } },
    counts: {
      without: { 'self-test': '', command: 'what a command does cannot be counted, only timed' },
    },
    controls: { with: ['counts'], without: { bisect: '' } },
    all: { without: { ...OF_A_GATE.without, command: 'it is timed in any case' } },
    accept: OF_A_GATE,
    markdown: OF_A_GATE,
    junit: OF_A_GATE,
    bencher: OF_A_GATE,
    record: OF_A_GATE,
    bisect: ALWAYS,
    budget: ALWAYS,
    strict: OF_A_GATE,
    json: ALWAYS,
  },
  async handler({ base, bench, command, only, counts, all, budget, strict, json, accept, ...more }) {
    const { store = defaultStore(), rounds } = more
    await interruptible(async (signal) => {
      if (more.selfTest) {
        await tryFolder(store)
        const tested = await toldOfFolder('store', store, () =>
          selfTest({
            registry: { modules: benchModules, handed: SIMS_MODULE },
            folder: import.meta.dirname,
            store,
            rounds,
            gates: more.gates,
            loaded: more.load,
            budget: secondsOf(budget ?? DEFAULT_BUDGET),
            signal,
            onProgress: progress,
          }),
        )
        console.log(json ? JSON.stringify(tested) : renderSelfTest(tested))
        if (signal.aborted) process.exitCode = EXIT.interrupted
        return
      }
      if (more.bisect !== undefined) {
        const [range, id, ...rest] = more.bisect
        if (range === undefined || id === undefined || rest.length > 0) {
          throw new UsageError(
            '--bisect takes GOOD..BAD and a benchmark, such as --bisect v1..HEAD kernel/mm1',
          )
        }
        const registry = { modules: benchModules, handed: SIMS_MODULE }
        const found = await bisect({
          registry,
          folder: import.meta.dirname,
          range,
          id,
          budget: secondsOf(budget ?? '24h'),
          countsOnly: counts,
          signal,
          onProgress: progress,
        })
        console.log(json ? JSON.stringify(found) : renderBisected(found))
        return
      }
      if (base === undefined) throw new UsageError('which commit? --base REF')
      const { markdown, junit, bencher } = more
      const outputs = { markdown, junit, bencher, record: more.record }
      checkOutputs(outputs)
      const document = await runGate({
        base,
        ...(command !== undefined
          ? { from: { command }, folder: process.cwd() }
          : bench === undefined
            ? {
                from: { registry: { modules: benchModules, handed: SIMS_MODULE } },
                folder: import.meta.dirname,
              }
            : { from: { file: existing(bench) }, folder: dirname(existing(bench)) }),
        ...(only && { only }),
        budget: secondsOf(budget ?? DEFAULT_BUDGET),
        countsOnly: counts,
        controls: more.controls,
        all,
        signal,
        onProgress: progress,
        errorRates: citedRates(store),
        today: new Date().toISOString().slice(0, 10),
        ...(accept !== undefined && { accept }),
        repeat: ['flowbench', ...process.argv.slice(2)].map(quote).join(' '),
      })
      const { verdict } = document
      console.log(json ? JSON.stringify(document) : renderGate(document))
      process.exitCode = strict && verdict === 'undecided' ? EXIT.unmeasured : VERDICT_EXIT[verdict]
      tellGitHub(document)
      writeOutputs(outputs, {
        markdown: asText(() => gateMarkdown(document)),
        junit: asText(() => gateJunit(document)),
        bencher: asText(() => gateBencher(document)),
        record: (file) => record(file, document, new Date()),
      })
    })
  },
})

const DEFAULT_BUDGET = '10m'

/** What GitHub's runner shows: its summary is a file, an annotation a line of output. */
function tellGitHub(document: GateDocument): void {
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_ACTIONS: onGitHub } = process.env
  if (onGitHub === 'true') progress(gateAnnotation(document))
  if (!summary) return
  try {
    appendFileSync(summary, gateMarkdown(document))
  } catch (error) {
    // Nobody asked for it by a flag, and the verdict is told.
    progress(`no step summary: ${(error as Error).message}`)
  }
}

function existing(file: string): string {
  if (!existsSync(file)) throw new UsageError(`${file} does not exist`)
  return resolve(file)
}

function secondsOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|min|h)$/.exec(text)
  const seconds = match === null ? 0 : Number(match[1]) * { s: 1, m: 60, min: 60, h: 3600 }[match[2] as 's']
  if (!(seconds > 0)) throw new UsageError(`--budget is a time such as 90s or 10m, not ${text}`)
  return seconds
}

const progress = (text: string): void => void process.stderr.write(`${text}\n`)
