/** A measurement that cannot be trusted or could not be made: exit code 3. Says which row and why. */
export class CouldNotMeasure extends Error {
  override readonly name = 'CouldNotMeasure'
}
