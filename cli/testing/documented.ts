/**
 * Every command that a document shows: in blocks, in code spans, and in the comments of scenarios. What is found here is
 * parsed, loaded or run by `commands.test.ts`; what is no command of ours is named there with its reason.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Documented {
  /** File and line, for messages. */
  readonly where: string
  /** One command, without a prompt, its comment or `npx`. */
  readonly text: string
}

/** What a span must begin with to be a command; other spans are names (`npx flowbench` by itself), keys and values. */
const BEGINS = /^(?:npx (?!flowbench$)|flowbench |npm (?:run|ci|start|test)\b|node \S+\.m?[jt]s\b)/

/** The commands of a Markdown document: every line of a block of shell, and every code span that begins like one. */
export function inMarkdown(path: string, text: string): Documented[] {
  const lines = text.split('\n')
  const found: Documented[] = []
  let block: string | null = null
  let begun = ''
  lines.forEach((line, i) => {
    const where = `${path}:${i + 1}`
    const fence = /^```(\w*)/.exec(line)
    if (fence) {
      block = block === null ? fence[1]! : null
      return
    }
    if (block === null) {
      for (const [, span] of line.matchAll(/`([^`]+)`/g)) {
        // In a cell of a table a bar is written with a backslash.
        const command = span!.replaceAll('\\|', '|')
        if (BEGINS.test(command)) found.push(...commandsOf(where, command))
      }
    } else if (block === 'sh' || (block === '' && BEGINS.test(line))) {
      begun += line
      if (begun.endsWith('\\')) begun = begun.slice(0, -1)
      else {
        found.push(...commandsOf(where, begun))
        begun = ''
      }
    }
  })
  return found
}

/** The commands of a scenario's comments: what stands indented after `#`, up to two spaces, and code spans. */
export function inScenario(path: string, text: string): Documented[] {
  return text.split('\n').flatMap((line, i) => {
    const where = `${path}:${i + 1}`
    const indented = /^# {3}(\S.*)$/.exec(line)?.[1]
    if (indented !== undefined && BEGINS.test(indented)) return commandsOf(where, indented.split(/ {2,}/)[0]!)
    const comment = /#(.*)$/.exec(line)?.[1] ?? ''
    return [...comment.matchAll(/`([^`]+)`/g)].flatMap(([, span]) =>
      BEGINS.test(span!) ? commandsOf(where, span!) : [],
    )
  })
}

/** `a && b   # why` is two commands; a line that is a comment is none. */
function commandsOf(where: string, line: string): Documented[] {
  return line
    .replace(/(?:^|\s+)#\s.*$/, '')
    .split(' && ')
    .map((text) => text.trim().replace(/^npx (?=flowbench\b)/, ''))
    .filter((text) => text !== '')
    .map((text) => ({ where, text }))
}

/** The documents among all files: README, docs, READMEs of rooms, and scenarios for their comments. */
export const documentedIn = (paths: readonly string[]): string[] =>
  paths.filter(
    (path) =>
      (path.endsWith('.md') && !/testdata|fixtures/.test(path)) ||
      /^(?:scenarios\/[^/]+|gate)\.yaml$/.test(path),
  )

export const readDocuments = (root: string, paths: readonly string[]): Documented[] =>
  paths.flatMap((path) =>
    (path.endsWith('.md') ? inMarkdown : inScenario)(path, readFileSync(join(root, path), 'utf8')),
  )

/**
 * The arguments of a `flowbench` command as a shell would give them, once for each choice of `[a|b]`, and with things that
 * exist in the place of names in capitals.
 */
export function argumentsOf(text: string): string[][] {
  const words = wordsOf(text.replaceAll(/\[([^\]|]*)\]/g, '$1')).slice(1)
  const choices = words.map((word) => /^\[(.*)\]$/.exec(word)?.[1]!.split('|') ?? [placed(word, words)])
  const lines = choices.reduce<string[][]>(
    (before, choice) => before.flatMap((line) => choice.map((word) => [...line, word])),
    [[]],
  )
  return lines.map(completed)
}

/** What a command needs that a sentence leaves out where it only names it: `flowbench history`, `flowbench run --live`. */
function completed(args: readonly string[]): string[] {
  const [name = '', ...rest] = args
  const needs: Readonly<Record<string, readonly string[]>> = {
    run: [rest.includes('--live') ? LIVE_SCENARIO : SCENARIO],
    profile: [SCENARIO],
    report: ['mine'],
    history: ['history.jsonl'],
    init: ['mm-c', 'mine.yaml'],
    regex: rest.some((word) => word === '--' || word === '--patterns') ? [] : ['a+'],
    gate: rest.includes('--self-test') ? [] : ['--base', 'HEAD'],
  }
  if (rest.every((word) => word.startsWith('--'))) return [name, ...(needs[name] ?? []), ...rest]
  return args.join(' ') === 'serve webhooks' ? [...args, '--dir', 'data'] : [...args]
}

/** Words between spaces; quotes hold one together and are taken off. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ''))

const SCENARIO = 'scenarios/mm-c-theory.yaml'
/** Of a sim that can measure the real thing. */
const LIVE_SCENARIO = 'scenarios/agent-memory.yaml'

/** What stands for a name in capitals. */
function placed(word: string, words: readonly string[]): string {
  const names: Readonly<Record<string, string>> = {
    'FILE...': SCENARIO,
    FILE: words[0] === 'init' ? 'mine.yaml' : SCENARIO,
    SIM: 'mm-c',
    ENGINE: 'sparse-array',
    PATTERN: 'a+',
    REF: 'HEAD',
    RUN: 'mine',
    A: 'mine',
    B: 'other',
    NAME: words.includes('--suite') ? 'redos' : words[0] === 'list' ? 'mm-c' : 'kernel',
  }
  return names[word] ?? word
}
