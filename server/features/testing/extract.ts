import { type Extraction, extractFeatures } from '../extract.ts'
import { startExtractor } from '../extractor/start.ts'

/** A process that extracts what its parent sends, and says which extractors it started once the first has a result. */
process.once('message', (extraction: Extraction) => {
  const pids: number[] = []
  void extractFeatures(extraction, (device) => {
    const child = startExtractor(device)
    pids.push(child.pid!)
    child.once('message', () => process.send?.(pids))
    return child
  })
})
