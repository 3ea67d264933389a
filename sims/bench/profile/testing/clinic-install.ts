/** `npm run clinic:install`: Clinic.js into a folder of its own. */
import { clinicFolder, installClinic } from '../clinic.ts'

installClinic()
console.log(`clinic is in ${clinicFolder()}`)
