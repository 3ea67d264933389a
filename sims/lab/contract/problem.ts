/** What is wrong, wherever it is. */
export interface Problem {
  readonly message: string
  /** What would have been right, where that can be said in a phrase. */
  readonly expected?: string | undefined
  readonly found?: string | undefined
  /** What was probably meant. */
  readonly nearest?: string | undefined
}
