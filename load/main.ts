/**
 * `npm run load -- NAME [--json] [options]`: what the real server bears. Prints its figures on one line as JSON, or a
 * readable table, and ends with 1 where they are not as they should be.
 */
import { parseArgs } from 'node:util'
import { loadWatchers } from './watchers.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    watchers: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '20' },
    rate: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '30' },
    embedded: { type: 'boolean', default: false },
  },
})
if (positionals[0] !== 'watchers') {
  process.stderr.write(`Unknown load "${positionals[0] ?? ''}". Known: watchers.\n`)
  process.exit(2)
}
const { lines, holds, ...figures } = await loadWatchers({
  watchers: Number(values.watchers),
  runs: Number(values.runs),
  rate: Number(values.rate),
  seconds: Number(values.seconds),
  embedded: values.embedded,
  say: (line) => void process.stderr.write(`${line}\n`),
})
process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : `${lines.join('\n')}\n`)
process.exit(holds ? 0 : 1)
