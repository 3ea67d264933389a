/**
 * A scenario after its environment and settings, checked whole: every error of every key, not only the first. Parts
 * that depend on a broken part (parameters of an unknown sim) are left alone rather than blamed.
 */
import type { Horizon, Sim } from '../../contract/sim.ts'
import type { Problem } from '../../contract/problem.ts'
import type { ScenarioError } from './errors.ts'
import { parseExpectation, type Expectation } from './expectation.ts'
import {
  DEFAULT_HALF_WIDTH,
  DEFAULT_REPLICATIONS,
  Frame,
  MAX_EXPECTATIONS,
  type FrameValues,
} from './frame.ts'
import { errorAt, issueErrors, unknownKeys } from './issues.ts'
import { nearest } from '../../contract/nearest.ts'
import {
  assumptionsIn,
  describePoint,
  unaskable,
  withOverrides,
  type Assumption,
  type Overrides,
} from './params.ts'
import { isInList, leaves, numericMeta, schemaAt } from './shape.ts'
import { plain, treeAt, type Path, type Tree } from './tree.ts'
import { readValues } from './values.ts'

export interface Until {
  /** Relative half-width at which to stop; null when the number of replications is fixed and none was written. */
  readonly halfWidth: number | null
  readonly min: number
  readonly max: number
}

export interface Sweep {
  readonly param: string
  readonly values: readonly (number | string)[]
}

export interface Find {
  readonly param: string
  readonly goal: 'smallest'
  /** Ascending. */
  readonly values: readonly number[]
  /** How surely the value found must meet the expectations, one-sided: 0.95. */
  readonly confidence: number
}

export interface Checked {
  readonly errors: ScenarioError[]
  /** Absent when there are errors. */
  readonly parts?: {
    readonly frame: FrameValues
    readonly sim: Sim
    readonly horizon: Horizon
    readonly params: unknown
    readonly written: unknown
    readonly assumptions: Assumption[]
    readonly sweep: Sweep[]
    readonly find: Find | null
    readonly until: Until
    readonly expect: Expectation[]
  }
}

/** Points of one sweep. */
export const MAX_POINTS = 10_000
const MAX_SWEPT = 20

/**
 * Checks everything. Refinements across parameters are checked at the first `combinations` of swept and searched
 * values (20,000 take a second or two); at later ones they are found by `paramsAt`.
 */
export function checkScenario(root: Tree, sims: ReadonlyMap<string, Sim>, combinations = 20_000): Checked {
  const errors: ScenarioError[] = unknownKeys(root, Frame, [])
  const frame = Frame.safeParse(plain(root))
  if (!frame.success) errors.push(...issueErrors(root, Frame, [], frame.error.issues))
  const simTree = treeAt(root, ['sim'])
  const name = simTree?.kind === 'scalar' ? simTree.value : undefined
  const sim = typeof name === 'string' ? sims.get(name) : undefined
  if (typeof name === 'string' && sim === undefined) errors.push(unknownSim(root, name, [...sims.keys()]))
  if (sim === undefined || root.kind !== 'map') return { errors }
  const params = new Set(leaves(sim.params).map(({ path }) => path))
  for (const [i, error] of errors.entries()) {
    // `--set servers=30`, or a parameter that lost its indentation.
    if (params.has(error.key) && error.found === error.key)
      errors[i] = { ...error, message: 'unknown key', nearest: `params.${error.key}` }
  }

  const checker = new Checker(root, sim, errors, combinations)
  const horizon = checker.horizon()
  const sweep = checker.sweep()
  const find = checker.find(sweep, frame.success ? (frame.data.find?.confidence ?? 0.95) : 0.95)
  const { params: parsed, written, first } = checker.params(sweep, find, horizon)
  const expect = checker.expectations()
  if (find !== null && (treeAt(root, ['expect']) === undefined || checker.isEmptyList(['expect']))) {
    checker.report(['find'], { message: 'a search needs at least one expectation to meet (expect: [...])' })
  }
  if (errors.length > 0 || !frame.success) return { errors }
  const axes: Sweep[] = [...sweep, ...(find ? [find] : [])]
  const assumptions = assumptionsIn(sim.params, written).filter(
    ({ path }) => !axes.some(({ param }) => param === path),
  )
  checker.ends(first, assumptions, axes, horizon)
  if (errors.length > 0) return { errors }
  const until = untilOf(frame.data)
  const parts = {
    frame: frame.data,
    sim,
    horizon,
    params: parsed,
    written: first,
    assumptions,
    sweep,
    find,
    until,
    expect,
  }
  return { errors, parts }
}

function unknownSim(root: Tree, name: string, known: readonly string[]): ScenarioError {
  const near = nearest(name, known)
  return errorAt(root, ['sim'], {
    message: `no sim is called "${name}"${near === undefined && known.length > 0 ? `: sims are ${known.join(', ')}` : ''}`,
    expected: known.join(', '),
    found: name,
    nearest: near,
  })
}

function untilOf({ until }: FrameValues): Until {
  const fixed = until?.replications?.min === until?.replications?.max && until?.replications !== undefined
  const { min, max } = until?.replications ?? DEFAULT_REPLICATIONS
  return { halfWidth: until?.halfWidth ?? (fixed ? null : DEFAULT_HALF_WIDTH), min, max }
}

class Checker {
  private readonly root: Tree
  private readonly sim: Sim
  private readonly errors: ScenarioError[]
  private readonly combinations: number
  /** Parameters whose values could not be read: not to be called missing as well. */
  private readonly unread = new Set<string>()

  constructor(root: Tree, sim: Sim, errors: ScenarioError[], combinations: number) {
    this.combinations = combinations
    this.root = root
    this.sim = sim
    this.errors = errors
  }

  report(path: Path, problem: Problem): void {
    this.errors.push(errorAt(this.root, path, problem))
  }

  isEmptyList(path: Path): boolean {
    const tree = treeAt(this.root, path)
    return tree?.kind === 'list' && tree.items.length === 0
  }

  sweep(): Sweep[] {
    const tree = treeAt(this.root, ['sweep'])
    if (tree?.kind !== 'map') return []
    if (tree.entries.size > MAX_SWEPT) {
      this.report(['sweep'], { message: `more than ${MAX_SWEPT} parameters are swept` })
      return []
    }
    const sweeps = [...tree.entries].flatMap(([param, values]): Sweep[] => {
      const read = this.values(['sweep', param], param, values)
      return read === null ? [] : [{ param, values: read }]
    })
    const points = sweeps.reduce((product, { values }) => product * values.length, 1)
    if (points > MAX_POINTS) {
      this.report(['sweep'], { message: `${points} points; at most ${MAX_POINTS}: give larger steps` })
      return []
    }
    return sweeps
  }

  /** The horizon asked for, else the sim's own. */
  horizon(): Horizon {
    const possible = this.sim.horizons ?? ['span']
    const tree = treeAt(this.root, ['horizon'])
    const asked = tree?.kind === 'scalar' ? tree.value : undefined
    const found = possible.find((one) => one === asked)
    if (asked !== undefined && found === undefined) {
      this.report(['horizon'], {
        message: `the sim ${this.sim.name} can be asked about ${possible.join(' or ')} only`,
        expected: possible.join(' or '),
        found: String(asked),
      })
    }
    return found ?? possible[0]!
  }

  find(sweep: readonly Sweep[], confidence: number): Find | null {
    const tree = treeAt(this.root, ['find'])
    const param = treeAt(this.root, ['find', 'smallest'])
    const range = treeAt(this.root, ['find', 'in'])
    if (tree?.kind !== 'map' || param?.kind !== 'scalar' || typeof param.value !== 'string') return null
    const name = param.value
    if (treeAt(this.root, ['sweep', name]) !== undefined || sweep.some((one) => one.param === name)) {
      this.report(['find', 'smallest'], {
        message: `${name} is swept too: a parameter is either swept or searched`,
      })
    }
    const schema = this.schema(['find', 'smallest'], name)
    if (schema === undefined || range === undefined) {
      this.unread.add(name)
      return null
    }
    if (numericMeta(schema) === undefined) {
      this.report(['find', 'smallest'], { message: `${name} is not a number: only numbers can be searched` })
      this.unread.add(name)
      return null
    }
    const values = this.values(['find', 'in'], name, range)
    if (values === null) return null
    const numbers = values.filter((value) => typeof value === 'number').toSorted((a, b) => a - b)
    return { param: name, goal: 'smallest', values: numbers, confidence }
  }

  private schema(path: Path, param: string) {
    const steps = param.split('.')
    const isThere = !isInList(this.sim.params, steps) || treeAt(this.root, ['params', ...steps]) !== undefined
    const schema = isThere ? schemaAt(this.sim.params, steps) : undefined
    const all = leaves(this.sim.params).map((leaf) => leaf.path)
    if (schema !== undefined && (all.includes(param) || !all.some((leaf) => leaf.startsWith(`${param}.`)))) {
      return schema
    }
    const near = nearest(param, all)
    const problem = {
      message: `the sim ${this.sim.name} has no parameter "${param}"${near === undefined ? `: it has ${all.join(', ')}` : ''}`,
      expected: all.join(', '),
      found: param,
      nearest: near,
    }
    const error = errorAt(this.root, path, problem)
    // In `sweep` the name is the key, in `find` it is the value.
    this.errors.push(path[0] === 'sweep' ? { ...error, ...treeAt(this.root, path)?.place } : error)
    return undefined
  }

  private values(path: Path, param: string, tree: Tree): (number | string)[] | null {
    const schema = this.schema(path, param)
    const read =
      schema === undefined
        ? null
        : readValues(tree, schema, (below, problem) => this.report([...path, ...below], problem))
    if (read === null) this.unread.add(param)
    return read
  }

  /** The parameters at the first point, every written one checked on its own, every point checked as a whole. */
  params(
    sweep: readonly Sweep[],
    find: Find | null,
    horizon: Horizon,
  ): { params: unknown; written: unknown; first: unknown } {
    const tree = treeAt(this.root, ['params'])
    if (tree !== undefined && tree.kind !== 'map') return { params: undefined, written: {}, first: {} }
    const written = tree === undefined ? {} : plain(tree)
    const before = this.errors.length
    const axes: Sweep[] = [...sweep, ...(find ? [find] : [])]
    this.errors.push(...unknownKeys(this.root, this.sim.params, ['params']))
    for (const { param } of axes) this.own(param)
    const at = pointAt(axes, 0)
    const first = withOverrides(written, this.sim, at)
    const base = this.sim.params.safeParse(first)
    if (!base.success) {
      for (const issue of base.error.issues) {
        const param = issue.path.join('.')
        const axis = axes.find((one) => one.param === param)
        if (axis !== undefined) this.impossibleAt(at, axis, issue.message)
        else if (!this.unread.has(param)) {
          this.errors.push(...issueErrors(this.root, this.sim.params, ['params'], [issue]))
        }
      }
    } else if (this.errors.length === before) {
      // What is wrong with the whole question is said of that, not of the points.
      const problem = this.errors.length > 0 ? null : unaskable(this.sim, horizon, base.data)
      if (problem !== null)
        this.report(['horizon'], { message: problem, ...(horizon === 'steady' ? { expected: 'span' } : {}) })
      else if (axes.length > 0) this.points(written, axes, horizon)
    }
    return { params: base.data, written, first }
  }

  /** A written value that the sweep or the search replaces still has to be a possible one. */
  private own(param: string): void {
    const path = ['params', ...param.split('.')]
    const tree = treeAt(this.root, path)
    const schema = schemaAt(this.sim.params, param.split('.'))
    if (tree === undefined || schema === undefined) return
    const parsed = schema.safeParse(plain(tree))
    if (!parsed.success) this.errors.push(...issueErrors(this.root, schema, path, parsed.error.issues))
  }

  /** What cannot be, or cannot be asked about, at one point may be at another; the first failing one is told. */
  private points(written: unknown, axes: readonly Sweep[], horizon: Horizon): void {
    const total = axes.reduce((product, { values }) => product * values.length, 1)
    for (let index = 1; index < Math.min(total, this.combinations); index++) {
      const at = pointAt(axes, index)
      const problem = this.problemAt(written, at, horizon)
      if (problem === null) continue
      const axis = axes.find(({ param }) => param === problem.param) ?? axes.at(-1)!
      this.impossibleAt(at, axis, problem.message)
      return
    }
  }

  /** An end of an assumption is measured as the middle is, so it must be possible beside all the others' middles. */
  ends(first: unknown, assumptions: readonly Assumption[], axes: readonly Sweep[], horizon: Horizon): void {
    const total = axes.reduce((product, { values }) => product * values.length, 1)
    const each = Math.min(total, Math.max(1, Math.floor(this.combinations / (2 * assumptions.length))))
    for (const { path, low, high } of assumptions) {
      const points = [low, high].flatMap((end) =>
        Array.from({ length: each }, (_, index) => ({ ...pointAt(axes, index), [path]: end })),
      )
      for (const at of points) {
        const problem = this.problemAt(first, at, horizon)
        if (problem === null) continue
        const message = `at ${describePoint(this.sim, at)}: ${problem.message}`
        this.report(['params', ...path.split('.')], { message })
        break
      }
    }
  }

  /** Why a point cannot be measured, and the parameter that is blamed; null where it can. */
  private problemAt(
    written: unknown,
    at: Overrides,
    horizon: Horizon,
  ): { readonly message: string; readonly param?: string | undefined } | null {
    const parsed = this.sim.params.safeParse(withOverrides(written, this.sim, at))
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      return { message: issue?.message ?? 'impossible', param: issue?.path.join('.') }
    }
    const message = unaskable(this.sim, horizon, parsed.data)
    return message === null ? null : { message }
  }

  private impossibleAt(at: Overrides, axis: Sweep, message: string): void {
    const swept = treeAt(this.root, ['sweep', axis.param]) !== undefined
    const path = swept ? ['sweep', axis.param] : ['find', 'in']
    this.report(path, { message: `at ${describePoint(this.sim, at)}: ${message}` })
  }

  expectations(): Expectation[] {
    const tree = treeAt(this.root, ['expect'])
    if (tree?.kind !== 'list') return []
    return tree.items.slice(0, MAX_EXPECTATIONS).flatMap((item, index) => {
      if (item.kind !== 'scalar' || typeof item.value !== 'string') return []
      const read = parseExpectation(item.value, this.sim)
      if (read.ok) return [read.expectation]
      this.report(['expect', index], read)
      return []
    })
  }
}

/** The index-th combination, the last axis turning fastest. */
function pointAt(axes: readonly Sweep[], index: number): Overrides {
  let rest = index
  const at: Record<string, number | string> = {}
  for (const { param, values } of axes.toReversed()) {
    at[param] = values[rest % values.length]!
    rest = Math.floor(rest / values.length)
  }
  return at
}
