/** What a service offers besides UDP to the relay, in words: the ladder, and to how many it is rolled out. */
import { formatQuantity } from '../lab/contract/quantity.ts'
import type { Ladder } from './networks.ts'
import type { FirewalledParams } from './params.ts'

type Offer = Pick<FirewalledParams, 'ladder' | 'rollout'>

const WORDS: Readonly<Record<Ladder, string>> = {
  none: 'UDP only',
  'turn-udp': 'TURN over UDP',
  'ice-tcp': 'ICE-TCP',
  'turn-tls': 'TURN/TLS on 443',
  all: 'all fallbacks',
}

const isForSome = ({ ladder, rollout }: Offer): boolean => ladder !== 'none' && rollout < 1

const shareOf = ({ rollout }: Offer): string => formatQuantity(rollout, 'share')

/** `ICE-TCP`, `ICE-TCP for 25 % of clients,`: "with" goes before it, and a figure follows. */
export const offerWords = (offer: Offer): string =>
  isForSome(offer) ? `${WORDS[offer.ladder]} for ${shareOf(offer)} of clients,` : WORDS[offer.ladder]

/** `ice-tcp`, `ice-tcp for 25 %`: what a bar or a line is named by. */
export const offerLabel = (offer: Offer): string =>
  isForSome(offer) ? `${offer.ladder} for ${shareOf(offer)}` : offer.ladder
