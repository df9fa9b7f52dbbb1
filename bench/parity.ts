/**
 * `npm run parity [-- --json]`: how far every reader of the graph is from timm, on every backbone, with the made-up
 * weights. One line per backbone and reader with the largest difference, relative to the largest absolute value.
 */
import { parseArgs } from 'node:util'
import { PARITY_TOLERANCE } from '../lib/backbone/parity/compare.ts'
import { BACKBONES } from '../lib/backbone/registry.ts'
import { browserReader } from '../server/parity/browser.ts'
import { interpreterReader, onnxReader } from '../server/parity/engine-readers.ts'
import { PARITY_BACKBONES } from '../server/parity/fixtures.ts'
import { measureParity } from '../server/parity/measure.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const results: Record<string, Record<string, number>> = {}
let agrees = true
for (const id of PARITY_BACKBONES) {
  const row: Record<string, number> = {}
  for (const reader of [interpreterReader, onnxReader, browserReader]) {
    const { largest, stages } = await measureParity(reader, id)
    row[reader.id] = largest
    const holds = largest < PARITY_TOLERANCE
    agrees &&= holds
    const line = `${holds ? '✓' : '✗'} ${id.padEnd(24)} ${reader.id.padEnd(12)} ${largest.toExponential(1)}  features and ${stages.length} stages`
    if (!values.json) process.stdout.write(`${line}\n`)
  }
  results[id] = row
}
const others = Object.keys(BACKBONES).filter((id) => !Object.hasOwn(results, id))
if (values.json) process.stdout.write(`${JSON.stringify({ results })}\n`)
else
  process.stdout.write(`Without figures of timm's, other sizes of the same network: ${others.join(', ')}.\n`)
process.exitCode = agrees ? 0 : 1
