import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Problem } from '../../lib/problem.ts'
import type { Device } from '../devices/device.ts'
import { environmentOf } from '../devices/environment.ts'
import { type FromCalibrator, fromCalibratorSchema, type ToCalibrator } from './messages.ts'
import { type Measured, readCalibration, writeCalibration } from './record.ts'

export type CalibrateOptions = {
  readonly devices: readonly Device[]
  readonly signal?: AbortSignal | undefined
  /** Measures anew what is known: it may have been measured while the machine was busy. */
  readonly again?: boolean
  readonly start?: StartCalibrator
}

/** Starts a calibrator that sees one device. */
export type StartCalibrator = (device: Device) => ChildProcess

/**
 * How fast each device is with the engine that trains on it: from the data folder, or measured now, a few seconds for each.
 * With `WHIPPET_CALIBRATE=0` nothing is measured unless it is asked for `again`.
 *
 * @throws Problem `calibration/failed`; the signal's reason.
 */
export async function calibrate(
  dataDir: string,
  { devices, signal, again = false, start = startCalibrator }: CalibrateOptions,
): Promise<Measured[]> {
  if (process.env.WHIPPET_CALIBRATE === '0' && !again) return readCalibration(dataDir, devices)
  for (const device of devices) {
    signal?.throwIfAborted()
    const calibrator = open(start(device), signal)
    try {
      const { title: engine } = await calibrator.next('engine')
      const [known] = await readCalibration(dataDir, [device])
      if (!again && known?.engine === engine) continue
      calibrator.say({ type: 'measure', device })
      const { inference, training } = await calibrator.next('measured')
      await writeCalibration(dataDir, {
        id: device.id,
        device: device.id === 'cpu' ? engine : `${device.id}, ${engine}`,
        engine,
        inferenceGflopsPerSecond: inference,
        trainingGflopsPerSecond: training,
      })
    } finally {
      calibrator.end()
    }
  }
  return readCalibration(dataDir, devices)
}

type Calibrator = {
  next<Type extends FromCalibrator['type']>(type: Type): Promise<Extract<FromCalibrator, { type: Type }>>
  say(message: ToCalibrator): void
  end(): void
}

function open(child: ChildProcess, signal: AbortSignal | undefined): Calibrator {
  const said: FromCalibrator[] = []
  let over: { thrown: unknown } | undefined
  let wake: () => void = () => undefined
  const endWith = (thrown: unknown) => {
    over ??= { thrown }
    wake()
  }
  child.on('message', (raw) => {
    const message = fromCalibratorSchema.safeParse(raw)
    if (!message.success) return endWith(message.error)
    if (message.data.type === 'failed') return endWith(failed(message.data.problem.says))
    said.push(message.data)
    wake()
  })
  child.on('error', (error) => endWith(failed(error.message)))
  child.on('exit', (code, killed) =>
    endWith(failed(`its process ended (${killed ?? `exit status ${code}`})`)),
  )
  const onAbort = () => endWith(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  return {
    async next(type) {
      while (said.length === 0 && !over) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const message = said.shift()
      if (message?.type === type) return message as never
      throw over?.thrown ?? failed(`it said "${message?.type}" where "${type}" was due`)
    },
    say: (message) => void child.send(message, () => undefined),
    end() {
      signal?.removeEventListener('abort', onAbort)
      child.kill('SIGKILL')
    },
  }
}

const startCalibrator: StartCalibrator = (device) =>
  fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
    execArgv: [],
    env: { ...environmentOf([device]), NODE_ENV: process.env.NODE_ENV },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })

function failed(why: string): Problem {
  return new Problem('calibration/failed', {
    says: `How fast this machine is could not be measured: ${why.replace(/\.$/, '')}.`,
    advice:
      'Plans say no times until it can be; training does not need it. Check the engines with "whippet doctor".',
  })
}
