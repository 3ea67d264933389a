/** The version of flowbench, from package.json alone: what our own contestants are labelled with. */
import packageJson from '../../../package.json' with { type: 'json' }

export const VERSION: string = packageJson.version
