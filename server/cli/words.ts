import type { DownloadProgress } from '../../lib/run/events.ts'

/** Numbers as the command line writes them for people. */

export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`
}

/** A bar of `width` cells for a share in 0..1. */
export function bar(share: number, width = 24): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width)
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function megabytes(sizeBytes: number): string {
  return `${(sizeBytes / 1e6).toFixed(sizeBytes < 1e7 ? 1 : 0)} MB`
}

/** A download of weights as a bar. */
export function downloadLine({ receivedBytes, totalBytes }: DownloadProgress): string {
  if (totalBytes === undefined) return `fetching the weights: ${megabytes(receivedBytes)}`
  const share = bar(receivedBytes / totalBytes)
  return `fetching the weights ${share} ${megabytes(receivedBytes)} of ${megabytes(totalBytes)}`
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => String(row[column] ?? '').length))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          typeof cell === 'number' ? String(cell).padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** One row of blocks for a series, the lowest value at the bottom; longer series are thinned to `width`. */
export function sparkline(values: readonly number[], width = 30): string {
  const step = Math.max(1, values.length / width)
  const shown = Array.from(
    { length: Math.min(width, values.length) },
    (_, i) => values[Math.floor(i * step)]!,
  )
  const low = Math.min(...shown)
  const range = Math.max(...shown) - low || 1
  return shown.map((value) => '▁▂▃▄▅▆▇█'[Math.round(((value - low) / range) * 7)]).join('')
}
