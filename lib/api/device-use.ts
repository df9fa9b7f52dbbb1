import { z } from 'zod'

/** What a device is busy with at the moment; what its driver does not tell is left out. */
export const deviceUseSchema = z.object({
  id: z.string(),
  /** Share of its time, 0 to 1: of a GPU as the driver says it, of the processor over all cores. */
  utilisation: z.number().optional(),
  memory: z.object({ usedBytes: z.number(), totalBytes: z.number() }).optional(),
  /** Degrees Celsius. */
  temperature: z.number().optional(),
})
export type DeviceUse = z.infer<typeof deviceUseSchema>
