import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { openResolve, type Resolve } from './resolve.ts'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

const A = 1
const AAAA = 28
const SERVFAIL = 2
const NXDOMAIN = 3
/** Of a question: addresses as bytes, a code of refusal, or nothing at all. */
type Answer = (name: string, type: number) => readonly number[][] | number | null

/** A name server on loopback; RFC 1035, as much of it as one question needs. */
async function nameServer(answer: Answer): Promise<{ readonly servers: string[]; readonly asked: string[] }> {
  const socket = createSocket('udp4')
  sockets.push(socket)
  const asked: string[] = []
  socket.on('message', (query, from) => {
    const labels: string[] = []
    let at = 12
    for (; query[at]! > 0; at += 1 + query[at]!)
      labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!))
    const name = labels.join('.').toLowerCase()
    const type = query.readUInt16BE(at + 1)
    asked.push(`${name} ${type === A ? 'A' : 'AAAA'}`)
    const said = answer(name, type)
    if (said === null) return
    const addresses = typeof said === 'number' ? [] : said
    const header = Buffer.from(query.subarray(0, 12))
    header.writeUInt16BE(0x8180 | (typeof said === 'number' ? said : 0), 2)
    header.writeUInt16BE(addresses.length, 6)
    header.writeUInt16BE(0, 10)
    const records = addresses.map((bytes) =>
      Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]),
    )
    socket.send(Buffer.concat([header, query.subarray(12, at + 5), ...records]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { servers: [`127.0.0.1:${socket.address().port}`], asked }
}

/** A system that knows one address, and what it was asked for. */
function system(): { readonly resolve: Resolve; readonly asked: string[] } {
  const asked: string[] = []
  const resolve: Resolve = (host) => {
    asked.push(host)
    return Promise.resolve([{ address: '127.0.0.9', family: 4 }])
  }
  return { resolve, asked }
}

test('a public name is asked for by DNS, both kinds of address, and once for all that ask at a time', async () => {
  const server = await nameServer((_, type) =>
    type === A
      ? [
          [192, 0, 2, 1],
          [192, 0, 2, 2],
        ]
      : [[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
  )
  const { resolve: bySystem, asked } = system()
  const resolve = openResolve(server.servers, bySystem)
  const answers = await Promise.all(Array.from({ length: 16 }, () => resolve('receiver.example')))
  for (const answer of answers) {
    expect(answer).toEqual([
      { address: '192.0.2.1', family: 4 },
      { address: '192.0.2.2', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ])
  }
  expect(server.asked.sort()).toEqual(['receiver.example A', 'receiver.example AAAA'])
  await resolve('receiver.example')
  expect(server.asked).toHaveLength(4)
  expect(asked).toEqual([])
})

test('what DNS does not have, and a local name, the system may know; a server that fails is no such answer', async () => {
  const server = await nameServer((name, type) => {
    if (name.startsWith('gone')) return NXDOMAIN
    if (name.startsWith('empty')) return []
    if (name.startsWith('half')) return type === AAAA ? SERVFAIL : [[192, 0, 2, 1]]
    return SERVFAIL
  })
  const { resolve: bySystem, asked } = system()
  const resolve = openResolve(server.servers, bySystem)
  const known = [{ address: '127.0.0.9', family: 4 }]
  for (const host of ['gone.example', 'empty.example', 'localhost', 'printer', 'svc.internal']) {
    expect(await resolve(host)).toEqual(known)
  }
  expect(asked).toEqual(['gone.example', 'empty.example', 'localhost', 'printer', 'svc.internal'])
  expect(await resolve('half.example')).toEqual([{ address: '192.0.2.1', family: 4 }])
  await expect(resolve('broken.example')).rejects.toMatchObject({ code: 'ESERVFAIL' })
  expect(asked).toHaveLength(5)
})

test('names whose servers never answer hold nobody up', async () => {
  const server = await nameServer((name, type) =>
    name !== 'well.example' ? null : type === A ? [[192, 0, 2, 1]] : [],
  )
  const { resolve: bySystem, asked } = system()
  const resolve = openResolve(server.servers, bySystem)
  let ended = 0
  for (let i = 0; i < 100; i++)
    void resolve(`dead-${i}.example`).then(
      () => ended++,
      () => ended++,
    )
  const answers = await Promise.all([resolve('well.example'), resolve('localhost')])
  expect(answers.map((found) => found.length)).toEqual([1, 1])
  expect([ended, asked]).toEqual([0, ['localhost']])
})

test('the system is asked two things at a time, whatever becomes of them', async () => {
  const answers: ((fails: boolean) => void)[] = []
  const resolve = openResolve(
    [],
    (host) =>
      new Promise((done, fail) => {
        answers.push((fails) => (fails ? fail(new Error(host)) : done([])))
      }),
  )
  const ends = ['a', 'b', 'c', 'd', 'e'].map((host) => resolve(host).catch((error: Error) => error.message))
  const turn = (): Promise<void> => new Promise((done) => void setImmediate(done))
  for (let i = 0; i < 5; i++) {
    await turn()
    expect(answers).toHaveLength(Math.min(5, 2 + i))
    answers[i]!(i % 2 === 0)
  }
  expect(await Promise.all(ends)).toEqual(['a', [], 'c', [], 'e'])
})
