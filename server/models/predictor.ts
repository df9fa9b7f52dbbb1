import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Prediction } from '../../lib/api/models.ts'
import { Problem } from '../../lib/problem.ts'
import { answerOf } from '../classify/answer.ts'
import { classifierModelOf } from '../cli/model.ts'
import { readRunFolder } from '../trainer/run-folder.ts'
import { openWarmClassifier, type WarmClassifier } from './warm-classifier.ts'

/** Classifies pictures on the server, in processes that stay warm for a while. */
export type Predictor = {
  /** @throws Problem `runs/no-model`, `models/busy`, `classify/died`. */
  predict(run: string, pictures: readonly { name: string; bytes: Uint8Array }[]): Promise<Prediction>
  close(): Promise<void>
}

export type PredictorSettings = { readonly dataDir: string; readonly idleMs?: number }

/** A model in memory takes some 100 MB. */
const MOST_WARM = 2
const IDLE_MS = 60_000
/** Requests that may wait for a process. */
const MOST_WAITING = 16

type Warm = { classifier: WarmClassifier; busy: number; idle: NodeJS.Timeout | undefined }

export async function openPredictor({ dataDir, idleMs = IDLE_MS }: PredictorSettings): Promise<Predictor> {
  const folder = join(dataDir, 'predicting')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  /** The one that was used last stands last. */
  const warm = new Map<string, Warm>()
  let waiting = 0

  function end(run: string): void {
    const found = warm.get(run)
    if (!found) return
    warm.delete(run)
    clearTimeout(found.idle)
    found.classifier.close()
  }

  function warmUp(run: string, open: () => WarmClassifier): Warm {
    const known = warm.get(run)
    if (known?.classifier.over) end(run)
    const found = warm.get(run) ?? { classifier: open(), busy: 0, idle: undefined }
    warm.delete(run)
    warm.set(run, found)
    for (const [other, { busy }] of warm) if (warm.size > MOST_WARM && busy === 0) end(other)
    return found
  }

  async function classify(run: string, paths: string[], open: () => WarmClassifier) {
    const found = warmUp(run, open)
    clearTimeout(found.idle)
    found.busy++
    try {
      return await found.classifier.classify(paths)
    } finally {
      if (--found.busy === 0) found.idle = setTimeout(() => end(run), idleMs).unref()
    }
  }

  return {
    async predict(run, pictures) {
      if (waiting >= MOST_WAITING) throw busy()
      const place = join(folder, randomUUID())
      waiting++
      try {
        const { record } = await readRunFolder(dataDir, run)
        await mkdir(place)
        const paths = pictures.map((_, i) => join(place, String(i)))
        await Promise.all(pictures.map(({ bytes }, i) => writeFile(paths[i]!, bytes)))
        const results = await classify(run, paths, () =>
          openWarmClassifier(classifierModelOf(dataDir, record)),
        )
        const images = results.map((result, i) => {
          const file = pictures[i]!.name
          return 'problem' in result
            ? { file, problem: result.problem }
            : { file, ...answerOf(result.probabilities, record) }
        })
        return { run, images }
      } finally {
        waiting--
        await rm(place, { recursive: true, force: true })
      }
    },
    async close() {
      for (const run of [...warm.keys()]) end(run)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function busy(): Problem {
  return new Problem('models/busy', {
    says: 'The server has as many pictures to classify as it can take.',
    advice: 'Try again in a moment.',
  })
}
