/** Clients that ask for long work again and again and throw the answers away: `hammer.ts PORT COMMAND...`. */
import { connect } from 'node:net'
import { frame } from '../../../../engines/sparse-array/testing/index.ts'

const port = Number(process.argv[2])
for (const line of process.argv.slice(3)) {
  const request = frame(...line.split(' ').map((word) => (word === "''" ? '' : word)))
  const socket = connect(port, '127.0.0.1')
  const marker = Buffer.from('$4\r\ndone\r\n')
  let tail = Buffer.alloc(0)
  const send = (): void => {
    socket.write(Buffer.concat([request, frame('ECHO', 'done')]))
  }
  socket.on('connect', send)
  socket.on('data', (chunk: Buffer) => {
    // Only the end matters: a client that is busy would take the server's processor.
    const end = chunk.length >= marker.length ? chunk : Buffer.concat([tail, chunk])
    tail = Buffer.from(end.subarray(-marker.length))
    if (!tail.equals(marker)) return
    tail = Buffer.alloc(0)
    setTimeout(send, 1)
  })
  socket.on('error', () => process.exit())
}
process.stdin.on('end', () => process.exit()).resume()
