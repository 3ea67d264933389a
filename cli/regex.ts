import { availableParallelism } from 'node:os'
import { patternDocument, patternsDocument } from '../reports/shootout/document.ts'
import { junit as junitXml } from '../reports/shootout/junit.ts'
import { sarif as sarifLog } from '../reports/shootout/sarif.ts'
import { headline, renderPattern, sentence } from '../reports/shootout/terminal.ts'
import { exitOf, isLinear, judge, type Finding } from '../reports/shootout/verdict.ts'
import { cleanLine } from '../reports/wording/escape.ts'
import { ENGINES } from '../sims/bench/shootout/engines/engines.ts'
import type { EngineSpec } from '../sims/bench/shootout/engines/facts.ts'
import { readAccepted } from '../sims/bench/shootout/input/accepted.ts'
import { BadRequest, CouldNotMeasure } from '../sims/bench/harness/errors.ts'
import { readPatterns, type PatternEntry } from '../sims/bench/shootout/input/patterns.ts'
import { DEFAULTS } from '../sims/bench/shootout/inspect.ts'
import { present, shootOut, type MissingEngine, type PatternReport } from '../sims/bench/shootout/shootout.ts'
import { readEngineFile } from '../sims/bench/shootout/input/engine-file.ts'
import { ALWAYS, goesWith, notWith } from './acts.ts'
import { defineCommand } from './command.ts'
import { EXIT, UsageError } from './exit.ts'
import { interruptible } from './interruptible.ts'
import { asText, checkOutputs, writeOutputs } from './outputs.ts'

/** Beside each other more would only fight for the memory that they measure. */
const MOST_LANES = 4

const OF_A_CHECK = { ...notWith('suite', 'haystack'), ...goesWith('check') }

export const regex = defineCommand({
  command: 'regex [pattern]',
  describe: 'Which regex engines take long on a pattern, with the text that shows it',
  builder: (parser) =>
    parser
      // Else what stands behind `--` may become a number, and `-007` be -7.
      .parserConfiguration({ 'parse-positional-numbers': false })
      .positional('pattern', { type: 'string', describe: 'a pattern; behind -- if it begins with a -' })
      .option('haystack', { type: 'string', describe: 'compare speed on the text of this file instead' })
      .option('suite', { type: 'string', describe: 'run the scenario of this name and write its report' })
      .option('spans', {
        type: 'boolean',
        default: false,
        describe: 'with --suite or --haystack: verify the places of all matches, not only their count',
      })
      .option('env', {
        type: 'string',
        describe: 'with --suite: an environment of its scenario, such as quick',
      })
      .option('out', { type: 'string', default: 'out', describe: 'with --suite: folder for reports' })
      .option('engine-file', { type: 'string', describe: 'a YAML file of engines of your own' })
      .option('flags', { type: 'string', default: '', describe: 'some of i m s u' })
      .option('engines', { type: 'string', describe: 'only these, separated by commas' })
      .option('patterns', { type: 'string', describe: 'a file of patterns: lines, JSON, YAML or TOML' })
      .option('path', { type: 'string', describe: 'where in that file they are: rules[].regex' })
      .option('check', { type: 'string', describe: 'fail when a pattern is not linear on this engine' })
      .option('strict', { type: 'boolean', default: false, describe: 'with --check: undecided is exit 3' })
      .option('accepted', {
        type: 'string',
        describe: 'a YAML file of patterns that are accepted, and until when',
      })
      .option('junit', { type: 'string', describe: 'with --check: write JUnit XML to this file' })
      .option('sarif', { type: 'string', describe: 'with --check: write SARIF to this file' })
      .option('json', { type: 'boolean', default: false, describe: 'print the document and nothing else' }),
  // A check that is not made must not look like one that passed.
  acts: {
    pattern: { ...notWith('suite'), called: 'a pattern' },
    haystack: notWith('suite'),
    suite: ALWAYS,
    spans: goesWith('suite', 'haystack'),
    env: goesWith('suite'),
    out: goesWith('suite'),
    'engine-file': ALWAYS,
    flags: notWith('suite'),
    engines: ALWAYS,
    patterns: {
      ...notWith('suite'),
      unless: ({ pattern }) => (pattern === undefined ? null : 'a pattern: one of them, not both'),
    },
    path: { ...notWith('suite'), ...goesWith('patterns') },
    check: notWith('suite', 'haystack'),
    strict: OF_A_CHECK,
    accepted: OF_A_CHECK,
    junit: OF_A_CHECK,
    sarif: OF_A_CHECK,
    json: ALWAYS,
  },
  async handler(args) {
    const { flags, patterns, path, check, strict, accepted, junit, sarif, json } = args
    const pattern = patternOf(args)
    // Behind `--` it is no argument that has a name.
    if (pattern !== undefined && args.suite !== undefined)
      throw new UsageError('a pattern does not go with --suite')
    checkOutputs({ junit, sarif })
    const known = [...ENGINES]
    if (args.engineFile !== undefined)
      known.push(
        ...readEngineFile(
          args.engineFile,
          known.map(({ id }) => id),
        ),
      )
    const specs = chosen(args.engines ?? check, known)
    // With the drawing of charts, which patterns need none of.
    const suites = () => import('./regex-suite.ts')
    const { suite, haystack } = args
    if (suite !== undefined) {
      const { runNamedSuite } = await suites()
      return await interruptible((signal) => runNamedSuite(suite, specs, args, signal))
    }
    const entries = entriesOf(pattern, patterns, path)
    if (/[^imsu]/.test(flags)) throw new UsageError(`--flags ${flags}: some of i m s u belong there`)
    if (check !== undefined && !specs.some(({ id }) => id === check))
      throw new UsageError(`--check ${check}: no such engine among ${names(specs)}`)
    const acceptedList = accepted === undefined ? [] : readAccepted(accepted)
    const { specs: here, missing } = present(specs)
    const checked = missing.find(({ engine }) => engine === check)
    if (checked) throw new BadRequest(`--check ${check}: ${checked.why}; ${checked.install}`)
    if (here.length === 0) throw new CouldNotMeasure(`no engine is here: ${missing.map(missed).join('; ')}`)
    if (haystack !== undefined) {
      const { compareOn } = await suites()
      return await interruptible((signal) => compareOn(haystack, entries, flags, specs, args, signal))
    }

    const all = entries.length * here.length
    let done = 0
    const { reports, isInterrupted } = await interruptible(async (signal) => {
      const found = await shootOut(entries, here, {
        ...DEFAULTS,
        flags,
        // Of many patterns it takes longer than all else, so only where a verdict hangs on it.
        findAll: patterns === undefined || check !== undefined,
        lanes: Math.max(1, Math.min(MOST_LANES, availableParallelism())),
        signal,
        onReport: (entry, report) => {
          done++
          const what = patterns === undefined ? '' : `${done} of ${all}: ${entry.name}: `
          progress(`${what}${report.engine}: ${sentence(report, report.promise)}`)
        },
      })
      return { reports: found, isInterrupted: signal.aborted }
    }, 'trying the engines')
    const [one] = entries
    if (patterns === undefined && one !== undefined) {
      const report = reports[0] ?? { ...one, engines: [] }
      if (json) console.log(JSON.stringify(patternDocument(report, flags, missing)))
      else if (report.engines.length > 0) process.stdout.write(renderPattern(report, missing))
    } else if (json) console.log(JSON.stringify(patternsDocument(reports, flags, missing)))
    else process.stdout.write(summary(reports, here.length))
    if (isInterrupted) {
      // A check that was not made to its end is none: neither its findings nor its files are written.
      progress(`interrupted: ${done} of ${all} rows were measured`)
      process.exitCode = EXIT.interrupted
    } else if (check !== undefined) {
      const today = new Date().toISOString().slice(0, 10)
      const findings = judge(reports, check, acceptedList, today)
      if (!json) process.stdout.write(checkSummary(findings, check))
      process.exitCode = exitOf(findings, strict)
      const file = patterns ?? 'pattern'
      const version = findings[0]?.report.version ?? 'unknown'
      writeOutputs(
        { junit, sarif },
        {
          junit: asText(() => junitXml(findings, file, check)),
          sarif: asText(() => `${JSON.stringify(sarifLog(findings, file, version), null, 2)}\n`),
        },
      )
    }
  },
})

/** yargs leaves what stands behind `--` aside, as with a secret scanner's `-----BEGIN`. */
function patternOf({
  pattern,
  _,
}: {
  readonly pattern?: string | undefined
  readonly _: readonly unknown[]
}) {
  const given = [...(pattern === undefined ? [] : [pattern]), ..._.slice(1).map(String)]
  if (given.length > 1)
    throw new UsageError(`one pattern at a time, not ${given.length}: ${given.join(', ')}`)
  return given[0]
}

const missed = ({ engine, why, install }: MissingEngine): string => `${engine}: ${why}; ${install}`

function entriesOf(
  pattern: string | undefined,
  file: string | undefined,
  path: string | undefined,
): PatternEntry[] {
  if (pattern !== undefined && file !== undefined)
    throw new UsageError('either a pattern or --patterns, not both')
  if (file !== undefined) return readPatterns(file, path)
  if (pattern === undefined) throw new UsageError('a pattern, or --patterns FILE, or --suite NAME')
  return [{ pattern, line: null, name: pattern }]
}

const names = (specs: readonly EngineSpec[]): string => specs.map(({ id }) => id).join(', ')

function chosen(wanted: string | undefined, known: readonly EngineSpec[]): EngineSpec[] {
  if (wanted === undefined) return [...known]
  return wanted.split(',').map((id) => {
    const spec = known.find((one) => one.id === id.trim())
    if (spec === undefined) throw new UsageError(`no engine is called "${id}"; there are ${names(known)}`)
    return spec
  })
}

/** Names and patterns are a file's, and may hold what a terminal obeys. */
const progress = (line: string): void => void process.stderr.write(`${cleanLine(line)}\n`)

/** `asked`: engines that each pattern was to be tried on; when it was interrupted, some were not. */
function summary(reports: readonly PatternReport[], asked: number): string {
  const good = reports.filter(({ engines }) => engines.length === asked && engines.every(isLinear))
  const bad = reports.filter(({ engines }) => !engines.every(isLinear))
  const lines = [
    `${good.length} of ${reports.length} patterns linear on every engine`,
    ...bad.map(({ name, pattern, engines }) => `${name}: ${headline(pattern, engines)}`),
  ]
  return lines.map((line) => `${cleanLine(line)}\n`).join('')
}

function checkSummary(findings: readonly Finding[], engine: string): string {
  const of = (outcome: Finding['outcome']): number => findings.filter((one) => one.outcome === outcome).length
  return `${engine}: ${of('passed')} linear, ${of('failed')} not linear, ${of('unsure')} undecided or refused, ${of('accepted')} accepted\n`
}
