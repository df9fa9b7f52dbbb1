import { randomBytes } from 'node:crypto'
import { chmod, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  type AlertWish,
  alertWishSchema,
  type ShownAlerts,
  shownAlertsSchema,
} from '../../lib/alerts/alert.ts'
import { Problem } from '../../lib/problem.ts'
import { writeDurably } from '../files/write-durably.ts'

const fileSchema = shownAlertsSchema.extend({ secret: z.string().min(20) })
export type AlertSettings = z.infer<typeof fileSchema>

const fileOf = (dataDir: string) => join(dataDir, 'alerts', 'settings.json')

/** Undefined where nobody wants alerts. @throws Problem `alerts/damaged`. */
export async function readAlertSettings(dataDir: string): Promise<AlertSettings | undefined> {
  const text = await readFile(fileOf(dataDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (text === undefined) return undefined
  try {
    return fileSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Problem('alerts/damaged', {
      says: `${fileOf(dataDir)} keeps where alerts go, and can't be read.`,
      advice: 'Set it again with "whippet alerts set URL".',
      cause,
    })
  }
}

/**
 * Sets where alerts go, with a new secret, which only whoever may read the data folder can see again. A server that runs
 * reads it before each alert.
 */
export async function writeAlertSettings(dataDir: string, wish: AlertWish): Promise<AlertSettings> {
  const { url, on, link } = alertWishSchema.parse(wish)
  const settings = {
    url,
    on,
    ...(link && { link }),
    since: new Date().toISOString(),
    secret: randomBytes(32).toString('base64url'),
  }
  await writeDurably(fileOf(dataDir), `${JSON.stringify(settings, null, 1)}\n`)
  await chmod(fileOf(dataDir), 0o600)
  return settings
}

export async function removeAlertSettings(dataDir: string): Promise<void> {
  await rm(fileOf(dataDir), { force: true })
}

export function shownOf({ secret: _secret, ...shown }: AlertSettings): ShownAlerts {
  return shown
}
