/** Who may connect, from where, and for how long. */
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { hasIPv6 } from '../net/testing/ipv6.ts'
import { RawClient, served } from './testing/served.ts'

/** TCP connections of this port as the kernel lists them: `tr` is the timer that runs, 02 is keep-alive. */
const TABLE = '/proc/net/tcp'
const ESTABLISHED = '01'
const KEEP_ALIVE = '02'

describe('maxclients', () => {
  it('who comes beyond it is told so and closed; the others stay, and room is given again', async () => {
    await using server = await served()
    const first = new RawClient(server.port)
    expect(await first.ask('CONFIG', 'SET', 'maxclients', '2')).toBe('+OK')
    const second = new RawClient(server.port)
    expect(await second.ask('PING')).toBe('+PONG')
    for (let i = 0; i < 3; i++) {
      const third = new RawClient(server.port)
      expect(await third.reply()).toBe('-ERR max number of clients reached')
      await third.end()
    }
    expect(await first.ask('INFO', 'stats')).toContain('rejected_connections:3')
    expect(await first.ask('INFO', 'clients')).toContain('connected_clients:2')
    second.close()
    while (!/connected_clients:1/.test(String(await first.ask('INFO', 'clients'))));
    const fourth = new RawClient(server.port)
    expect(await fourth.ask('PING')).toBe('+PONG')
    fourth.close()
    first.close()
  })

  it('is a whole number, 10,000 unless it is set', async () => {
    await using server = await served()
    const client = new RawClient(server.port)
    expect(await client.ask('CONFIG', 'GET', 'maxclients')).toEqual(['$maxclients', '$10000'])
    for (const wrong of ['0', '-1', 'x', '4294967296']) {
      expect(await client.ask('CONFIG', 'SET', 'maxclients', wrong)).toMatch(/^-ERR/)
    }
    client.close()
  })
})

it.skipIf(!existsSync(TABLE))('a client that vanished is asked whether it is still there', async () => {
  await using server = await served()
  const client = new RawClient(server.port)
  expect(await client.ask('PING')).toBe('+PONG')
  const local = `:${server.port.toString(16).toUpperCase().padStart(4, '0')}`
  const timers = readFileSync(TABLE, 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, from, , state]) => from?.endsWith(local) === true && state === ESTABLISHED)
    .map((columns) => columns[5]!.slice(0, 2))
  expect(timers).toEqual([KEEP_ALIVE])
  client.close()
})

it.each(['QUIT\r\n', '*1\r\n:1\r\n'])('a client that is told to go and does not close: %j', async (last) => {
  await using server = await served()
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {}).resume()
  socket.write(last)
  await once(socket, 'end')
  const client = new RawClient(server.port)
  const clients = async (): Promise<string> => String(await client.ask('INFO', 'clients'))
  await expect.poll(clients, { timeout: 20_000 }).toContain('connected_clients:1\r')
  client.close()
  socket.destroy()
})

it.skipIf(!hasIPv6())(
  'an IPv6 address stands in brackets, for clients that are given the URL and in the list of clients',
  async () => {
    const server = await served({ host: '::1' })
    const { hostname, port } = new URL(server.url)
    expect([hostname, port]).toEqual(['[::1]', String(server.port)])
    const socket = connect(server.port, '::1')
    socket.write('CLIENT LIST\r\n')
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    expect(chunk.toString()).toContain(`addr=[::1]:${socket.localPort} `)
    socket.destroy()
    await server.close()
  },
)
