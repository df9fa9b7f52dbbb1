/**
 * `npm run bench -- NAME [--json] [options]`: runs one benchmark and prints `{name, machine, results, ratios}` on one line,
 * or a readable table. Ratios are measured side by side in the same run; above 1 means faster than the peer.
 */
import { parseArgs } from 'node:util'
import { benchBrowser } from './browser.ts'
import { benchDevices } from './devices.ts'
import { benchEngines } from './engines.ts'
import { describeMachine } from './machine.ts'
import { benchMainJob } from './main-job.ts'
import { benchPages } from './pages.ts'
import { benchStrategies } from './strategies.ts'
import { benchTraining } from './training.ts'

export type Report = {
  results: Record<string, unknown>
  ratios: Record<string, number | null>
  /** For people: one line per figure. */
  lines: string[]
}

const BENCHMARKS: Record<string, (options: BenchOptions) => Promise<Report>> = {
  browser: benchBrowser,
  devices: benchDevices,
  engines: benchEngines,
  'main-job': benchMainJob,
  pages: benchPages,
  strategies: benchStrategies,
  training: benchTraining,
}

export type BenchOptions = {
  rounds: number
  /** Where the peer's script and the pictures are. */
  shared: string
  say: (line: string) => void
  /** Cases to measure, where not all are wanted. */
  only?: readonly string[] | undefined
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    shared: { type: 'string', default: process.env.WHIPPET_SHARED ?? '../shared' },
  },
})
const name = positionals[0] ?? ''
const benchmark = BENCHMARKS[name]
if (!benchmark) {
  process.stderr.write(`Unknown benchmark "${name}". Known: ${Object.keys(BENCHMARKS).join(', ')}.\n`)
  process.exit(2)
}
const say = (line: string) => void process.stderr.write(`${line}\n`)
const { results, ratios, lines } = await benchmark({
  rounds: Number(values.rounds),
  shared: values.shared,
  only: values.only?.split(','),
  say,
})
const machine = describeMachine()
process.stdout.write(
  values.json
    ? `${JSON.stringify({ name, machine, results, ratios })}\n`
    : `${name} on ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n${lines.map((line) => `  ${line}`).join('\n')}\n`,
)
