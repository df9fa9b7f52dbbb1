'use client'

import { useCallback, useEffect, useState } from 'react'
import type { Backend } from '../../lib/classify/browser/backend-names.ts'
import type { Device, Opened } from '../../lib/classify/browser/device.ts'
import type { Progress } from '../../lib/classify/browser/fetch-model.ts'
import type { Running } from '../../lib/classify/browser/session.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { askedBackend, putIntoUrl } from './asked-backend.ts'

export type DeviceState =
  | { readonly status: 'opening'; readonly progress?: Progress }
  | {
      readonly status: 'ready'
      readonly device: Device
      readonly opened: Opened
      readonly running: Running
    }
  | { readonly status: 'failed'; readonly problem: ProblemSummary }

/** Opens the model of a bundle on this device; tfjs and the model come only now. */
export function useDevice(bundleUrl: string) {
  const [state, setState] = useState<DeviceState>({ status: 'opening' })
  const [attempt, setAttempt] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt opens it again
  useEffect(() => {
    let over = false
    let close: (() => void) | undefined
    const show = (next: DeviceState) => !over && setState(next)
    show({ status: 'opening' })
    open(bundleUrl, (progress) => show({ status: 'opening', progress })).then(
      ({ device, opened }) => {
        close = device.close
        if (over) close()
        show({ status: 'ready', device, opened, running: opened.running })
      },
      (thrown) => {
        console.error(thrown)
        show({ status: 'failed', problem: Problem.from(thrown).summary() })
      },
    )
    return () => {
      over = true
      close?.()
    }
  }, [bundleUrl, attempt])

  /** Changes the backend; the page's address remembers it. */
  const use = useCallback(
    async (asked: Backend | undefined) => {
      if (state.status !== 'ready') return
      putIntoUrl(asked)
      try {
        const running = await state.device.use(asked)
        setState({ ...state, running })
      } catch (thrown) {
        setState({ status: 'failed', problem: Problem.from(thrown).summary() })
      }
    },
    [state],
  )
  return { state, use, again: () => setAttempt((before) => before + 1) }
}

async function open(bundleUrl: string, onProgress: (progress: Progress) => void) {
  const [{ openDevice }, { WASM_FILES }] = await Promise.all([
    import('../../lib/classify/browser/open-device.ts'),
    import('./wasm-files.ts'),
  ])
  const wasm = Object.fromEntries(
    Object.entries(WASM_FILES).map(([name, url]) => [name, new URL(url, location.href).href]),
  )
  const base = new URL(`${bundleUrl}/`, location.href).href
  return openDevice({ base, wasm, asked: askedBackend() }, onProgress)
}
