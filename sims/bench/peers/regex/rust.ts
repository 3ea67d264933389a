/**
 * Rust's regex, as Debian packages it (librust-regex-dev), built by cargo into a cache of this installation the first
 * time it is asked for: a library whose one call answers a whole question, so that calls cost it nothing.
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildByCargo, debianVersion, hasCargo, INSTALL_CARGO, targetOf } from './cargo.ts'
import { missingLibrary, nativeText, opened } from './library.ts'
import type { RegexPeer, Task } from './peer.ts'

const SOURCE = fileURLToPath(new URL('rust', import.meta.url))
const NAME = 'rust-peer'
const LIBRARY = join(targetOf(NAME), 'release', 'librust_peer.so')

const ASKS: Record<Task['ask'], number> = { count: 0, spans: 1, groups: 2, test: 3 }
const IGNORE_CASE = 1
const UNICODE = 2

/** Null when the library is there now, else what cargo said. */
function build(): string | null {
  if (existsSync(LIBRARY)) return null
  // Built from a copy: cargo writes its lock file beside the source.
  const copy = join(targetOf(NAME), 'source')
  mkdirSync(copy, { recursive: true })
  cpSync(SOURCE, copy, { recursive: true })
  return buildByCargo(NAME, copy)?.split('\n')[0] ?? null
}

let state: ReturnType<RegexPeer['missing']> | undefined

function missing(): ReturnType<RegexPeer['missing']> {
  if (state !== undefined) return state
  const install = INSTALL_CARGO
  if (debianVersion('regex') === null) state = { why: 'no package of regex here', install }
  else if (!hasCargo()) state = { why: 'no cargo here', install }
  else {
    const why = build()
    state = why === null ? missingLibrary(LIBRARY, install) : { why: `cargo: ${why}`, install }
  }
  return state
}

export const rust: RegexPeer = {
  id: 'rust',
  get version() {
    return debianVersion('regex') ?? 'none'
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
