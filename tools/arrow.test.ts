import { describe, expect, it } from 'vitest'
import { check, forbidden, importsOf, isVirtual } from './arrow.ts'

describe('the layer arrow', () => {
  it.each([
    ['sims/voice-fleet/model.ts', 'engines/relay/index.ts'],
    ['cli/run.ts', 'sims/lab/run/run.ts'],
    ['reports/folder/write.ts', 'sims/lab/contract/document.ts'],
    ['engines/sparse-array/grep.ts', 'engines/regex/index.ts'],
    ['engines/relay/index.ts', 'engines/net/stun/header.ts'],
  ])('lets %s import %s', (from, to) => expect(forbidden({ from, to })).toBeNull())

  it.each([
    ['engines/relay/index.ts', 'sims/lab/contract/sim.ts'],
    ['sims/lab/run/run.ts', 'reports/folder/write.ts'],
    ['reports/folder/write.ts', 'cli/main.ts'],
    ['engines/relay/index.ts', 'engines/regex/index.ts'],
    ['engines/sparse-array/grep.ts', 'engines/regex/dfa/lazy.ts'],
  ])('refuses %s importing %s', (from, to) => expect(forbidden({ from, to })).not.toBeNull())

  it('sees static, dynamic, type-only and worker imports', () => {
    const text = [
      `import { a } from '../b.ts'`,
      `import type { C } from "./c.ts"`,
      `const d = await import('./d.ts')`,
      `new Worker(new URL('./e.ts', import.meta.url))`,
      `export { f } from './f.ts'`,
    ].join('\n')
    expect(importsOf('sims/x/a.ts', text).map((found) => found.to)).toEqual([
      'sims/b.ts',
      'sims/x/c.ts',
      'sims/x/d.ts',
      'sims/x/e.ts',
      'sims/x/f.ts',
    ])
  })

  it('names the line that takes the clock from the world, but lets adaptors have it', () => {
    const text = '// Date.now() is forbidden here\nconst t = Date.now()\n'
    const [violation, ...others] = check('engines/relay/forwarder/forwarder.ts', text)
    expect(violation).toMatchObject({ line: 2 })
    expect(violation?.message).toContain('Date.now')
    expect(others).toEqual([])
    expect(check('engines/relay/io/socket.ts', text)).toEqual([])
    expect(isVirtual('sims/run/pool.ts')).toBe(false)
  })
})
