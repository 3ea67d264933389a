/** How much a search for all matches may read in vain before it goes over to a pass that reads nothing twice. */

/** Bytes read in vain for each byte of progress, and for a start. */
const PATIENCE = 8
const GRACE = 2048

/** @param wasted bytes read behind the ends of matches @param progress bytes from the search's start to the last end */
export function outOfHand(wasted: number, progress: number): boolean {
  return wasted > PATIENCE * progress + GRACE
}
