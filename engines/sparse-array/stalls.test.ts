/** Whatever takes long can be interrupted after little work, and what is let go of is freed little by little. */
import { describe, expect, it } from 'vitest'
import { Engine } from './server/engine.ts'
import { Client, frame } from './testing/client.ts'
import { seeded } from './testing/random.ts'

const VALUE = 20_000

/** 300 values of 20 kB, neighbours in one slice. */
function large(): Client {
  const client = new Client()
  for (let i = 0; i < 300; i++) client.send('ARINSERT', 'k', `${i}`.padEnd(VALUE, 'x'))
  return client
}

describe('a job', () => {
  it.each([
    'ARSCAN k 0 1000',
    'ARSCAN k 1000 0',
    'ARGETRANGE k 0 1000',
    'ARLASTITEMS k 300',
    'ARLASTITEMS k 300 REV',
    'ARGREP k - + GLOB * WITHVALUES',
    'ARGREP k + - MATCH 7 CONTEXT 1',
  ])('%s: a step adds a few values to the reply, wherever in a slice it ends', (line) => {
    const command = line.split(' ')
    const client = large()
    const wanted = Buffer.from(client.raw(frame(...command)))
    client.session.feed(frame(...command))
    expect(client.session.job).not.toBe(null)
    let before = 0
    while (client.session.job !== null) {
      const pending = client.session.job.pending
      expect(pending - before).toBeLessThan(15 * VALUE)
      before = pending
      client.session.stepJob(1)
    }
    expect(Buffer.from(client.output()).equals(wanted)).toBe(true)
  })

  it('holds a snapshot of large values without copying them', () => {
    const client = large()
    const { space } = client.engine
    client.session.feed(frame('ARSCAN', 'k', '0', '1000'))
    expect(client.session.job).not.toBe(null)
    const before = space.used
    const writer = new Client(client.engine)
    writer.send('ARSET', 'k', '7', 'y'.repeat(VALUE))
    writer.send('ARDEL', 'k', '8')
    expect(space.used - before).toBeLessThan(3 * VALUE)
    const reply = client.raw(frame('PING'))
    expect(Buffer.from(reply).toString('latin1')).not.toContain('yyy')
    expect(client.type('ARGET k 7')).toBe(`"${'y'.repeat(VALUE)}"`)
    expect(client.type('ARGET k 9')).toBe(`"${'9'.padEnd(VALUE, 'x')}"`)
    client.send('DEL', 'k')
    while (client.engine.bury(100));
    expect(space.used).toBe(0)
  })

  it('ends where the budget is used up by what it replies', () => {
    const client = large()
    client.send('CONFIG', 'SET', 'argrep-max-steps', '3000000')
    const text = client.type("ARGREP k - + MATCH 'x' WITHVALUES")
    const index = Number(/^\(error\) ERR ARGREP budget exceeded at index (\d+)$/.exec(text)![1])
    // The first is judged and answered, or nobody could go on from there.
    expect(index).toBe(1)
    client.send('CONFIG', 'SET', 'argrep-max-steps', '9000000')
    const later = Number(/(\d+)$/.exec(client.type("ARGREP k - + MATCH 'x' WITHVALUES"))![1])
    expect(later).toBeGreaterThan(50)
    expect(later).toBeLessThan(200)
  })
})

describe('a search with a pattern for which nearly every byte makes a new state', () => {
  /** Eighty characters on, it still counts where each of the first three vowels was. */
  const HOSTILE = '(?:a|e|o)[a-z ]{80}[^a-z ]'
  const WORDS = ['note', 'plan', 'the', 'of', 'a', 'on', 'queue', 'host', 'in', 'latency']

  function notes(count: number): Client {
    const client = new Client()
    const random = seeded(5)
    for (let i = 0; i < count; i++) {
      const words = Array.from({ length: 25 }, () => random.pick(WORDS))
      client.send('ARINSERT', 'k', words.join(' '))
    }
    return client
  }

  it.each([
    `RE '${HOSTILE}'`,
    `RE '${HOSTILE}' RE '${HOSTILE}x'`,
    `MATCH e RE '${HOSTILE}' AND`,
    `RE '${HOSTILE}' MATCH e AND`,
    `APPROX zzzz 1 RE '${HOSTILE}'`,
    `RE '${HOSTILE}' APPROX zzzz 1`,
  ])('%s: a step is short', (query) => {
    const client = notes(1_000)
    client.session.feed(Buffer.from(`ARGREP k - + ${query} COUNT\r\n`))
    const { user } = process.cpuUsage()
    let steps = 0
    let most = 0
    for (; client.session.job !== null; steps++) {
      const before = client.session.job.work
      client.session.stepJob(4_096)
      most = Math.max(most, (client.session.job?.work ?? before) - before)
    }
    expect(Buffer.from(client.output()).toString()).toBe(':0\r\n')
    // The first may make an automaton of all states, or find it too large; the last text of a step takes 150 bytes times
    // some 80 nodes.
    expect(most).toBeLessThan(4_096 + 16 * (2 ** 17 + 150 * 80 * 1.5))
    expect(steps).toBeGreaterThan(500)
    const { user: spent } = process.cpuUsage()
    expect((spent - user) / steps).toBeLessThan(2_000)
  })

  it('is ended by its budget, as nodes count', () => {
    const client = notes(1_000)
    client.send('CONFIG', 'SET', 'argrep-max-steps', '2000000')
    const text = client.type(`ARGREP k - + RE '${HOSTILE}' COUNT`)
    expect(Number(/budget exceeded at index (\d+)$/.exec(text)![1])).toBeLessThan(200)
  })
})

describe('KEYS', () => {
  it.each([0, 1, 2])('lists the keys of the instant at which it began, whatever others do, %i', (end) => {
    const random = seeded(3 + end)
    const engine = new Engine()
    const [reader, writer] = [new Client(engine), new Client(engine)]
    for (let i = 0; i < 1_000; i++)
      writer.send(i % 3 === 0 ? 'ARSET' : 'SET', `key:${i}`, ...(i % 3 === 0 ? ['0', 'x'] : ['x']))
    const lines = (bytes: Uint8Array): string[] => Buffer.from(bytes).toString().split('\r\n').toSorted()
    const wanted = lines(reader.raw(frame('KEYS', 'key:*1*')))
    reader.session.feed(frame('KEYS', 'key:*1*'))
    let interrupted = 0
    for (; reader.session.job !== null; interrupted++) {
      const key = `key:${random.below(1_000)}`
      if (interrupted % 3 === 0) writer.send('DEL', key)
      else if (interrupted % 3 === 1) writer.send('RENAME', key, `${key}1`)
      else writer.send('SET', key, 'again')
      if (interrupted === 200 && end === 1) writer.send('FLUSHALL')
      if (interrupted === 200 && end === 2) for (let i = 0; i < 1_000; i++) writer.send('DEL', `key:${i}`)
      engine.bury(1)
      reader.session.stepJob(1)
    }
    expect(interrupted).toBeGreaterThan(200)
    expect(lines(reader.output())).toEqual(wanted)
    writer.send('FLUSHALL')
    while (engine.bury(100));
    expect(engine.space.used).toBe(0)
  })
})

describe('what is let go of', () => {
  it('is freed a few blocks at a time: emptied databases, deleted ranges, large values', () => {
    const client = new Client()
    const { engine } = client
    for (let i = 0; i < 3_000; i++) client.send('SET', `key:${i}`, 'x'.repeat(100))
    for (let i = 0; i < 300; i++) client.send('ARINSERT', 'large', 'y'.repeat(2_000))
    for (let i = 0; i < 300; i++) client.send('ARSET', 'far', String(i * 4_096), 'z'.repeat(200))
    const full = engine.space.used
    client.send('ARDELRANGE', 'far', '4096', '1000000')
    expect(full - engine.space.used).toBeLessThan(1e4)
    client.send('FLUSHALL')
    let portions = 0
    let great = 0
    for (let isLeft = true; isLeft; portions++) {
      const before = engine.space.used
      isLeft = engine.bury(20)
      if (before - engine.space.used > 3e4) great++
    }
    // A slice of large values is one piece.
    expect(great).toBe(1)
    expect(portions).toBeGreaterThan(100)
    expect(engine.space.used).toBe(0)
  })
})
