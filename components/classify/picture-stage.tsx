'use client'

import { type PointerEvent, type ReactNode, type RefObject, useRef, useState } from 'react'
import { boxBetween } from '../../lib/classify/crop.ts'
import type { Box } from '../../lib/preprocess/box.ts'
import { CropOverlay, placed } from './crop-overlay.tsx'

type Size = { width: number; height: number }
type Props = {
  /** URL of the picture; the webcam is shown where there is none. */
  url: string | undefined
  video: RefObject<HTMLVideoElement | null>
  /** Unknown until it is loaded. */
  size: Size | undefined
  onSize: (size: Size) => void
  /** The browser can't show it. */
  onBroken: () => void
  crop: Box | undefined
  onCrop: (crop: Box | undefined) => void
  lookedAt: Box | undefined
}
type Point = { x: number; y: number }

const FITTED = 'block max-h-[min(65dvh,560px)] max-w-full'

/** The picture as large as it fits, with the crop and the second look upon it. A mouse draws a new crop. */
export function PictureStage({ url, video, size, onSize, onBroken, crop, onCrop, lookedAt }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  const from = useRef<Point | undefined>(undefined)
  const [drawn, setDrawn] = useState<Box>()

  const pointOf = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = frame.current!.getBoundingClientRect()
    return { x: ((clientX - left) * size!.width) / width, y: ((clientY - top) * size!.height) / height }
  }
  const begin = (event: PointerEvent<HTMLElement>) => {
    // A finger scrolls the page; there the button starts a crop.
    if (!size || event.pointerType !== 'mouse' || event.button !== 0) return
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    from.current = pointOf(event)
  }
  const move = (event: PointerEvent<HTMLElement>) => {
    if (!from.current || !size) return
    const to = pointOf(event)
    const far = Math.hypot(to.x - from.current.x, to.y - from.current.y) > size.width * 0.03
    if (drawn || far) setDrawn(boxBetween(clamped(from.current, size), clamped(to, size), size))
  }
  const end = () => {
    from.current = undefined
    setDrawn(undefined)
    if (drawn) onCrop(drawn)
  }
  const box = drawn ?? crop

  return (
    <div
      ref={frame}
      className="relative overflow-hidden rounded-md"
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
    >
      {url ? (
        // biome-ignore lint/performance/noImgElement: it is the visitor's own file, which no server ever sees
        <img
          src={url}
          alt="Yours"
          className={FITTED}
          draggable={false}
          onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
            onSize({ width, height })
          }
          onError={onBroken}
        />
      ) : (
        <video ref={video} className={FITTED} muted playsInline aria-label="Your camera" />
      )}
      {size && lookedAt && !drawn && <LookedAt box={lookedAt} size={size} />}
      {size && box && <CropOverlay box={box} picture={size} frame={frame} onChange={onCrop} />}
    </div>
  )
}

/** Where the second look went. */
function LookedAt({ box, size }: { box: Box; size: Size }): ReactNode {
  return (
    <div
      className="pointer-events-none absolute rounded-sm border-2 border-dashed border-card outline-1 outline-ink outline-dashed"
      style={placed(box, size)}
    >
      <span className="absolute top-0 left-0 rounded-br-sm bg-card px-1.5 text-[12px] text-ink">
        second look
      </span>
    </div>
  )
}

function clamped({ x, y }: Point, { width, height }: Size): Point {
  return { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)) }
}
