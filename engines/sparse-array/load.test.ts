/** The load over real sockets when it does not come to its end. */
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LoadError, putLoad, serveSparseArray, type LoadOptions } from './index.ts'

const READ = { kind: 0, command: ['ARGET', 'k', '0'] }

const load = (more: Partial<LoadOptions>): LoadOptions => ({
  fragments: ['a', 'b'],
  requests: [
    { at: 0, ...READ },
    { at: 0.4, ...READ },
    { at: 3600, ...READ },
  ],
  longKind: 1,
  signal: new AbortController().signal,
  url: null,
  yields: true,
  maxSteps: 1e9,
  ...more,
})

const searches = (count: number) =>
  Array.from({ length: count }, () => ({ at: 0, kind: 1, command: ['ARGREP', 'k', '-', '+', 'RE', 'x.*y'] }))

/** Sockets, servers and timers that keep this process alive. */
const held = (): number => process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind)).length

test.each([
  ['before it begins', 0, {}],
  ['while nothing is asked', 200, {}],
  [
    'while requests are under way',
    20,
    { fragments: Array<string>(20_000).fill('x'.repeat(500)), requests: searches(40) },
  ],
])('stopped %s, it ends, and holds nothing', async (_, ms, more) => {
  const before = held()
  const stop = new AbortController()
  if (ms === 0) stop.abort(new Error('stopped'))
  else setTimeout(() => stop.abort(new Error('stopped')), ms)
  await expect(putLoad(load({ ...more, signal: stop.signal }))).rejects.toThrow('stopped')
  // Not by `poll`, which has timers of its own.
  for (let turn = 0; turn < 1_000 && held() > before; turn++) await setImmediate()
  expect(held()).toBeLessThanOrEqual(before)
})

test('a server that was named is left without the key, and one that goes away ends it', async () => {
  const server = await serveSparseArray()
  const url = `redis://127.0.0.1:${server.port}`
  const stop = new AbortController()
  setTimeout(() => stop.abort(new Error('stopped')), 200)
  await expect(putLoad(load({ url, signal: stop.signal }))).rejects.toThrow('stopped')
  expect(server.engine.keyspaces[0]!.size).toBe(0)
  const going = putLoad(load({ url }))
  setTimeout(() => void server.close(), 200)
  // Its sockets are idle then: only the next request can tell.
  await expect(going).rejects.toThrow(LoadError)
  await expect(putLoad(load({ url }))).rejects.toThrow(/ECONNREFUSED/)
})

test('a server that was named is left without the key when the load is stopped while it fills it', async () => {
  const server = await serveSparseArray()
  const url = `redis://127.0.0.1:${server.port}`
  const fragments = Array<string>(400_000).fill('x'.repeat(100))
  for (let round = 0; round < 3; round++) {
    const stop = new AbortController()
    const going = putLoad(load({ url, fragments, signal: stop.signal }))
    const filling = setInterval(() => {
      if (server.engine.keyspaces[0]!.size > 0) stop.abort(new Error('stopped'))
    }, 1)
    await expect(going).rejects.toThrow('stopped')
    clearInterval(filling)
    // All that was sent has been run by then.
    await expect.poll(() => server.engine.sessions.size).toBe(0)
    expect(server.engine.keyspaces[0]!.size).toBe(0)
  }
  await server.close()
})

test('a server that was named is left without the key when writes to it are still under way', async () => {
  const server = await serveSparseArray()
  const { engine } = server
  const stop = new AbortController()
  const wrote = engine.wrote.bind(engine)
  let writes = 0
  engine.wrote = (...write) => {
    wrote(...write)
    // The first one fills the key. Of the others most are still to come, and no removal may overtake them.
    if (++writes === 2) stop.abort(new Error('stopped'))
  }
  const value = 'x'.repeat(1 << 20)
  const requests = Array.from({ length: 16 }, () => ({ at: 0, kind: 1, command: ['ARINSERT', 'k', value] }))
  const url = `redis://127.0.0.1:${server.port}`
  await expect(putLoad(load({ url, requests, longKind: 2, signal: stop.signal }))).rejects.toThrow('stopped')
  // All that was sent has been run by then.
  await expect.poll(() => engine.sessions.size).toBe(0)
  expect(writes).toBeGreaterThan(2)
  expect(engine.keyspaces[0]!.size).toBe(0)
  await server.close()
})
