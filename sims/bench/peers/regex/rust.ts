/**
 * Rust's regex, as Debian packages it (librust-regex-dev), built by cargo into a cache of this installation the first
 * time it is asked for: a library whose one call answers a whole question, so that calls cost it nothing.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { missingLibrary, nativeText, opened } from './library.ts'
import type { RegexPeer, Task } from './peer.ts'

const SOURCE = fileURLToPath(new URL('rust', import.meta.url))
const CACHE = fileURLToPath(new URL('../../../../.cache/rust-peer', import.meta.url))
const LIBRARY = join(CACHE, 'release', 'librust_peer.so')
const CRATES = '/usr/share/cargo/registry'

const ASKS: Record<Task['ask'], number> = { count: 0, spans: 1, groups: 2, test: 3 }
const IGNORE_CASE = 1
const UNICODE = 2

const crates = (): string[] => (existsSync(CRATES) ? readdirSync(CRATES) : [])
const has = (crate: string): boolean => crates().some((name) => name.startsWith(`${crate}-`))

/** Null when the library is there now, else what cargo said. */
function build(): string | null {
  if (existsSync(LIBRARY)) return null
  mkdirSync(CACHE, { recursive: true })
  const config = join(CACHE, 'debian.toml')
  const replaced = '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\n'
  writeFileSync(config, `${replaced}directory = "${CRATES}"\n`)
  const args = ['build', '--release', '--quiet', '--offline', '--config', config]
  // Built from a copy: cargo writes its lock file beside the source.
  const copy = join(CACHE, 'source')
  cpSync(SOURCE, copy, { recursive: true })
  args.push('--manifest-path', join(copy, 'Cargo.toml'))
  // Its searches for literals are in crates of their own.
  if (has('memchr') && has('aho-corasick')) args.push('--features', 'regex/perf-literal')
  const { status, stderr } = spawnSync('cargo', args, {
    encoding: 'utf8',
    env: { ...process.env, CARGO_TARGET_DIR: CACHE },
  })
  return status === 0 ? null : (stderr ?? '').trim().split('\n')[0] || 'cargo failed'
}

let state: ReturnType<RegexPeer['missing']> | undefined

function missing(): ReturnType<RegexPeer['missing']> {
  if (state !== undefined) return state
  const install = 'apt-get install cargo librust-regex-dev'
  if (!has('regex')) state = { why: 'no package of regex here', install }
  else if (spawnSync('cargo', ['--version']).status !== 0) state = { why: 'no cargo here', install }
  else {
    const why = build()
    state = why === null ? missingLibrary(LIBRARY, install) : { why: `cargo: ${why}`, install }
  }
  return state
}

export const rust: RegexPeer = {
  id: 'rust',
  get version() {
    return (
      crates()
        .find((name) => /^regex-\d/.test(name))
        ?.slice('regex-'.length) ?? 'none'
    )
  },
  missing,
  ask: ({ pattern, ignoreCase, unicode, text, ask, expected }) => {
    const { library } = opened(LIBRARY)
    const source = Buffer.from(pattern)
    const compile = library.func('void *rust_compile(const uint8_t *pattern, size_t length, uint32_t flags)')
    const flags = (ignoreCase ? IGNORE_CASE : 0) | (unicode ? UNICODE : 0)
    const regex = compile(source, source.length, flags)
    if (regex === null) throw new Error('refused')
    const answer = library.func('uint64_t rust_ask(void *regex, void *text, size_t length, uint32_t ask)')
    const native = nativeText(text)
    return {
      expected,
      run: () => Number(answer(regex, native.address, native.length, ASKS[ask])),
      close: () => void library.func('void rust_free(void *regex)')(regex),
    }
  },
}
