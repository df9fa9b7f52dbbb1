'use client'

import { type FormEvent, useState } from 'react'
import type { AlertsAnswer } from '../../lib/alerts/alert.ts'
import { Problem, type ProblemSummary } from '../../lib/problem.ts'
import { useCall } from '../live/use-call.ts'
import { Button } from '../ui/button.tsx'
import { Card, CardHead } from '../ui/card.tsx'
import { Field, Input } from '../ui/field.tsx'
import { ErrorState } from '../ui/states.tsx'
import { Deliveries } from './deliveries.tsx'

/** The webhook that hears when a run ends, fails, or somebody has to decide something. */
export function AlertsCard({ initial }: { initial: AlertsAnswer }) {
  const call = useCall()
  const [shown, setShown] = useState(initial)
  const [url, setUrl] = useState(initial.alerts?.url ?? '')
  const [secret, setSecret] = useState<string>()
  const [said, setSaid] = useState('')
  const [problem, setProblem] = useState<ProblemSummary>()
  const attempt = async (act: () => Promise<string>) => {
    setProblem(undefined)
    setSaid('')
    try {
      setSaid(await act())
    } catch (thrown) {
      setProblem(Problem.from(thrown).summary())
    }
    setShown(await call('alerts', 'GET', '/api/alerts').catch(() => shown))
  }
  const save = (event: FormEvent) => {
    event.preventDefault()
    void attempt(async () => {
      setSecret((await call('alertsSet', 'PUT', '/api/alerts', { url })).secret)
      return 'Alerts go there from now on.'
    })
  }
  const stop = () =>
    attempt(async () => {
      await call('nothing', 'DELETE', '/api/alerts')
      setUrl('')
      setSecret(undefined)
      return 'No more alerts are sent.'
    })
  const test = () =>
    attempt(async () => {
      await call('nothing', 'POST', '/api/alerts/test')
      return 'The test alert was received.'
    })
  return (
    <Card aria-labelledby="alerts">
      <CardHead aside={shown.alerts ? 'on' : 'off'}>
        <span id="alerts">Alerts</span>
      </CardHead>
      <form onSubmit={save} className="grid gap-3">
        <Field
          id="webhook"
          label="Webhook"
          hint="Hears, signed, when a run ends, fails, or the queue stands still."
        >
          <Input
            id="webhook"
            type="url"
            required
            placeholder="https://chat.example/hooks/whippet"
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
        </Field>
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" variant={shown.alerts ? 'plain' : 'go'}>
            {shown.alerts ? 'Change' : 'Turn on'}
          </Button>
          {shown.alerts && <Button onClick={test}>Send a test</Button>}
          {shown.alerts && (
            <Button variant="quiet" onClick={stop}>
              Turn off
            </Button>
          )}
          <span role="status" className="text-soft">
            {said}
          </span>
        </div>
      </form>
      {secret && <Secret secret={secret} />}
      {problem && <ErrorState problem={problem} className="mt-3" />}
      <Deliveries deliveries={shown.deliveries} />
    </Card>
  )
}

function Secret({ secret }: { secret: string }) {
  return (
    <div className="mt-3 rounded-md bg-hover p-3">
      <Input
        readOnly
        aria-label="The secret that signs alerts"
        value={secret}
        onFocus={(event) => event.currentTarget.select()}
        className="font-mono text-[12.5px]"
      />
      <p className="mt-2 text-[12.5px] text-soft">The secret that signs alerts is shown this once.</p>
    </div>
  )
}
