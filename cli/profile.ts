import { basename, join, resolve } from 'node:path'
import { replaceFile } from '../reports/folder/whole.ts'
import { percent, profilePage, seconds, topFunctions } from '../reports/profile/flame.ts'
import { cleanLine } from '../reports/wording/escape.ts'
import { checkOut } from '../sims/bench/checkout/checkout.ts'
import { repositoryOf } from '../sims/bench/checkout/git.ts'
import { profileRun } from '../sims/bench/profile/collect.ts'
import { growth, selfTimes, type Growth } from '../sims/bench/profile/cpu-profile.ts'
import { CLINIC_TOOLS, clinicRun } from '../sims/bench/profile/clinic.ts'
import { ALWAYS } from './acts.ts'
import { defineCommand } from './command.ts'
import { interruptible } from './interruptible.ts'
import { placeIn } from './outputs.ts'
import { readScenarios } from './scenarios.ts'

const ROOT = join(import.meta.dirname, '..')
const MOST_LINES = 10

export const profile = defineCommand({
  command: 'profile <file>',
  describe: 'Which functions a scenario spends its time in, and which grew since a commit',
  builder: (parser) =>
    parser
      .positional('file', { type: 'string', demandOption: true, describe: 'a scenario' })
      .option('env', { type: 'string', requiresArg: true, describe: 'an environment of the scenario' })
      .option('with', {
        choices: ['cpuprof', ...CLINIC_TOOLS.map((tool) => `clinic-${tool}` as const)] as const,
        default: 'cpuprof' as const,
        describe: "V8's profiler, or a tool of Clinic.js (npm run clinic:install)",
      })
      .option('diff', { type: 'string', requiresArg: true, describe: 'a commit: which functions grew since' })
      .option('out', {
        type: 'string',
        requiresArg: true,
        default: join('out', 'profile'),
        describe: 'where the page with the flame chart goes',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'print functions and times, nothing else',
      }),
  acts: {
    file: ALWAYS,
    env: ALWAYS,
    with: ALWAYS,
    diff: {
      unless: ({ with: tool }) =>
        tool === 'cpuprof' ? null : `--with ${String(tool)}: it compares profiles of cpuprof`,
    },
    out: ALWAYS,
    json: ALWAYS,
  },
  async handler({ file, env, diff, out, json, with: tool }) {
    // Refuses what is no scenario before anything is run.
    readScenarios([file], { ...(env !== undefined && { environment: env }), set: [] })
    const args = [resolve(file), ...(env === undefined ? [] : ['--env', env])]
    const name = basename(file).replace(/\.ya?ml$/, '')
    const page = await placeIn(out, tool === 'cpuprof' ? `${name}.html` : `${name}.${tool}.html`)
    await interruptible(async (signal) => {
      if (tool !== 'cpuprof') {
        const clinic = CLINIC_TOOLS.find((one) => tool === `clinic-${one}`)!
        await clinicRun(clinic, { root: ROOT, args, signal }, page)
        console.log(json ? JSON.stringify({ page }) : `the page of ${tool} is ${page}`)
        return
      }
      const all = await profileRun({ root: ROOT, args, signal })
      let against: { ref: string; growth: Growth[] } | null = null
      if (diff !== undefined) {
        const checkout = await checkOut(await repositoryOf(ROOT), diff, signal)
        try {
          const base = await profileRun({ root: checkout.folder, args, signal })
          against = { ref: diff, growth: growth(base, all) }
        } finally {
          checkout.close()
        }
      }
      const times = selfTimes(all)
      const html = profilePage({ title: `Profile of ${name}`, all, against }, times)
      const functions = topFunctions(times).map(([function_, own]) => ({ function: function_, own }))
      if (json) console.log(JSON.stringify({ total: all.total, functions, against, page }))
      else console.log(lines(all.total, functions, against, page).map(cleanLine).join('\n'))
      await replaceFile(page, html)
    })
  },
})

function lines(
  total: number,
  functions: readonly { readonly function: string; readonly own: number }[],
  against: { readonly ref: string; readonly growth: readonly Growth[] } | null,
  page: string,
): string[] {
  return [
    `${seconds(total)} sampled, with one worker; the flame chart is in ${page}`,
    ...functions
      .slice(0, MOST_LINES)
      .map((one) => `${((100 * one.own) / total).toFixed(1).padStart(5)} % ${one.function}`),
    ...(against === null
      ? []
      : [
          `since ${against.ref}, shares of all time, most grown first (one run each: small differences are noise):`,
        ]),
    ...(against?.growth.slice(0, MOST_LINES) ?? []).map(
      ({ name, base, head }) => `  ${name}: ${percent(base)}, now ${percent(head)}`,
    ),
  ]
}
