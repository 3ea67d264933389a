/** Sends back what it gets: how late a reply is on this machine when the server has nothing to do. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

const server = createServer({ noDelay: true }, (socket) => {
  socket.pipe(socket)
  socket.on('error', () => {})
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`)
})
// Whoever started this is gone.
process.stdin.on('end', () => process.exit()).resume()
