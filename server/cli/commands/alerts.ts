import { Command } from 'commander'
import { ALERT_KINDS, type AlertKind, alertWishSchema } from '../../../lib/alerts/alert.ts'
import { Problem } from '../../../lib/problem.ts'
import { sendTest } from '../../alerts/send-test.ts'
import { readAlertSettings, removeAlertSettings, shownOf, writeAlertSettings } from '../../alerts/settings.ts'
import { contextOf } from '../context.ts'
import { listOf } from '../usage.ts'

type Json = { json?: boolean }

/** Works on the data folder's settings, which a running server reads before each alert. */
export function alertsCommand(): Command {
  const alerts = new Command('alerts')
    .description('a webhook that hears when a run ends, fails, or somebody has to decide something')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nEach alert is JSON, signed with HMAC-SHA256 in the header whippet-signature (docs/operations.md), and tried again for\nmost of a day where nobody receives it.\n\nExamples:\n  whippet alerts set https://chat.example/hooks/whippet --link https://whippet.example\n  whippet alerts test',
    )
    .action(async (options: Json) => {
      const { dataDir, output } = contextOf(options)
      const settings = await readAlertSettings(dataDir)
      output.result(
        { alerts: settings ? shownOf(settings) : null },
        settings ? `Alerts (${settings.on.join(', ')}) go to ${settings.url}` : 'No alerts are sent.',
      )
    })
  alerts.addCommand(
    new Command('set')
      .description('set where alerts go; makes a new secret and tells it')
      .argument('<url>', 'http or https')
      .option('--on <kinds>', `which, with commas between: ${ALERT_KINDS.join(', ')}`, listOf(ALERT_KINDS))
      .option('--link <url>', 'where people reach the server, for links to runs')
      .option('--json', 'print one JSON document')
      .action(async (url: string, options: Json & { on?: AlertKind[]; link?: string }) => {
        const { dataDir, output } = contextOf(options)
        const { on, link } = options
        const wish = alertWishSchema.safeParse({ url, ...(on && { on }), ...(link && { link }) })
        if (!wish.success) {
          const { path, message } = wish.error.issues[0]!
          throw new Problem('cli/usage', { says: `The ${path.join('.')} has to be ${message}.` })
        }
        const settings = await writeAlertSettings(dataDir, wish.data)
        output.result(
          { alerts: shownOf(settings), secret: settings.secret },
          `Alerts go to ${url}. The secret that signs them: ${settings.secret}`,
        )
      }),
  )
  alerts.addCommand(
    new Command('off')
      .description('send no more alerts')
      .option('--json', 'print one JSON document')
      .action(async (options: Json) => {
        const { dataDir, output } = contextOf(options)
        await removeAlertSettings(dataDir)
        output.result({ alerts: null }, 'No alerts are sent any more.')
      }),
  )
  alerts.addCommand(
    new Command('test')
      .description('send a test alert at once')
      .option('--json', 'print one JSON document')
      .action(async (options: Json) => {
        const { dataDir, output } = contextOf(options)
        const settings = await readAlertSettings(dataDir)
        if (!settings) throw new Problem('alerts/unknown', { says: 'Nobody has said where alerts go.' })
        await sendTest(settings)
        output.result({ delivered: true }, `The test alert was received by ${new URL(settings.url).host}.`)
      }),
  )
  return alerts
}
