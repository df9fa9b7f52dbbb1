import { counted } from '../figures.ts'
import type { PhasePlan, RunPlanTask } from './plan-run.ts'
import type { PlanWarning } from './warnings.ts'

/** What to know of a phase that several devices train together. */
export function deviceWarnings(
  { plan, name }: PhasePlan,
  { training: { batchSize }, together = 1 }: RunPlanTask,
): PlanWarning[] {
  if (together === 1) return []
  const found: PlanWarning[] = []
  const norms = plan.movingBatchNorms.length
  if (norms > 0) {
    found.push({
      code: 'statistics-per-device',
      says: `Batch statistics are per device: ${counted(norms, 'batch norm')} ${norms === 1 ? 'sees' : 'see'} the ${sharesOf(batchSize, together)} pictures of a device, not the ${batchSize} of the batch.`,
      advice: `The moving statistics follow the mean over the ${together} devices. With batchNorm=moving it makes no difference how many there are.`,
      phase: name,
    })
  }
  if (batchSize < together) {
    found.push({
      code: 'idle-devices',
      says: `A batch of ${batchSize} can't be shared by ${together} devices: ${together - batchSize} of them have nothing to do.`,
      advice: `Use batches of ${together} and more, or fewer devices.`,
      phase: name,
    })
  }
  return found
}

/** `8`, or `5 or 6` where the batch does not divide. */
function sharesOf(batchSize: number, together: number): string {
  const [least, most] = [Math.floor(batchSize / together), Math.ceil(batchSize / together)]
  return least === most ? `${most}` : `${least} or ${most}`
}
