import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchOptions, Report } from './main.ts'
import { median } from './median.ts'
import { type PeerResult, runPeer } from './peer.ts'
import { type WhippetRun, whippet } from './whippet-process.ts'

type Round = {
  importSeconds: number
  first: WhippetRun
  second: WhippetRun
  peer?: PeerResult
  peerBest?: PeerResult
}

/**
 * The main job on `stanford-dogs-part.zip` with the defaults, beside the PyTorch peer in its `cached` mode, as people write it
 * (`--batch 64`) and at its best (`--batch 8`), in turn so that a drifting machine meets both.
 *
 * - extraction: images/s while extracting train + validation;
 * - time to head: imported dataset → fitted head, L2 chosen and refit included, no test extraction;
 * - second run: the same on the warm cache, process start included.
 */
export async function benchMainJob({ rounds, shared, say }: BenchOptions): Promise<Report> {
  const zip = join(shared, 'datasets', 'stanford-dogs-part.zip')
  if (!existsSync(zip))
    throw new Error(`${zip} is not there: name its folder with --shared or WHIPPET_SHARED`)
  const measured: Round[] = []
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}: Whippet`)
    const ours = await whippetRound(zip)
    say(`round ${round} of ${rounds}: PyTorch, batch 64`)
    const peer = await runPeer(shared, 64, say)
    say(`round ${round} of ${rounds}: PyTorch, batch 8`)
    const peerBest = peer && (await runPeer(shared, 8, say))
    measured.push({ ...ours, peer, peerBest })
  }
  return report(measured)
}

async function whippetRound(zip: string): Promise<Round> {
  const data = mkdtempSync(join(tmpdir(), 'whippet-bench-'))
  try {
    const imported = await whippet(data, ['import', zip, '--name', 'dogs'])
    const first = await whippet(data, ['train', '--dataset', 'dogs'])
    const second = await whippet(data, ['train', '--dataset', 'dogs'])
    return { importSeconds: imported.seconds, first: withImportPeak(first, imported), second }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

function withImportPeak(run: WhippetRun, imported: WhippetRun): WhippetRun {
  return { ...run, peakBytes: Math.max(run.peakBytes ?? 0, imported.peakBytes ?? 0) || undefined }
}

function report(rounds: readonly Round[]): Report {
  const of = (pick: (round: Round) => number | undefined) => median(rounds.map(pick))
  const results = {
    import_s: of((r) => r.importSeconds),
    extraction_img_s: of((r) => r.first.document.extraction?.imagesPerSecond),
    time_to_head_s: of((r) => r.first.document.secondsToHead),
    second_run_s: of((r) => r.second.secondsToHead),
    top1: of((r) => r.first.document.top1),
    top5: of((r) => r.first.document.top5),
    peak_mb: of((r) => r.first.peakBytes && r.first.peakBytes / 1e6),
    peer: rounds.map((r) => r.peer ?? null),
    peer_best: rounds.map((r) => r.peerBest ?? null),
  }
  const ratio = (pick: (round: Round) => number | undefined) => {
    const value = of(pick)
    return value === undefined ? null : value
  }
  const divide = (a?: number, b?: number) => (a === undefined || b === undefined ? undefined : a / b)
  const ratios = {
    extraction: ratio((r) => divide(r.first.document.extraction?.imagesPerSecond, r.peer?.extract_img_s)),
    extraction_best: ratio((r) =>
      divide(r.first.document.extraction?.imagesPerSecond, r.peerBest?.extract_img_s),
    ),
    time_to_head: ratio((r) => divide(r.peer?.train_total_s, r.first.document.secondsToHead)),
    second_run: ratio((r) => divide(r.peer?.train_total_s, r.second.secondsToHead)),
  }
  const figure = (value: number | null | undefined, digits = 1) =>
    value == null ? 'not measured (no peer)' : value.toFixed(digits)
  const lines = [
    `import           ${figure(results.import_s)} s`,
    `extraction       ${figure(results.extraction_img_s)} images/s   ${figure(ratios.extraction, 2)} × batch 64, ${figure(ratios.extraction_best, 2)} × batch 8`,
    `time to head     ${figure(results.time_to_head_s)} s   ${figure(ratios.time_to_head, 2)} ×`,
    `second run       ${figure(results.second_run_s)} s   ${figure(ratios.second_run, 2)} ×`,
    `top-1, top-5     ${figure(results.top1, 4)}, ${figure(results.top5, 4)}`,
    `peak memory      ${figure(results.peak_mb, 0)} MB over all processes`,
  ]
  return { results, ratios, lines }
}
