'use client'

import { type RefObject, useEffect, useState } from 'react'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'

/** Frames are at least this far apart: more would only warm the device. */
const LEAST_INTERVAL_MS = 100

export type Frame = { readonly bitmap: ImageBitmap; readonly width: number; readonly height: number }

/**
 * Shows the webcam in `video` and hands out its frames, one at a time: the next one is taken when `onFrame` is done with
 * the last, and none while the page is hidden.
 */
export function useWebcam(
  video: RefObject<HTMLVideoElement | null>,
  on: boolean,
  onFrame: (frame: Frame) => Promise<void>,
): ProblemSummary | undefined {
  const [problem, setProblem] = useState<ProblemSummary>()
  useEffect(() => {
    const element = video.current
    if (!on || !element) return
    const stopped = new AbortController()
    setProblem(undefined)
    run(element, onFrame, stopped.signal).catch((thrown) => {
      if (!stopped.signal.aborted) setProblem(cameraProblem(thrown).summary())
    })
    return () => stopped.abort()
  }, [video, on, onFrame])
  return problem
}

async function run(video: HTMLVideoElement, onFrame: (frame: Frame) => Promise<void>, stopped: AbortSignal) {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
  })
  const stop = () => {
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
  if (stopped.aborted) return stop()
  stopped.addEventListener('abort', stop)
  video.srcObject = stream
  await video.play()
  while (!stopped.aborted) {
    const started = performance.now()
    await nextFrame(video)
    if (stopped.aborted) return
    const { videoWidth: width, videoHeight: height } = video
    if (document.hidden || width === 0) continue
    await onFrame({ bitmap: await createImageBitmap(video), width, height })
    const rest = LEAST_INTERVAL_MS - (performance.now() - started)
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
  }
}

/** The browser calls back when a new frame is shown, and not at all while the page is hidden. */
function nextFrame(video: HTMLVideoElement): Promise<unknown> {
  return new Promise((resolve) => {
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(resolve)
    else requestAnimationFrame(resolve)
  })
}

function cameraProblem(thrown: unknown): Problem {
  const name = thrown instanceof Error ? thrown.name : ''
  if (name === 'NotAllowedError') {
    return new Problem('classify/camera', {
      says: 'The camera may not be used here.',
      advice: 'Allow it for this page in the browser’s address bar, then start it again.',
    })
  }
  return new Problem('classify/camera', {
    says: name === 'NotFoundError' ? 'No camera was found.' : 'The camera does not start.',
    advice: 'Check that it is connected and not used by another program, or choose a picture.',
    cause: thrown,
  })
}
