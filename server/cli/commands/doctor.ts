import { Command } from 'commander'
import { Problem } from '../../../lib/problem.ts'
import type { DeviceCalibration, Speeds } from '../../../lib/strategy/minutes.ts'
import { calibrate } from '../../calibration/calibrate.ts'
import { detectDevices } from '../../devices/detect.ts'
import { onnxruntimeEngine } from '../../engines/onnxruntime/engine.ts'
import { type SelfTest, selfTest } from '../../engines/self-test/self-test.ts'
import { trainingSelfTest } from '../../engines/self-test/training-self-test.ts'
import { tensorflowEngine } from '../../engines/tensorflow/engine.ts'
import { wasmEngine } from '../../engines/wasm/engine.ts'
import { wasmTrainingEngine } from '../../engines/wasm/training-engine.ts'
import { contextOf } from '../context.ts'
import type { Output } from '../output.ts'
import { table } from '../words.ts'

type Checked = { id: string; usedFor: string; needed: boolean; check: () => Promise<SelfTest> }

/** Each engine, what it is used for, and whether the work stands still without it. */
const ENGINES: readonly Checked[] = [
  {
    id: 'onnxruntime',
    usedFor: 'extracts features, trains heads, classifies',
    needed: true,
    check: () => selfTest(onnxruntimeEngine({ threads: 1 })),
  },
  {
    id: 'tensorflow',
    usedFor: 'fine-tunes',
    needed: false,
    check: () => trainingSelfTest(tensorflowEngine()),
  },
  {
    id: 'wasm',
    usedFor: 'checks exported models, fine-tunes where tensorflow is not set up',
    needed: true,
    check: async () => {
      const forward = await selfTest(wasmEngine())
      return forward.status === 'passed' ? trainingSelfTest(wasmTrainingEngine()) : forward
    },
  },
]

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check the engines of this machine')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  whippet doctor')
    .action(async (options: { json?: boolean }) => {
      const { dataDir, output } = contextOf(options)
      const engines = []
      let fit = true
      for (const { id, usedFor, needed, check } of ENGINES) {
        const { status, ...details } = await check()
        engines.push({ id, selfTest: status, usedFor, ...details })
        if (needed && status !== 'passed') fit = false
      }
      const rows = engines.map((engine) => [engine.id, sayingOf(engine), engine.usedFor])
      const node = `Node ${process.versions.node} on ${process.platform}-${process.arch}, data folder ${dataDir}`
      const speeds = fit ? await speedsOf(dataDir, output) : []
      const text = [node, table(rows), ...(speeds.length > 0 ? [speedText(speeds)] : [])].join('\n')
      output.result({ engines, speeds, node: process.versions.node, dataDir }, text)
      if (!fit) process.exitCode = 1
    })
}

function sayingOf(engine: { selfTest: SelfTest['status']; version?: string; why?: string }): string {
  if (engine.selfTest === 'passed') return `✓ ${engine.version} passed its self-test`
  return `✗ ${engine.selfTest}: ${engine.why}`
}

/** Measured now where nobody did before; a machine that can't be measured is no reason to fail. */
async function speedsOf(dataDir: string, output: Output): Promise<readonly DeviceCalibration[]> {
  output.progress('measuring how fast this machine is …')
  return calibrate(dataDir, { devices: await detectDevices() }).catch((thrown: unknown) => {
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
