/** Every reply of a real Redis with the array type, replayed; what cannot be compared is listed with its reason. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Engine } from './server/engine.ts'
import { Client } from './testing/client.ts'

interface Exchange {
  readonly line: number
  readonly protocol: number
  readonly command: string
  readonly reply: string
}

function exchanges(): Exchange[] {
  const lines = readFileSync(join(import.meta.dirname, 'testdata/redis-transcript.txt'), 'utf8').split('\n')
  const found: Exchange[] = []
  for (let i = 0; i < lines.length; i++) {
    const prompt = /^redis(\(RESP3\))?> (.*)$/.exec(lines[i]!)
    if (prompt === null) continue
    const reply: string[] = []
    for (let next = i + 1; next < lines.length && !/^(?:redis|###|$)/.test(lines[next]!); next++) {
      reply.push(lines[next]!)
    }
    const protocol = prompt[1] === undefined ? 2 : 3
    found.push({ line: i + 1, protocol, command: prompt[2]!, reply: reply.join('\n') })
  }
  return found
}

/** Which replies are not compared, and why. */
const EXCEPTED: readonly (readonly [RegExp, string])[] = [
  [/^DEBUG OBJECT/, 'shows an address'],
  [/RE a{90,}$/, 'the pattern was shortened in the transcript: the reply is not its own'],
  [/^ARLASTITEMS (?:hole 10|c 3)$/, 'observed before upstream mended it'],
  [/^MEMORY USAGE/, 'an allocator of its own'],
  [/^(?:ACL CAT|SCAN|RANDOMKEY)/, 'in no order'],
  [/^MULTI$/, 'each command had a connection of its own; on this one it would open a transaction'],
  [/^COMMAND COUNT$/, 'this server has fewer commands'],
  [/^DUMP/, 'not served: the form is private to Redis'],
  [/^EVAL/, 'not served: no Lua'],
  [/-18446744073709551615/, 'a wrap-around in Redis that writes where nobody asked it to; refused here'],
  [/^ARGET a 1$/, 'reads what that wrap-around wrote'],
]

/** Figures of ARINFO that describe a layout, which is not Redis's here. */
const LAYOUT = /("(?:directory-size|super-dir-entries|avg-[a-z-]+)"(?:\n *\d+\) | => )).*/g

it('every reply of the transcript', () => {
  const engine = new Engine({ debug: true })
  engine.now = 1_782_400_000_000
  const clients = { 2: new Client(engine), 3: new Client(engine) } as const
  clients[3].type('HELLO 3')
  let isExtra = false
  let compared = 0
  const used = new Set<string>()
  const wrong: string[] = []
  for (const { line, protocol, command, reply } of exchanges()) {
    isExtra ||= command.includes('-18446744073709551615')
    const except = EXCEPTED.find(
      ([pattern, why]) => pattern.test(command) && (why !== 'reads what that wrap-around wrote' || isExtra),
    )
    if (except !== undefined) {
      used.add(except[1])
      if (command !== 'MULTI') clients[protocol as 2 | 3].type(command)
      continue
    }
    const got = clients[protocol as 2 | 3].type(command).replaceAll(LAYOUT, '$1-')
    const wanted = reply.replaceAll(LAYOUT, '$1-')
    compared++
    if (got !== wanted) wrong.push(`line ${line}: ${command}\n--- wanted\n${wanted}\n--- got\n${got}`)
  }
  expect(wrong.join('\n\n')).toBe('')
  expect(compared).toBeGreaterThan(270)
  expect(used.size).toBe(new Set(EXCEPTED.map(([, why]) => why)).size)
})
