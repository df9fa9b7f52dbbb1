import { z } from 'zod'

/** A device, and which run holds it. */
export const deviceSchema = z.object({
  id: z.string(),
  /** Whose it is, where it is not of the machine that answers: that of a worker. */
  machine: z.string().optional(),
  title: z.string(),
  run: z.string().optional(),
  imagesPerSecond: z.number().optional(),
})
export type Device = z.infer<typeof deviceSchema>

const speedsSchema = z.object({ dense: z.number(), separable: z.number() })

/** How fast a device was when it was measured. */
export const deviceSpeedSchema = z.object({
  device: z.string(),
  inferenceGflopsPerSecond: speedsSchema,
  trainingGflopsPerSecond: speedsSchema,
})

/** A backbone as its card shows it, its layer groups in order. */
export const backboneSchema = z.object({
  id: z.string(),
  title: z.string(),
  size: z.number().int(),
  /** Without the classifier. */
  parameters: z.number().int(),
  /** Absent where nobody knows: of an imported network. */
  gflops: z.number().optional(),
  /** Percent. */
  imagenetTop1: z.number().optional(),
  paper: z.string().optional(),
  /** An imported network: it only runs as it is, and has no layer groups. */
  frozenOnly: z.boolean(),
  weights: z.enum(['built in', 'downloaded', 'imported', 'absent']),
  licence: z.string().optional(),
  groups: z.array(z.object({ name: z.string(), parameters: z.number().int(), gflops: z.number() })),
})
export type Backbone = z.infer<typeof backboneSchema>
