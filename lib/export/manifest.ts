import { z } from 'zod'
import { LOOKS } from '../classify/look.ts'
import { PRECISIONS } from '../graph-model/precision.ts'
import { preprocessingSchema } from '../preprocess/preprocessing.ts'

/** Raised whenever a bundle's files change their meaning; a page refuses another version. */
export const BUNDLE_VERSION = 1

/** A path inside the bundle: no way out of it. */
const innerPath = z.string().regex(/^(?!.*\.\.)[\w.-]+(\/[\w.-]+)*$/)

const fileSchema = z.object({
  path: innerPath,
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type BundleFile = z.infer<typeof fileSchema>

/** `model.json` of a bundle: all that its page and the parity gate must know to classify as the server does. */
export const manifestSchema = z.object({
  bundle: z.literal(BUNDLE_VERSION),
  title: z.string(),
  backbone: z.object({ id: z.string(), title: z.string() }),
  run: z.string(),
  /** Folder names, in the order of the logits, and what people read. */
  classes: z.array(z.string()).min(1),
  labels: z.array(z.string()).min(1),
  preprocessing: preprocessingSchema,
  looks: z.enum(LOOKS),
  calibration: z.object({
    /** Logits are divided by this before the softmax. */
    temperature: z.number().positive(),
    /** Below this probability of the best class the answer is "not sure". */
    notSureBelow: z.number().min(0).max(1),
  }),
  /** Names of the network's tensors. */
  tensors: z.object({ image: z.string(), logits: z.string(), featureMap: z.string() }),
  /** The networks, the one to take unless told otherwise first. */
  models: z
    .array(
      z.object({
        precision: z.enum(PRECISIONS),
        model: innerPath,
        bytes: z.number().int().positive(),
        files: z.array(fileSchema).min(1),
      }),
    )
    .min(1),
})
export type Manifest = z.infer<typeof manifestSchema>
