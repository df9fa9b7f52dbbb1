'use client'

import { BACKEND_TITLES, BACKENDS, type Backend } from '../../lib/classify/browser/backend-names.ts'
import type { Running } from '../../lib/classify/browser/session.ts'
import { Select } from '../ui/select.tsx'

/** What computes here, why nothing faster does, and a way to choose. */
export function BackendChoice({
  running,
  asked,
  onChange,
}: {
  running: Running
  asked: Backend | undefined
  onChange: (asked: Backend | undefined) => void
}) {
  const { backend, passedOver } = running
  return (
    <div className="grid gap-2">
      <Select<Backend | 'best'>
        label="What computes"
        value={asked ?? 'best'}
        onChange={(chosen) => onChange(chosen === 'best' ? undefined : chosen)}
        options={[
          { value: 'best', title: 'The fastest that runs here' },
          ...BACKENDS.map((one) => ({ value: one, title: BACKEND_TITLES[one] })),
        ]}
      />
      {backend === 'wasm' && (
        <p className="text-[12.5px] text-soft">
          WebAssembly runs on one core, with SIMD where the browser has it.
        </p>
      )}
      {passedOver.length > 0 && (
        <ul className="grid gap-1 text-[12.5px] text-soft" aria-label="Passed over">
          {[...byReason(passedOver)].map(([why, backends]) => (
            <li key={why}>
              Not {backends.map((other) => BACKEND_TITLES[other]).join(', ')}: {why}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function byReason(passedOver: Running['passedOver']): Map<string, Backend[]> {
  const reasons = new Map<string, Backend[]>()
  for (const { backend, why } of passedOver) reasons.set(why, [...(reasons.get(why) ?? []), backend])
  return reasons
}
