/** Faults that the engine once had, put back into a copy of it: a tester that does not find them proves nothing. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Planted {
  readonly name: string
  readonly file: string
  readonly replace: readonly (readonly [string, string])[]
}

export const PLANTED: readonly Planted[] = [
  {
    name: 'literal sets resume outside of the range of the caller',
    file: 'literal/kernel-search.ts',
    replace: [
      ['if (near >= to || (start >= 0', 'if (start >= 0 && (near === to || (start >= 0'],
      ['start + this.longest <= near)) return start', 'start + this.longest <= near))) return start'],
      ['at = Math.max(from, near - this.longest + 1)', 'at = start < 0 ? near - this.longest + 1 : start'],
    ],
  },
  {
    name: 'zero spans where a dense walk fills its batch',
    file: 'dfa/walk.ts',
    replace: [
      ['if (count >= capacity) {', 'if (count < 0) {'],
      ['if (count >= capacity || outOfHand', 'if (count === capacity || outOfHand'],
    ],
  },
  {
    name: 'a dense walk leaves behind the place from where a start is looked for',
    file: 'dfa/walk.ts',
    replace: [['if (searching) idle = from\n', '\n']],
  },
  {
    name: 'a large table takes memory that must grow for it',
    file: 'wasm/engine.ts',
    replace: [
      [
        'if (program.table !== undefined)',
        'if ((program.table?.length ?? 0) > 65_536) this.memory.allocate(program.table!.length)\n    if (program.table !== undefined)',
      ],
    ],
  },
]

/** Runs the tester on each; what it says of the first difference, or null where it finds none. */
export function findPlanted(texts = 20_000): { name: string; what: string | null }[] {
  const engine = fileURLToPath(new URL('..', import.meta.url))
  return PLANTED.map(({ name, file, replace }) => {
    const folder = mkdtempSync(join(tmpdir(), 'planted-'))
    try {
      const copy = join(folder, 'engines', 'regex')
      cpSync(engine, copy, { recursive: true })
      const path = join(copy, file)
      let source = readFileSync(path, 'utf8')
      for (const [from, to] of replace) {
        if (!source.includes(from))
          throw new Error(`${file} has no "${from}" any more: plant the fault elsewhere`)
        source = source.replace(from, to)
      }
      writeFileSync(path, source)
      // As a module of its own: the copy has no package around it.
      writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
      const tester = join(copy, 'testing', 'long.ts')
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [tester, '--texts', String(texts), '--most', '1'],
        {
          encoding: 'utf8',
        },
      )
      if (status === 0) return { name, what: null }
      if (!stdout.includes('differences')) throw new Error(`the tester did not run: ${stderr}`)
      return { name, what: /^ {4}(.*)$/m.exec(stdout)?.[1] ?? stdout }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}
