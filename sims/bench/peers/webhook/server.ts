/** The webhook server for the HTTP row: `stored FOLDER`, with an endpoint that is paused, or `unstored`. */
import { serveWebhooks } from '../../../../engines/webhook/index.ts'
import { listenUnstored } from '../../../../engines/webhook/testing/index.ts'

const [kind, dir = ''] = process.argv.slice(2)
if (kind === 'unstored') console.log((await listenUnstored()).port)
else {
  const { service, http } = await serveWebhooks({ dir, port: 0, allowCidr: ['127.0.0.0/8'] })
  const { id } = await service.addEndpoint({ url: 'http://127.0.0.1:9/' })
  await service.change(id, 'pause')
  console.log(http.port)
}
// The parent has gone.
process.stdin.on('end', () => process.exit(0)).resume()
