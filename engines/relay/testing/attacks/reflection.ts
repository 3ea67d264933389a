/**
 * An owner of a valid session spoofs a victim's address for a minute: a check every 2.5 s, answered with success, while
 * the pod sends 50 packets of media a second. How many bytes reach the victim for each that came in its name?
 */
import { Stage } from './stage.ts'

const VICTIM = 0xcb007163
const PORT = 5000
const MEDIA_BYTES = 172
const CHECK_BYTES = 108
const ANSWER_BYTES = 20

export interface ReflectionResult {
  readonly received: number
  readonly sent: number
  readonly answers: number
  readonly checks: number
}

export function reflection(seconds = 60): ReflectionResult {
  const stage = new Stage()
  const ufrag = stage.ufrag(1, 1)
  let received = 0
  let sent = 0
  let answers = 0
  let checks = 0
  for (let tick = 0; tick < seconds * 50; tick++) {
    const now = tick / 50
    if (tick % 125 === 0) {
      const transaction = stage.check(ufrag, VICTIM, PORT, now)
      received += CHECK_BYTES
      checks++
      if (stage.answer(1, transaction, VICTIM, PORT, now)) {
        answers++
        sent += ANSWER_BYTES
      }
    }
    if (stage.podsMedia(1, MEDIA_BYTES, VICTIM, PORT, now)) sent += MEDIA_BYTES
  }
  return { received, sent, answers, checks }
}
