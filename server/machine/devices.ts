import { availableParallelism, cpus } from 'node:os'
import type { Device } from '../../lib/api/machine.ts'
import type { Run } from '../../lib/run/run.ts'

/** The machine's devices; `running` holds the first one. Today there is one: the processor. */
export function devicesOf(running: Run | undefined): Device[] {
  const cores = availableParallelism()
  const title = `${cpus()[0]?.model.trim() || 'Processor'}, ${cores} ${cores === 1 ? 'core' : 'cores'}`
  const progress = running && 'progress' in running.state ? running.state.progress : undefined
  return [
    {
      id: 'cpu',
      title,
      ...(running && { run: running.id }),
      ...(progress && { imagesPerSecond: progress.imagesPerSecond }),
    },
  ]
}
