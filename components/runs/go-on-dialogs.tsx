'use client'

import { useState } from 'react'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { ErrorState } from '../ui/states.tsx'

type DialogProps = { run: string; onOpenChange: (open: boolean) => void }

/** Asks whether a run that has ended is to go on where it stood. */
export function ResumeDialog({ run, onOpenChange }: DialogProps) {
  const { ask, asked, problem } = useAsk(`/api/runs/${run}/resume`, () => onOpenChange(false))
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title="Resume this run?"
      description="It is queued again and goes on from its last checkpoint, in the middle of the epoch where it was. A head that its solver fits begins again, on cached features."
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>Leave it</Button>
          <Button variant="go" onClick={() => ask()} disabled={asked}>
            Resume
          </Button>
        </>
      }
    >
      {problem && <ErrorState problem={problem} />}
    </Dialog>
  )
}

/** Asks for how many more epochs a run is to be trained. */
export function ExtendDialog({ run, onOpenChange }: DialogProps) {
  const { ask, asked, problem } = useAsk(`/api/runs/${run}/extend`, () => onOpenChange(false))
  const [text, setText] = useState('5')
  const epochs = Number(text)
  const isWrong = !(Number.isInteger(epochs) && epochs >= 1)
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title="Train more epochs"
      description="Its last phase goes on from the last checkpoint; a cosine schedule begins once more at the phase's rate. The best checkpoint stays the model until a better one is found."
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button variant="go" onClick={() => ask({ epochs })} disabled={asked || isWrong}>
            Train
          </Button>
        </>
      }
    >
      <Field id="epochs" label="Epochs" {...(isWrong && { problem: 'A whole number above 0.' })}>
        <Input
          id="epochs"
          inputMode="numeric"
          value={text}
          aria-invalid={isWrong || undefined}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      {problem && <ErrorState problem={problem} className="mt-3" />}
    </Dialog>
  )
}

/** That the run is queued again is an event of it: the page hears so. */
function useAsk(path: string, onDone: () => void) {
  const call = useCall()
  const [problem, setProblem] = useState<ProblemSummary>()
  const [asked, setAsked] = useState(false)
  const ask = async (body?: unknown) => {
    setAsked(true)
    try {
      await call('nothing', 'POST', path, body)
      onDone()
    } catch (thrown) {
      setProblem(Problem.from(thrown).summary())
      setAsked(false)
    }
  }
  return { ask, asked, problem }
}
