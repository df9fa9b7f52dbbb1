import { obtainWeights } from '../obtain.ts'

/** A process that obtains a backbone's weights and tells its parent how far it is. */
const [id, dataDir] = process.argv.slice(2)
await obtainWeights(id!, { dataDir: dataDir!, onProgress: (progress) => process.send?.(progress) })
process.disconnect()
