/**
 * Attacks on a verifier, each made of one genuine delivery that somebody has read. `like` names the case of the engine's
 * conformance file that the attack is an instance of, with other ids, times, bodies and secrets: what each verifier does
 * there it must do here.
 */
import { parseSecret, signV1, type Delivery } from '../../engines/webhook/core.ts'

/** What the sender sent, and with which secret. */
export interface Genuine {
  readonly secret: string
  readonly id: string
  /** Seconds. */
  readonly timestamp: number
  readonly body: string
  readonly signature: string
}

export interface Attempt extends Delivery {
  /** Seconds after the genuine delivery was signed; negative: before its time. */
  readonly after: number
}

export interface Attack {
  readonly name: string
  /** In a sentence's place: "a replay after 4:59". */
  readonly label: string
  readonly like: string
  /** Needs a body that the attacker may begin: what he puts before it. */
  readonly prefix?: (timestamp: number) => string
  readonly forge: (genuine: Genuine) => Attempt
}

const ANOTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'
/** Between the two readings of a boundary shift, s. */
const SHIFT = 290

const mac = ({ signature }: Genuine): string => signature.slice('v1,'.length)

/** The genuine delivery with something else in its place. */
function forged(
  { id, timestamp, signature, body }: Genuine,
  change: {
    readonly id?: string
    readonly timestamp?: string
    readonly signature?: string
    readonly body?: string
    readonly without?: string
  },
  after = 0,
): Attempt {
  const all = {
    'webhook-id': change.id ?? id,
    'webhook-timestamp': change.timestamp ?? String(timestamp),
    'webhook-signature': change.signature ?? signature,
  }
  const headers = Object.fromEntries(Object.entries(all).filter(([name]) => name !== change.without))
  return { headers, body: Buffer.from(change.body ?? body), after }
}

export const ATTACKS: readonly Attack[] = [
  {
    name: 'replay-in-time',
    label: 'replay after 4:59',
    like: 'valid at tolerance edge t+300',
    forge: (genuine) => forged(genuine, {}, 299),
  },
  {
    name: 'replay-too-late',
    label: 'replay after 5:01',
    like: 'too old t+301',
    forge: (genuine) => forged(genuine, {}, 301),
  },
  {
    name: 'before-its-time',
    label: '5:01 before its time',
    like: 'too new t-301',
    forge: (genuine) => forged(genuine, {}, -301),
  },
  {
    name: 'another-body',
    label: 'one byte of the body changed',
    like: 'one byte of body changed',
    forge: (genuine) => forged(genuine, { body: genuine.body.replace(/.$/, '!') }),
  },
  {
    name: 'another-id',
    label: 'another id',
    like: 'id changed',
    forge: (genuine) => forged(genuine, { id: `${genuine.id}x` }),
  },
  {
    name: 'another-time',
    label: 'a later timestamp',
    like: 'timestamp changed by 1s',
    forge: (genuine) => forged(genuine, { timestamp: String(genuine.timestamp + 600) }, 600),
  },
  {
    name: 'another-key',
    label: 'signed with another key',
    like: 'the signature of another key',
    forge: (genuine) => forged(genuine, { signature: signed({ ...genuine, secret: ANOTHER_SECRET }) }),
  },
  {
    name: 'boundary-shift',
    label: 'boundary shift, 500 s later',
    like: 'boundary shift, read with a longer id, 500 s later',
    prefix: (timestamp) => `${timestamp + SHIFT}.`,
    forge: (genuine) =>
      forged(
        genuine,
        {
          id: `${genuine.id}.${genuine.timestamp}`,
          timestamp: String(genuine.timestamp + SHIFT),
          body: genuine.body.slice(`${genuine.timestamp + SHIFT}.`.length),
        },
        500,
      ),
  },
  {
    name: 'time-with-letters',
    label: 'timestamp T+abc',
    like: 'timestamp with trailing junk "1614265330abc"',
    forge: (genuine) => forged(genuine, { timestamp: `${genuine.timestamp}abc` }),
  },
  {
    name: 'time-with-fraction',
    label: 'timestamp T.9',
    like: 'timestamp with fraction "1614265330.9"',
    forge: (genuine) => forged(genuine, { timestamp: `${genuine.timestamp}.9` }),
  },
  {
    name: 'time-with-zeros',
    label: 'timestamp 00T',
    like: 'timestamp with leading zeros',
    forge: (genuine) => forged(genuine, { timestamp: `00${genuine.timestamp}` }),
  },
  {
    name: 'time-with-sign',
    label: 'timestamp +T',
    like: 'timestamp with a sign',
    forge: (genuine) => forged(genuine, { timestamp: `+${genuine.timestamp}` }),
  },
  {
    name: 'wrong-version',
    label: 'version v2',
    like: 'right mac under version v2',
    forge: (genuine) => forged(genuine, { signature: `v2,${mac(genuine)}` }),
  },
  {
    name: 'capital-version',
    label: 'version V1',
    like: 'version V1 in capitals',
    forge: (genuine) => forged(genuine, { signature: `V1,${mac(genuine)}` }),
  },
  {
    name: 'no-version',
    label: 'no version',
    like: 'right mac without version',
    forge: (genuine) => forged(genuine, { signature: mac(genuine) }),
  },
  {
    name: 'more-after-mac',
    label: 'text after the signature',
    like: 'comma in mac field "v1,<mac>,x"',
    forge: (genuine) => forged(genuine, { signature: `${genuine.signature},x` }),
  },
  {
    name: 'empty-mac',
    label: 'empty signature',
    like: 'empty mac "v1,"',
    forge: (genuine) => forged(genuine, { signature: 'v1,' }),
  },
  {
    name: 'cut-mac',
    label: 'cut signature',
    like: 'truncated mac (first 8 chars of header)',
    forge: (genuine) => forged(genuine, { signature: genuine.signature.slice(0, 8) }),
  },
  {
    name: 'no-id',
    label: 'no id',
    like: 'missing webhook-id',
    forge: (genuine) => forged(genuine, { without: 'webhook-id' }),
  },
  {
    name: 'no-signature',
    label: 'no signature',
    like: 'missing webhook-signature',
    forge: (genuine) => forged(genuine, { without: 'webhook-signature' }),
  },
]

/** The sender's signature. */
export const signed = ({ secret, id, timestamp, body }: Omit<Genuine, 'signature'>): string =>
  signV1(parseSecret(secret), id, timestamp, body)
