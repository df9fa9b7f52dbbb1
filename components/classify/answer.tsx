import type { Seen } from '../../lib/classify/browser/device.ts'
import type { Manifest } from '../../lib/export/manifest.ts'
import { percent } from '../../lib/figures.ts'
import { cn } from '../ui/cn.ts'

const SHOWN = 5

/** What the model says: the verdict, and the five most probable classes with bars. `live`: it changes all the time. */
export function Answer({ seen, manifest, live }: { seen: Seen; manifest: Manifest; live: boolean }) {
  const { ranked, sure } = seen
  return (
    <div>
      <div aria-live={live ? 'off' : 'polite'} className="mb-4">
        <p
          data-verdict
          className="text-2xl leading-tight font-semibold tracking-tight [overflow-wrap:anywhere]"
        >
          {sure ? ranked[0]?.label : 'Not sure'}
        </p>
        {!sure && <p className="text-soft">Perhaps none of the things it knows. Its best guesses:</p>}
      </div>
      <ol className="grid gap-3" aria-label="Most probable">
        {ranked.slice(0, SHOWN).map(({ label, probability }, place) => (
          <li key={label} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-1">
            <span className="truncate">{label}</span>
            <span className="text-right">{percent(probability)}</span>
            <span className="col-span-2 h-1.5 overflow-hidden rounded-full bg-line" aria-hidden>
              <span
                className={cn('block h-full rounded-full', sure && place === 0 ? 'bg-ink' : 'bg-edge')}
                style={{ width: `${probability * 100}%` }}
              />
            </span>
          </li>
        ))}
      </ol>
      <Caveat manifest={manifest} />
    </div>
  )
}

/** Where "not sure" can't be relied on. */
function Caveat({ manifest: { labels, calibration } }: { manifest: Manifest }) {
  const { notSureBelow } = calibration
  const text =
    labels.length <= 2
      ? '“Not sure” can’t be relied on with two classes: a picture of something else gets one of them.'
      : notSureBelow === 0
        ? 'This model has no threshold for “not sure”: it always answers.'
        : `Below ${percent(notSureBelow)} it says “not sure”.`
  return <p className="mt-4 text-[12.5px] text-soft">{text}</p>
}
