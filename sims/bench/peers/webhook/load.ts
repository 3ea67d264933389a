/**
 * A load generator that costs little: raw sockets, one request at a time on each, responses found by their length.
 * undici would cost as much as the server that is measured, and there are two cores.
 */
import { connect, type Socket } from 'node:net'

export interface Load {
  /** Sends `count` requests over all connections; resolves with how many were answered 202. */
  run(count: number): Promise<number>
  close(): void
}

/** Opens `connections` to a port of this machine; `request` makes the n-th request's bytes. */
export async function openLoad(
  port: number,
  connections: number,
  request: (n: number) => string,
): Promise<Load> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)))
  let sent = 0
  return {
    run(count) {
      const end = sent + count
      let accepted = 0
      let left = count
      return new Promise<number>((resolve, reject) => {
        for (const socket of sockets) {
          let text = ''
          const next = (): void => {
            if (sent < end) socket.write(request(sent++), 'latin1')
          }
          socket.removeAllListeners('data').removeAllListeners('close')
          socket.once('close', () => reject(new Error('the server closed a connection')))
          socket.on('data', (chunk: string) => {
            text += chunk
            const head = text.indexOf('\r\n\r\n')
            if (head === -1) return
            const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
            if (text.length < head + 4 + length) return
            if (text.startsWith('HTTP/1.1 202')) accepted++
            text = ''
            if (--left === 0) resolve(accepted)
            else next()
          })
          next()
        }
      })
    },
    close() {
      for (const socket of sockets) socket.removeAllListeners('close').destroy()
    },
  }
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.setNoDelay(true).setEncoding('latin1').once('error', reject)
  })
}
