/**
 * Files of the working tree, of which no side may load any: each has a tree of its own.
 *
 * What is installed is linked so that it leads there (`checkout/modules.ts`). But a package that both sides share, and that
 * loads one of the repository's own by a name which is only known when it runs, finds that of the working tree: both sides
 * would run the same, and pass whatever has changed. It is refused, and who loads what is said.
 */
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isInstalled, placeIn } from '../checkout/paths.ts'

/** From now on this process loads nothing of the working tree in `repository` but what is installed there. */
export function refuseStrangers(repository: string): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const place = fileIn(repository, found.url)
      if (place === null || isInstalled(place)) return found
      const { parentURL = '' } = context
      throw new Error(
        `${fileIn(repository, parentURL) ?? parentURL} loads ${place} of the working tree, where each side must load its own: a package has to list what it loads among its dependencies`,
      )
    },
  })
}

/** The path of a file within a folder; null where it lies elsewhere, or is no file. */
function fileIn(folder: string, url: string): string | null {
  return url.startsWith('file:') ? placeIn(folder, fileURLToPath(url)) : null
}
