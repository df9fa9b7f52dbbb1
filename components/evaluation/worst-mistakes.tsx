import type { EvaluationSummary } from '../../lib/evaluation/summary.ts'
import { percent } from '../../lib/figures.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { Picture } from '../ui/picture.tsx'

/** The wrong answers that were given with the most confidence. */
export function WorstMistakes({
  worst,
  names,
}: {
  worst: EvaluationSummary['worst']
  names: readonly string[]
}) {
  return (
    <Card>
      <CardHead aside={worst.length > 0 && 'the surest first'}>Worst mistakes</CardHead>
      {worst.length === 0 && <p className="text-soft">None: every test picture was recognised.</p>}
      <ul className="grid grid-cols-3 gap-x-2 gap-y-3 sm:grid-cols-6 xl:grid-cols-8">
        {worst.map(({ hash, file, truth, predicted, probability }) => (
          <li key={hash} className="min-w-0">
            <Picture
              hash={hash}
              title={`${names[truth]}, taken for ${names[predicted]} at ${percent(probability, 0)}`}
              about={file}
            />
            <p className="mt-1 text-[11.5px] leading-snug [overflow-wrap:anywhere]">
              {names[truth]}
              <span className="block text-soft">
                said {names[predicted]}, {percent(probability, 0)}
              </span>
            </p>
          </li>
        ))}
      </ul>
    </Card>
  )
}
