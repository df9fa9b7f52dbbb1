import type { Progress as Bytes } from '../../lib/classify/browser/fetch-model.ts'
import { bytes } from '../../lib/figures.ts'
import { Progress } from '../ui/progress.tsx'

/** The model on its way: bytes that have come, then its preparation. */
export function Opening({ progress }: { progress?: Bytes | undefined }) {
  const text = !progress
    ? 'Starting …'
    : progress.loaded < progress.total
      ? `Loading the model, ${(progress.loaded / 1e6).toFixed(1)} of ${bytes(progress.total)}`
      : 'Preparing the model …'
  return (
    <div className="grid gap-2" role="status">
      <p>{text}</p>
      <Progress
        label="Loading the model"
        value={progress && progress.loaded < progress.total ? progress.loaded : null}
        max={progress?.total ?? 1}
      />
      <p className="text-soft">You can choose a picture already.</p>
    </div>
  )
}
