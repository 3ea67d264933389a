/**
 * A receiver that costs little: raw sockets, 200 to every request that is complete, but for `/slow`, which is never
 * answered. `GET` answers when each webhook-id came first, ms since 1970, and forgets it.
 */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

const arrivals = new Map<string, number>()
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'

const server = createServer((socket) => {
  let text = ''
  socket.setNoDelay(true).setEncoding('latin1')
  socket.on('error', () => {})
  socket.on('data', (chunk: string) => {
    text += chunk
    for (;;) {
      const head = text.indexOf('\r\n\r\n')
      if (head === -1) return
      const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0)
      if (text.length < head + 4 + length) return
      const line = text.slice(0, text.indexOf('\r\n'))
      const id = /webhook-id: (\S+)/.exec(text.slice(0, head))?.[1]
      text = text.slice(head + 4 + length)
      if (line.startsWith('GET')) {
        const body = JSON.stringify([...arrivals])
        arrivals.clear()
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
      } else if (!line.includes('/slow')) {
        if (id !== undefined && !arrivals.has(id))
          arrivals.set(id, performance.timeOrigin + performance.now())
        socket.write(OK)
      }
    }
  })
})
server.listen(0, '127.0.0.1', 2048, () => console.log((server.address() as AddressInfo).port))
process.stdin.on('end', () => process.exit(0)).resume()
