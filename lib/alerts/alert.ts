import { z } from 'zod'
import { problemSummarySchema } from '../run/events.ts'

/** Raised whenever an alert changes its meaning. */
export const ALERT_VERSION = 1

export const ALERT_KINDS = ['run-ended', 'run-failed', 'decision-needed'] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

/** What is sent, as JSON. It may come more than once, always with the same id. */
export const alertSchema = z.object({
  version: z.literal(ALERT_VERSION),
  id: z.string(),
  kind: z.enum([...ALERT_KINDS, 'test']),
  at: z.iso.datetime(),
  /** One sentence for people. */
  says: z.string(),
  run: z
    .object({
      id: z.string(),
      dataset: z.string(),
      backbone: z.string(),
      state: z.enum(['succeeded', 'stopped', 'failed']),
      /** Share of the test pictures. */
      top1: z.number().optional(),
      images: z.number().int().optional(),
      link: z.string(),
    })
    .optional(),
  /** Why a run failed, or what somebody has to do. */
  problem: problemSummarySchema.optional(),
})
export type Alert = z.infer<typeof alertSchema>

/** Where alerts go, and which. */
export const alertWishSchema = z.strictObject({
  url: z.string().max(2000).refine(isWebhook, 'an http or https address without user and password'),
  on: z
    .array(z.enum(ALERT_KINDS))
    .min(1)
    .default([...ALERT_KINDS]),
  /** Where people reach the server, for links; as the server calls itself where absent. */
  link: z.url({ protocol: /^https?$/ }).optional(),
})
export type AlertWish = z.input<typeof alertWishSchema>

/** What became of the last tries. */
export const deliverySchema = z.object({
  id: z.string(),
  kind: alertSchema.shape.kind,
  tries: z.number().int(),
  /** Absent while it is still tried. */
  deliveredAt: z.iso.datetime().optional(),
  /** Of the last try that went wrong. */
  problem: z.string().optional(),
})
export type Delivery = z.infer<typeof deliverySchema>

/** The settings as they are shown: without the secret. */
export const shownAlertsSchema = z.object({
  url: z.string(),
  on: z.array(z.enum(ALERT_KINDS)),
  link: z.string().optional(),
  since: z.iso.datetime(),
})
export type ShownAlerts = z.infer<typeof shownAlertsSchema>

/** What the page and REST show. */
export const alertsAnswerSchema = z.object({
  alerts: shownAlertsSchema.nullable(),
  deliveries: z.array(deliverySchema),
})
export type AlertsAnswer = z.infer<typeof alertsAnswerSchema>

function isWebhook(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === ''
}
