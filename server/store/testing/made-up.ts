import { createHash } from 'node:crypto'
import type { DatasetVersion, Picture } from '../../../lib/dataset/dataset.ts'
import { SPLITS } from '../../../lib/dataset/dataset.ts'
import type { NewRunEvent } from '../../../lib/run/events.ts'
import type { Run } from '../../../lib/run/run.ts'
import type { RunSettings } from '../../../lib/run/settings.ts'
import type { NewVersion } from '../datasets.ts'
import type { Store } from '../open.ts'

/** Pictures that nobody has seen. */
export function madeUpPictures(count: number): Picture[] {
  return Array.from({ length: count }, (_, n) => ({
    hash: createHash('sha256').update(String(n)).digest('hex'),
    label: n % 2,
    split: SPLITS[n % 3]!,
    file: `train/犬/${n}.jpg`,
    format: 'jpeg',
    width: 224 + n,
    height: 224,
    sizeBytes: 5_000_000_000 + n,
  }))
}

export function madeUpVersion(name: string, count = 3): NewVersion {
  return {
    name,
    classes: ['Whippet', '犬'],
    pictures: madeUpPictures(count),
    split: { from: 'folders', seed: 1, shares: { train: 0.7, validation: 0.15, test: 0.15 } },
    report: {
      files: count + 1,
      imported: count,
      skipped: [{ file: '.DS_Store', code: 'ignored/system', says: 'The system made it.' }],
      warnings: [{ code: 'classes/few-pictures', says: 'Few.', files: ['a.jpg'] }],
    },
  }
}

export function settingsFor(version: Pick<DatasetVersion, 'id'>): RunSettings {
  return {
    dataset: version.id,
    backbone: 'tf_efficientnet_lite0',
    strategy: 'feature-extraction',
    looks: 'whole',
    solver: { kind: 'exact', refit: true },
    seed: 0,
  }
}

export function point(step: number, loss = 1): NewRunEvent {
  return { type: 'point', series: 'refit', step, loss }
}

/** A queued run on a version of its own. */
export async function aRun(store: Store): Promise<Run> {
  const version = await store.datasets.create(madeUpVersion('for runs'))
  return store.runs.create(settingsFor(version), version)
}
