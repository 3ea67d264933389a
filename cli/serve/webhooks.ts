import { BadKeyFile, serveWebhooks, StoreNotOpened } from '../../engines/webhook/index.ts'
import { ALWAYS } from '../acts.ts'
import { defineCommand, wholeNumber } from '../command.ts'
import { announce } from './ready.ts'
import { refuse } from './theirs.ts'

export const webhooks = defineCommand({
  command: 'webhooks',
  describe: 'The webhook engine behind HTTP',
  builder: (parser) =>
    parser
      .option('dir', { type: 'string', demandOption: true, describe: 'folder of the store; made if need be' })
      .option('port', { ...wholeNumber('port', 0, 65_535), default: 0, describe: '0: a free one' })
      .option('allow-cidr', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: 'blocks that may be sent to although they are not public: 127.0.0.0/8',
      })
      .option('key-file', { type: 'string', describe: 'file of the API key; made if need be' }),
  acts: { dir: ALWAYS, port: ALWAYS, 'allow-cidr': ALWAYS, 'key-file': ALWAYS },
  async handler({ dir, port, allowCidr, keyFile }) {
    const server = await serveWebhooks({
      dir,
      port,
      allowCidr,
      ...(keyFile === undefined ? {} : { keyFile }),
      onEvent: ({ endpoint, type }) => log({ event: type, endpoint: `ep_${endpoint}` }),
      // What is durable is unknown until the file is opened anew.
      store: {
        onFatal(message) {
          log({ fatal: message })
          process.exit(1)
        },
      },
      onBug: (error) => log({ bug: error instanceof Error ? error.stack : String(error) }),
    }).catch((error: unknown) =>
      // A block that is none is a RangeError.
      refuse('webhooks', error, [StoreNotOpened, BadKeyFile, RangeError]),
    )
    const { http } = server
    announce(http.host, http.port, http.url)
    await new Promise<void>((resolve) => {
      process.once('SIGTERM', resolve)
      process.once('SIGINT', resolve)
    })
    await server.close()
  },
})

function log(what: object): void {
  process.stderr.write(`${JSON.stringify(what)}\n`)
}
