import type { PlannedPhaseAnswer, RunPlanAnswer } from '../../lib/api/plans.ts'
import { bytes, counted, duration, short } from '../../lib/figures.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { Facts } from '../ui/facts.tsx'
import { ErrorState } from '../ui/states.tsx'
import type { DraftPlan } from './use-plan.ts'

type Props = DraftPlan & {
  /** Whether what is wrong with the strategy stands beside what it is about. */
  saidElsewhere: boolean
}

/** What the choice comes to, before it starts: the largest phase, what goes before it, and what an expert would say. */
export function PlanCard({ plan, problem, waits, saidElsewhere }: Props) {
  return (
    <Card aria-busy={waits} aria-label="The plan" className="max-lg:order-1 lg:sticky lg:top-4">
      <CardHead
        aside={
          <span className={cn('transition-[visibility]', waits ? 'visible delay-300' : 'invisible')}>
            updates …
          </span>
        }
      >
        The plan
      </CardHead>
      {problem && !waits ? (
        isOfStrategy(problem) && saidElsewhere ? (
          <p className="text-soft">Once the patterns match.</p>
        ) : (
          <ErrorState problem={problem} />
        )
      ) : (
        <>
          <Facts facts={factsOf(plan)} />
          {plan && plan.phases.length > 1 && <PhaseList phases={plan.phases} />}
          {plan && <Warnings warnings={plan.warnings} />}
          {plan && <p className="mt-3 text-[12.5px] text-soft">{noteOf(plan)}</p>}
        </>
      )}
    </Card>
  )
}

/** What of another run's head goes on. */
function headWords({ isSolved, kept, fresh, dropped }: NonNullable<RunPlanAnswer['start']>): string {
  if (isSolved) return 'fitted anew'
  return [
    `${counted(kept, 'class', 'classes')} kept`,
    fresh.length > 0 && `${fresh.length} new`,
    dropped.length > 0 && `${dropped.length} dropped`,
  ]
    .filter(Boolean)
    .join(', ')
}

/** Of the last phase, which trains the most; cache and memory are what the run needs at its widest. */
function factsOf(plan: RunPlanAnswer | undefined): (readonly [string, string])[] {
  if (!plan) return ['Trained', 'At the cut', 'Cache', 'Memory'].map((name) => [name, '–'] as const)
  const { phases, times, memories, measuring, devices } = plan
  const last = phases.at(-1)!
  const { parameters, cut, flops, views, prefix } = last
  const cacheBytes = phases.reduce(
    (sum, phase) => sum + (phase.prefix === 'per epoch' ? 0 : phase.cacheBytes),
    0,
  )
  const memoryBytes = Math.max(...phases.map((phase) => phase.memoryBytes))
  const isCached = prefix !== 'per epoch'
  return [
    ...(plan.start ? [['Head', headWords(plan.start)] as const] : []),
    ['Trained', `${short(parameters.trained)} of ${short(parameters.all)}`],
    ...cut
      .slice(0, 3)
      .map(({ shape }, i) => [i === 0 ? 'At the cut' : `and, ${i + 1}`, shape.join(' × ')] as const),
    ...(cut.length > 3 ? [['and more', counted(cut.length - 3, 'tensor')] as const] : []),
    [views > 1 ? `Cache, ${views} views` : 'Cache', isCached ? bytes(cacheBytes) : 'over its budget'],
    ...(last.by === 'epochs' ? [['Memory, about', memoryWords(memoryBytes, memories)] as const] : []),
    [
      isCached ? 'Once per picture' : 'Frozen, every epoch',
      flops.frozen === undefined ? 'unknown' : flopsWords(flops.frozen),
    ],
    ['Every epoch', flopsWords(flops.forward + flops.backward)],
    ...(devices > 1 ? [['Devices', `${devices} share the work`] as const] : []),
    ...(times.length === 1 ? [['Time, about', duration(times[0]!.seconds)] as const] : []),
    ...(times.length > 1 ? times.map(({ device, seconds }) => [device, duration(seconds)] as const) : []),
    ...(measuring ? [['Time', 'measuring …'] as const] : []),
  ]
}

function PhaseList({ phases }: { phases: readonly PlannedPhaseAnswer[] }) {
  return (
    <ol aria-label="Phases" className="mt-3 grid gap-1.5 border-t border-line pt-3 text-[12.5px]">
      {phases.map((phase, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a phase is its place
        <li key={i} className="flex justify-between gap-3">
          <span className="whitespace-nowrap">
            <span className="text-soft">{i + 1}.</span> {phase.name}
          </span>
          <span className="text-right text-soft">
            {howWords(phase)}, {short(phase.parameters.trained)} trained
          </span>
        </li>
      ))}
    </ol>
  )
}

function Warnings({ warnings }: Pick<RunPlanAnswer, 'warnings'>) {
  return (
    <ul aria-label="Warnings" aria-live="polite" className="grid gap-2 empty:hidden">
      {warnings.map(({ code, says, advice, phase }) => (
        <li
          key={`${code} ${phase ?? ''}`}
          className="mt-3 rounded-md bg-hover px-3 py-2 text-[12.5px] [overflow-wrap:anywhere]"
        >
          <span className="font-semibold">{says}</span> {advice}
        </li>
      ))}
    </ul>
  )
}

/** Of the strategy's options rather than, say, the network. */
export function isOfStrategy({ code }: { code: string }): boolean {
  return code.startsWith('strategy/')
}

function howWords({ by, epochs, learningRate }: PlannedPhaseAnswer): string {
  return by === 'solver' ? 'solved' : `${counted(epochs, 'epoch')} at ${learningRate}`
}

function noteOf({ phases, times, measuring }: RunPlanAnswer): string {
  const measured = times.map(({ device }) => device).join(', ')
  const time = measuring
    ? ' How fast this machine is, is being measured: a few seconds, once.'
    : measured && ` Time by how fast this machine is: ${measured}.`
  return phases.every(({ by }) => by === 'solver')
    ? `What is extracted once is cached: another run on these pictures with this backbone takes seconds.${time}`
    : `Estimates are of training and validation; the test pictures are judged once, at the end.${time}`
}

/** Of the device that has the least. */
function memoryWords(needed: number, memories: RunPlanAnswer['memories']): string {
  if (memories.length === 0) return bytes(needed)
  return `${bytes(needed)} of ${bytes(Math.min(...memories.map(({ memoryBytes }) => memoryBytes)))}`
}

/** `0.32 GFLOPs`. */
function flopsWords(flops: number): string {
  const giga = flops / 1e9
  if (giga === 0) return 'nothing'
  if (giga < 0.01) return `${(flops / 1e6).toFixed(2)} MFLOPs`
  return `${giga.toFixed(giga < 1 ? 2 : giga < 10 ? 1 : 0)} GFLOPs`
}
