import type { AlertsAnswer } from '../../lib/alerts/alert.ts'
import type { Alerts } from './alerts.ts'
import { readAlertSettings, shownOf } from './settings.ts'

/** Where alerts go, without the secret, and what became of the last ones. */
export async function shownAlerts(
  dataDir: string,
  alerts: Pick<Alerts, 'deliveries'>,
): Promise<AlertsAnswer> {
  const settings = await readAlertSettings(dataDir)
  return { alerts: settings ? shownOf(settings) : null, deliveries: [...alerts.deliveries()] }
}
