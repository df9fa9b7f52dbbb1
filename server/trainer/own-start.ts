import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { trainableNames } from '../../lib/backbone/cost.ts'
import type { WeightTensor } from '../../lib/backbone/graph.ts'
import { HEAD, headFromTensors, headTensors } from '../../lib/backbone/head.ts'
import { parseSafetensors, writeSafetensors } from '../../lib/backbone/weights/safetensors.ts'
import { weightStore } from '../../lib/backbone/weights/store.ts'
import { growHead, type HeadGrowth } from '../../lib/fine-tuning/grow-head.ts'
import { Problem } from '../../lib/problem.ts'
import { startFromSchema } from '../../lib/run/settings.ts'
import { freshWeights } from '../../lib/strategy/fresh-weights.ts'
import { writeDurably } from '../files/write-durably.ts'
import type { PreparedBackbone } from './backbone.ts'
import type { Job } from './job.ts'
import { readOwnModel } from './own-model.ts'
import { runFolder } from './run-folder.ts'
import { readTuned, writeTuned } from './tuned-weights.ts'

/** What a run starts from instead of the pretrained weights: another run's model. */
export type OwnStart = {
  /** The head for this run's classes. */
  readonly growth: HeadGrowth
  /** The backbone's tensors that are not the pretrained ones, and the file that has them; absent where all are. */
  readonly tuned?: {
    readonly tensors: ReadonlyMap<string, WeightTensor>
    readonly sha256: string
    readonly file: string
  }
}

const recordSchema = z.object({
  from: startFromSchema,
  /** Of the head beside it, in label order. */
  classes: z.array(z.string()),
  tuned: z.string().optional(),
})

/**
 * Another run's model as this run starts from it; undefined where it starts from the pretrained weights. It is copied into
 * the run's own folder at the first attempt: what becomes of the other run later changes nothing.
 *
 * @throws as {@link readOwnModel}; Problem `runs/damaged` when the copy can't be read.
 */
export async function openStart(job: Job, backbone: PreparedBackbone): Promise<OwnStart | undefined> {
  const { from } = job.settings
  if (!from) return undefined
  const files = filesIn(runFolder(job.dataDir, job.run))
  if (!(await readRecord(files.record))) await copyStart(job, backbone, files)
  const record = await readRecord(files.record)
  const tuned = record?.tuned ? await readTuned(files.tuned) : undefined
  const head = await readFile(files.head)
    .then((bytes) => headFromTensors(parseSafetensors(bytes)))
    .catch((cause: unknown) => {
      throw damaged(files.head, cause)
    })
  if (!record || tuned?.sha256 !== record.tuned) throw damaged(files.tuned)
  const { graphWithHead } = backbone
  const names = graphWithHead.nodes.filter(({ group }) => group === HEAD).flatMap(trainableNames)
  const fresh = headFromTensors(weightStore(freshWeights(graphWithHead, names, job.settings.seed)))
  return {
    growth: growHead({ head, classes: record.classes }, job.dataset.classes, fresh),
    ...(tuned && { tuned: { ...tuned, file: files.tuned } }),
  }
}

type Files = { readonly record: string; readonly head: string; readonly tuned: string }

function filesIn(folder: string): Files {
  return {
    record: join(folder, 'start.json'),
    head: join(folder, 'start-head.safetensors'),
    tuned: join(folder, 'start-backbone.safetensors'),
  }
}

/** The record is written last: with it the copy is whole. */
async function copyStart(
  { dataDir, settings }: Job,
  backbone: PreparedBackbone,
  files: Files,
): Promise<void> {
  const from = settings.from!
  const { record, head, tuned } = await readOwnModel(dataDir, from)
  if (record.weightsHash !== backbone.weightsHash) {
    throw new Problem('runs/other-weights', {
      says: `Run ${from.run} was trained on other pretrained weights of ${record.backbone} than the ones that are here now.`,
      advice: `Import those weights again with "whippet backbones import ${record.backbone} FILE", or start from another run.`,
    })
  }
  const written = tuned.size > 0 ? await writeTuned(files.tuned, tuned) : undefined
  await writeDurably(files.head, writeSafetensors(headTensors(head)))
  const copied = { from, classes: record.classes, ...(written && { tuned: written.sha256 }) }
  await writeDurably(files.record, JSON.stringify(copied satisfies z.infer<typeof recordSchema>))
}

async function readRecord(file: string): Promise<z.infer<typeof recordSchema> | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw damaged(file, cause)
  }
}

function damaged(file: string, cause?: unknown): Problem {
  return new Problem('runs/damaged', {
    says: `What the run starts from can't be read back: ${file} is gone or damaged.`,
    advice: 'Start a new run from the same model.',
    cause,
  })
}
