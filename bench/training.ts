import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { collect } from '../server/setup/collect.ts'
import type { BenchOptions, Report } from './main.ts'
import { median } from './median.ts'

const STEPS = fileURLToPath(new URL('./training-steps.ts', import.meta.url))

/** What is measured: ratio → backbone and what of it is trained. */
const CASES = {
  mobilenetv2_100: { arch: 'mobilenetv2_100', strategy: 'full' },
  resnet50: { arch: 'resnet50', strategy: 'full' },
  partial: { arch: 'mobilenetv2_100', strategy: 'partial' },
} as const

/** One line of `training-steps.ts` or of the peer. */
type Measured = { img_s: number; peak_mb: number | null }

/**
 * Training throughput on the tensorflow engine beside PyTorch, in turn so that a drifting machine meets both: full
 * fine-tuning with batch statistics (batch 16, 224 px), and the last group of MobileNetV2 from the cache beside the textbook
 * loop that runs the frozen part again in each step.
 */
export async function benchTraining({ rounds, shared, say }: BenchOptions): Promise<Report> {
  const peerScript = join(shared, 'bench', 'peer_torch_training.py')
  if (!existsSync(peerScript)) say(`no peer: ${peerScript} is not there`)
  const results: Record<string, unknown> = {}
  const ratios: Report['ratios'] = {}
  const lines: string[] = []
  for (const [name, { arch, strategy }] of Object.entries(CASES)) {
    const ours: (Measured | undefined)[] = []
    const peers: (Measured | undefined)[] = []
    for (let round = 1; round <= rounds; round++) {
      say(`${name}, round ${round} of ${rounds}: Whippet`)
      ours.push(await measure(process.execPath, [STEPS, arch, strategy], say))
      if (!existsSync(peerScript)) continue
      say(`${name}, round ${round} of ${rounds}: PyTorch`)
      peers.push(await measure('python3', [peerScript, '--arch', arch, '--strategy', strategy], say))
    }
    const of = (runs: typeof ours, key: keyof Measured) => median(runs.map((run) => run?.[key] ?? undefined))
    const paired = ours.map((run, i) => run && peers[i] && run.img_s / peers[i].img_s)
    const figures = {
      img_s: of(ours, 'img_s') ?? null,
      peak_mb: of(ours, 'peak_mb') ?? null,
      peer_img_s: of(peers, 'img_s') ?? null,
      peer_peak_mb: of(peers, 'peak_mb') ?? null,
    }
    const ratio = median(paired) ?? null
    results[name] = { arch, strategy, ...figures }
    ratios[name] = ratio
    const say1 = (value: number | null, digits: number) => (value === null ? '–' : value.toFixed(digits))
    lines.push(
      `${name.padEnd(16)} ${say1(figures.img_s, 1)} images/s, peak ${say1(figures.peak_mb, 0)} MB; PyTorch ${say1(figures.peer_img_s, 1)} images/s, ${say1(figures.peer_peak_mb, 0)} MB; ${ratio === null ? 'not compared' : `${ratio.toFixed(2)} ×`}`,
    )
  }
  return { results, ratios, lines }
}

/** Runs one measurement in a process of its own; undefined, with the reason said, where it can't be had. */
async function measure(
  command: string,
  args: readonly string[],
  say: (line: string) => void,
): Promise<Measured | undefined> {
  const { status, stdout, stderr } = await collect(command, args)
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured
  const words = stderr.trim().split('\n').slice(-3).join(' ')
  say(`not measured: ${command} ended with status ${status}: ${words}`)
  return undefined
}
