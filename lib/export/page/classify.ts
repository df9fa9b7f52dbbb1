import { classify } from '../../classify/classify.ts'
import type { Box } from '../../preprocess/box.ts'
import type { Manifest } from '../manifest.ts'
import { BACKEND_TITLES, BACKENDS } from './backends.ts'
import { fetchManifest, type Loaded, load } from './load.ts'
import { decode } from './pixels.ts'
import { element, showAnswer, showBox, showLoading, showPicture, showProblem, showReady } from './view.ts'

/** The page of a bundle. `?precision=` and `?backend=` choose; without them the best that runs here is taken. */

const input = element<HTMLInputElement>('file')
const choice = element<HTMLSelectElement>('precision')
const drop = element('drop')

let loaded: Loaded | undefined
let lastFile: Blob | undefined
let lookedAt: Box | undefined

async function open(manifest: Manifest): Promise<void> {
  document.title = manifest.title
  element('title').textContent = manifest.title
  element('about').textContent = aboutOf(manifest)
  const asked = new URLSearchParams(location.search).get('precision')
  choice.replaceChildren(
    ...manifest.models.map(({ precision, bytes }) => {
      const selected = precision === asked
      return new Option(`${precision} · ${(bytes / 1e6).toFixed(1)} MB`, precision, selected, selected)
    }),
  )
  choice.addEventListener('change', () => void guarded(() => use(manifest)))
  await use(manifest)
}

/** Loads the chosen model, and looks at the picture again when there is one. */
async function use(manifest: Manifest): Promise<void> {
  input.disabled = choice.disabled = true
  const model = manifest.models.find(({ precision }) => precision === choice.value) ?? manifest.models[0]!
  const megabytes = (model.bytes / 1e6).toFixed(1)
  loaded?.dispose()
  loaded = undefined
  const only = BACKENDS.find((backend) => backend === new URLSearchParams(location.search).get('backend'))
  const onProgress = (fraction: number) =>
    showLoading(
      fraction < 1
        ? `Loading the model, ${(fraction * Number(megabytes)).toFixed(1)} of ${megabytes} MB …`
        : 'Preparing the model …',
      fraction,
    )
  onProgress(0)
  try {
    loaded = await load(manifest, model, { only, onProgress })
    element('backend').textContent = BACKEND_TITLES[loaded.backend]
    showReady()
  } finally {
    input.disabled = choice.disabled = false
  }
  if (lastFile) await look(lastFile)
}

async function look(file: Blob): Promise<void> {
  lastFile = file
  if (!loaded) return
  const { pixels, canvas } = await decode(file)
  showPicture(canvas)
  showLoading('Looking …')
  // The picture is drawn before the computation takes the thread.
  await new Promise((resolve) => setTimeout(resolve))
  const started = performance.now()
  const answer = await classify(pixels, loaded.classifier)
  showAnswer(answer, performance.now() - started)
  lookedAt = answer.lookedAt
  if (lookedAt) showBox(lookedAt)
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
addEventListener('resize', () => lookedAt && showBox(lookedAt))
document.body.classList.add('running')
void guarded(async () => open(await fetchManifest()))
