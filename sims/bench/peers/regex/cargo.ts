/**
 * Programs and libraries on Rust's regex, built by cargo into a cache of this installation.
 *
 * Where the crates are those of Debian's packages they are built offline. The searches for literals are in the crates
 * memchr and aho-corasick: a build without them is another engine, so it lies in a folder of its own, and one that has
 * them is built when they have come.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../../../../.cache', import.meta.url))
const DEBIAN = '/usr/share/cargo/registry'
export const INSTALL_CARGO =
  'apt-get install cargo librust-regex-dev librust-memchr-dev librust-aho-corasick-dev'

const crates = existsSync(DEBIAN) ? readdirSync(DEBIAN) : []

/** The version of a crate that Debian has put here; null where it has not. */
export function debianVersion(crate: string): string | null {
  const name = crates.find((one) => one.startsWith(`${crate}-`) && /\d/.test(one[crate.length + 1] ?? ''))
  return name?.slice(crate.length + 1) ?? null
}

const has = (crate: string): boolean => debianVersion(crate) !== null
const hasLiterals = !has('regex') || (has('memchr') && has('aho-corasick'))

export const hasCargo = (): boolean => spawnSync('cargo', ['--version']).status === 0

/** Where cargo builds what has this name. */
export const targetOf = (name: string): string =>
  join(CACHE, name, hasLiterals ? 'with-literals' : 'without-literals')

/** Builds the folder's program or library. Returns null, or what cargo said. */
export function buildByCargo(name: string, folder: string): string | null {
  const target = targetOf(name)
  mkdirSync(target, { recursive: true })
  const args = ['build', '--release', '--quiet', '--manifest-path', join(folder, 'Cargo.toml')]
  if (has('regex')) {
    const config = join(target, 'debian.toml')
    const replaced = '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\n'
    writeFileSync(config, `${replaced}directory = "${DEBIAN}"\n`)
    args.push('--offline', '--config', config)
  }
  if (hasLiterals) args.push('--features', 'regex/perf-literal')
  const { status, stderr } = spawnSync('cargo', args, {
    encoding: 'utf8',
    env: { ...process.env, CARGO_TARGET_DIR: target, ...(hasLiterals ? { LITERALS: '1' } : {}) },
  })
  return status === 0 ? null : (stderr ?? '').trim() || 'cargo failed'
}
