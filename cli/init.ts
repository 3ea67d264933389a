import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { sims } from '../sims/index.ts'
import { CSV_TEMPLATE } from '../sims/lab/run/scenario/arrivals-csv.ts'
import { NAME } from '../sims/lab/run/scenario/frame.ts'
import { nearest } from '../sims/lab/contract/nearest.ts'
import { ALWAYS } from './acts.ts'
import { scenarios, SCENARIO_FOLDER } from './catalog.ts'
import { defineCommand } from './command.ts'
import { UsageError } from './exit.ts'
import { told } from './outputs.ts'
import { quote } from './reproduce.ts'

export const init = defineCommand({
  command: 'init <sim> [file]',
  describe: 'Copy a commented scenario to start from, or (init load) a CSV for a load of your own',
  builder: (parser) =>
    parser
      .positional('sim', {
        type: 'string',
        demandOption: true,
        describe: 'a sim, as `list sims` names it, or load',
      })
      .positional('file', {
        type: 'string',
        describe: 'where to write it; NAME.yaml in this folder by default',
      })
      .option('name', { type: 'string', describe: 'name of the scenario, and of its folder of results' }),
  acts: {
    sim: ALWAYS,
    file: ALWAYS,
    name: { unless: ({ sim }) => (sim === LOAD ? 'load, which is no scenario' : null) },
  },
  async handler({ sim, file: asked, name: given }) {
    if (sim === LOAD) return writeLoad(asked ?? 'load.csv')
    const starter = sims.get(sim)?.starter
    const source = scenarios().find((scenario) => scenario.name === starter)
    if (!source) {
      const guess = nearest(sim, sims.keys())
      throw new UsageError(
        `no scenario to start from for sim "${sim}"${guess ? ` (did you mean "${guess}"?)` : ''}`,
      )
    }
    // A name of its own: the copy's report must not overwrite that of a scenario that is here already.
    const name = given ?? (asked === undefined ? await askName(sim) : nameFrom(asked))
    const isTaken = scenarios().some((scenario) => scenario.name === name)
    if (!NAME.test(name) || isTaken) {
      throw new UsageError(
        `"${name}" cannot be the scenario's name: ${isTaken ? 'that is a scenario already' : 'a-z, 0-9 and -, at most 80 long'}; give --name`,
      )
    }
    const file = asked ?? `${name}.yaml`
    refuseExisting(file)
    const text = copyOf(readFileSync(source.file, 'utf8'), { from: source, name, file })
    told(file, () => writeFileSync(file, text, { flag: 'wx' }))
    console.log(
      `${file}: "${name}", a copy of ${source.name}. Change it, then: npx flowbench run ${quote(file)}`,
    )
  },
})

/** A scenario's text under another name and in another file: its commands, too, run the copy. */
function copyOf(
  text: string,
  {
    from,
    name,
    file,
  }: { readonly from: { readonly file: string }; readonly name: string; readonly file: string },
): string {
  const schema = relative(resolve(file, '..'), resolve(SCENARIO_FOLDER, 'scenario.schema.json'))
  return (
    text
      .replace(/\$schema=\S+/, () => `$schema=${schema}`)
      .replace(/^name: .*$/m, () => `name: ${name}`)
      .replaceAll(`scenarios/${basename(from.file)}`, () => quote(file))
      // A suite of the shoot-out is found by its name in the lab's own folder: this would run the original.
      .replaceAll(/^# .*\bflowbench regex --suite .*\n/gm, '')
  )
}

/** What `init` is asked for instead of a sim: a CSV that `params.load` reads. */
const LOAD = 'load'

function writeLoad(file: string): void {
  refuseExisting(file)
  told(file, () => writeFileSync(file, CSV_TEMPLATE, { flag: 'wx' }))
  console.log(
    `${file}: arrivals by interval. Use it in a scenario: params: { load: { csv: ${basename(file)} } }`,
  )
}

function refuseExisting(file: string): void {
  if (existsSync(file)) throw new UsageError(`${file} exists; name another file`)
}

/** `My question.yaml` -> `my-question`. */
const nameFrom = (file: string): string =>
  basename(file)
    .replace(/\.ya?ml$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')

async function askName(sim: string): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError(`name it: flowbench init ${sim} my-question.yaml`)
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await prompt.question('name of the scenario: ')).trim()
  } finally {
    prompt.close()
  }
}
