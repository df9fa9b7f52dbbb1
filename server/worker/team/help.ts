import { Problem } from '../../../lib/problem.ts'
import type { Device } from '../../devices/device.ts'
import { extractSlice, type SliceWork } from '../../features/team/extract-slice.ts'
import { teamTaskSchema } from '../../features/team/team.ts'
import type { Log } from '../../log/log.ts'
import type { Extractions } from '../../store/extractions.ts'

export type Helping = {
  readonly extractions: Extractions
  /** This process, as the others know it. */
  readonly worker: () => string
  readonly dataDir: string
  readonly devices: readonly Device[]
  /** Whether it has nothing of its own to do. Asked before every part. */
  readonly isIdle: () => boolean
  readonly log?: Log | undefined
  readonly extract?: (work: SliceWork) => Promise<void>
}

/** Does parts of other machines' extractions while this one has nothing of its own to do. */
export type Helper = {
  /** Looks whether somebody wants help. */
  look(): void
  /** Gives back what it is at. */
  close(): Promise<void>
}

export function helperOf({
  extractions,
  worker,
  dataDir,
  devices,
  isIdle,
  log,
  extract = extractSlice,
}: Helping): Helper {
  /** What this machine can't do is left to the others. */
  const beyondUs = new Set<string>()
  const over = new AbortController()
  let looking: Promise<void> | undefined

  async function help(): Promise<void> {
    for (const { id, run, task } of await extractions.free()) {
      if (beyondUs.has(id)) continue
      const slice = isIdle() && !over.signal.aborted ? await extractions.claim(id, worker()) : undefined
      if (!slice) continue
      try {
        const { pictures } = slice
        await extract({ task: teamTaskSchema.parse(task), pictures, dataDir, devices, signal: over.signal })
        if (await extractions.done(slice, worker()))
          log?.info(`extracted ${pictures.length} pictures for another machine`, { run })
      } catch (thrown) {
        await extractions.release(id, [worker()])
        if (over.signal.aborted) return
        beyondUs.add(id)
        log?.problem(Problem.from(thrown), { run })
      }
      return help()
    }
  }

  return {
    look() {
      looking ??= help()
        .catch((thrown) => log?.problem(Problem.from(thrown)))
        .finally(() => {
          looking = undefined
        })
    },
    async close() {
      over.abort()
      await looking
    },
  }
}
