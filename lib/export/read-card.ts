/** A piece of a model card's text. */
export type Span = { readonly kind: 'text' | 'strong' | 'code'; readonly text: string }
export type Block =
  | { readonly kind: 'heading' | 'paragraph' | 'code'; readonly spans: readonly Span[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Span[])[] }
  | {
      readonly kind: 'table'
      readonly head: readonly string[]
      readonly rows: readonly (readonly string[])[]
    }

/**
 * Reads a bundle's `README.md` for a page to show. It knows what `model-card.ts` writes (headings, paragraphs, lists,
 * tables, indented code, bold, code) and nothing more of Markdown: what it doesn't know stays plain text.
 */
export function readCard(markdown: string): Block[] {
  return markdown
    .split(/\n{2,}/)
    .map((block) => block.replace(/\s+$/, ''))
    .filter((block) => block.trim() !== '' && !block.startsWith('# '))
    .map(blockOf)
}

function blockOf(block: string): Block {
  const lines = block.split('\n')
  if (block.startsWith('## ')) return { kind: 'heading', spans: spansOf(block.slice(3)) }
  if (lines.every((line) => line.startsWith('    '))) {
    return { kind: 'code', spans: [{ kind: 'text', text: lines.map((line) => line.slice(4)).join('\n') }] }
  }
  if (lines.every((line) => line.startsWith('- ')))
    return { kind: 'list', items: lines.map((line) => spansOf(line.slice(2))) }
  if (lines.length > 1 && lines.every((line) => line.startsWith('|'))) {
    const [head = [], , ...rows] = lines.map(cellsOf)
    return { kind: 'table', head, rows }
  }
  return { kind: 'paragraph', spans: spansOf(lines.join(' ')) }
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''))
}

function spansOf(text: string): Span[] {
  return text
    .split(/(\*\*[^*]+\*\*|`[^`]+`)/)
    .filter(Boolean)
    .map((part): Span => {
      if (part.startsWith('**')) return { kind: 'strong', text: part.slice(2, -2) }
      if (part.startsWith('`')) return { kind: 'code', text: part.slice(1, -1) }
      return { kind: 'text', text: part }
    })
}
