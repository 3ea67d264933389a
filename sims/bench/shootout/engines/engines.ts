/** The engines that the shoot-out knows by itself, in the order in which they are shown. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { re2js, rregex } from '../../peers/regex/javascript.ts'
import { pcre2, tre, vectorscan } from '../../peers/regex/native.ts'
import { re2 } from '../../peers/regex/re2.ts'
import type { DialectName } from '../attack/dialects.ts'
import type { EngineSpec, Missing } from './facts.ts'
import { rust } from './rust.ts'

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const ours = (
  id: string,
  dialect: DialectName = 'other',
  missing: () => Missing | null = () => null,
): EngineSpec => ({
  id,
  command: [process.execPath, fileOf('child.ts'), id],
  dialect,
  missing,
})

type Gap = ReturnType<typeof tre.missing>
/** The peers' word for what is not here, asked when it is needed: it opens libraries. */
const asPeer = (peer: { readonly id: string; missing(): Gap }, dialect?: DialectName): EngineSpec =>
  ours(peer.id, dialect, () => peer.missing() as Missing | null)

const python: EngineSpec = {
  id: 'python',
  dialect: 'python',
  command: ['python3', fileOf('python.py')],
  missing: () =>
    spawnSync('python3', ['--version']).status === 0
      ? null
      : { why: 'no python3 here', install: 'apt-get install python3' },
}

export const ENGINES: readonly EngineSpec[] = [
  ours('flowbench'),
  ours('v8', 'ecmascript'),
  ours('v8-linear', 'ecmascript'),
  asPeer(re2js),
  asPeer(rregex),
  asPeer(pcre2, 'pcre2'),
  asPeer(tre, 'tre'),
  asPeer(vectorscan),
  asPeer(re2),
  rust,
  python,
]
