import { BACKEND_TITLES, BACKENDS } from '../../classify/browser/backend-names.ts'
import { localDevice, type Opened, type Seen } from '../../classify/browser/device.ts'
import type { Progress } from '../../classify/browser/fetch-model.ts'
import type { Manifest } from '../manifest.ts'
import { element, showAnswer, showBox, showLoading, showPicture, showProblem, showReady } from './view.ts'

/** The page of a bundle. `?precision=` and `?backend=` choose; without them the best that runs here is taken. */

const input = element<HTMLInputElement>('file')
const choice = element<HTMLSelectElement>('precision')
const drop = element('drop')
const device = localDevice()

let opened: Opened | undefined
let last: { key: number; source: Blob } | undefined
let seen: Seen | undefined

/** Loads the model of `precision`, and looks at the picture again when there is one. */
async function open(precision: string | undefined): Promise<void> {
  input.disabled = choice.disabled = true
  opened = undefined
  const asked = BACKENDS.find((backend) => backend === new URLSearchParams(location.search).get('backend'))
  const base = new URL('.', document.baseURI).href
  showLoading('Starting …', 0)
  try {
    opened = await device.open({ base, wasm: `${base}wasm/`, asked, precision }, showProgress)
    showManifest(opened.manifest, precision)
    element('backend').textContent = BACKEND_TITLES[opened.running.backend]
    showReady()
  } finally {
    input.disabled = false
    choice.disabled = choice.options.length === 0
  }
  if (last) await look(last.source)
}

function showProgress({ loaded, total }: Progress): void {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)
  showLoading(
    loaded < total
      ? `Loading the model, ${megabytes(loaded)} of ${megabytes(total)} MB …`
      : 'Preparing the model …',
    loaded / total,
  )
}

function showManifest(manifest: Manifest, precision: string | undefined): void {
  document.title = manifest.title
  element('title').textContent = manifest.title
  element('about').textContent = aboutOf(manifest)
  choice.replaceChildren(
    ...manifest.models.map((model) => {
      const selected = model.precision === precision
      const text = `${model.precision} · ${(model.bytes / 1e6).toFixed(1)} MB`
      return new Option(text, model.precision, selected, selected)
    }),
  )
}

async function look(source: Blob): Promise<void> {
  last = { key: last?.source === source ? last.key : (last?.key ?? 0) + 1, source }
  if (!opened) return
  seen = undefined
  showPicture(source)
  showLoading('Looking …')
  // The picture is drawn before the computation takes the thread.
  await new Promise((resolve) => setTimeout(resolve))
  seen = await device.look(last)
  showAnswer(seen)
  element('backend').textContent = BACKEND_TITLES[seen.running.backend]
  showLookedAt()
}

function showLookedAt(): void {
  if (seen?.lookedAt) showBox(seen.lookedAt, seen.width)
}

function aboutOf({ labels, backbone }: Manifest): string {
  const some = labels.slice(0, 3).join(', ')
  const all = labels.length > 3 ? `${some} and ${labels.length - 3} more` : some
  return `Tells ${labels.length} classes apart: ${all}. ${backbone.title}, trained with Whippet.`
}

async function guarded(act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (thrown) {
    showProblem(thrown)
    console.error(thrown)
  }
}

const take = (files: FileList | null | undefined) => {
  const file = files?.[0]
  if (file) void guarded(() => look(file))
}

input.addEventListener('change', () => take(input.files))
choice.addEventListener('change', () => void guarded(() => open(choice.value)))
document.addEventListener('paste', (event) => take(event.clipboardData?.files))
document.addEventListener('dragover', (event) => {
  event.preventDefault()
  drop.classList.add('over')
})
document.addEventListener('dragleave', () => drop.classList.remove('over'))
document.addEventListener('drop', (event) => {
  event.preventDefault()
  drop.classList.remove('over')
  take(event.dataTransfer?.files)
})
addEventListener('resize', showLookedAt)
element('shown').addEventListener('load', showLookedAt)
document.body.classList.add('running')
void guarded(() => open(new URLSearchParams(location.search).get('precision') ?? undefined))
