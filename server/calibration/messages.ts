import { z } from 'zod'
import { deviceSchema } from '../devices/device.ts'

/** Multiples of 10⁹ floating-point operations per second. */
export const speedsSchema = z.object({ dense: z.number().positive(), separable: z.number().positive() })

/** Calibrator → whoever started it. */
export const fromCalibratorSchema = z.discriminatedUnion('type', [
  /** What would be measured; it begins once it is told to. */
  z.object({ type: z.literal('engine'), title: z.string() }),
  z.object({ type: z.literal('measured'), inference: speedsSchema, training: speedsSchema }),
  z.object({
    type: z.literal('failed'),
    problem: z.object({ code: z.string(), says: z.string(), advice: z.string().optional() }),
  }),
])
export type FromCalibrator = z.infer<typeof fromCalibratorSchema>

/** Whoever started it → calibrator. */
export const toCalibratorSchema = z.object({
  type: z.literal('measure'),
  /** The one that it sees. */
  device: deviceSchema,
})
export type ToCalibrator = z.infer<typeof toCalibratorSchema>
