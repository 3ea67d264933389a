import { expect, test } from 'vitest'
import { AttackFinder } from './find.ts'
import { Recheck } from './recheck.ts'

test('attacks that hold a line separator come through, as do patterns', async () => {
  const finder = new AttackFinder()
  // With flag m a line separator is a class of its own, and stands in the proposals.
  const multiline = await finder.find('^User-Agent\\x3A[^\\r\\n]*?<script', 'im')
  const separator = await finder.find('(?:\u2028|\u2028)+$', '')
  finder.close()
  expect(multiline.search.map(({ from }) => from)).toContain('loops')
  expect(separator.search.map(({ from }) => from)).toContain('loops')
})

test('what has no attack is tried on a text of its own', async () => {
  const finder = new AttackFinder()
  const { search } = await finder.find('^(\\d+)\\.(\\d+)\\.(\\d+)$', '')
  finder.close()
  expect(search[0]).toMatchObject({ from: 'plain' })
  expect(search[0]!.prefix + search[0]!.pump).toMatch(/^\d/)
})

test('says whether anybody looked into all of the pattern', async () => {
  const finder = new AttackFinder()
  // Whether recheck gets through a pattern too large for our own search depends on the machine.
  const patterns = ['^a+$', '^(a+)+$', 'a**']
  const complete: boolean[] = []
  for (const pattern of patterns) complete.push((await finder.find(pattern, '')).complete)
  finder.close()
  expect(complete).toEqual([true, true, false])
})

test('recheck is started anew before it has kept much, and answers on', async () => {
  const recheck = new Recheck()
  const pids = new Set<number | undefined>()
  for (let asked = 0; asked < 66; asked++) {
    expect((await recheck.check('^(a+)+$', ''))?.status).toBe('vulnerable')
    pids.add(recheck.pid)
  }
  recheck.close()
  pids.delete(undefined)
  expect(pids.size).toBe(2)
})
