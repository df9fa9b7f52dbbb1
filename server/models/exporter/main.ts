import { setPriority } from 'node:os'
import { Problem } from '../../../lib/problem.ts'
import { exportRun } from '../../export/export-run.ts'
import { ownedDatasets } from '../../owner/owned-datasets.ts'
import { type FromExporter, toExporterSchema } from './messages.ts'

/** The exporter process: makes the browser model of one run, then it ends. It ends with its parent. */

setPriority(5)

process.on('disconnect', () => process.exit(1))
process.once('message', (raw: unknown) => {
  void makeBundle(raw).then(
    (bytes) => end({ type: 'exported', bytes }),
    (thrown) => end({ type: 'failed', problem: Problem.from(thrown).summary() }),
  )
})

async function makeBundle(raw: unknown): Promise<number> {
  const { dataDir, run, outDir, choices } = toExporterSchema.parse(raw)
  const { bytes } = await exportRun(
    { datasets: ownedDatasets(dataDir), dataDir },
    {
      run,
      outDir,
      choices,
      onProgress: (progress) => say({ type: 'progress', done: 0, total: 0, ...progress }),
    },
  )
  return bytes
}

function say(message: FromExporter): void {
  process.send?.(message, undefined, undefined, () => undefined)
}

function end(message: FromExporter): void {
  if (!process.send?.(message, undefined, undefined, () => process.exit(0))) process.exit(0)
}
