/** Figures as people read them, the same on the server and in the page: no locale of either machine comes in. */

/** `0.8412` → `84.1 %`. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`
}

/** Half the width of an interval of shares, in points: `[0.822, 0.86]` → `± 1.9`. */
export function plusMinus([low, high]: readonly [number, number]): string {
  return `± ${(((high - low) / 2) * 100).toFixed(1)}`
}

/** `1440` → `1,440`. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 picture`, `1,440 pictures`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** Large counts at a glance: `4652008` → `4.7 M`. */
export function short(value: number): string {
  if (value >= 999_500) return `${(value / 1e6).toFixed(1)} M`
  return value >= 1000 ? `${(value / 1e3).toFixed(0)} k` : count(value)
}

/** `412.3` → `412 img/s`; slow ones keep a decimal. */
export function speed(imagesPerSecond: number): string {
  return `${imagesPerSecond < 10 ? imagesPerSecond.toFixed(1) : count(imagesPerSecond)} img/s`
}

/** `291` → `4 min 51 s`; less than a second is said so. */
export function duration(seconds: number): string {
  if (seconds < 1) return 'less than 1 s'
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return parts(Math.floor(whole / 60), 'min', whole % 60, 's')
  if (whole < 172_800) return parts(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min')
  return parts(Math.floor(whole / 86_400), 'days', Math.floor((whole % 86_400) / 3600), 'h')
}

/** Bytes in decimal units: `9_412_000` → `9.4 MB`. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = size / 1000
  let unit = 0
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`
}

/** A moment without the reader's place: `25 Nov 2026, 12:59 UTC`. */
export function moment(at: string): string {
  const date = new Date(at)
  const two = (value: number) => value.toString().padStart(2, '0')
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
  return `${day}, ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`
}

/** How long ago: `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function ago(at: string, now: number): string {
  const seconds = (now - Date.parse(at)) / 1000
  if (seconds < 45) return 'just now'
  if (seconds < 3570) return `${Math.round(seconds / 60)} min ago`
  if (seconds < 84_600) return `${Math.round(seconds / 3600)} h ago`
  return `${counted(Math.round(seconds / 86_400), 'day')} ago`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function parts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}
