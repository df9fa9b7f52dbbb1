import type { EvaluationSummary } from '../../lib/evaluation/summary.ts'
import { percent } from '../../lib/figures.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { Facts } from '../ui/facts.tsx'

/** How far the model's confidence can be believed, and when it says "not sure". */
export function Calibration({ calibration }: { calibration: NonNullable<EvaluationSummary['calibration']> }) {
  const { temperature, notSureBelow, reliable, eceBefore, eceAfter, keptRight, answered } = calibration
  return (
    <Card>
      <CardHead>Confidence</CardHead>
      <Facts
        facts={[
          ['"Not sure" below', percent(notSureBelow, 0)],
          ['Gets an answer', percent(answered)],
          ['Right answers kept', keptRight === null ? '–' : percent(keptRight)],
          ['Confidence off by', `${percent(eceAfter)} (before ${percent(eceBefore)})`],
          ['Temperature', temperature.toFixed(2)],
        ]}
      />
      {!reliable && (
        <p className="mt-3 rounded-md bg-amber-1 px-3 py-2 text-[12.5px]">
          The threshold can't be trusted here: there are two classes only, or too few right answers in
          validation.
        </p>
      )}
    </Card>
  )
}
