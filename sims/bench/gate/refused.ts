/** A benchmark whose time means nothing; says why. */
export class Refused extends Error {
  override readonly name: string = 'Refused'
}

/** What was begun could not be ended within the budget. */
export class TimeUp extends Refused {
  override readonly name: string = 'TimeUp'
}
