'use client'

import { useEffect, useState } from 'react'
import { type Block, readCard, type Span } from '../../lib/export/read-card.ts'
import { Card } from '../ui/card.tsx'
import { Table, Td, Th } from '../ui/table.tsx'

/** The model card of a bundle, as its maker wrote it: how good the model is, where it comes from, what to keep in mind. */
export function ModelCard({ bundleUrl }: { bundleUrl: string }) {
  const [blocks, setBlocks] = useState<Block[]>([])
  useEffect(() => {
    const gone = new AbortController()
    fetch(`${bundleUrl}/README.md`, { signal: gone.signal })
      .then((response) => (response.ok ? response.text() : ''))
      .then((text) => setBlocks(readCard(text)))
      .catch((thrown) => gone.signal.aborted || console.warn('The model card did not come.', thrown))
    return () => gone.abort()
  }, [bundleUrl])
  if (blocks.length === 0) return null
  return (
    <Card className="grid gap-3 [overflow-wrap:anywhere]" aria-label="Model card">
      {blocks.map((block, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the card never changes its order
        <ShownBlock key={place} block={block} />
      ))}
    </Card>
  )
}

function ShownBlock({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading':
      return (
        <h2 className="not-first:mt-3">
          <Spans spans={block.spans} />
        </h2>
      )
    case 'paragraph':
      return (
        <p className="max-w-prose">
          <Spans spans={block.spans} />
        </p>
      )
    case 'code':
      return (
        <p className="rounded-md bg-hover p-3 font-mono text-[12.5px]">
          <Spans spans={block.spans} />
        </p>
      )
    case 'list':
      return (
        <ul className="grid max-w-prose list-disc gap-1 pl-4 marker:text-soft">
          {block.items.map((spans) => (
            <li key={spans.map(({ text }) => text).join('')}>
              <Spans spans={spans} />
            </li>
          ))}
        </ul>
      )
    case 'table':
      return (
        <Table label="The exported model beside the server’s">
          <thead>
            <tr>
              {block.head.map((cell) => (
                <Th key={cell}>{cell}</Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.map((cells) => (
              <tr key={cells.join()}>
                {cells.map((cell, place) => (
                  <Td key={block.head[place]}>{cell}</Td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      )
  }
}

function Spans({ spans }: { spans: readonly Span[] }) {
  return spans.map(({ kind, text }, place) => {
    const key = `${place} ${text}`
    if (kind === 'strong') return <strong key={key}>{text}</strong>
    if (kind === 'code')
      return (
        <code key={key} className="font-mono text-[12.5px]">
          {text}
        </code>
      )
    return text
  })
}
