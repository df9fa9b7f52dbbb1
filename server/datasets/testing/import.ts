import { openBlobs } from '../../blobs/blobs.ts'
import { startDecoder } from '../decoder/start.ts'
import { importPictures } from '../import.ts'

/** A process that imports what its parent names, and says which decoders it started once the first has a result. */
process.once('message', async ({ source, dataDir }: { source: string; dataDir: string }) => {
  const pids: number[] = []
  void importPictures({
    source,
    blobs: await openBlobs(dataDir),
    processes: 2,
    startDecoder: () => {
      const child = startDecoder()
      pids.push(child.pid!)
      child.on('message', (message: { type?: string }) => message.type === 'decoded' && process.send?.(pids))
      return child
    },
  })
})
