'use client'

import { Crop, X } from 'lucide-react'
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { BACKEND_TITLES } from '../../lib/classify/browser/backend-names.ts'
import { middleBox } from '../../lib/classify/crop.ts'
import type { Manifest } from '../../lib/export/manifest.ts'
import type { Box } from '../../lib/preprocess/box.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { ErrorState } from '../ui/states.tsx'
import { Answer } from './answer.tsx'
import { askedBackend } from './asked-backend.ts'
import { BackendChoice } from './backend-choice.tsx'
import { keepOffline } from './keep-offline.ts'
import { Opening } from './opening.tsx'
import { PictureButtons } from './picture-buttons.tsx'
import { PictureStage } from './picture-stage.tsx'
import { useDevice } from './use-device.ts'
import { useLooker } from './use-looker.ts'
import { usePictureInput } from './use-picture-input.ts'
import { type Frame, useWebcam } from './use-webcam.ts'

type Size = { width: number; height: number }
type Source = { kind: 'file'; key: number; file: File; url: string } | { kind: 'camera' }

let lastKey = 0

/**
 * Classifies pictures on the visitor's device with the bundle at `bundleUrl` (`/demo`, `/bundles/<run>`). A picture never
 * leaves the device.
 */
export function ClassifyBox({
  bundleUrl,
  below,
}: {
  bundleUrl: string
  /** What stands below it once the model is here. */
  below?: (manifest: Manifest) => ReactNode
}) {
  const { state, use, again } = useDevice(bundleUrl)
  const ready = state.status === 'ready' ? state : undefined
  const { look, forget, seen, looking, problem } = useLooker(ready?.device)
  const [source, setSource] = useState<Source>()
  const [size, setSize] = useState<Size>()
  const [crop, setCrop] = useState<Box>()
  const video = useRef<HTMLVideoElement>(null)
  const secure = useSecureContext()

  const show = useCallback(
    (next: Source | undefined) => {
      setSource(next)
      setSize(undefined)
      setCrop(undefined)
      forget()
    },
    [forget],
  )
  const onPicture = useCallback(
    (file: File) => show({ kind: 'file', key: ++lastKey, file, url: URL.createObjectURL(file) }),
    [show],
  )
  const over = usePictureInput(onPicture)
  useEffect(() => {
    if (source?.kind === 'file') return () => URL.revokeObjectURL(source.url)
  }, [source])

  const backend = ready?.running.backend
  // biome-ignore lint/correctness/useExhaustiveDependencies: another backend looks again
  useEffect(() => {
    if (source?.kind === 'file') void look({ picture: { key: source.key, source: source.file }, crop })
  }, [source, crop, look, backend])
  const onFrame = useCallback(
    async ({ bitmap, width, height }: Frame) => {
      setSize((before) => (before?.width === width && before.height === height ? before : { width, height }))
      await look({ picture: { key: ++lastKey, source: bitmap }, crop })
    },
    [look, crop],
  )
  const cameraProblem = useWebcam(video, source?.kind === 'camera' && ready !== undefined, onFrame)
  const opened = ready?.opened
  useEffect(() => {
    if (opened) keepOffline(bundleUrl, opened)
  }, [opened, bundleUrl])

  const onWebcam = secure && source?.kind !== 'camera' ? () => show({ kind: 'camera' }) : undefined
  const wrong = problem ?? cameraProblem
  const running = seen?.running ?? ready?.running

  return (
    <>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.5fr)_minmax(280px,1fr)]">
        <Card
          className={cn('grid content-start gap-3', over && 'outline-2 outline-ink')}
          aria-label="Picture"
          data-status={looking ? 'looking' : wrong ? 'wrong' : seen ? 'seen' : state.status}
          data-backend={running?.backend}
        >
          {source ? (
            <>
              <div className="grid min-h-40 place-items-center rounded-md bg-hover">
                <PictureStage
                  url={source.kind === 'file' ? source.url : undefined}
                  video={video}
                  size={size}
                  onSize={setSize}
                  onBroken={() => setSize(undefined)}
                  crop={crop}
                  onCrop={setCrop}
                  lookedAt={crop ? undefined : seen?.lookedAt}
                />
              </div>
              <div className="flex flex-wrap gap-2">
                <PictureButtons onPicture={onPicture} onWebcam={onWebcam} small />
                {size && (
                  <Button size="small" onClick={() => setCrop(crop ? undefined : middleBox(size))}>
                    <Crop aria-hidden />
                    {crop ? 'Whole picture' : 'Only a part'}
                  </Button>
                )}
                <Button size="small" variant="quiet" onClick={() => show(undefined)}>
                  <X aria-hidden />
                  {source.kind === 'camera' ? 'Stop the camera' : 'Remove'}
                </Button>
              </div>
            </>
          ) : (
            <div className="grid min-h-72 content-center justify-items-center gap-4 rounded-md border border-dashed border-edge p-6 text-center">
              <div>
                <p className="text-base font-semibold">Drop a picture here, or paste one</p>
                <p className="text-soft">It stays on this device.</p>
              </div>
              <div className="flex flex-wrap justify-center gap-2">
                <PictureButtons onPicture={onPicture} onWebcam={onWebcam} />
              </div>
            </div>
          )}
          {secure === false && (
            <p className="text-[12.5px] text-soft">
              This page came over plain http, where browsers offer neither the live camera nor WebGPU, and
              can’t keep the model for offline use. Everything else works.
            </p>
          )}
        </Card>

        <Card className="grid content-start gap-5" aria-label="Answer">
          {wrong && <ErrorState problem={wrong} />}
          {state.status === 'failed' && (
            <ErrorState problem={state.problem} actions={<Button onClick={again}>Try again</Button>} />
          )}
          {state.status === 'opening' && <Opening progress={state.progress} />}
          {ready && seen && !wrong && (
            <div className={cn('transition-opacity', looking && source?.kind === 'file' && 'opacity-50')}>
              <Answer seen={seen} manifest={ready.opened.manifest} live={source?.kind === 'camera'} />
            </div>
          )}
          {ready && !seen && !wrong && (
            <p className="text-soft">
              {source ? 'Looking …' : 'The five most probable answers will stand here.'}
            </p>
          )}
          {ready && running && (
            <div className="grid gap-2 border-t border-line pt-4">
              <p className="flex flex-wrap gap-x-4 text-soft">
                {seen && <span data-time>{Math.max(1, Math.round(seen.milliseconds))} ms</span>}
                <span>{BACKEND_TITLES[running.backend]}</span>
              </p>
              <BackendChoice running={running} asked={askedBackend()} onChange={(asked) => void use(asked)} />
            </div>
          )}
        </Card>
      </div>
      {below && opened && below(opened.manifest)}
    </>
  )
}

/** Undefined until the page runs in a browser. */
function useSecureContext(): boolean | undefined {
  const [secure, setSecure] = useState<boolean>()
  useEffect(() => setSecure(window.isSecureContext && navigator.mediaDevices !== undefined), [])
  return secure
}
