'use client'

import type { Manifest } from '../../lib/export/manifest.ts'
import { bytes } from '../../lib/figures.ts'
import { Card, CardHead } from '../ui/card.tsx'
import { ClassifyBox } from './classify-box.tsx'
import { ModelCard } from './model-card.tsx'

/** The classify box of a bundle, its card where `card` says so, and its pieces to take away. */
export function ModelOnDevice({ bundleUrl, card = false }: { bundleUrl: string; card?: boolean }) {
  return (
    <ClassifyBox
      bundleUrl={bundleUrl}
      below={(manifest) => (
        <>
          {card && <ModelCard bundleUrl={bundleUrl} />}
          <Downloads bundleUrl={bundleUrl} manifest={manifest} />
        </>
      )}
    />
  )
}

function Downloads({ bundleUrl, manifest }: { bundleUrl: string; manifest: Manifest }) {
  const pieces = [
    { path: 'README.md', about: 'model card: what it is, how good, what for' },
    { path: 'labels.txt', about: `${manifest.labels.length} labels` },
    { path: 'model.json', about: 'preprocessing, threshold, files with their hashes' },
  ]
  return (
    <Card>
      <CardHead aside="what this page runs">The bundle</CardHead>
      <ul className="grid gap-1.5">
        {pieces.map(({ path, about }) => (
          <li key={path} className="flex flex-wrap gap-x-3">
            <a className="underline" href={`${bundleUrl}/${path}`} download>
              {path}
            </a>
            <span className="text-soft">{about}</span>
          </li>
        ))}
        {manifest.models.map(({ precision, bytes: size, files }, place) => (
          <li key={precision}>
            <details>
              <summary>
                {precision}/ <span className="text-soft">{bytes(size)}</span>
                {place === 0 && <span className="text-soft">, what runs here</span>}
              </summary>
              <ul className="mt-1 ml-4 grid gap-1">
                {files.map(({ path, bytes: fileSize }) => (
                  <li key={path} className="flex flex-wrap gap-x-3">
                    <a className="underline" href={`${bundleUrl}/${path}`} download>
                      {path.slice(precision.length + 1)}
                    </a>
                    <span className="text-soft">{bytes(fileSize)}</span>
                  </li>
                ))}
              </ul>
            </details>
          </li>
        ))}
      </ul>
    </Card>
  )
}
