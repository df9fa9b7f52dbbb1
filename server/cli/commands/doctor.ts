import { Command } from 'commander'
import type { Engine } from '../../../lib/api/engines.ts'
import { Problem } from '../../../lib/problem.ts'
import type { DeviceCalibration, Speeds } from '../../../lib/strategy/minutes.ts'
import { calibrate } from '../../calibration/calibrate.ts'
import { detectDevices } from '../../devices/detect.ts'
import { ENGINE_IDS, engineEntry } from '../../engines/catalogue.ts'
import { reportEngines } from '../../engines/check/report.ts'
import { contextOf, interruptSignal } from '../context.ts'
import type { Output } from '../output.ts'
import { table } from '../words.ts'

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check the engines of this machine')
    .option('--measure', 'measure each engine, and what plans go by, anew: about a minute')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  whippet doctor --measure')
    .action(async (options: { json?: boolean; measure?: boolean }) => {
      const { dataDir, output } = contextOf(options)
      const measure = options.measure ?? false
      const engines = await reportEngines({
        measure,
        signal: interruptSignal(),
        onEngine: (id) => output.progress(`${measure ? 'measuring' : 'checking'} ${id} …`),
      })
      const fit = ENGINE_IDS.filter((id) => engineEntry(id).needed).every(
        (id) => engines.find((engine) => engine.id === id)?.selfTest === 'passed',
      )
      const speeds = fit ? await speedsOf(dataDir, output, measure) : []
      const text = [
        `Node ${process.versions.node} on ${process.platform}-${process.arch}, data folder ${dataDir}`,
        table(engines.map((engine) => [engine.id, stateOf(engine), speedOf(engine), engine.usedFor])),
        ...engines.filter(({ selfTest }) => selfTest !== 'passed').map(missing),
        engines.some(({ measured }) => measured)
          ? 'Images/s of MobileNetV2 at 224 px, batch 4, random weights, on all cores.'
          : '"whippet doctor --measure" measures how fast each is.',
        ...(speeds.length > 0 ? [speedText(speeds)] : []),
      ]
      output.result({ engines, speeds, node: process.versions.node, dataDir }, text.join('\n'))
      if (!fit) process.exitCode = 1
    })
}

function stateOf({ selfTest, version, software }: Engine): string {
  if (selfTest !== 'passed') return `✗ ${selfTest}`
  return `✓ ${version} passed its self-test${software ? ', a GPU in software: not used' : ''}`
}

function speedOf({ selfTest, measured, software }: Engine): string {
  if (selfTest !== 'passed' || software) return ''
  if (!measured) return 'not measured'
  const { forward, training } = measured
  const figures = [
    forward !== undefined && `${forward.toFixed(1)} images/s forward`,
    training !== undefined && `${training.toFixed(1)} training`,
  ]
  return figures.filter(Boolean).join(', ')
}

function missing({ id, selfTest, why, advice }: Engine): string {
  return `${id} ${selfTest === 'absent' ? 'is absent' : 'failed'}: ${why?.replace(/\.$/, '')}. ${advice}`
}

/** Measured now where nobody did before; a machine that can't be measured is no reason to fail. */
async function speedsOf(
  dataDir: string,
  output: Output,
  again: boolean,
): Promise<readonly DeviceCalibration[]> {
  output.progress('measuring how fast this machine is …')
  return calibrate(dataDir, { devices: await detectDevices(), again }).catch((thrown: unknown) => {
    output.say(Problem.from(thrown).says)
    return []
  })
}

function speedText(speeds: readonly DeviceCalibration[]): string {
  const figures = ({ dense, separable }: Speeds) => `${dense.toFixed(0)} | ${separable.toFixed(0)}`
  const rows = speeds.map(({ device, inferenceGflopsPerSecond, trainingGflopsPerSecond }) => [
    device,
    `extracts at ${figures(inferenceGflopsPerSecond)}`,
    `trains at ${figures(trainingGflopsPerSecond)} GFLOP/s, dense | depthwise convolutions`,
  ])
  return table(rows)
}
