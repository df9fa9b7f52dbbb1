import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchOptions, Report } from './main.ts'
import { type WhippetRun, whippet } from './whippet-process.ts'

type Case = { readonly name: string; readonly strategy: string; readonly set: readonly string[] }

/**
 * From the head alone to the whole network. What trains deeper gets fewer epochs and views: on two cores full fine-tuning
 * does some 30 images/s.
 */
const CASES: readonly Case[] = [
  { name: 'feature extraction', strategy: 'feature-extraction', set: [] },
  {
    name: 'partial, last group',
    strategy: 'partial-fine-tuning',
    set: ['groups=1', 'epochs=5', 'views=2'],
  },
  {
    name: 'partial, last two groups',
    strategy: 'partial-fine-tuning',
    set: ['groups=2', 'epochs=4', 'views=2'],
  },
  {
    name: 'gradual, one group then two',
    strategy: 'gradual-unfreezing',
    set: ['stages=0,1:2,2:2', 'views=2'],
  },
  { name: 'full', strategy: 'full-fine-tuning', set: ['epochs=1', 'views=1'] },
]

/**
 * Every strategy on `stanford-dogs-part.zip` with the built-in backbone, all else by default: the head is fitted first, and is
 * a candidate for the best. One data folder, so what is extracted for one is cached for the next.
 */
export async function benchStrategies({ shared, say }: BenchOptions): Promise<Report> {
  const zip = join(shared, 'datasets', 'stanford-dogs-part.zip')
  if (!existsSync(zip))
    throw new Error(`${zip} is not there: name its folder with --shared or WHIPPET_SHARED`)
  const data = mkdtempSync(join(tmpdir(), 'whippet-bench-'))
  try {
    await whippet(data, ['import', zip, '--name', 'dogs'])
    const runs: { of: Case; run: WhippetRun }[] = []
    for (const one of CASES) {
      say(`${one.name}: ${[one.strategy, ...one.set].join(' ')}`)
      const set = one.set.flatMap((pair) => ['--set', pair])
      const run = await whippet(data, ['train', '--dataset', 'dogs', '--strategy', one.strategy, ...set])
      runs.push({ of: one, run })
      say(lineOf(one, run))
    }
    return {
      results: Object.fromEntries(runs.map(({ of, run }) => [of.name, figuresOf(of, run)])),
      ratios: {},
      lines: runs.map(({ of, run }) => lineOf(of, run)),
    }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

function figuresOf({ strategy, set }: Case, { document, seconds, peakBytes }: WhippetRun) {
  const { top1, top5, bestEpoch: kept } = document
  return { strategy, set, top1, top5, best_epoch: kept, seconds, peak_mb: peakBytes && peakBytes / 1e6 }
}

function lineOf(
  { name }: Case,
  { document: { top1, top5, bestEpoch: kept }, seconds, peakBytes }: WhippetRun,
): string {
  const percent = (share: number | undefined) => (share === undefined ? '–' : `${(share * 100).toFixed(1)} %`)
  const best = kept
    ? `, kept epoch ${kept.epoch} of ${kept.series} (validation ${percent(kept.validationTop1)})`
    : ''
  const peak = peakBytes === undefined ? '' : `, peak ${(peakBytes / 1e6).toFixed(0)} MB`
  return `${name.padEnd(28)} top-1 ${percent(top1)}, top-5 ${percent(top5)}, ${seconds.toFixed(0)} s${peak}${best}`
}
