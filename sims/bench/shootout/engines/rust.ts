/** Rust's regex, native: the example of `examples/rust`, built once by `npm run regex:rust`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildByCargo, hasCargo, INSTALL_CARGO, targetOf } from '../../peers/regex/cargo.ts'
import type { EngineSpec, Missing } from './facts.ts'

const EXAMPLE = fileURLToPath(new URL('../examples/rust', import.meta.url))
const NAME = 'rust'
const PROGRAM = join(targetOf(NAME), 'release', 'regex-engine')
const BUILD = 'npm run regex:rust'

function missing(): Missing | null {
  if (existsSync(PROGRAM)) return null
  if (hasCargo()) return { why: 'it is not built yet', install: BUILD }
  return { why: 'no cargo here', install: `${INSTALL_CARGO} && ${BUILD}` }
}

export const rust: EngineSpec = { id: 'rust', command: [PROGRAM], missing }

if (import.meta.main) {
  const why = buildByCargo(NAME, EXAMPLE)
  console.log(why ?? `built ${PROGRAM}`)
  process.exitCode = why === null ? 0 : 1
}
