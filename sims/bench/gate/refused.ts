/** A benchmark whose time means nothing; says why. */
export class Refused extends Error {
  override readonly name = 'Refused'
}
