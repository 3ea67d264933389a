/**
 * Work, counted: what a benchmark executes and allocates, without a clock and so without noise.
 *
 * Two kinds. The engine's own counters mean something (steps of a matcher, moves of a heap, packets, commits) and are
 * compared to half a per cent, and so are calls into what Node is made of (`native-calls.ts`). The others are taken from outside, of any JavaScript: V8 counts how often
 * every block of code ran (its coverage, block by block), and how many bytes were allocated. For that the code runs in
 * V8's interpreter alone, with fixed hash seeds and on one thread; block counts are then the same to the last digit in
 * every process, allocations within half a per cent. An interpreter's blocks are not time: a helper taken out of a loop
 * adds calls and costs nothing once compiled. So these are given more room, and find what grows by a quarter or more: a
 * loop that became quadratic, a filter that went, a batch that was lost. Less is left to the clock.
 */

export interface Counts {
  /** Blocks executed by one run, once warm. */
  readonly blocks: number
  /** Blocks executed by the first run, which builds what later runs find. */
  readonly firstBlocks: number
  /** Bytes allocated by one run, once warm. */
  readonly allocated: number
  /** Bytes that one run leaves behind for good. */
  readonly retained: number
  /** What the engine itself counted in one run, and calls into Node's own modules. */
  readonly own: Readonly<Record<string, number>>
  /** Names of the engine's own counters that were no finite numbers. */
  readonly noNumbers: readonly string[]
  /** Blocks of the counted run by function, `path#name`. */
  readonly functions: Readonly<Record<string, number>>
  readonly result: string | null
}

/** V8's flags under which counts repeat exactly. */
export const EXACT_FLAGS: readonly string[] = [
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
  '--no-lazy-feedback-allocation',
  '--single-threaded',
  '--hash-seed=1',
  '--random-seed=1',
  '--expose-gc',
  // Megabytes: what a run allocates is counted exactly until the young generation is full.
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
]

/** How much a counter may grow before the gate fails: a share, and an amount below which nothing is said. */
interface Allowance {
  readonly share: number
  readonly amount: number
}

const OWN: Allowance = { share: 0.005, amount: 0 }
const ALLOWANCES: Readonly<Record<'blocks' | 'firstBlocks' | 'allocated' | 'retained', Allowance>> = {
  blocks: { share: 0.25, amount: 100 },
  firstBlocks: { share: 0.25, amount: 1000 },
  allocated: { share: 0.25, amount: 16_384 },
  retained: { share: 0.25, amount: 16_384 },
}

export interface CounterChange {
  /** `blocks`, `allocated`, or the engine's own name for it. */
  readonly name: string
  readonly base: number
  readonly head: number
  /** head / base; null where base is 0. */
  readonly ratio: number | null
  readonly grown: boolean
  /** Functions that execute most blocks more than they did, most first. */
  readonly where: readonly string[]
}

/** Every counter of both sides, the grown ones first; `share` is how much each may grow, if not what is usual. */
export function compareCounts(base: Counts, head: Counts, share?: number): CounterChange[] {
  const room = (usual: Allowance): Allowance => (share === undefined ? usual : { ...usual, share })
  const where = grownFunctions(base, head)
  const outside = (Object.keys(ALLOWANCES) as (keyof typeof ALLOWANCES)[]).map((name) =>
    change(name, base[name], head[name], room(ALLOWANCES[name])),
  )
  const own = Object.keys(base.own)
    .filter((name) => name in head.own && (base.own[name] !== 0 || head.own[name] !== 0))
    .map((name) => change(name, base.own[name]!, head.own[name]!, room(OWN)))
  return [...own, ...outside]
    .map((one) => (one.grown && one.name !== 'retained' ? { ...one, where } : one))
    .toSorted((a, b) => Number(b.grown) - Number(a.grown))
}

function change(name: string, base: number, head: number, { share, amount }: Allowance): CounterChange {
  const ratio = base === 0 ? null : head / base
  return { name, base, head, ratio, grown: head > base * (1 + share) && head - base > amount, where: [] }
}

const MOST_NAMED = 3

function grownFunctions(base: Counts, head: Counts): string[] {
  return Object.entries(head.functions)
    .map(([name, count]) => ({ name, more: count - (base.functions[name] ?? 0) }))
    .filter(({ more }) => more > 0)
    .toSorted((a, b) => b.more - a.more)
    .slice(0, MOST_NAMED)
    .map(({ name }) => name)
}

const BLOCKS: Allowance = { share: 0.005, amount: 0 }
const BYTES: Allowance = { share: 0.01, amount: 4096 }

function near(x: number, y: number, { share, amount } = BLOCKS): boolean {
  return Math.abs(x - y) <= Math.max(share * Math.max(x, y), amount)
}

/** Whether two counts of the same code agree as exactly as counts must. */
export function agree(a: Counts, b: Counts): boolean {
  return repeats('blocks', a, b) && Object.keys(a.own).every((name) => repeats(name, a, b))
}

/**
 * Whether a counter is the same in two counts of the same code: an engine's own exactly, blocks within half a per cent, bytes
 * within one per cent or 4 KiB.
 */
export function repeats(name: string, a: Counts, b: Counts): boolean {
  if (name in a.own) return a.own[name] === b.own[name]
  if (name === 'blocks' || name === 'firstBlocks') return near(a[name], b[name])
  if (name === 'allocated' || name === 'retained') return near(a[name], b[name], BYTES)
  return true
}

/** Counters that one side has and the other has not: they cannot be compared, and a reader should know. */
export function unmatched({ own: base }: Counts, { own: head }: Counts): string[] {
  const lacking = (these: object, those: object): string =>
    Object.keys(these)
      .filter((name) => !(name in those))
      .join(', ')
  const [gone, fresh] = [lacking(base, head), lacking(head, base)]
  return [
    ...(gone === '' ? [] : [`no longer counted: ${gone}`]),
    ...(fresh === '' ? [] : [`counted for the first time: ${fresh}`]),
  ]
}

/** Work that shrinks to less than this share, in one process or from base to head, was not done. */
const REMEMBERS = 0.02
const LEAST_BLOCKS = 100

/** Why the work of this benchmark is not work; null when it is. */
export function idleness(base: Counts, { blocks, firstBlocks, noNumbers }: Counts): string | null {
  if (noNumbers.length > 0) return `its counters must be finite numbers: ${noNumbers.join(', ')}`
  const isLess = (than: number): boolean => than >= LEAST_BLOCKS && blocks < REMEMBERS * than
  if (isLess(firstBlocks)) {
    return `its first run executes ${firstBlocks} blocks, a later one ${blocks}: it hands back a result that it has kept`
  }
  if (!isLess(base.blocks)) return null
  return `it executes ${blocks} blocks where base executes ${base.blocks}: it hands back a result kept or made elsewhere, unless it is accepted by name as so much better`
}
