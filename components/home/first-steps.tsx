import { FolderUp, PawPrint, Smile } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { buttonLooks } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { TrySample } from './try-sample.tsx'

/** Before anything is there: what to do first, and two ways to see something at once. `sample`: its dataset, once imported. */
export function FirstSteps({ sample }: { sample?: string | undefined }) {
  return (
    <div className="grid gap-4 md:grid-cols-3">
      <Step
        icon={<FolderUp />}
        title="Drop your pictures"
        action={
          <Link href="/datasets" className={buttonLooks({ variant: 'go' })}>
            Add pictures
          </Link>
        }
      >
        A folder with one folder per class, a zip of one, or loose pictures that you name. Some twenty per
        class are enough to begin.
      </Step>
      <Step
        icon={<PawPrint />}
        title="Try the dog demo"
        action={
          <Link href="/demo" className={buttonLooks()}>
            Open the demo
          </Link>
        }
      >
        120 breeds, in your browser. The picture does not leave this device.
      </Step>
      <Step
        icon={<Smile />}
        title="Train on the sample"
        action={<TrySample {...(sample !== undefined && { sample })} />}
      >
        2,862 emoji of five designers in 15 classes, trained on four and tested on the fifth. Takes about half
        a minute.
      </Step>
    </div>
  )
}

function Step({
  icon,
  title,
  action,
  children,
}: {
  icon: ReactNode
  title: string
  action: ReactNode
  children: ReactNode
}) {
  return (
    <Card className="flex flex-col items-start gap-3">
      <span className="text-soft [&_svg]:size-5" aria-hidden>
        {icon}
      </span>
      <h2>{title}</h2>
      <p className="flex-1 text-soft">{children}</p>
      {action}
    </Card>
  )
}
