'use client'

import { useId } from 'react'
import type { RunPlanAnswer } from '../../lib/api/plans.ts'
import { counted } from '../../lib/figures.ts'
import type { ProblemSummary } from '../../lib/problem.ts'
import type { FreezeDraft } from '../../lib/run/freeze-draft.ts'
import { Field, Input } from '../ui/field.tsx'
import { isOfStrategy } from './plan-card.tsx'

type Props = {
  freeze: FreezeDraft
  onChange: (freeze: FreezeDraft) => void
  patterns: RunPlanAnswer['patterns'] | undefined
  problem: ProblemSummary | undefined
  wrong: readonly string[]
}

/** Patterns on weight names, and what they match. */
export function PatternFields({ freeze, onChange, patterns, problem, wrong }: Props) {
  const id = useId()
  const { trainable, skip } = freeze
  return (
    <div className="mt-4 grid gap-3">
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          id={`${id}trainable`}
          label="Trained, beside the head"
          hint="Part of a name, or a glob: blocks.6, *.bn?.weight"
          {...(wrong.includes('trainable') && { problem: 'Write at least one pattern.' })}
        >
          <Input
            id={`${id}trainable`}
            className="font-mono text-[13px]"
            spellCheck={false}
            autoCapitalize="none"
            placeholder="blocks.6, conv_head"
            value={trainable}
            onChange={(event) => onChange({ ...freeze, trainable: event.target.value })}
          />
        </Field>
        <Field id={`${id}skip`} label="Starts fresh" hint="Not restored from the pretrained weights.">
          <Input
            id={`${id}skip`}
            className="font-mono text-[13px]"
            spellCheck={false}
            autoCapitalize="none"
            placeholder="nothing"
            value={skip}
            onChange={(event) => onChange({ ...freeze, skip: event.target.value })}
          />
        </Field>
      </div>
      <div aria-live="polite" className="grid gap-2">
        {trainable.trim() === '' ? (
          <p className="text-soft">Write a pattern to see what it matches.</p>
        ) : problem && isOfStrategy(problem) ? (
          <p className="text-bad">
            {problem.says} <span className="text-ink">{problem.advice}</span>
          </p>
        ) : (
          <>
            {patterns?.trainable.map((match) => (
              <Match key={match.pattern} {...match} verb="trains" />
            ))}
            {patterns?.skip.map((match) => (
              <Match key={match.pattern} {...match} verb="starts fresh" />
            ))}
          </>
        )}
      </div>
    </div>
  )
}

function Match({ pattern, weights, verb }: { pattern: string; weights: readonly string[]; verb: string }) {
  return (
    <details className="rounded-md border border-line px-3 py-1.5">
      <summary className="rounded-sm">
        <code className="font-mono text-[13px]">{pattern}</code>{' '}
        <span className="text-soft">
          {verb} {counted(weights.length, 'weight')}
        </span>
      </summary>
      {/* It scrolls, so the keyboard must reach it. */}
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: as said above
        tabIndex={0}
        aria-label={`Weights that ${pattern} matches`}
        className="mt-1.5 max-h-56 columns-[16rem] gap-4 overflow-y-auto pb-1 font-mono text-[12px] text-soft"
      >
        {weights.map((name) => (
          <li key={name} className="[overflow-wrap:anywhere]">
            {name}
          </li>
        ))}
      </ul>
    </details>
  )
}
