const KEY = 'whippet.unfinished-upload'

/** An upload that was under way when the page was left: its files are gone from the page, what arrived is not. */
export type Unfinished = { readonly name: string; readonly share: number }

export function rememberUpload(upload: Unfinished): void {
  localStorage.setItem(KEY, JSON.stringify(upload))
}

export function forgetUpload(): void {
  localStorage.removeItem(KEY)
}

export function unfinishedUpload(): Unfinished | undefined {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null')
    const isOne = typeof found === 'object' && found !== null && 'name' in found && 'share' in found
    return isOne ? (found as Unfinished) : undefined
  } catch {
    return undefined
  }
}
