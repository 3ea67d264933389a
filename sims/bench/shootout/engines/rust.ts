/**
 * Rust's regex, native: the example of `examples/rust`, built once by cargo into a cache of this installation.
 *
 * Where the crates are those of Debian's packages they are built offline; without `librust-memchr-dev` and
 * `librust-aho-corasick-dev` the build leaves the literal searches of those crates out, and the engine says so.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EngineSpec, Missing } from './facts.ts'

const EXAMPLE = fileURLToPath(new URL('../examples/rust', import.meta.url))
const CACHE = fileURLToPath(new URL('../../../../.cache/rust', import.meta.url))
const PROGRAM = join(CACHE, 'release', 'regex-engine')
const DEBIAN = '/usr/share/cargo/registry'
const BUILD = 'npm run regex:rust'

const crates = (): string[] => (existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
const has = (crate: string): boolean => crates().some((name) => name.startsWith(`${crate}-`))

function missing(): Missing | null {
  if (existsSync(PROGRAM)) return null
  if (spawnSync('cargo', ['--version']).status === 0) return { why: 'it is not built yet', install: BUILD }
  return { why: 'no cargo here', install: `apt-get install cargo librust-regex-dev && ${BUILD}` }
}

export const rust: EngineSpec = { id: 'rust', command: [PROGRAM], missing }

/** Builds the program. Returns null, or what cargo said. */
export function buildRust(): string | null {
  mkdirSync(CACHE, { recursive: true })
  const args = ['build', '--release', '--quiet', '--manifest-path', join(EXAMPLE, 'Cargo.toml')]
  if (has('regex')) {
    const config = join(CACHE, 'debian.toml')
    writeFileSync(
      config,
      `[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "${DEBIAN}"\n`,
    )
    args.push('--offline', '--config', config)
  }
  const literals = !has('regex') || (has('memchr') && has('aho-corasick'))
  if (literals) args.push('--features', 'regex/perf-literal')
  const { status, stderr } = spawnSync('cargo', args, {
    encoding: 'utf8',
    env: { ...process.env, CARGO_TARGET_DIR: CACHE, ...(literals ? { LITERALS: '1' } : {}) },
  })
  return status === 0 ? null : stderr.trim() || 'cargo failed'
}

if (import.meta.main) {
  const why = buildRust()
  console.log(why ?? `built ${PROGRAM}`)
  process.exitCode = why === null ? 0 : 1
}
