import { ALERT_VERSION } from '../../lib/alerts/alert.ts'
import { sendAlert } from './send.ts'
import type { AlertSettings } from './settings.ts'

/** Sends an alert that says nothing. @throws as {@link sendAlert}. */
export async function sendTest(settings: Pick<AlertSettings, 'url' | 'secret'>): Promise<void> {
  const at = new Date().toISOString()
  const says = 'A test: alerts of Whippet arrive here.'
  await sendAlert({ version: ALERT_VERSION, id: `test-${at}`, kind: 'test', at, says }, settings)
}
