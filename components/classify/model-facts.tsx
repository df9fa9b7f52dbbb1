import { BACKBONES, type BackboneId } from '../../lib/backbone/registry.ts'
import { readableName } from '../../lib/dataset/readable-name.ts'
import type { EvaluationSummary } from '../../lib/evaluation/summary.ts'
import { seeing } from '../../lib/export/seeing.ts'
import { counted, percent } from '../../lib/figures.ts'
import type { Run } from '../../lib/run/run.ts'
import { Card, CardHead } from '../ui/card.tsx'

/** How a backbone is called; its id where this version does not know it. */
export function backboneTitle(id: string): string {
  return BACKBONES[id as BackboneId]?.title ?? id
}

/** What a run's model is: how good, what it knows, how it sees, what "not sure" is worth. */
export function ModelFacts({ run: { evaluation, dataset, settings } }: { run: Run }) {
  const entry = BACKBONES[settings.backbone as BackboneId]
  const labels = dataset.classes.map(readableName)
  return (
    <Card>
      <CardHead>What it is</CardHead>
      <dl className="grid gap-3">
        <Fact name="Accuracy">
          {evaluation ? <Accuracy {...evaluation} /> : 'Not measured on a test split.'}
        </Fact>
        {evaluation?.calibration && (
          <Fact name="Not sure">
            <NotSure {...evaluation.calibration} />
          </Fact>
        )}
        {entry && (
          <Fact name="What it sees">
            {seeing({ ...entry.preprocess, ...settings.preprocessing }, settings.looks)}
          </Fact>
        )}
        <Fact name={counted(labels.length, 'label')}>
          <details>
            <summary>
              {labels.slice(0, 6).join(', ')}
              {labels.length > 6 && ` and ${labels.length - 6} more`}
            </summary>
            <p className="mt-1 columns-2 text-soft sm:columns-3">
              {labels.map((label) => (
                <span key={label} className="block">
                  {label}
                </span>
              ))}
            </p>
          </details>
        </Fact>
      </dl>
    </Card>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="text-soft">{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Accuracy({ top1, top1Interval, top5, images, split, perClass }: EvaluationSummary) {
  const [low, high] = top1Interval
  const of = split === 'all' ? counted(images, 'picture') : counted(images, `${split} picture`)
  return (
    <>
      <strong className="font-semibold">{percent(top1)}</strong> of {of} (95 % interval {percent(low)} to{' '}
      {percent(high)}){perClass.length > 5 && `; ${percent(top5)} among the first five`}
    </>
  )
}

function NotSure({
  notSureBelow,
  answered,
  keptRight,
  reliable,
}: NonNullable<EvaluationSummary['calibration']>) {
  const kept = keptRight === null ? '' : ` and keeps ${percent(keptRight)} of the right answers`
  return (
    <>
      Below {percent(notSureBelow)}: it then answers {percent(answered)} of the pictures{kept}.
      {!reliable &&
        ' Don’t rely on it here: with two classes, or few validation pictures, no threshold tells foreign pictures apart.'}
    </>
  )
}
